"""One changed place: two contents go in; the range of lines that git's diff tells comes out, where no diff is needed to know it.

Most commits change one place of a file. Where none of the lines gone from it is left in the new content, and none of those that came
was in the old one, every line that both have must be kept, so that there is nothing for a diff algorithm to choose: git discards lines
that have no match before it looks for anything else (xdiff/xprepare.c), and what is left is equal on both sides.
"""

_LINES = 16  # on either side: each is looked for in the whole other content


def one_change(old: bytes, new: bytes) -> tuple[int, int, int, int] | None:
    """(old start, old end, new start, new end), 0-based and half open; None where git has to be asked."""
    if old == new or not (old.endswith(b"\n") and new.endswith(b"\n")):
        return None
    start = old.rfind(b"\n", 0, _alike(old, new)) + 1
    most = min(len(old), len(new)) - start
    tail = _alike_at_end(old, new, most)
    if tail < most or not (_line_begins(old, len(old) - tail) and _line_begins(new, len(new) - tail)):
        tail = len(old) - old.find(b"\n", len(old) - tail) - 1  # whole lines only
    gone, came = old[start : len(old) - tail], new[start : len(new) - tail]
    gone_lines, came_lines = gone.count(b"\n"), came.count(b"\n")
    if gone_lines > _LINES or came_lines > _LINES or _any_in(gone, new) or _any_in(came, old):
        return None
    at = old.count(b"\n", 0, start)
    return at, at + gone_lines, at, at + came_lines


def _alike(old: bytes, new: bytes) -> int:
    """How many bytes the two begin with alike."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) >> 1
        if old.startswith(new[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def _alike_at_end(old: bytes, new: bytes, most: int) -> int:
    """How many bytes the two end with alike, `most` at most."""
    low, high, end, far = 0, most, len(old), len(new)
    while low < high:
        middle = (low + high + 1) >> 1
        if old.startswith(new[far - middle : far - low], end - middle):
            low = middle
        else:
            high = middle - 1
    return low


def _line_begins(content: bytes, at: int) -> bool:
    return at == 0 or content[at - 1] == 0x0A


def _any_in(part: bytes, content: bytes) -> bool:
    """Whether a line of `part` is one of `content`, too; both consist of whole lines."""
    if not part:
        return False
    return any(b"\n%b\n" % line in content or content.startswith(b"%b\n" % line) for line in part[:-1].split(b"\n"))
