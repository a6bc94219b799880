"""VAC `file-attribution`: a replayed commit goes in, who wrote which committed lines comes out, and is held against what was signed.

Only added lines of text files count, as everywhere in replay; a range's content-hash is over the bytes of its lines, line ends included.
"""

from collections.abc import Callable, Iterator
from typing import Any

from gittraj.codec.digest import sha256_hex
from gittraj.model.operation import Write
from gittraj.model.report import LineRange, ReplayedCommit
from gittraj.model.verdict import Check
from gittraj.replay.spans import lines
from gittraj.replay.steps import Step

RANGES = 20_000  # of one record: a commit with more is generated, and its file list says so
_TYPES = {
    "agent": "ai",
    "shell": "ai",
    "human": "human",
    "formatter": "mixed",
    "merge": "unknown",
    "unexplained": "unknown",
}
Contents = Callable[[str], bytes | None]
Wrote = tuple[int, str]  # lines in a row, and their digest


def attribution(replayed: ReplayedCommit, session: str, model: str, contents: Contents) -> dict[str, Any] | None:
    """The `file-attribution` of one session: the files it wrote lines of, each with its ranges by contributor; None where there are none.

    What another session of the same commit wrote is left to that session's record. `contents`: a committed file's bytes.
    """
    files: list[dict[str, Any]] = []
    left = RANGES
    for file in replayed.files:
        mine = [each for each in file.ranges if each.session == session or not each.session]
        data = contents(file.path) if any(each.session == session for each in mine) else None
        if data is None or b"\0" in data[:8000]:  # git's own test for binary
            continue
        rows = lines(data)
        by_type: dict[str, list[dict[str, Any]]] = {}
        for kind, start, end in _joined(mine):
            by_type.setdefault(kind, []).append(
                {"start-line": start, "end-line": end, "content-hash": _hash(rows, start, end)}
            )
        left -= sum(map(len, by_type.values()))
        if left < 0:
            break
        conversations = [
            {"contributor": {"type": kind, **({"model-id": model} if kind == "ai" and model else {})}, "ranges": found}
            for kind, found in sorted(by_type.items())
        ]
        files.append({"path": file.path, "conversations": conversations})
    return {"files": files} if files else None


def check(signed: list[dict[str, Any]], replayed: ReplayedCommit, contents: Contents) -> Check:
    """Whether what records say about lines agrees with the commit's bytes and with replay. `signed`: `file-attribution` of each record.

    A range that is signed as the agent's must be one that replay gives to a tool or a shell command of an agent; a range that replay
    gives to an agent and nobody signed is no contradiction.
    """
    if not signed:
        return Check("attribution", "skip", "no record has one")
    made = {
        file.path: {at for each in file.ranges if _TYPES.get(each.kind) == "ai" for at in _span(each)}
        for file in replayed.files
    }
    known = {file.path: file for file in replayed.files}
    count = 0
    for path, kind, start, end, digest in _claims(signed):
        data = contents(path)
        if data is None:
            return Check("attribution", "fail", f"{path} is not in the commit")
        rows = lines(data)
        if not 1 <= start <= end <= len(rows) or (digest and digest != _hash(rows, start, end)):
            return Check("attribution", "fail", f"{path}, lines {start} to {end}: not what was signed")
        count += 1
        if kind != "ai" or made.get(path, set()).issuperset(range(start, end + 1)):
            continue
        file = known.get(path)
        if file is not None and file.status == "unverifiable":
            return Check("attribution", "skip", f"{path} cannot be told: {file.reason}")
        return Check(
            "attribution", "fail", f"{path}, lines {start} to {end}: signed as the agent's, replay does not agree"
        )
    return Check("attribution", "pass", f"{count} range{'' if count == 1 else 's'}")


def _joined(ranges: list[LineRange]) -> Iterator[tuple[str, int, int]]:
    """(type, first line, last line) of neighbouring ranges of one type."""
    current: tuple[str, int, int] | None = None
    for each in ranges:
        kind = _TYPES[each.kind]
        if current and current[0] == kind and current[2] + 1 == each.start:
            current = (kind, current[1], each.end)
            continue
        if current:
            yield current
        current = (kind, each.start, each.end)
    if current:
        yield current


def _claims(signed: list[dict[str, Any]]) -> Iterator[tuple[str, str, int, int, str]]:
    """(path, contributor type, first line, last line, content-hash) of every range; "" for a hash that is none of ours."""
    for each in signed:
        for file in each["files"]:
            for conversation in file["conversations"]:
                common = conversation.get("contributor", {})
                for found in conversation["ranges"]:
                    kind = found.get("contributor", common).get("type", "unknown")
                    ours = found.get("content-hash-alg", "sha-256") == "sha-256"
                    digest = found.get("content-hash", "") if ours else ""
                    yield file["path"], kind, found["start-line"], found["end-line"], digest


def _span(each: LineRange) -> range:
    return range(each.start, each.end + 1)


def _hash(rows: list[bytes], start: int, end: int) -> str:
    return sha256_hex(b"".join(rows[start - 1 : end]))


def wrote(record: dict[str, Any]) -> dict[str, tuple[Wrote, ...]]:
    """By file, what the record's own `file-attribution` says that its agent wrote."""
    told = record.get("file-attribution")
    found: dict[str, tuple[Wrote, ...]] = {}
    for path, kind, start, end, digest in _claims([told]) if isinstance(told, dict) else ():
        if kind == "ai" and digest and start <= end:
            found[path] = (*found.get(path, ()), (end - start + 1, digest))
    return found


def laid_on(step: Step) -> bytes | None:
    """What a whole file was laid on, where its own commit is gone: all but the lines that the record says were written then. Else None."""
    operation = step.observed[-1].operation
    if step.wrote is None or not isinstance(operation, Write):
        return None
    rows = lines(operation.content.encode("utf-8", "surrogateescape"))
    kept = [True] * len(rows)
    for size, digest in step.wrote:
        for start in range(len(rows) - size + 1):
            if all(kept[start : start + size]) and _hash(rows, start + 1, start + size) == digest:
                kept[start : start + size] = [False] * size
                break
    return b"".join(row for row, stays in zip(rows, kept, strict=True) if stays)
