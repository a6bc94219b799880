"""The outcome of a change to text: what a tool saw and what it changed go in, the file's bytes and exact spans come out."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from gittraj.replay.spans import Applied, NotApplicable, Span, diff_spans, joined, line_spans, lines, region_spans
from gittraj.replay.text import Change, encode, replaced

TOO_LARGE = NotApplicable("the result is larger than a file may be")


class Region(NamedTuple):
    """Whole lines that changes touch: where they lie, and their text before and after."""

    span: Span
    old: str
    new: str


def rewritten(
    content: bytes,
    seen: str,
    changes: Sequence[Change],
    written: Callable[[str], bytes],
    how: str,
    *,
    same: bool = False,
) -> Applied | NotApplicable:
    """What becomes of `content`, which the tool saw as `seen`, changed and wrote back through `written`.

    `same`: it is known that without changes `written` gives `content` again.
    """
    text = replaced(seen, changes)
    if text is None:
        return TOO_LARGE
    new = written(text)
    found = list(regions(seen, changes))
    if not same and written(seen) != content:  # line ends or odd bytes change elsewhere too: compare line by line
        return Applied(new, line_spans(content, new, [region.span for region in found]), how)
    spans: list[Span] = []
    for span, old_text, new_text in found:
        spans += region_spans(encode(old_text), encode(new_text), span.old_start, span.new_start)
    return Applied(new, joined(spans), how)


def written_anew(content: bytes | None, new: bytes, how: str = "exact") -> Applied | NotApplicable:
    """What becomes of a file that is written as a whole: lines that both states have count as kept."""
    return Applied(new, diff_spans(content or b"", new), how)


def by_lines(
    content: bytes, new: bytes, replacements: Sequence[tuple[int, int, int]], how: str
) -> Applied | NotApplicable:
    """What becomes of `content` where (start, number of old lines, number of new lines) were replaced, in order."""
    found: list[Span] = []
    shift = 0
    for start, old_count, new_count in replacements:
        found.append(Span(start, start + old_count, start + shift, start + shift + new_count))
        shift += new_count - old_count
    return Applied(new, line_spans(content, new, found), how)


def deleted(content: bytes) -> Applied:
    """A file that is gone, with all of its lines."""
    count = len(lines(content))
    return Applied(None, (Span(0, count, 0, 0),) if count else (), "exact")


def regions(text: str, changes: Sequence[Change]) -> Iterator[Region]:
    """The whole lines that `changes` touch, in order; changes that share a line share a region."""
    line = counted = shift = at = 0
    while at < len(changes):
        begin = stop = text.rfind("\n", 0, changes[at].start) + 1
        pieces: list[str] = []
        end, tail, whole = (
            begin,
            "\n",
            False,
        )  # `tail`: the last piece that is not empty; `whole`: lines are, up to `stop`
        while at < len(changes) and (changes[at].start < stop or not whole):
            for piece in (text[end : changes[at].start], changes[at].new):
                pieces.append(piece)
                tail = piece or tail
            end = changes[at].end
            at += 1
            whole = tail.endswith("\n") and _boundary(text, end)
            if whole:
                stop = max(stop, end)
            elif end >= stop:
                stop = text.find("\n", end) + 1 or len(text)
            whole = _boundary(text, stop) if stop > end else whole
        old, new = text[begin:stop], "".join(pieces) + text[end:stop]
        line += text.count("\n", counted, begin)
        counted = begin
        old_count, new_count = _count(old), _count(new)
        yield Region(Span(line, line + old_count, line + shift, line + shift + new_count), old, new)
        shift += new_count - old_count


def _boundary(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n"


def _count(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n") and text != "")
