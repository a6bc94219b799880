"""Literal replacement, as Claude Code, Cursor and old pi do it: text and a pair of strings go in, the changes come out."""

from gittraj.model.operation import Replace
from gittraj.replay.rewrite import rewritten
from gittraj.replay.spans import Applied, NotApplicable
from gittraj.replay.text import Change, crlf, decode, encode, lf, occurrences

NOT_FOUND = NotApplicable("the text to replace is not in the file")
# Claude Code judges a file's line ends by its first 4,096 characters.
_SAMPLE = 4096


def literal(text: str, old: str, new: str, everywhere: bool) -> list[Change] | NotApplicable:
    """Where `old` becomes `new`; without `everywhere` it must occur exactly once, or the tool refuses."""
    if not old:
        return NotApplicable("there is no text to replace")
    at = text.find(old)
    if at < 0:
        return NOT_FOUND
    if everywhere:
        return occurrences(text, old, new)
    if text.find(old, at + len(old)) >= 0:
        return NotApplicable("the text to replace is in the file more than once")
    return [Change(at, at + len(old), new)]


def quick(content: bytes, operation: Replace) -> Applied | None:
    """The outcome where all tools agree on it and it can be had from the bytes; None where a tool's own rules are needed.

    That is text in UTF-8 with LF line ends, replaced literally, not at its very end.
    """
    old, new = operation.old, operation.new
    if not new or b"\r" in content or "\r" in old or "\r" in new or (operation.all and "$" in new):
        return None
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    # one character for each byte: searching and joining are then as fast as for ASCII
    seen, old, new = content.decode("latin-1"), encode(old).decode("latin-1"), encode(new).decode("latin-1")
    found = literal(seen, old, new, operation.all)
    if isinstance(found, NotApplicable) or found[-1].end == len(seen):
        return None
    result = rewritten(content, seen, found, lambda text: text.encode("latin-1"), "exact", same=True)
    return result if isinstance(result, Applied) else None


def claude(content: bytes, operation: Replace) -> Applied | NotApplicable:
    """Claude Code's Edit: line ends are taken off when it reads and put back when it writes."""
    utf16 = content.startswith(b"\xff\xfe")
    raw = content.decode("utf-16-le", "replace") if utf16 else decode(content)
    text = lf(raw)
    found = literal(text, operation.old, operation.new, operation.all)
    if isinstance(found, NotApplicable):
        return found
    if not operation.new and not operation.old.endswith("\n") and operation.old + "\n" in text:
        # what is deleted up to the end of a line takes the line feed along; the tool then looks for nothing else
        found = (
            occurrences(text, operation.old + "\n", "") if operation.all else [found[0]._replace(end=found[0].end + 1)]
        )
    windows = _windows(raw)
    if not windows and not utf16:
        return rewritten(content, text, found, encode, "exact")

    def written(result: str) -> bytes:
        result = crlf(result) if windows else result
        return result.encode("utf-16-le", "replace") if utf16 else encode(result)

    return rewritten(content, text, found, written, "exact")


def plain(content: bytes, operation: Replace) -> Applied | NotApplicable:
    """Literal replacement on the text as it is; where that fails, with line ends taken off and put back."""
    text = decode(content)
    found = literal(text, operation.old, operation.new, operation.all)
    if not isinstance(found, NotApplicable):
        return rewritten(content, text, found, encode, "exact")
    if "\r\n" not in text:
        return found
    text = lf(text)
    found = literal(text, lf(operation.old), lf(operation.new), operation.all)
    if isinstance(found, NotApplicable):
        return found
    return rewritten(content, text, found, lambda result: encode(crlf(result)), "exact")


def mostly_crlf(content: bytes) -> bool:
    """Whether Claude Code takes this for a file with CRLF line ends."""
    return _windows(decode(content))


def _windows(text: str) -> bool:
    sample = text[:_SAMPLE]
    windows = sample.count("\r\n")
    return windows > sample.count("\n") - windows
