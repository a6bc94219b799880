"""Codex's apply_patch: a file and the body of an ``*** Update File`` section go in, the file after its chunks comes out.

Grammar and algorithm: openai/codex, codex-rs/apply-patch (parser.rs, lib.rs, seek_sequence.rs, text_file.rs). A chunk that
matches loosely writes its context lines as the patch has them.
"""

from itertools import pairwise
from typing import NamedTuple

from gittraj.replay.rewrite import by_lines
from gittraj.replay.seek import Lines, TooMuchWorkError
from gittraj.replay.spans import Applied, NotApplicable
from gittraj.replay.text import MAX_BYTES, RUST_SPACE, encode

_END_OF_FILE = "*** End of File"
_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
    | dict.fromkeys("\xa0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
)
_FORMS = (
    None,
    lambda line: line.rstrip(RUST_SPACE),
    lambda line: line.strip(RUST_SPACE),
    lambda line: line.strip(RUST_SPACE).translate(_PLAIN),
)


class Chunk(NamedTuple):
    """Lines to find and lines to put there; `context`: a line to look for first (None: none), `at_end`: only as the last lines."""

    context: str | None
    old: list[str]
    new: list[str]
    at_end: bool


def codex_patch(content: bytes, body: str, *, keep_line_ends: bool) -> Applied | NotApplicable:
    """`content` after the chunks of `body`.

    `keep_line_ends`: lines that a chunk writes get the line end of the file's first line (newer versions); without, they get
    LF, and a carriage return is part of its line (versions that recorded no exact diff).
    """
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return NotApplicable("the tool refuses a file that is not UTF-8")
    chunks = _chunks(body)
    if isinstance(chunks, NotApplicable):
        return chunks
    source = text.split("\n")
    final = source.pop() if source[-1] == "" else None
    texts = [line.removesuffix("\r") for line in source] if keep_line_ends else source
    if keep_line_ends and final is None:  # a last line without a newline keeps its carriage return as text
        texts[-1] = source[-1]
    try:
        found = _replacements(Lines(texts), chunks)
    except TooMuchWorkError:
        return NotApplicable("the patch is too large to match loosely")
    if isinstance(found, NotApplicable):
        return found
    end = "\r\n" if keep_line_ends and source and text.find("\r\n") == text.find("\n") - 1 >= 0 else "\n"
    result: list[str] = []
    at = 0
    for start, count, new, _ in found:
        result += _ended(source[at:start], start == len(source) and final is None, end)
        result += [line + end for line in new]
        at = start + count
    result += _ended(source[at:], final is None, end)
    if not keep_line_ends and result and result[-1] == "\n":
        result.pop()  # older versions take a blank last line for the end of the file
    joined = "".join(result)
    if not result and not keep_line_ends:
        joined = ""
    if len(joined) > MAX_BYTES:
        return NotApplicable("the result is larger than a file may be")
    how = "exact" if all(same for *_, same in found) else "fuzzy"
    return by_lines(content, encode(joined), [(start, count, len(new)) for start, count, new, _ in found], how)


def _ended(lines: list[str], bare: bool, end: str) -> list[str]:
    """`lines` with their line feeds; the last one has none yet where it is `bare`."""
    result = [line + "\n" for line in lines]
    if bare and lines:
        result[-1] = lines[-1] + end
    return result


Replacement = tuple[int, int, list[str], bool]


def _replacements(lines: Lines, chunks: list[Chunk]) -> list[Replacement] | NotApplicable:
    found: list[Replacement] = []
    at = 0
    total = len(lines.texts)
    for chunk in chunks:
        if chunk.context is not None:
            hit = lines.seek([chunk.context], at, _FORMS, False)
            if hit is None:
                return NotApplicable("a context line of the patch is not in the file")
            at = hit[0] + 1
        if not chunk.old:
            place = total - 1 if total and lines.texts[-1] == "" else total
            found.append((place, 0, chunk.new, True))
            continue
        old, new = chunk.old, chunk.new
        hit = lines.seek(old, at, _FORMS, chunk.at_end)
        if hit is None and old[-1] == "":
            old, new = old[:-1], new[:-1] if new and new[-1] == "" else new
            hit = lines.seek(old, at, _FORMS, chunk.at_end) if old else (at, True)
        if hit is None:
            return NotApplicable("lines that the patch expects are not in the file")
        found.append((hit[0], len(old), new, hit[1]))
        at = hit[0] + len(old)
    found.sort(key=lambda replacement: replacement[0])
    if any(left[0] + left[1] > right[0] for left, right in pairwise(found)):
        return NotApplicable("chunks of the patch overlap")
    return found


def _chunks(body: str) -> list[Chunk] | NotApplicable:
    rows = [row.removesuffix("\r") for row in body.split("\n")]
    chunks: list[Chunk] = []
    at = 0
    while at < len(rows):
        if not rows[at].strip(RUST_SPACE):
            at += 1
            continue
        context = None
        if rows[at].startswith("@@ "):
            context = rows[at][3:]
        elif rows[at] != "@@" and chunks:
            return NotApplicable("the patch is malformed: a chunk begins without @@")
        at += rows[at].startswith("@@ ") or rows[at] == "@@"
        old: list[str] = []
        new: list[str] = []
        at_end, begun = False, at
        while at < len(rows) and not at_end:
            row, sign = rows[at], rows[at][:1]
            if row == _END_OF_FILE and at > begun:
                at_end = True
            elif sign in ("", " ", "-", "+"):
                if sign != "+":
                    old.append(row[1:])
                if sign != "-":
                    new.append(row[1:])
            else:
                break
            at += 1
        if at == begun:
            return NotApplicable("the patch is malformed: a chunk without lines")
        chunks.append(Chunk(context, old, new, at_end))
    return chunks or NotApplicable("the patch is malformed: no chunks")
