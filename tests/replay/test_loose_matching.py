"""The tools' own loose matching: Gemini, OpenCode, pi."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.model.operation import Observed, Replace
from gittraj.replay.apply import apply, apply_call
from gittraj.replay.distance import levenshtein
from gittraj.replay.spans import Applied, NotApplicable, Span
from tests.replay.laws import check, done

MATCHING = {"gemini-cli": "gemini", "opencode": "opencode", "pi": "pi-touched-lines"}


def run(
    agent: str, content: str | bytes, old: str, new: str, *, every: bool = False, matching: str = ""
) -> Applied | NotApplicable:
    data = content if isinstance(content, bytes) else content.encode()
    operation = Replace("f", old, new, all=every, matching=matching or MATCHING[agent])
    result = apply(Observed(operation, "call", "applied"), data, agent=agent)
    check(data, result)
    return result


def text(result: Applied | NotApplicable, how: str = "fuzzy") -> str:
    assert isinstance(result, Applied) and result.how == how, result
    return done(result).decode()


@settings(max_examples=400, deadline=None)
@given(st.text("abé ", max_size=70), st.text("abé ", max_size=70))
def test_the_bit_parallel_distance_is_the_distance(left: str, right: str) -> None:
    row = list(range(len(right) + 1))
    for i, here in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, there in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (here != there))
    assert levenshtein(left, right) == row[-1]


def test_gemini_re_indents_a_block_that_matches_by_trimmed_lines() -> None:
    assert text(run("gemini-cli", "if a:\n    x = 1\n    y = 2\nz\n", "x = 1\ny = 2", "x = 3\n  y = 4")) == (
        "if a:\n    x = 3\n      y = 4\nz\n"
    )
    assert text(run("gemini-cli", "  a\n", "\ta", "\tb\n\n\t\tc")) == "  b\n\n  \tc\n"
    assert text(run("gemini-cli", "  a\n  b\n", " a\n b", "")) == "\n"


def test_gemini_matches_tokens_across_white_space_and_lines() -> None:
    assert text(run("gemini-cli", "  foo( a,\n     b )\nend\n", "foo(a, b)", "bar(a)")) == "  bar(a)\nend\n"


def test_gemini_matches_what_is_nearly_the_same() -> None:
    content = "start\n    the quick brown fox jumps over the lazy dog\nend\n"
    assert (
        text(run("gemini-cli", content, "the quick brown fox jumps over the lazy dig", "new"))
        == "start\n    new\nend\n"
    )
    assert isinstance(run("gemini-cli", content, "the slow green fox sleeps under the lazy cat", "new"), NotApplicable)
    assert isinstance(run("gemini-cli", "abcdefghi\n", "abcdefghj", "new"), NotApplicable)  # too short for that


def test_gemini_matches_loosely_only_where_the_reader_left_it_open() -> None:
    assert isinstance(run("gemini-cli", "  a\n", "\ta", "b", matching="exact"), NotApplicable)


def test_gemini_keeps_line_ends_and_the_final_newline_or_the_lack_of_it() -> None:
    assert done(run("gemini-cli", b"a\r\nb\r\n", "a\nb\n", "x\ny")) == b"x\r\ny\r\n"
    assert done(run("gemini-cli", b"a\nb", "b", "c\n")) == b"a\nc"
    assert done(run("gemini-cli", b"a\nb", "b", "")) == b"a"
    assert done(run("gemini-cli", b"a\nb\n", "b\n", "")) == b"a\n"
    assert done(run("gemini-cli", b"b\n", "b\n", "")) == b"\n"
    assert done(run("gemini-cli", b"a\n\na", "a", "", every=True)) == b"\n"
    assert done(run("gemini-cli", b"aa", "a", "x\n", every=True)) == b"x\nx"


def test_gemini_refuses_several_places_without_being_told_to_take_all() -> None:
    assert isinstance(run("gemini-cli", "a\na\n", "a", "b"), NotApplicable)
    assert text(run("gemini-cli", "a\na\n", "a", "$&", every=True), "exact") == "$&\n$&\n"
    assert isinstance(run("gemini-cli", " a b\n a b\n", "\ta b", "c"), NotApplicable)
    assert text(run("gemini-cli", " a b\n  a b\n", "\ta b", "c", every=True)) == " c\n  c\n"


BLOCK = "def f():\n  one = 1\n  two = 2\n  return one\nend\n"


@pytest.mark.parametrize(
    ("content", "old", "new", "expected"),
    [
        ("  a\n  b\nc\n", "a\nb", "X", "X\nc\n"),  # line-trimmed: the indentation is lost
        (BLOCK, "def f():\n  one = 1\n  two = 9\n  return one", "X", "X\nend\n"),  # block anchor
        ("x  =   1;  y\n", "x = 1;", "X", "X  y\n"),  # whitespace normalised, inside a line
        ("a b\n  c d\ne\n", "a b c\nd", "X", "X\ne\n"),  # whitespace normalised, over lines
        ('say("a\tb")\n', 'say(\\"a\\tb\\")', "X", "X\n"),  # escape normalised
        ("p a b q\n", "\n a b \n", "X", "p X q\n"),  # trimmed boundary
    ],
)
def test_opencode_tries_its_ways_in_order(content: str, old: str, new: str, expected: str) -> None:
    assert text(run("opencode", content, old, new)) == expected


def test_opencode_before_mid_2026_took_blocks_that_are_less_alike() -> None:
    content = "begin\nsomething else entirely\nend\n"
    assert text(run("opencode", content, "begin\nnothing of that kind\nend", "X")) == "X\n"


def test_opencode_takes_the_first_way_that_names_one_place() -> None:
    assert isinstance(run("opencode", "a\nb\na\n", "a", "X"), NotApplicable)
    assert isinstance(run("opencode", "abc\n", "zzz", "X"), NotApplicable)
    assert isinstance(run("opencode", "abc\n", " ", "X", every=True), NotApplicable)


def test_opencode_expands_dollars_where_it_replaces_all() -> None:
    assert text(run("opencode", "1a2\n", "a", "[$&|$$|$`|$'|$1]", every=True), "exact") == "1[a|$|1|2\n|$1]2\n"
    assert text(run("opencode", "1a2\n", "a", "$&"), "exact") == "1$&2\n"


def test_opencode_imposes_the_line_ends_of_the_file() -> None:
    assert done(run("opencode", b"a\r\nb\r\n", "a\nb", "x\ny")) == b"x\r\ny\r\n"
    assert done(run("opencode", b"\xef\xbb\xbfa\n", "a", "b")) == b"\xef\xbb\xbfb\n"


def test_a_near_match_of_pi_writes_the_whole_file_normalised_or_the_touched_lines() -> None:
    content = "\u201ca\u201d \nb\u2013c  \nd\uff01\n\u2019e"
    whole = run("pi", content, "b-c\nd!", "X", matching="pi-whole-file")
    assert text(whole) == '"a"\nX\n\'e'
    assert isinstance(whole, Applied) and whole.spans == (Span(0, 4, 0, 3),)
    touched = run("pi", content, "c\nd!", "X")
    assert text(touched) == "\u201ca\u201d \nb-X\n\u2019e"
    assert isinstance(touched, Applied) and touched.spans == (Span(1, 3, 1, 2),)
    assert isinstance(run("pi", content, "b-c", "X", matching="exact"), NotApplicable)


def test_pi_keeps_the_byte_order_mark_the_first_line_end_and_the_end_of_the_file() -> None:
    assert done(run("pi", b"\xef\xbb\xbfa\r\nb\nc\rd", "b\n", "x\r\n")) == b"\xef\xbb\xbfa\r\nx\r\nc\r\nd"
    assert done(run("pi", b"a\nb\r\n", "a", "x")) == b"x\nb\n"
    assert done(run("pi", b"a\nb", "b", "x", matching="exact")) == b"a\nx"


def test_pi_wants_one_place_also_in_normalised_text() -> None:
    assert isinstance(run("pi", "\u201ca\u201d\n\u2018a\n\u201ca\u201d \n", '"a"', "X"), NotApplicable)
    assert isinstance(run("pi", "a a\n", "a", "X"), NotApplicable)


def several(content: str, *pairs: tuple[str, str]) -> Applied | NotApplicable:
    edits = [Replace("f", old, new, matching="pi-touched-lines", batch="original") for old, new in pairs]
    result = apply_call([Observed(edit, "call", "applied") for edit in edits], content.encode(), agent="pi")
    check(content.encode(), result)
    return result


def test_the_edits_of_a_pi_call_are_all_matched_against_the_text_before_it() -> None:
    assert text(several("a\nb\nc\n", ("c", "b"), ("b", "a2"), ("a", "c")), "exact") == "c\na2\nb\n"
    assert isinstance(several("a\nb\n", ("a\nb", "x"), ("b", "y")), NotApplicable)
    assert isinstance(several("a\nb\n", ("a", "x"), ("x", "y")), NotApplicable)
    assert text(several("a\u2013 b\nc\u2013 \nd\n", ("a-", "x"), ("d", "y"))) == "x b\nc\u2013 \ny\n"
    assert several("", ("a", "b")) == NotApplicable("the text to replace is not in the file")


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(sorted(MATCHING)),
    st.lists(
        st.sampled_from(["a", "b c", " ", "\t", "\n", "\r\n", "\r", "x(1)", "\u2013", "\ufeff", "\u2028", "\\n", "$"]),
        max_size=14,
    ),
    st.lists(st.sampled_from(["a", "b c", " ", "\n", "x(1)", "-", "\\n", "\r\n"]), max_size=6),
    st.sampled_from(["", "z", "z\n", "\nz", "$&", "a"]),
    st.booleans(),
    st.sampled_from(["", "exact", "pi-whole-file"]),
)
def test_whatever_comes_in_the_spans_are_right_and_nothing_is_raised(
    agent: str, content: list[str], old: list[str], new: str, every: bool, matching: str
) -> None:
    run(agent, "".join(content), "".join(old), new, every=every, matching=matching)
