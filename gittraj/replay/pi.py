"""pi's edit: a file and one or more pairs of strings go in, the file as that generation of pi writes it comes out.

badlogic/pi-mono and earendil-works/pi, coding-agent/src/core/tools/edit-diff.ts. All edits of a call are matched against the
same text; they must occur once and not overlap. A near match writes the whole file normalised, or (newer) the touched lines.
"""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from gittraj.model.operation import Replace
from gittraj.replay.exact import NOT_FOUND
from gittraj.replay.rewrite import rewritten
from gittraj.replay.spans import Applied, NotApplicable
from gittraj.replay.text import JS_SPACE, Change, behind, decode, encode, lf, split_bom

TOUCHED_LINES = "pi-touched-lines"
_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\xa0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
)


def pi(content: bytes, edits: Sequence[Replace]) -> Applied | NotApplicable:
    """The file after the edits of one call; its BOM, the kind of its line ends and its final newline stay."""
    bom, raw = split_bom(decode(content))
    first = raw.find("\n")
    windows = first > 0 and raw[first - 1] == "\r"
    text = _lf(raw)
    pairs = [(_lf(edit.old), _lf(edit.new)) for edit in edits]
    if not all(old for old, _ in pairs):
        return NotApplicable("there is no text to replace")
    loose = any(edit.matching != "exact" for edit in edits)
    fuzzy = loose and any(old not in text for old, _ in pairs)
    base = _normalised(text) if fuzzy else text
    changes = _matched(base, pairs, fuzzy)
    if isinstance(changes, NotApplicable):
        return changes
    if fuzzy:
        whole = any(edit.matching != TOUCHED_LINES for edit in edits)
        changes = _lines_rewritten(text, base, changes, everywhere=whole)

    def written(result: str) -> bytes:
        return encode(result.replace("\n", "\r\n") if windows else result)

    return rewritten(content, bom + text, behind(bom, changes), written, "fuzzy" if fuzzy else "exact")


def _lf(text: str) -> str:
    return lf(text).replace("\r", "\n") if "\r" in text else text


def _normalised(text: str) -> str:
    lines = unicodedata.normalize("NFKC", text).split("\n")
    return "\n".join(line.rstrip(JS_SPACE) for line in lines).translate(_PLAIN)


def _matched(base: str, pairs: list[tuple[str, str]], fuzzy: bool) -> list[Change] | NotApplicable:
    changes: list[Change] = []
    for old, new in pairs:
        plain = _normalised(old) if fuzzy else old
        at, size = base.find(old), len(old)
        if at < 0 and fuzzy:
            at, size = base.find(plain), len(plain)
        if at < 0:
            return NOT_FOUND
        # pi counts in normalised text even where it matched exactly; a call that went well had one place in both
        if not plain or base.find(plain, base.find(plain) + len(plain)) >= 0:
            return NotApplicable("the text to replace is in the file more than once")
        changes.append(Change(at, at + size, new))
    changes.sort()
    if any(left.end > right.start for left, right in pairwise(changes)):
        return NotApplicable("edits of the call overlap")
    return changes


def _lines_rewritten(text: str, base: str, changes: list[Change], *, everywhere: bool) -> list[Change]:
    """Changes of `text` line by line: a line that a change touches is taken from `base`, others too where `everywhere`."""
    found: list[Change] = []
    at = text_at = base_at = 0
    while text_at < len(text) or base_at < len(base) or at < len(changes):
        text_end = text.find("\n", text_at) + 1 or len(text)
        base_end = base.find("\n", base_at) + 1 or len(base)
        first = at
        while at < len(changes) and (changes[at].start < base_end or base_end == len(base)):
            while changes[at].end > base_end:
                base_end = base.find("\n", base_end) + 1 or len(base)
                text_end = text.find("\n", text_end) + 1 or len(text)
            at += 1
        if at > first or (everywhere and text[text_at:text_end] != base[base_at:base_end]):
            pieces: list[str] = []
            done = base_at
            for change in changes[first:at]:
                pieces += base[done : change.start], change.new
                done = change.end
            found.append(Change(text_at, text_end, "".join(pieces) + base[done:base_end]))
        text_at, base_at = text_end, base_end
    return found
