"""Shell commands without running them: a command line and the files before it go in, its certain writes come out, or a doubt.

Nothing is executed. Only what the text alone makes certain counts; where a step may fail, or may do anything, that is said.
"""

import posixpath
import re
from collections.abc import Callable, Container
from typing import NamedTuple

from gittraj.replay.shell.files import HOME, Committed, Doubt, Files, Listing, Read, ShellWrite
from gittraj.replay.shell.grammar import parse
from gittraj.replay.shell.run import run
from gittraj.replay.shell.state import Outcome, Shell
from gittraj.replay.shell.tree import Unreadable

__all__ = ["ShellWrite", "Uncertain", "interpret"]

MAX_NAMED = 200  # files named as a hint; a text that mentions more says nothing about any of them
_LOOKED_AT = 200_000  # characters of a text in which names are looked for
_MENTIONS = 20_000  # words of a text that are looked up
_MAC_HOMES = "/Users/"
_WORD = re.compile(r"[^\s'\"`;|&<>(){}=,:$\\]+")
_TARGET = re.compile(r"\d?>{1,2}[|&]?\s*['\"]?([^\s'\"`;|&<>(){}$\\]+)")
_FOLDER = re.compile(r"\bcd\s+['\"]?([^\s'\"`;|&<>(){}$\\]+)")


class Uncertain(NamedTuple):
    """A text whose effect is not certain.

    `named`: files (absolute) that may be affected, as a hint. `reason`: the first doubt. `unknown`: something ran that may write
    any file, named or not; otherwise only `named` files are in doubt. `marker`: "apply_patch" where the text runs that tool.
    `certain`: the writes that certainly happened (with `unknown`: before the doubt; what ran after may have changed them again).
    """

    named: tuple[str, ...]
    reason: str = ""
    unknown: bool = False
    marker: str = ""
    certain: tuple[ShellWrite, ...] = ()


def interpret(
    command: str,
    cwd: str,
    read: Read,
    *,
    exit_code: int | None = None,
    listing: Listing | None = None,
    committed: Committed | None = None,
    root: str = "",
    shell: str = "bash",
) -> list[ShellWrite] | Uncertain:
    """What `command`, run in the absolute folder `cwd`, did to files: certain writes in order ([] for none), or a doubt.

    `read(path)`: the file at an absolute path before; None for no such file; `LookupError` where that is not known. `exit_code`:
    what the command ended with, None if not recorded; with 0, all steps joined by ``&&`` ran. `listing(folder)`: names directly
    inside (folders with a slash at the end), None for no such folder. `committed(path, revision)`: the file in a revision, "" for
    the index; None where not known. `root`: the top of the repository: what lies outside is not known, and no loss. `shell`:
    "bash" (under ``/Users/``, where agents run zsh, taken as either), "zsh", or "" where another shell may have run the text.
    Never raises.
    """
    files = Files(read, listing, committed, root)
    doubt: Doubt | None = None
    outcome = Outcome(None, None)
    try:
        command.encode()
        if "\0" in command:
            raise Unreadable("a zero byte")
        body = parse(command, bash=shell in ("bash", "zsh"))
        dialect = "bash" if shell == "bash" and not cwd.startswith(_MAC_HOMES) else ""
        outcome = run(body, Shell(files, cwd, dialect), exit_code)
    except (Unreadable, UnicodeEncodeError) as error:
        doubt = Doubt(str(error), unknown=True)
    except Doubt as found:
        doubt = found
    if doubt is None and None not in (outcome.status, exit_code) and bool(outcome.status) != bool(exit_code):
        doubt = Doubt("it ended otherwise than its text says", unknown=True)
        files.writes.clear()
    clouded = tuple(path for path in files.clouded if files.inside(path))
    writes = [write for write in files.writes if not write.path.startswith(HOME)]
    if doubt is None and not clouded:
        return writes
    certain = tuple(kept for write in writes if (kept := _without(write, files.clouded)) is not None)
    named = dict.fromkeys(clouded)
    if doubt is not None:
        named.update(
            dict.fromkeys((*(doubt.paths or ()), *(write.path for write in writes), *_mentioned(command, cwd, read)))
        )
    return Uncertain(
        tuple(named)[:MAX_NAMED],
        doubt.reason if doubt else "the content of a written file is not certain",
        doubt is not None and (doubt.unknown or doubt.paths is None),
        doubt.marker if doubt else "",
        certain,
    )


def _without(write: ShellWrite, clouded: Container[str]) -> ShellWrite | None:
    """What is left of `write` where the files in `clouded` are in doubt."""
    if write.path in clouded:
        return ShellWrite(write.moved_from, None) if write.moved_from and write.moved_from not in clouded else None
    if write.moved_from in clouded:
        return ShellWrite(write.path, write.content, write.mode, mode_from=write.moved_from)
    return write


def _mentioned(command: str, cwd: str, read: Callable[[str], bytes | None]) -> list[str]:
    """Files that the text names: those that exist, and targets of redirections."""
    text = command[:_LOOKED_AT]
    bases = {cwd, *(posixpath.join(cwd, match[1]) for match in _FOLDER.finditer(text))}
    targets = {match[1] for match in _TARGET.finditer(text)}
    words = dict.fromkeys(match[0].rstrip(".") for match in _WORD.finditer(text))
    found: dict[str, None] = {}
    for word in list(words)[:_MENTIONS]:
        if not word or word.startswith("-") or word in (".", ".."):
            continue
        for base in bases:
            path = posixpath.normpath(posixpath.join(base, word))
            if not path.startswith("/") or path.startswith("/dev/"):
                continue
            try:
                there = read(path) is not None
            except (LookupError, ValueError):
                there = False
            if there or word in targets:
                found[path] = None
        if len(found) >= MAX_NAMED:
            break
    return list(found)
