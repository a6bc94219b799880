"""Gemini's replace: a file and a pair of strings go in, the file after the tool's four ways of matching comes out.

google-gemini/gemini-cli, packages/core/src/tools/edit.ts: exact, by trimmed lines, by tokens, by edit distance. A model that
rewrites the strings after all four failed leaves no trace of it; only a recorded state tells then.
"""

import re
from collections import Counter
from collections.abc import Callable

from gittraj.model.operation import Replace
from gittraj.replay.distance import levenshtein
from gittraj.replay.exact import NOT_FOUND
from gittraj.replay.rewrite import rewritten
from gittraj.replay.seek import TooMuchWorkError
from gittraj.replay.spans import Applied, NotApplicable
from gittraj.replay.text import JS_SPACE, JS_SPACE_CLASS, JS_WORDS, Change, crlf, decode, encode, lf, occurrences

# A text to find that is longer than this is never a near match of something; compiling it as a pattern would take seconds.
MAX_LOOSE_TEXT = 100_000
# The tool gives up where lines times length squared exceeds the first number; the second bounds our own slower arithmetic.
_TOOL_LIMIT, MAX_DISTANCE_WORK = 400_000_000, 20_000_000
_SHORTEST_FUZZY, _THRESHOLD, _SPACE_WEIGHT = 10, 0.1, 0.1
_SOURCE_LINES = re.compile("[^\n]*(?:\n|\\Z)")
# Where a line has one of these, JavaScript's dot stops and the tool loses text: that is not emulated.
_NOT_IN_A_LINE = "\r\u2028\u2029"
_TOKEN = re.compile(f"[():\\[\\]{{}}><=]|[^():\\[\\]{{}}><={JS_SPACE}]+")
_INDENT = re.compile("[ \t]*")

Lines = list[tuple[int, int, str]]  # (start, end, text) of each line as the tool sees it


def gemini(content: bytes, operation: Replace) -> Applied | NotApplicable:
    """The file after the replacement, with its line ends and its final newline (or the lack of it) as before."""
    raw = decode(content)
    text, old, new = lf(raw), lf(operation.old), lf(operation.new)
    if not old:
        return NotApplicable("there is no text to replace")
    changes = occurrences(text, old, new)
    how = "exact" if changes else "fuzzy"
    if not changes and operation.matching == "gemini":
        try:
            changes = _loose(text, old, new, operation.old)
        except TooMuchWorkError:
            return NotApplicable("the file is too large to match loosely")
    if not changes:
        return NOT_FOUND
    if len(changes) > 1 and not operation.all:
        return NotApplicable("the text to replace is in the file more than once")
    _keep_final_newline(text, changes)
    written: Callable[[str], bytes] = (lambda result: encode(crlf(result))) if "\r\n" in raw else encode
    return rewritten(content, text, changes, written, how)


def _loose(text: str, old: str, new: str, given: str) -> list[Change]:
    if len(old) > MAX_LOOSE_TEXT:
        return []
    if any(odd in text for odd in _NOT_IN_A_LINE):
        return _by_tokens(text, old, new)
    source = [(found.start(), found.end(), found.group()) for found in _SOURCE_LINES.finditer(text)][:-1]
    return _by_trimmed_lines(source, old, new) or _by_tokens(text, old, new) or _by_distance(source, given, old, new)


def _by_trimmed_lines(source: Lines, old: str, new: str) -> list[Change]:
    wanted = [line.strip(JS_SPACE) for line in old.split("\n")]
    stripped = [line.strip(JS_SPACE) for _, _, line in source]
    changes: list[Change] = []
    at = 0
    while at <= len(source) - len(wanted):
        try:
            at = stripped.index(wanted[0], at, len(source) - len(wanted) + 1)
        except ValueError:
            break
        if stripped[at : at + len(wanted)] != wanted:
            at += 1
            continue
        start, end = source[at][0], source[at + len(wanted) - 1][1]
        block = _indented(new, source[at][2])
        if new and source[at + len(wanted) - 1][2].endswith("\n") and not block.endswith("\n"):
            block += "\n"
        changes.append(Change(start, end, block))
        at += len(wanted)
    return changes


def _by_tokens(text: str, old: str, new: str) -> list[Change]:
    tokens = _TOKEN.findall(old)
    if not tokens:
        return []
    pattern = "(?:^|(?<=[\r\u2028\u2029]))([ \t]*)" + f"{JS_SPACE_CLASS}*".join(re.escape(token) for token in tokens)
    found = re.compile(pattern, re.MULTILINE).finditer(text)
    return [Change(each.start(), each.end(), _indented(new, each.group(1))) for each in found]


def _by_distance(source: Lines, given: str, old: str, new: str) -> list[Change]:
    if len(given) < _SHORTEST_FUZZY or len(source) * len(given) ** 2 > _TOOL_LIMIT:
        return []
    wanted = [found.group().rstrip(JS_SPACE) for found in _SOURCE_LINES.finditer(old)][:-1]
    block, size = "\n".join(wanted), len(wanted)
    if not block:
        return []
    words = "".join(JS_WORDS.findall(block))
    letters = Counter(words)
    trimmed = [line.rstrip(JS_SPACE) for _, _, line in source]
    candidates: list[tuple[float, int]] = []
    work = MAX_DISTANCE_WORK
    for at in range(len(source) - size + 1):
        window = "\n".join(trimmed[at : at + size])
        if abs(len(window) - len(block)) / len(block) > _THRESHOLD / _SPACE_WEIGHT:
            continue
        window_words = "".join(JS_WORDS.findall(window))
        there = Counter(window_words)
        at_least = max((letters - there).total(), (there - letters).total())
        work -= len(window)
        if at_least / len(block) > _THRESHOLD:
            continue  # the distance cannot be less than the letters that one side lacks
        work -= len(window) * 20
        if work < 0:
            raise TooMuchWorkError
        apart = levenshtein(window_words, words)
        score = (apart + (levenshtein(window, block) - apart) * _SPACE_WEIGHT) / len(block)
        if score <= _THRESHOLD:
            candidates.append((score, at))
    taken: list[int] = []
    for _, at in sorted(candidates):
        if all(abs(at - other) >= size for other in taken):
            taken.append(at)
    changes: list[Change] = []
    for at in sorted(taken):
        end = "\n" if source[at + size - 1][2].endswith("\n") else ""
        changes.append(Change(source[at][0], source[at + size - 1][1], _indented(new, source[at][2]) + end))
    return changes


def _indented(block: str, where: str) -> str:
    """`block` with the indentation of its first line taken as that of the line it replaces."""
    target = _indent(where)
    rows = block.split("\n")
    reference = _indent(rows[0])
    return "\n".join(
        ""
        if not row.strip(JS_SPACE)
        else target + (row[len(reference) :] if row.startswith(reference) else row.lstrip(JS_SPACE))
        for row in rows
    )


def _indent(line: str) -> str:
    found = _INDENT.match(line)
    return found.group() if found else ""


def _keep_final_newline(text: str, changes: list[Change]) -> None:
    """Make the last changes such that the text ends with a newline if and only if it did before."""
    end = len(text)
    for number in range(len(changes) - 1, -1, -1):
        start, stop, new = changes[number]
        if stop != end:
            break
        if new:
            if text.endswith("\n") and not new.endswith("\n"):
                changes[number] = Change(start, stop, new + "\n")
            elif not text.endswith("\n") and new.endswith("\n"):
                changes[number] = Change(start, stop, new[:-1])
            return
        end = start
    if end == len(text):
        return
    ends = end > 0 and text[end - 1] == "\n"
    if text.endswith("\n") and not ends:
        changes[-1] = changes[-1]._replace(new="\n")
    elif not text.endswith("\n") and ends:
        changes.append(Change(end - 1, end, ""))
        changes.sort()
