"""One changed place told without a diff, held against libgit2's own diff."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.store import difference
from gittraj.store.one_change import one_change

_COMMON = st.lists(st.sampled_from([b"", b"}", b"x", b"    return 1", b"y = 2", b"\r"]), max_size=12)
_FRESH = st.lists(st.sampled_from([b"", b"}", b"x", b"new", b"newx", b"xnew", b"n\rw", b"\0", b"other"]), max_size=4)


def _content(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _libgit2(old: bytes, new: bytes) -> list[tuple[int, int, int, int]]:
    return difference.asked(old, new)


@given(_COMMON, _COMMON, _FRESH, _FRESH)
@settings(max_examples=1500, deadline=None)
def test_what_is_told_is_what_git_tells(
    before: list[bytes], after: list[bytes], gone: list[bytes], came: list[bytes]
) -> None:
    old, new = _content([*before, *gone, *after]), _content([*before, *came, *after])
    found = one_change(old, new)
    assert found is None or [found] == _libgit2(old, new)
    assert difference.hunks(old, new) == _libgit2(old, new)


@pytest.mark.parametrize(
    ("gone", "came"),
    [
        (b"old\n", b"new\n"),
        (b"", b"new\n"),
        (b"old\n", b""),
        (b"old\nolder\n", b"n\n"),
        (b"b\n", b"xb\n"),
        (b"b\n", b"bx\n"),
    ],
)
@pytest.mark.parametrize("before", [b"", b"1\n2\n1\n"])
@pytest.mark.parametrize("after", [b"", b"1\n2\n1\n"])
def test_most_changes_are_told_without_asking(before: bytes, after: bytes, gone: bytes, came: bytes) -> None:
    old, new = before + gone + after, before + came + after
    if old and new:
        assert [one_change(old, new)] == _libgit2(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a\nb\n", b"a\nb\nb\n"),  # which of the two is new is for git to say
        (b"a\nb\nc\n", b"x\nb\ny\n"),  # two places
        (b"a\nb", b"a\nc"),  # the last line does not end
        (b"a\n", b"a\n"),
        (b"", b"a\n"),
        (b"a\n", b"a\n" + b"".join(b"%d\n" % n for n in range(100))),  # many lines
    ],
)
def test_what_leaves_a_choice_is_left_to_git(old: bytes, new: bytes) -> None:
    assert one_change(old, new) is None
