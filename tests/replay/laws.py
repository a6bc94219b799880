"""What must hold of every outcome of a matcher."""

from gittraj.replay.spans import Applied, NotApplicable, Span, lines


def check(old: bytes | None, result: Applied | NotApplicable) -> None:
    """The spans are in order, do not touch the kept lines, and together with the old lines give the new content."""
    if isinstance(result, NotApplicable):
        assert result.reason
        return
    check_spans(old or b"", result.content or b"", result.spans)


def check_spans(old: bytes, new: bytes, spans: tuple[Span, ...]) -> None:
    before, after = lines(old), lines(new)
    rebuilt: list[bytes] = []
    at = 0
    for span in spans:
        assert at <= span.old_start <= span.old_end <= len(before)
        assert span.new_start <= span.new_end <= len(after)
        assert span.old_start < span.old_end or span.new_start < span.new_end
        rebuilt += before[at : span.old_start]
        assert len(rebuilt) == span.new_start
        rebuilt += after[span.new_start : span.new_end]
        at = span.old_end
    rebuilt += before[at:]
    assert rebuilt == after


def done(result: Applied | NotApplicable) -> bytes:
    """The content of an outcome that is one."""
    assert isinstance(result, Applied), result
    assert result.content is not None
    return result.content
