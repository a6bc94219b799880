"""OpenCode's edit and patch: a file and what to find and put go in, the file after the tool's own matching comes out.

anomalyco/opencode, packages/opencode/src/tool/edit.ts and src/patch/index.ts. Nine ways of finding the text are tried in order,
and the first that names a place that occurs once wins (`opencode_finders`).
"""

import re
from typing import NamedTuple

from gittraj.model.operation import Replace
from gittraj.replay.exact import NOT_FOUND
from gittraj.replay.opencode_finders import FINDERS, RELAXED_FINDERS, Finder, disproportionate
from gittraj.replay.rewrite import TOO_LARGE, by_lines, rewritten
from gittraj.replay.seek import Lines, TooMuchWorkError
from gittraj.replay.spans import Applied, NotApplicable
from gittraj.replay.text import JS_SPACE, MAX_BYTES, Change, behind, decode, encode, lf, occurrences, split_bom

_DOLLAR = re.compile(r"\$([$&`'])")
_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015", "-")
    | {"\u2026": "...", "\xa0": " "}
)
_FORMS = (
    None,
    lambda line: line.rstrip(JS_SPACE),
    lambda line: line.strip(JS_SPACE),
    lambda line: line.strip(JS_SPACE).translate(_PLAIN),
)


def opencode(content: bytes, operation: Replace) -> Applied | NotApplicable:
    """The file after an edit; the line ends of the file are imposed on both strings."""
    bom, text = split_bom(decode(content))
    old, new = lf(operation.old), lf(operation.new)
    if "\r\n" in text:
        old, new = old.replace("\n", "\r\n"), new.replace("\n", "\r\n")
    if not old:
        return NotApplicable("there is no text to replace")
    try:
        changes = _found(text, old, new, operation)
    except TooMuchWorkError:
        return NotApplicable("the file is too large to match loosely")
    if isinstance(changes, NotApplicable):
        return changes
    exact = all(text[change.start : change.end] == old for change in changes)
    return rewritten(content, bom + text, behind(bom, changes), encode, "exact" if exact else "fuzzy")


def _found(text: str, old: str, new: str, operation: Replace) -> list[Change] | NotApplicable:
    if operation.matching == "exact":
        return _placed(text, old, new, operation.all, FINDERS[:1])
    found = _placed(text, old, new, operation.all, FINDERS)
    if isinstance(found, NotApplicable):  # versions before mid-2026 took blocks that are less alike
        relaxed = _placed(text, old, new, operation.all, RELAXED_FINDERS)
        found = found if isinstance(relaxed, NotApplicable) else relaxed
    return found


def _placed(
    text: str, old: str, new: str, everywhere: bool, finders: tuple[Finder, ...]
) -> list[Change] | NotApplicable:
    several = False
    for finder in finders:
        for candidate in finder(text, old):
            at = text.find(candidate)
            if at < 0:
                continue
            several = True
            if not candidate and (everywhere or not text):  # the tool then puts the new text between all characters
                return NotApplicable("the text to replace is only white space")
            if finders is FINDERS and disproportionate(candidate, old):
                return NOT_FOUND
            if everywhere:
                return _everywhere(text, candidate, new)
            if text.find(candidate, at + 1) < 0:
                return [Change(at, at + len(candidate), new)]
    return NotApplicable("the text to replace is in the file more than once") if several else NOT_FOUND


def _everywhere(text: str, candidate: str, new: str) -> list[Change] | NotApplicable:
    """As JavaScript's replaceAll with a string, which expands ``$$``, ``$&``, ``$` `` and ``$'`` (ECMA-262, GetSubstitution)."""
    changes = occurrences(text, candidate, new)
    if not _DOLLAR.search(new):
        return changes
    expanded: list[Change] = []
    size = 0
    for start, end, _ in changes:
        told = {"$": "$", "&": candidate, "`": text[:start], "'": text[end:]}
        size += len(new) + sum(len(told[sign]) for sign in _DOLLAR.findall(new))
        if size > MAX_BYTES:
            return TOO_LARGE
        expanded.append(Change(start, end, _DOLLAR.sub(lambda found, told=told: told[found.group(1)], new)))  # type: ignore[misc]
    return expanded


class Chunk(NamedTuple):
    """Lines to find and lines to put there; `context`: a line to look for first, "" for none."""

    context: str
    old: list[str]
    new: list[str]


def opencode_patch(content: bytes, body: str) -> Applied | NotApplicable:
    """The file after the chunks of an ``*** Update File`` section; every line of a chunk is written with the patch's line end."""
    bom, text = split_bom(decode(content))
    source = text.split("\n")
    final = source[-1] == ""
    if final:
        source.pop()
    try:
        found = _replacements(Lines(source), _chunks(body))
    except TooMuchWorkError:
        return NotApplicable("the patch is too large to match loosely")
    if isinstance(found, NotApplicable):
        return found
    result: list[str] = []
    at = 0
    for start, count, new, _ in found:
        result += [*source[at:start], *new]
        at = start + count
    result += source[at:]
    if final or not result or result[-1] != "":
        result.append("")
    joined = "\n".join(result)
    if len(joined) > MAX_BYTES:
        return TOO_LARGE
    how = "exact" if all(same for *_, same in found) else "fuzzy"
    next_bom, joined = split_bom(joined)
    return by_lines(
        content, encode((bom or next_bom) + joined), [(start, count, len(new)) for start, count, new, _ in found], how
    )


def _replacements(lines: Lines, chunks: list[Chunk]) -> list[tuple[int, int, list[str], bool]] | NotApplicable:
    found: list[tuple[int, int, list[str], bool]] = []
    at = 0
    for context, old, new in chunks:
        if context:
            hit = lines.seek([context], at, _FORMS, False)
            if hit is None:
                return NotApplicable("a context line of the patch is not in the file")
            at = hit[0] + 1
        if not old:
            found.append((len(lines.texts), 0, new, True))
            continue
        hit = lines.seek(old, at, _FORMS, False)
        if hit is None and old[-1] == "" and len(old) > 1:
            old, new = old[:-1], new[:-1] if new and new[-1] == "" else new
            hit = lines.seek(old, at, _FORMS, False)
        if hit is None:
            return NotApplicable("lines that the patch expects are not in the file")
        found.append((hit[0], len(old), new, hit[1]))
        at = hit[0] + len(old)
    return sorted(found, key=lambda replacement: replacement[0])


def _chunks(body: str) -> list[Chunk]:
    chunks: list[Chunk] = []
    for row in body.split("\n"):
        if row.startswith("***"):  # the port knows no end-of-file marker: it takes it for the next section
            break
        if row.startswith("@@"):
            chunks.append(Chunk(row[2:].strip(JS_SPACE), [], []))
        elif chunks:
            if row[:1] in (" ", "-"):
                chunks[-1].old.append(row[1:])
            if row[:1] in (" ", "+"):
                chunks[-1].new.append(row[1:])
    return chunks
