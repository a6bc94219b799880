"""Line identity: diffs, regions of changes, composition."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.replay.linediff import MAX_DIFFERENCES, differing
from gittraj.replay.rewrite import regions
from gittraj.replay.spans import Span, compose, diff_spans, line_spans, lines
from gittraj.replay.text import Change, replaced
from tests.replay.laws import check_spans

files = st.lists(st.sampled_from([b"a", b"b", b"c", b"", b"d\r"]), max_size=12).map(b"\n".join)
texts = st.lists(st.sampled_from(["a", "b", "", "xy"]), max_size=8).map("\n".join)


def test_only_a_line_feed_ends_a_line() -> None:
    assert lines(b"a\rb\x0cc\r\nd") == [b"a\rb\x0cc\r\n", b"d"]
    assert lines(b"") == []
    assert lines(b"\n\n") == [b"\n", b"\n"]


@settings(max_examples=400, deadline=None)
@given(files, files)
def test_a_diff_rebuilds_the_new_state_and_is_always_the_same(old: bytes, new: bytes) -> None:
    spans = diff_spans(old, new)
    check_spans(old, new, spans)
    assert spans == diff_spans(old, new)
    assert (spans == ()) == (old == new)


def longest_common(old: list[bytes], new: list[bytes]) -> int:
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, left in enumerate(old):
        for j, right in enumerate(new):
            table[i + 1][j + 1] = table[i][j] + 1 if left == right else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@settings(max_examples=300, deadline=None)
@given(files, files)
def test_a_diff_is_as_small_as_can_be(old: bytes, new: bytes) -> None:
    before, after = lines(old), lines(new)
    touched = sum(span.old_end - span.old_start for span in diff_spans(old, new))
    assert len(before) - touched == longest_common(before, after)


def test_two_texts_with_little_in_common_keep_the_lines_that_occur_once() -> None:
    many = MAX_DIFFERENCES * 3
    old = [f"old {number}" for number in range(many)]
    new = [f"new {number}" for number in range(many)]
    old[many // 2] = new[many // 3] = "kept"
    assert [tuple(part) for part in differing(old, new)] == [
        (0, many // 2, 0, many // 3),
        (many // 2 + 1, many, many // 3 + 1, many),
    ]


def test_hostile_texts_are_compared_in_bounded_time() -> None:
    started = time.process_time()
    old, new = b"a\nb\n" * 60_000, b"b\nb\na\n" * 40_000
    check_spans(old, new, diff_spans(old, new))
    assert time.process_time() - started < 10


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, list[Change]]:
    text = draw(texts)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [
        Change(start, end, draw(st.sampled_from(["", "z", "\n", "a\nb", "q\n", "a\n"]))) for start, end in pairs
    ]


@settings(max_examples=1500, deadline=None)
@given(changed())
def test_the_regions_of_changes_hold_all_that_changed(case: tuple[str, list[Change]]) -> None:
    text, changes = case
    new = replaced(text, changes)
    assert new is not None
    found = list(regions(text, changes))
    for span, old_text, new_text in found:
        assert "".join(text.splitlines(keepends=True)[span.old_start : span.old_end]) == old_text
        assert "".join(new.splitlines(keepends=True)[span.new_start : span.new_end]) == new_text
    spans = line_spans(text.encode(), new.encode(), [region.span for region in found])
    check_spans(text.encode(), new.encode(), spans)
    touched = {number for span, *_ in found for number in range(span.old_start, span.old_end)}
    assert all(number in touched for span in spans for number in range(span.old_start, span.old_end))


def test_many_changes_in_one_line_take_linear_time() -> None:
    started = time.process_time()
    text = "x" + "\n" * 100_000 + "ab" * 100_000
    changes = [Change(at, at + 1, "") for at in range(1, 100_000)]
    changes += [Change(at, at + 1, "c") for at in range(100_001, len(text), 2)]
    assert sum(1 for _ in regions(text, changes)) >= 1
    assert time.process_time() - started < 5


def test_regions_that_do_not_fit_give_the_plain_diff() -> None:
    old, new = b"a\nb\nc\n", b"a\nc\n"
    assert line_spans(old, new, [Span(0, 0, 0, 1)]) == diff_spans(old, new) == (Span(1, 2, 1, 1),)


@settings(max_examples=600, deadline=None)
@given(files, files, files)
def test_two_changes_in_a_row_are_one_change(first: bytes, second: bytes, third: bytes) -> None:
    left, right = diff_spans(first, second), diff_spans(second, third)
    both = compose(left, right)
    check_spans(first, third, both)
    kept_old = set(range(len(lines(first)))) - {n for s in both for n in range(s.old_start, s.old_end)}
    kept_by_left = set(range(len(lines(first)))) - {n for s in left for n in range(s.old_start, s.old_end)}
    assert kept_old <= kept_by_left
