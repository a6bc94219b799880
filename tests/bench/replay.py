"""What replay costs: verdicts per second over a long history, signatures checked and not.

    python -m tests.bench.replay [COMMITS] [EDITS]

The repository, its records and their signatures are made first (not measured): each commit holds EDITS edits by Claude Code in files
of about 120 lines, sessions span ten commits.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gittraj.capture.record import Place, Segment, build
from gittraj.codec import framing
from gittraj.codec.digest import git_blob_id, sha256_hex
from gittraj.codec.uuid7 import uuid7
from gittraj.flows import replay, wiring
from gittraj.model.anchor import Anchor
from gittraj.model.session import SessionHead
from gittraj.model.states import Redacted
from gittraj.seal.sign import seal
from tests.bench.machine import ROOT

FILES, LINES, SPAN = 40, 120, 10
HOME = "/home/dana/ledger"  # where the sessions say that they ran
START = 1_760_000_000


def history(
    commits: int, edits: int, count: int = FILES, message: Callable[[int], str] = lambda _: "work\n"
) -> tuple[bytes, list[list[dict[str, Any]]]]:
    """A stream for `git fast-import`, and the entries of each commit's segment; `count`: files."""
    chance = random.Random(1)
    folders = [f"p{n // 20:02d}/" if count > FILES else "" for n in range(count)]
    files = {f"src/{folders[n]}part{n:02d}.py": [f"value_{n}_{i} = {i}\n" for i in range(LINES)] for n in range(count)}
    paths = list(files)
    stream = [b"feature done\n"]
    segments: list[list[dict[str, Any]]] = []

    def commit(number: int, changed: set[str]) -> None:
        stream.append(b"commit refs/heads/main\nmark :%d\n" % (number + 1))
        text = message(number).encode()
        stream.append(b"committer Dana <dana@example.org> %d +0000\n" % (START + 100 * number))
        stream.append(b"data %d\n%b" % (len(text), text))
        for path in sorted(changed):
            data = "".join(files[path]).encode()
            stream.append(b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(data), data))

    commit(0, set(files))
    for number in range(1, commits + 1):
        entries: list[dict[str, Any]] = [{"type": "user", "content": "Go on.", "timestamp": _stamp(number, 0)}]
        changed = set()
        for edit in range(edits):
            path = chance.choice(paths)
            at = chance.randrange(LINES)
            before = "".join(files[path])
            old, new = files[path][at], f"value_{number}_{edit} = {chance.random()}\n"
            files[path][at] = new
            changed.add(path)
            given = {"file_path": f"{HOME}/{path}", "old_string": old, "new_string": new}
            call = f"toolu_{number}_{edit}"
            entries.append(
                {
                    "type": "tool-call",
                    "name": "Edit",
                    "input": given,
                    "call-id": call,
                    "timestamp": _stamp(number, edit),
                }
            )
            entries.append(
                {
                    "type": "tool-result",
                    "call-id": call,
                    "output": f"The file {HOME}/{path} has been updated.",
                    "is-error": False,
                    "pre-blob": git_blob_id(before.encode()),
                    "timestamp": _stamp(number, edit),
                }
            )
        commit(number, changed)
        segments.append(entries)
    stream.append(b"done\n")
    return b"".join(stream), segments


def prepare(
    folder: Path, commits: int, edits: int, *, files: int = FILES, span: int = SPAN, kept: Path | None = None
) -> Path:
    """A repository with a signed record on every commit but the first; `span`: commits of a session.

    `kept`: a folder in which each commit's session lies as Claude Code writes it, too; the commit's message names the file.
    """
    repo = folder / "work"
    repo.mkdir()
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = {"cwd": repo, "check": True, "capture_output": True, "env": env}
    subprocess.run(["git", "init", "-q"], **run)  # type: ignore[call-overload]
    subprocess.run([sys.executable, "-m", "gittraj", "init"], **run)  # type: ignore[call-overload]
    name = (lambda number: f"work\n\ntrajectory: {kept}/{number:05d}.jsonl\n") if kept else (lambda _: "work\n")
    stream, segments = history(commits, edits, files, name)
    if kept is not None:
        kept.mkdir(parents=True)
        for number, entries in enumerate(segments, 1):
            (kept / f"{number:05d}.jsonl").write_text(as_claude_writes(entries, f"{number:05d}"))
    subprocess.run(["git", "fast-import", "--quiet"], input=stream, **run)  # type: ignore[call-overload]
    house = wiring.open_house(str(repo))
    signer = wiring.signer(house)
    ids = house.repository.revisions("main")[::-1]
    notes = [b"feature done\ncommit refs/notes/traj\ncommitter D <d@e> 1760000000 +0000\ndata 0\n"]
    prev = ""
    for number, entries in enumerate(segments):
        commit = house.repository.commit(ids[number + 1])
        session, index = f"session-{number // span:04d}", number % span
        prev = prev if index else ""
        head = SessionHead("claude-code", session, "claude-jsonl", "2.1.40", "claude-opus", cwd=HOME)
        segment = Segment(head, entries, index, index * (2 * edits + 1), prev)
        place = Place(commit, "main", "", "sha1", ids[number], {})
        draft = build(segment, place, [], record_id=uuid7(START * 1000, b"0123456789"), created="2026-11-21T00:00:00Z")
        anchor = Anchor(commit.id, commit.tree, commit.parents, session, index, len(entries), prev=prev)
        sealed = seal(Redacted(draft.record), anchor, signer, START)
        prev = sha256_hex(sealed.body)
        blob = framing.write([sealed.statement, framing.body(sealed.body)])
        path = f"{commit.id[:2]}/{commit.id[2:]}"
        notes.append(b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(blob), blob))
    notes.append(b"done\n")
    subprocess.run(["git", "fast-import", "--quiet", "--force"], input=b"".join(notes), **run)  # type: ignore[call-overload]
    return repo


def as_claude_writes(entries: list[dict[str, Any]], session: str) -> str:
    """Entries of `history` as lines of a session file."""
    found = []
    for entry in entries:
        content: Any = entry.get("content")
        if entry["type"] == "tool-call":
            content = [{"type": "tool_use", "id": entry["call-id"], "name": entry["name"], "input": entry["input"]}]
        elif entry["type"] == "tool-result":
            content = [{"type": "tool_result", "tool_use_id": entry["call-id"], "content": entry["output"]}]
        role = "assistant" if entry["type"] == "tool-call" else "user"
        head = {"type": role, "sessionId": session, "cwd": HOME, "version": "2.1.40", "timestamp": entry["timestamp"]}
        found.append(json.dumps({**head, "message": {"role": role, "content": content}}) + "\n")
    return "".join(found)


def _stamp(number: int, second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(START + 100 * (number - 1) + 10 + second))


def main() -> None:
    commits = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    edits = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HOME=folder, GIT_CONFIG_NOSYSTEM="1")
        Path(folder, ".gitconfig").write_text(
            "[user]\n\tname = Dana\n\temail = dana@example.org\n[init]\n\tdefaultBranch = main\n"
        )
        repo = prepare(Path(folder), commits, edits)
        results = {}
        for name, unchecked in (("verified", False),):
            began = time.perf_counter()
            plan = replay.plan(everything=True, directory=str(repo))
            verdicts = list(replay.replay(plan, lambda each: each.status, unchecked=unchecked))
            took = time.perf_counter() - began
            assert verdicts == ["reproducible"] * commits, {each: verdicts.count(each) for each in set(verdicts)}
            results[name] = round(commits / took)
            print(f"{name:12s} {commits} commits x {edits} edits: {took:6.2f} s, {commits / took:7.0f} commits/s")
        print(json.dumps(results))


if __name__ == "__main__":
    main()
