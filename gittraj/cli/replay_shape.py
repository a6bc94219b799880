"""The stable JSON shape of `git traj replay` (design §11): verdicts go in, plain maps come out."""

from typing import Any

from gittraj.model.ran import RanCommand
from gittraj.model.report import CLASSES, LineRange, Lines, ReplayedCommit, ReplayedFile

_NONE = Lines()


def report(commits: list[str], *, ok: bool) -> str:
    """`git traj replay --json`, of the JSON of its commits."""
    return f'{{"ok":{"true" if ok else "false"},"commits":[{",".join(commits)}]}}'


def commit(each: ReplayedCommit, *, ranges: bool) -> dict[str, Any]:
    """One commit of it; `ranges`: with the lines of each class (`--lines`)."""
    return {
        "commit": each.commit.id,
        "subject": each.commit.subject,
        "status": each.status,
        "operations": each.operations,
        "files": [_file(file, ranges) for file in each.files],
        "coverage": coverage(each.coverage),
        "commands": [_command(command) for command in each.commands],
        "notes": list(each.notes),
    }


def _file(file: ReplayedFile, ranges: bool) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "path": file.path,
        "status": file.status,
        "grade": file.grade,
        "cause": file.cause or None,
        "reason": file.reason,
        "coverage": coverage(file.coverage),
    }
    if file.old_path:
        shape["old_path"] = file.old_path
    if file.difference is not None:
        shape["difference"] = {
            "line": file.difference.line,
            "replayed": [_text(line) for line in file.difference.replayed],
            "committed": [_text(line) for line in file.difference.committed],
        }
    if file.hints:
        shape["hints"] = list(file.hints)
    if ranges:
        shape["coverage"]["ranges"] = [_range(each) for each in file.ranges]
        shape["ranges"] = shape["coverage"]["ranges"]
    return shape


def _command(command: RanCommand) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "command": command.command,
        "result": command.result,
        "diagnosis": command.diagnosis or None,
        "reason": command.reason,
        "session": command.session or None,
        "entry": command.entry if command.entry >= 0 else None,
    }
    if command.line:
        shape["difference"] = {"line": command.line, "recorded": command.recorded, "replayed": command.replayed}
    return shape


def coverage(found: dict[str, Lines]) -> dict[str, Any]:
    """Class → lines added and removed, all classes and `total`."""
    shape: dict[str, Any] = {}
    added = removed = 0
    for name in CLASSES:
        lines = found.get(name, _NONE)
        added, removed = added + lines.added, removed + lines.removed
        shape[name] = {"added": lines.added, "removed": lines.removed}
    shape["total"] = {"added": added, "removed": removed}
    return shape


def _range(each: LineRange) -> dict[str, Any]:
    return {
        "start": each.start,
        "end": each.end,
        "class": each.kind,
        "session": each.session or None,
        "entry": each.entry if each.entry >= 0 else None,
        "turn_index": each.turn if each.turn >= 0 else None,
    }


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace")
