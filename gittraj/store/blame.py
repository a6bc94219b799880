"""Git's own blame: a file and how git is asked go in; each line with the commit, the path and the line it came from comes out.

Which commit a line comes from is git's answer, word for word (git-blame(1), "The porcelain format"); nothing here decides it.
"""

import re
from collections.abc import Iterator, Sequence

from gittraj.errors import StoreError
from gittraj.model.blame import BlamedLine, Source
from gittraj.store import trees
from gittraj.store.repository import Repository

_HEAD = re.compile(rb"([0-9a-f]{40,64}) (\d{1,18}) (\d{1,18})(?: \d{1,18})?\Z")
_ESCAPE = re.compile(rb'\\([abtnvfr"\\]|[0-7]{3})')
_LETTERS = dict(zip(b"abtnvfr", b"\a\b\t\n\v\f\r", strict=True))


def blame(
    repository: Repository, path: str, rev: str = "", *, options: Sequence[str] = (), cwd: str = ""
) -> list[BlamedLine]:
    """The lines of `path` (as typed in `cwd`) at `rev`; "" is the file as it lies in the worktree, in a bare repository HEAD.

    `options`: more for git blame (``-L``, ``-w``, ``-M``, ``-C``), which must not come from a trace. Raises `StoreError`.
    """
    if rev.startswith("-"):
        raise StoreError(f"{rev!r} names no commit")
    if not rev and repository.workdir is None:
        rev = "HEAD"
    words = ["blame", "--porcelain", *options, *([rev] if rev else []), "--", path]
    _, output = repository.git.call(words, cwd=cwd)
    return list(_lines(output))


def _lines(output: bytes) -> Iterator[BlamedLine]:
    """Git tells what holds for a commit once, and the path again only where the commit has several."""
    told: dict[str, dict[bytes, bytes]] = {}
    sources: dict[tuple[str, bytes], Source] = {}
    header: list[bytes] = []
    for line in output.split(b"\n")[:-1]:
        if not line.startswith(b"\t"):
            header.append(line)
            continue
        head = _HEAD.match(header[0]) if header else None
        if head is None:
            raise StoreError("git blame printed something that is not understood", hint="git blame --porcelain")
        commit = head[1].decode("ascii")
        known = told.setdefault(commit, {})
        for each in header[1:]:
            key, _, value = each.partition(b" ")
            known[key] = value
        name = known.get(b"filename", b"")
        origin = sources.get((commit, name))
        if origin is None:
            origin = sources[commit, name] = _source(commit, name, known)
        yield BlamedLine(int(head[3]), int(head[2]), origin, line[1:], tuple(header))
        header = []


def _source(commit: str, name: bytes, known: dict[bytes, bytes]) -> Source:
    return Source(
        commit=commit if commit.strip("0") else "",
        path=trees.text(_unquoted(name)),
        author=trees.text(known.get(b"author", b"")),
        time=_number(known.get(b"author-time", b"")),
        zone=known.get(b"author-tz", b"+0000").decode("ascii", "replace"),
        summary=trees.text(known.get(b"summary", b"")),
        boundary=b"boundary" in known,
    )


def _number(text: bytes) -> int:
    return int(text) if text.isdigit() and len(text) < 19 else 0


def _unquoted(name: bytes) -> bytes:
    """A path as git quotes it where it holds odd bytes (core.quotePath)."""
    if len(name) < 2 or not name.startswith(b'"') or not name.endswith(b'"'):
        return name
    return _ESCAPE.sub(lambda match: bytes([_byte(match[1])]), name[1:-1])


def _byte(escape: bytes) -> int:
    if len(escape) == 3:
        return int(escape, 8) & 0xFF
    return _LETTERS.get(escape[0], escape[0])
