"""Whether a session's file operations agree with a commit's content: operations and changes go in, the agreeing paths come out.

This decides only whether a session belongs to a commit (design: capture, evidence 3); what exactly each line came from is replay's
question. One substantial line that an operation added and that the commit adds in the same file is agreement; so is one that it
removed and the commit removes, where nothing that the session added to the file is to be expected there. In a file that the commit
creates, most of what an operation added elsewhere is agreement, too: the file was moved; in one that was there before, where the commit
has nothing at the other place. So is what an operation only took out of a file, where the commit deletes another that had it: the file
was moved there before. A file named without a shared line is not.
"""

import posixpath
import re
from collections.abc import Callable, Iterable

from gittraj.model.commit import Change
from gittraj.model.entry import Entry
from gittraj.model.operation import Chmod, Delete, Move, Observed, Operation, Patch, Replace, Write

_SUBSTANCE = 3  # characters: a closing bracket shared by two texts says nothing
_ELSEWHERE = 40  # characters that must be shared with a file of another name: one import or bracket is in many
_COMPARE_LIMIT = (
    4 << 20
)  # bytes of a file that are compared; a larger one agrees by name alone if an operation wrote it
_FILES = 500  # of a commit that are compared with what was done to others
_PLACES = 100  # of one name in one command that are looked at
_BEFORE = 500  # characters before a name in which the program that writes it stands
_REDIRECTS = re.compile(r">>?\s*[\"']?(?:\S*/)?$")
_ARGUMENT = re.compile(r"\s[\"']?(?:\S*/)?$")
_VERBS = re.compile(
    r"\b(?:sed\s+(?:\S+\s+)*?-i|perl\s+\S*i\S*|tee|mv|cp|rm|git\s+(?:mv|rm|restore|checkout|apply)|touch|chmod|install|ln)\b"
)
_MORE = re.compile(r"[\"']?[^\S\n]+[^\s;|&<>]")  # another argument of the same command
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
    observed: Iterable[Observed],
    changes: dict[str, Change],
    blob: BlobReader,
    cwd: str,
    worktrees: tuple[str, ...],
    there: Callable[[str], bool] = lambda _: True,
) -> set[str]:
    """The changed paths with which at least one operation that was not refused agrees. `there`: whether the commit has a file at a path."""
    found: set[str] = set()
    lines: dict[str, tuple[set[str], set[str], str, str]] = {}
    net: dict[str, tuple[set[str], set[str]]] = {}
    renamed = _renamed(changes)
    every = list(changes)[:_FILES]
    created = [name for name, change in changes.items() if not change.old][:_FILES]
    gone: set[str] | None = None  # lines of files that the commit deletes
    for seen in observed:
        if seen.state in ("failed", "denied"):
            continue
        paths = _paths(seen.operation)
        content = isinstance(seen.operation, (Write, Replace, Patch)) and len(paths) == 1
        for path in paths:
            name = relative(path, seen.cwd or cwd, worktrees)
            if not name or name in found or (content and name in renamed):
                continue
            if name in changes:
                if name not in lines:
                    lines[name] = _difference(changes[name], blob)
                if _agrees(seen.operation, seen.after, changes[name], *lines[name]):
                    found.add(name)
                    continue
            gained, lost = gained_and_lost(seen.operation)
            for each in (created if there(name) else every) if gained else ():
                if each not in lines:
                    lines[each] = _difference(changes[each], blob)
                if each != name and most(gained, lines[each][0]):
                    found.add(each)
                    break
            if name in changes and not gained and changes[name].new:
                if gone is None:
                    deleted = [each for path, each in changes.items() if not each.new and path not in renamed][:_FILES]
                    gone = {line for change in deleted for line in substantial(_text(change.old, blob))}
                if enough(lost & gone - substantial(lines[name][2])):
                    found.add(name)
                    continue
            if name in changes:
                added, removed = net.get(name, (set(), set()))
                net[name] = (added - lost) | gained, removed | (lost - added)
    for name, (added, removed) in net.items():  # it took out again what it had put in, and the rest is gone
        if name not in found and not added and removed & lines[name][1]:
            found.add(name)
    return found


def _renamed(changes: dict[str, Change]) -> set[str]:
    """The paths that a commit takes away and whose very bytes it has elsewhere: no line of such a file was written or removed."""
    fresh = {change.new for change in changes.values() if not change.old}
    return {name for name, change in changes.items() if not change.new and change.old in fresh}


def written_by_shell(commands: Iterable[str], changes: dict[str, Change], blob: BlobReader) -> set[str]:
    """The changed paths that a command's text plainly writes, moves or removes (redirection, tee, sed -i, mv, cp, rm, git mv …)."""
    found = set()
    kept: dict[str, bool] = {}
    for command in commands:
        if len(command) > _COMPARE_LIMIT:
            continue
        for path in changes:
            name = posixpath.basename(path)
            if path in found or name not in command:
                continue
            if path not in kept:
                kept[path] = _mostly_kept(changes[path], blob)
            if _writes(command, name, there=kept[path]):
                found.add(path)
    return found


def _mostly_kept(change: Change, blob: BlobReader) -> bool:
    """Whether a file is there before and after, and most of its lines with it."""
    if not change.old or not change.new or change.is_submodule:
        return False
    _, removed, _, old = _difference(change, blob)
    return 2 * len(removed) <= len(substantial(old))


def _writes(command: str, name: str, *, there: bool) -> bool:
    """Whether `name` stands where `command` writes to it; where it takes the file away, only if that is not still `there` in the commit.

    Only what stands shortly before and after is looked at: the text is anybody's.
    """
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
            verb = _VERBS.search(before[: argument.start()]) if argument else None
            if verb and not (there and _takes_away(verb[0].split()[-1], command[end : end + _BEFORE])):
                return True
        at = command.find(name, end)
    return False


def _takes_away(verb: str, rest: str) -> bool:
    """Whether a file that `verb` names is gone afterwards; `rest`: what follows its name."""
    return verb == "rm" or (verb == "mv" and bool(_MORE.match(rest)))


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
    before, after = substantial(old), substantial(new)
    return after - before, before - after, new, old


def _text(oid: str, blob: BlobReader) -> str:
    return blob(oid)[:_COMPARE_LIMIT].decode("utf-8", "replace") if oid else ""


def substantial(text: str) -> set[str]:
    """The lines of `text` that say something, without the blanks around them."""
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
            written, there = substantial(text), substantial(before)
            if written <= there:  # it only removed: from a notebook a cell, say
                return bool(change.new) and (_same(text, content) or bool((there - written) & removed))
            return bool(change.new) and (_same(text, content) or bool(written & added))
        case Replace(old=old, new=new):  # the texts may begin and end within a line
            if new.strip() and content.count(new) > before.count(new):
                return True
            if not new.strip() and before.count(old) > content.count(old):
                return True
    gained, lost = gained_and_lost(operation)
    if gained:
        return bool(gained & added) or bool(lost and not change.new and lost & removed)
    return bool(lost & removed)


def most(gained: set[str], there: set[str]) -> bool:
    """Whether most of the lines that an operation added to one file stand in another, and enough of them to say something."""
    shared = gained & there
    return 2 * len(shared) > len(gained) and enough(shared)


def enough(shared: set[str]) -> bool:
    """Whether lines that two files share, whose names are not the same, say that one was moved to the other."""
    return sum(map(len, shared)) >= _ELSEWHERE


def gained_and_lost(operation: Operation) -> tuple[set[str], set[str]]:
    """The substantial lines that `operation` adds and takes away, as far as its own text tells; without the blanks around them."""
    match operation:
        case Write(content=text):
            return substantial(text), set()
        case Replace(old=old, new=new):
            gained, lost = substantial(new), substantial(old)
        case Patch(hunks=hunks):
            gained = substantial("\n".join(line[1:] for line in hunks.splitlines() if line.startswith("+")))
            lost = substantial("\n".join(line[1:] for line in hunks.splitlines() if line.startswith("-")))
        case Delete() | Move() | Chmod():
            return set(), set()
    return gained - lost, lost - gained


def _same(text: str, content: str) -> bool:
    return text.replace("\r\n", "\n").rstrip("\n") == content.replace("\r\n", "\n").rstrip("\n")
