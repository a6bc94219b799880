"""Sizes: records of the real sessions beside the project against the files they came from, and what git makes of them."""

from collections.abc import Iterator
from pathlib import Path

from gittraj.agents import registry
from gittraj.codec import cbor
from gittraj.errors import AgentError
from gittraj.model.entry import walk
from tests.bench import timing
from tests.bench.place import Place
from tests.bench.rows import Options, Row

LIMIT = 30.0  # percent, for Claude Code
AGENTS = ("claude-code", "codex", "pi", "opencode", "gemini-cli", "cursor")


def run(options: Options, place: Place) -> Iterator[Row]:
    if options.shared is None:
        yield Row("the real sessions are not here", None, "", note="skipped: set TRAJ_SHARED, or put them at ../shared")
        return
    files = [path for agent in AGENTS for path in sorted((options.shared / "sessions" / agent).iterdir())]
    files = files[:3] if options.quick else files
    path = place.repository("sizes", hooked=True)
    totals: dict[str, tuple[int, int]] = {}
    commits: dict[str, str] = {}
    for number, file in enumerate(files):
        place.commit(path)(number)
        commits[place.git(path, "rev-parse", "HEAD").strip()] = file.parent.name
        try:
            said = timing.run(["git", "traj", "attach", "--session", str(file), "--json"], cwd=path, env=place.env)
        except SystemExit as error:
            yield Row(f"{file.parent.name} {file.name}", None, "%", note=str(error).splitlines()[-1])
            continue
        raw, record = file.stat().st_size, _body_bytes(said)
        before = totals.get(file.parent.name, (0, 0))
        totals[file.parent.name] = before[0] + raw, before[1] + record
        share = 100 * record / raw
        limit = LIMIT if file.parent.name == "claude-code" else None
        note = f"{raw:,} bytes" + (f"; {_why(file, raw)}" if limit and share > limit else "")
        yield Row(f"{file.parent.name} {file.name[:40]}", share, "%", limit=limit, note=note)
    for agent, (raw, record) in totals.items():
        yield Row(f"all of {agent}", 100 * record / raw, "%", note=f"{record:,} of {raw:,} bytes")
    yield from _packed(
        place, path, sum(raw for raw, _ in totals.values()), sum(record for _, record in totals.values())
    )
    for agent, stored in _stored(place, path, commits).items():
        raw, _ = totals[agent]
        yield Row(f"notes of {agent} after git gc", 100 * stored / raw, "%", note=f"{stored:,} of {raw:,} bytes")


def _body_bytes(said: bytes) -> int:
    import json

    return sum(each["body_bytes"] for each in json.loads(said)["attached"])


def _packed(place: Place, path: Path, raw: int, record: int) -> Iterator[Row]:
    """All notes of the repository after `git gc`, in bytes per byte of session."""
    loose = _objects(path)
    place.git(path, "gc", "--quiet")
    packed = _objects(path)
    yield Row("the repository before git gc", 100 * loose / raw, "%", note=f"{loose:,} bytes")
    yield Row(
        "the repository after git gc",
        100 * packed / raw,
        "%",
        note=f"{packed:,} bytes for {raw:,} of sessions, {record:,} of records",
    )


def _stored(place: Place, path: Path, commits: dict[str, str]) -> dict[str, int]:
    """Agent → bytes that the notes of its sessions take in the pack; `commits`: commit → agent."""
    notes = [line.split() for line in place.git(path, "notes", "--ref=traj", "list").splitlines()]
    blobs = {blob: commits[commit] for blob, commit in notes if commit in commits}
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    form = "--batch-check=%(objectname) %(objectsize:disk)"
    sizes = [line.split() for line in place.git(path, "cat-file", form, data=asked).splitlines()]
    found: dict[str, int] = {}
    for blob, size in sizes:
        found[blobs[blob]] = found.get(blobs[blob], 0) + int(size)
    return found


def _objects(path: Path) -> int:
    return sum(file.stat().st_size for file in (path / ".git/objects").rglob("*") if file.is_file())


def _why(file: Path, raw: int) -> str:
    """What a record that is over the limit consists of."""
    try:
        reading = registry.recognise(str(file)).read(str(file))
    except AgentError as error:
        return error.message
    parts: dict[str, int] = {}
    for entry in walk(reading.entries):
        for key, value in entry.items():
            if key != "children":
                name = _OWN.get((entry["type"], key)) or _COMMON.get(key, "the rest")
                parts[name] = parts.get(name, 0) + len(cbor.encode(value)) + len(key) + 1
    parts.pop("recorded states", None)  # kept only where replay needs them
    told = sorted(parts.items(), key=lambda part: -part[1])
    return ", ".join(f"{name} {100 * size / raw:.1f} %" for name, size in told[:4])


_OWN = {
    ("tool-result", "output"): "tool outputs", ("tool-result", "pre-state"): "recorded states", ("tool-call", "input"): "tool inputs",
    ("user", "content"): "messages", ("assistant", "content"): "messages",
}  # fmt: skip
_COMMON = {
    **dict.fromkeys(("content", "encrypted", "subject"), "reasoning"), **dict.fromkeys(("data", "event-type"), "events"),
    **dict.fromkeys(("id", "parent-id", "call-id", "timestamp", "type", "model-id", "name"), "ids, times and names"),
}  # fmt: skip
