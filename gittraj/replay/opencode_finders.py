"""OpenCode's nine ways of finding text: a file and a text go in, places in the file that may be meant come out, best first.

anomalyco/opencode, packages/opencode/src/tool/edit.ts (the `Replacer` functions, in their order).
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator

from gittraj.replay.distance import levenshtein
from gittraj.replay.seek import TooMuchWorkError
from gittraj.replay.text import JS_SPACE, JS_WORDS

Finder = Callable[[str, str], Iterator[str]]
# Blocks are compared line by line and window by window: lines of the file times lines to find. A real edit stays below 1%.
MAX_WINDOW_WORK = 5_000_000
# Characters whose edit distance is computed at most.
MAX_DISTANCE_WORK = 2_000_000
_LIKE, _LIKE_RELAXED = (0.65, 0.65), (0.0, 0.3)
_ESCAPE = re.compile(r"\\([ntr'\"`\\\n$])")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def disproportionate(candidate: str, old: str) -> bool:
    """Whether newer versions refuse `candidate` as much larger than the text to find."""
    wanted, got = old.count("\n") + 1, candidate.count("\n") + 1
    if got >= max(wanted + 3, wanted * 2):
        return True
    size = len(old.strip(JS_SPACE))
    return wanted > 1 and len(candidate.strip(JS_SPACE)) > max(size + 500, size * 4)


def _simple(_text: str, old: str) -> Iterator[str]:
    yield old


def _line_trimmed(text: str, old: str) -> Iterator[str]:
    lines, wanted = text.split("\n"), _without_last_blank(old)
    stripped, sought = _trimmed(lines), _trimmed(wanted)
    _affordable(len(lines), len(wanted))
    for at in _places(stripped, sought):
        yield "\n".join(lines[at : at + len(wanted)])


def _block_anchor(text: str, old: str, *, relaxed: bool) -> Iterator[str]:
    if old.count("\n") < 2:
        return
    lines, sought = text.split("\n"), _trimmed(_without_last_blank(old))
    stripped = _trimmed(lines)
    furthest = max(1, len(sought) // 4)
    blocks = [
        (start, end)
        for start, end in _anchored(stripped, sought[0], sought[-1])
        if relaxed or abs(end - start + 1 - len(sought)) <= furthest
    ]
    likes = _LIKE_RELAXED if relaxed else _LIKE
    scored = [(_alike(stripped[start : end + 1], sought), start, end) for start, end in blocks]
    if not scored:
        return
    score, start, end = max(scored, key=lambda block: block[0])
    if score >= likes[len(scored) > 1]:
        yield "\n".join(lines[start : end + 1])


def _alike(block: list[str], sought: list[str]) -> float:
    """How alike the lines between the first and the last one are, 0 to 1."""
    count = min(len(block), len(sought)) - 2
    if count <= 0:
        return 1.0
    if sum(map(len, block)) + sum(map(len, sought)) > MAX_DISTANCE_WORK:
        raise TooMuchWorkError
    score = 0.0
    for here, there in zip(block[1 : count + 1], sought[1 : count + 1], strict=True):
        longest = max(len(here), len(there))
        if longest:
            score += 1 - levenshtein(here, there) / longest
    return score / count


def _whitespace_normalized(text: str, old: str) -> Iterator[str]:
    words = JS_WORDS.findall(old)
    sought = " ".join(words)
    lines = text.split("\n")
    spaces = f"[{JS_SPACE}]+"
    pattern: re.Pattern[str] | None = None
    for line in lines:
        normal = " ".join(JS_WORDS.findall(line))
        if normal == sought:
            yield line
        elif sought in normal and words:
            pattern = pattern or re.compile(spaces.join(re.escape(word) for word in words))
            found = pattern.search(line)
            if found:
                yield found.group()
    size = old.count("\n") + 1
    if size > 1:
        flat: list[str] = []
        begins = [0]
        for line in lines:
            flat += JS_WORDS.findall(line)
            begins.append(len(flat))
        for at in range(len(lines) - size + 1):
            start, end = begins[at], begins[at + size]
            if end - start == len(words) and flat[start:end] == words:
                yield "\n".join(lines[at : at + size])


def _indentation_flexible(text: str, old: str) -> Iterator[str]:
    lines, wanted = text.split("\n"), old.split("\n")
    _affordable(len(lines), len(wanted))
    sought = _unindented(old)
    for at in _places(_trimmed(lines), _trimmed(wanted)):  # without indentation they can only be equal where these are
        block = "\n".join(lines[at : at + len(wanted)])
        if _unindented(block) == sought:
            yield block


def _escape_normalized(text: str, old: str) -> Iterator[str]:
    plain = _unescaped(old)
    if plain in text:
        yield plain
    yield from _windows(text, plain, plain, _unescaped)


def _trimmed_boundary(text: str, old: str) -> Iterator[str]:
    sought = old.strip(JS_SPACE)
    if sought == old:
        return
    if sought in text:
        yield sought
    yield from _windows(text, old, sought, lambda block: block.strip(JS_SPACE))


def _context_aware(text: str, old: str) -> Iterator[str]:
    if old.count("\n") < 2:
        return
    lines, sought = text.split("\n"), _trimmed(_without_last_blank(old))
    stripped = _trimmed(lines)
    for start, end in _anchored(stripped, sought[0], sought[-1]):
        if end - start + 1 == len(sought):
            pairs = [pair for pair in zip(stripped[start + 1 : end], sought[1:-1], strict=True) if any(pair)]
            if not pairs or sum(here == there for here, there in pairs) / len(pairs) >= 0.5:
                yield "\n".join(lines[start : end + 1])


def _multi_occurrence(text: str, old: str) -> Iterator[str]:
    if old in text:
        yield old


def _finders(*, relaxed: bool) -> tuple[Finder, ...]:
    return (
        _simple,
        _line_trimmed,
        lambda text, old: _block_anchor(text, old, relaxed=relaxed),
        _whitespace_normalized,
        _indentation_flexible,
        _escape_normalized,
        _trimmed_boundary,
        _context_aware,
        _multi_occurrence,
    )


FINDERS = _finders(relaxed=False)
RELAXED_FINDERS = _finders(relaxed=True)  # versions before mid-2026


def _windows(text: str, sized: str, sought: str, form: Callable[[str], str]) -> Iterator[str]:
    """Blocks of as many lines as `sized` whose `form` is `sought`."""
    lines, size = text.split("\n"), sized.count("\n") + 1
    _affordable(len(lines), size)
    for at in range(len(lines) - size + 1):
        block = "\n".join(lines[at : at + size])
        if form(block) == sought:
            yield block


def _anchored(stripped: list[str], first: str, last: str) -> Iterator[tuple[int, int]]:
    """Each line equal to `first` with the next line equal to `last`, two or more further down."""
    ends = [at for at, line in enumerate(stripped) if line == last]
    for start, line in enumerate(stripped):
        if line == first:
            place = bisect_left(ends, start + 2)
            if place < len(ends):
                yield start, ends[place]


def _places(lines: list[str], wanted: list[str]) -> Iterator[int]:
    last = len(lines) - len(wanted)
    at = 0
    while wanted and at <= last:
        try:
            at = lines.index(wanted[0], at, last + 1)
        except ValueError:
            return
        if lines[at : at + len(wanted)] == wanted:
            yield at
        at += 1


def _affordable(lines: int, wanted: int) -> None:
    if lines * wanted > MAX_WINDOW_WORK:
        raise TooMuchWorkError


def _without_last_blank(text: str) -> list[str]:
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _trimmed(lines: list[str]) -> list[str]:
    return [line.strip(JS_SPACE) for line in lines]


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found.group(1), found.group(1)), text)


def _unindented(text: str) -> str:
    lines = text.split("\n")
    indents = [len(line) - len(line.lstrip(JS_SPACE)) for line in lines if line.strip(JS_SPACE)]
    if not indents:
        return text
    return "\n".join(line[min(indents) :] if line.strip(JS_SPACE) else line for line in lines)
