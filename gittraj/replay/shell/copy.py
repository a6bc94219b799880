"""Commands that make, copy, move and remove files: a call goes in, its certain writes are made (GNU coreutils, BSD where alike)."""

import posixpath
import re

from gittraj.replay.shell.files import EXECUTABLE, REGULAR, Doubt
from gittraj.replay.shell.state import DONE, UNKNOWN, Call, Outcome
from gittraj.replay.spans import lines

_MODE = re.compile(r"0?([0-7])([0-7]{2})")
_TARGET = ("-t", "--target-directory")


def cat(call: Call) -> Outcome:
    """The files one after the other."""
    try:
        _, names = call.options("u")
        call.complete()
        parts = [
            call.stdin if name == "-" else call.shell.files.content(call.shell.file(name)) for name in names or ["-"]
        ]
    except Doubt:
        return Outcome(None, None)
    if None in parts:
        return Outcome(None, None)
    output = b"".join(part or b"" for part in parts)
    call.shell.files.produce(len(output))
    return Outcome(0, output)


def head(call: Call) -> Outcome:
    """The first lines of the input."""
    return _some(call, lambda all_lines, number, _sign: all_lines[:number])


def tail(call: Call) -> Outcome:
    """The last lines of the input, or those from a number on."""
    return _some(call, lambda found, number, sign: found[max(number - 1, 0) :] if sign else found[-number:] if number else [])  # fmt: skip


def _some(call: Call, pick: "Callable[[list[bytes], int, str], list[bytes]]") -> Outcome:
    args = list(call.args)
    if args[:1] == ["-n"]:
        args[:2] = ["".join(args[:2])]
    number = re.fullmatch(r"-n?(\+?)([0-9]{1,9})", args[0]) if args else None
    if number is None or len(args) > 2 or call.more or (number[1] and call.name == "head"):
        return Outcome(None, None)
    try:
        text = call.shell.files.content(call.shell.file(args[1])) if len(args) == 2 else call.stdin
    except Doubt:
        return Outcome(None, None)
    if text is None:
        return Outcome(None, None)
    return Outcome(0, b"".join(pick(lines(text), int(number[2]), number[1])))


def tee(call: Call) -> Outcome:
    """The input to every file and on."""
    flags, names = call.options("a")
    paths = [call.shell.file(name) for name in names]
    fresh = not any(call.shell.files.was_read(path) for path in paths)
    if call.more or call.stdin is None or not fresh:
        raise Doubt("what tee writes is not certain", paths)
    if not all(call.shell.can_create(path, call.succeeded) for path in paths):
        raise Doubt("what tee writes is not certain", paths)
    for path in paths:
        if path != "/dev/null":
            old = (call.shell.files.read(path) or b"") if "a" in flags else b""
            call.shell.write(path, old + call.stdin)
    return Outcome(0, call.stdin)


def touch(call: Call) -> Outcome:
    """New empty files; those that exist stay as they are."""
    flags, names = call.options("amc")
    for name in names:
        path = call.shell.path(name)
        if call.shell.files.exists(path) or call.shell.files.is_folder(path) or "c" in flags:
            continue
        if call.shell.files.read(path) is None:
            if name.endswith("/") or call.shell.may_be_folder(path) or not call.shell.can_create(path, call.succeeded):
                raise Doubt(f"the folder of {path} is not known", [path])
            call.shell.write(path, b"")
    return DONE


def mkdir(call: Call) -> Outcome:
    """Folders: git keeps none, but files can be made in them now."""
    flags, names = call.options("pv")
    call.complete()
    if call.shell.maybe:
        return Outcome(None, None)
    status: int | None = 0
    for name in names:
        path = call.shell.path(name)
        known = call.shell.files.is_folder(path)
        if call.shell.files.in_the_way(path):
            return UNKNOWN
        if "p" in flags or call.succeeded:
            call.shell.files.made_folder(path)
        elif known or not (
            call.shell.files.is_folder(posixpath.dirname(path)) or posixpath.dirname(path) == call.shell.cwd
        ):
            status = None
        else:  # it may exist all the same, empty or not tracked
            call.shell.files.made_folder(path)
            status = None
    return Outcome(status, b"" if status == 0 and "v" not in flags else None)


def rm(call: Call) -> Outcome:
    """Files, and with -r whole folders, as far as they are known."""
    flags, names = call.options("rRfv", long=("--force", "--recursive", "--verbose"))
    files = call.shell.files
    sure: int | None = 0
    for name in names:
        path = call.shell.path(name)
        if name.endswith("/") and (files.exists(path) or path in files.clouded):
            raise Doubt(f"{name} is no folder", unknown=True)
        if files.around(path):
            raise Doubt("a folder around the repository is removed", unknown=True)
        if not files.exists(path) and flags & {"r", "R", "--recursive"}:
            gone = files.below(path) if files.inside(path) else files.made_below(path)
            if call.shell.maybe and files.is_folder(path):
                raise Doubt(f"{path} may be there or not", unknown=True)
            for each in gone:
                call.shell.write(each, None)
            files.forget_folder(path)
            sure = sure if gone or flags & {"f", "--force"} else None
        elif not files.exists(path) and (call.shell.may_be_folder(path) or not flags & {"f", "--force"}):
            sure = None
        if files.exists(path) or path in files.clouded:
            call.shell.write(path, None)
    sure = None if call.more else sure
    return Outcome(sure, b"" if sure == 0 and not flags & {"v", "--verbose"} else None)


def cp(call: Call) -> Outcome:
    """Copies of known files, and with -r of known folders."""
    flags, names = call.options("rRafpv", long=("--force", "--recursive", "--archive"))
    for source, target in _pairs(call, names, bool(flags & {"r", "R", "a", "--recursive", "--archive"})):
        content = call.shell.files.content(source)
        if target in call.shell.files.clouded:
            continue
        new = not call.shell.files.exists(target)
        call.shell.files.produce(len(content))
        call.shell.write(target, content, mode_from=source if new or flags & {"p", "a", "--archive"} else "")
    return Outcome(0, None if "v" in flags else b"")


def mv(call: Call) -> Outcome:
    """Files and folders to another place."""
    flags, names = call.options("fv", long=("--force",))
    move(call, names)
    return Outcome(0, None if "v" in flags else b"")


def move(call: Call, names: list[str]) -> None:
    """Move the known files that `names` (the last one is the target) stand for."""
    for source, target in _pairs(call, names, True):
        content = call.shell.files.content(source)
        call.shell.write(target, content, moved_from=source)
    for name in names[:-1]:
        call.shell.files.forget_folder(call.shell.path(name))


def _pairs(call: Call, names: list[str], folders: bool) -> list[tuple[str, str]]:
    if len(names) < 2 or any(arg.startswith(_TARGET) for arg in call.args):
        raise Doubt(f"{call.name} without a target")
    files, shell = call.shell.files, call.shell
    target = shell.path(names[-1])
    into = names[-1].endswith("/") or files.is_folder(target)
    if any(name.endswith("/") and files.exists(shell.path(name)) for name in names):
        raise Doubt("a file with the name of a folder")
    if target in files.maybe_folders or target in files.clouded:
        raise Doubt(f"{target} may be a folder")
    if (len(names) > 2 or call.more) and not into:
        raise Doubt(f"{target} is not a known folder")
    found: list[tuple[str, str]] = []
    for name in names[:-1]:
        source = shell.path(name)
        to = posixpath.join(target, posixpath.basename(source)) if into else target
        if (
            source == to
            or to.startswith(source + "/")
            or name.rstrip("/").endswith(("/.", "/.."))
            or name in (".", "..")
        ):
            raise Doubt(f"{call.name} onto itself")
        if files.exists(source):
            if files.is_folder(to) or not (into or files.exists(to) or _is_no_folder(source, target)):
                raise Doubt(f"{to} may be a folder")
            if not (into and not names[-1].endswith("/")) and not shell.can_create(to, call.succeeded):
                raise Doubt(f"the folder of {to} is not known", [source, to] if call.name != "cp" else [to])
            found.append((source, to))
        elif folders and not name.endswith("/"):
            below = files.below(source)
            if not below or not (into or call.succeeded) or files.below(to):
                raise Doubt(f"{source} is not a known file")
            if shell.maybe:
                raise Doubt(f"{source} may be there or not", unknown=True)
            found += [(each, to + each[len(source) :]) for each in below]
        else:
            raise Doubt(f"{source} is not a known file")
    if len({to for _, to in found}) < len(found) or {source for source, _ in found} & {to for _, to in found}:
        raise Doubt("one file twice")
    return found


def _is_no_folder(source: str, target: str) -> bool:
    """A folder that git does not track has no suffix, or not the one of the file that is moved there."""
    suffix = posixpath.splitext(target)[1]
    return bool(suffix) and suffix == posixpath.splitext(source)[1]


def chmod(call: Call) -> Outcome:
    """The executable bit, which is all of a mode that git keeps."""
    args = list(call.args)
    if len(args) < 2:
        raise Doubt("chmod without a file")
    mode, names = args[0], args[1:]
    numeric = _MODE.fullmatch(mode)
    if numeric:
        new = EXECUTABLE if int(numeric[1]) & 1 else REGULAR
    elif mode in ("+x", "a+x", "u+x", "ug+x", "+rx", "a+rx", "u+rwx", "+rwx"):
        new = EXECUTABLE
    elif mode in ("-x", "a-x", "u-x"):
        new = REGULAR
    elif re.fullmatch(r"[ugoa]*[+-][rw]+|[go]+[+-=][rwx]*", mode):
        return UNKNOWN
    else:
        raise Doubt("a mode that is not plain")
    for name in names:
        path = call.shell.path(name)
        if call.shell.files.is_folder(path):
            continue
        if name.endswith("/") or call.shell.files.read(path) is None:
            raise Doubt(f"{path} is not a known file", [path])
        call.shell.write(path, call.shell.files.content(path), mode=new)
    return UNKNOWN if call.more else DONE


def truncate(call: Call) -> Outcome:
    """``truncate -s 0``: empty files."""
    if call.args[:2] == ["-s", "0"]:
        names = call.args[2:]
    elif call.args[:1] in (["-s0"], ["--size=0"]):
        names = call.args[1:]
    else:
        raise Doubt("truncate to another size")
    for name in names:
        path = call.shell.path(name)
        if name.startswith("-") or name.endswith("/") or not call.shell.can_create(path, call.succeeded):
            raise Doubt(f"{path} may not be writable", [path])
        call.shell.write(path, b"")
    return UNKNOWN if call.more else DONE


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
