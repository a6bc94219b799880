"""Whether a session's file operations agree with a commit's content: operations and changes go in, the agreeing paths come out.

This decides only whether a session belongs to a commit (design: capture, evidence 3); what exactly each line came from is replay's
question. One substantial line that an operation added (or, where it only removes, removed) and that the commit adds (removes) in
the same file is agreement; a file named without a shared line is not.
"""

import posixpath
import re
from collections.abc import Callable, Iterable

from gittraj.model.commit import Change
from gittraj.model.entry import Entry
from gittraj.model.operation import Chmod, Delete, Move, Observed, Operation, Patch, Replace, Write

_SUBSTANCE = 3  # characters: a closing bracket shared by two texts says nothing
_COMPARE_LIMIT = (
    4 << 20
)  # bytes of a file that are compared; a larger one agrees by name alone if an operation wrote it
_PLACES = 100  # of one name in one command that are looked at
_BEFORE = 500  # characters before a name in which the program that writes it stands
_REDIRECTS = re.compile(r">>?\s*[\"']?(?:\S*/)?$")
_ARGUMENT = re.compile(r"\s[\"']?(?:\S*/)?$")
_VERBS = re.compile(
    r"\b(?:sed\s+(?:\S+\s+)*?-i|perl\s+\S*i\S*|tee|mv|cp|rm|git\s+(?:mv|rm|restore|checkout|apply)|touch|chmod|install|ln)\b"
)
BlobReader = Callable[[str], bytes]


def relative(path: str, cwd: str, worktrees: tuple[str, ...]) -> str:
    """`path` as git writes it, "" where it lies outside of all `worktrees` (absolute paths, "/" as separator)."""
    path, cwd = path.replace("\\", "/"), cwd.replace("\\", "/")
    if not path.startswith("/") and not re.match(r"[A-Za-z]:/", path):
        path = posixpath.join(cwd or (worktrees[0] if worktrees else "/"), path)
    path = posixpath.normpath(path)
    for worktree in worktrees:
        if worktree and path.startswith(worktree.rstrip("/") + "/"):
            return path[len(worktree.rstrip("/")) + 1 :]
    return ""


def touched(observed: Iterable[Observed], cwd: str, worktrees: tuple[str, ...]) -> set[str]:
    """All paths inside the worktree that operations (whatever their outcome) name."""
    paths = set()
    for seen in observed:
        for path in _paths(seen.operation):
            paths.add(relative(path, seen.cwd or cwd, worktrees))
    return paths - {""}


def agreeing(
    observed: Iterable[Observed], changes: dict[str, Change], blob: BlobReader, cwd: str, worktrees: tuple[str, ...]
) -> set[str]:
    """The changed paths with which at least one operation that was not refused agrees."""
    found: set[str] = set()
    lines: dict[str, tuple[set[str], set[str], str, str]] = {}
    for seen in observed:
        if seen.state in ("failed", "denied"):
            continue
        for path in _paths(seen.operation):
            name = relative(path, seen.cwd or cwd, worktrees)
            change = changes.get(name)
            if change is None or name in found:
                continue
            if name not in lines:
                lines[name] = _difference(change, blob)
            if _agrees(seen.operation, seen.after, change, *lines[name]):
                found.add(name)
    return found


def written_by_shell(commands: Iterable[str], changes: dict[str, Change]) -> set[str]:
    """The changed paths that a command's text plainly writes, moves or removes (redirection, tee, sed -i, mv, cp, rm, git mv …)."""
    found = set()
    for command in commands:
        if len(command) > _COMPARE_LIMIT:
            continue
        for path in changes:
            if path not in found and _writes(command, posixpath.basename(path)):
                found.add(path)
    return found


def _writes(command: str, name: str) -> bool:
    """Whether `name` stands where `command` writes to it. Only what stands shortly before is looked at: the text is anybody's."""
    at = command.find(name)
    for _ in range(_PLACES):
        if at < 0:
            break
        end = at + len(name)
        if not (command[end : end + 1].isalnum() or command[end : end + 1] == "_"):
            before = re.split(r"[\n;|&]", command[max(0, at - _BEFORE) : at])[-1]
            if _REDIRECTS.search(before):
                return True
            argument = _ARGUMENT.search(before)
            if argument and _VERBS.search(before[: argument.start()]):
                return True
        at = command.find(name, end)
    return False


def named_in_snapshots(
    entries: Iterable[Entry], changes: dict[str, Change], cwd: str, worktrees: tuple[str, ...]
) -> set[str]:
    """The changed paths that the agent's own before/after snapshots of a step name."""
    found = set()
    for entry in entries:
        if entry["type"] == "system-event" and entry.get("event-type") == "file-snapshot":
            files = (entry.get("data") or {}).get("files")
            for path in files if isinstance(files, list) else ():
                if isinstance(path, str):
                    found.add(relative(path, cwd, worktrees))
    return found & changes.keys()


def _paths(operation: Operation) -> list[str]:
    match operation:
        case Move(path, to):
            return [path, to]
        case Patch(path=path, move_to=to) if to:
            return [path, to]
        case _:
            return [operation.path]


def _difference(change: Change, blob: BlobReader) -> tuple[set[str], set[str], str, str]:
    old, new = _text(change.old, blob), _text(change.new, blob)
    before, after = _stripped(old), _stripped(new)
    return after - before, before - after, new, old


def _text(oid: str, blob: BlobReader) -> str:
    return blob(oid)[:_COMPARE_LIMIT].decode("utf-8", "replace") if oid else ""


def _stripped(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if len(line.strip()) >= _SUBSTANCE}


def _agrees(
    operation: Operation,
    after: str | None,
    change: Change,
    added: set[str],
    removed: set[str],
    content: str,
    before: str,
) -> bool:
    if after is not None and change.new and _same(after, content):
        return True
    match operation:
        case Delete():
            return not change.new
        case Move() | Chmod():
            return True
        case Write(content=text):
            return bool(change.new) and (_same(text, content) or bool(_stripped(text) & added))
        case Replace(old=old, new=new):  # the texts may begin and end within a line
            if new.strip() and content.count(new) > before.count(new):
                return True
            if not new.strip() and before.count(old) > content.count(old):
                return True
            gained, lost = _stripped(new) - _stripped(old), _stripped(old) - _stripped(new)
        case Patch(hunks=hunks):
            gained = _stripped("\n".join(line[1:] for line in hunks.splitlines() if line.startswith("+")))
            lost = _stripped("\n".join(line[1:] for line in hunks.splitlines() if line.startswith("-")))
            gained, lost = gained - lost, lost - gained
    if gained:
        return bool(gained & added) or bool(lost and not change.new and lost & removed)
    return bool(lost & removed)


def _same(text: str, content: str) -> bool:
    return text.replace("\r\n", "\n").rstrip("\n") == content.replace("\r\n", "\n").rstrip("\n")
