"""Literal replacement and whole files: Claude Code, Cursor, and what is the same for all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.model.operation import Chmod, Delete, Move, Observed, Operation, Replace, Write
from gittraj.replay.apply import apply, apply_call
from gittraj.replay.spans import Applied, NotApplicable, Span
from tests.replay.laws import check, done

words = st.text(alphabet="ab \n\té€", max_size=12)
CLAUDE = "claude-code"


def run(operation: Operation, content: bytes | None, agent: str = CLAUDE) -> Applied | NotApplicable:
    result = apply(Observed(operation, "call", "applied"), content, agent=agent)
    check(content, result)
    return result


def edit(content: bytes, old: str, new: str, *, everywhere: bool = False, agent: str = CLAUDE) -> bytes:
    return done(run(Replace("f", old, new, all=everywhere), content, agent))


@settings(max_examples=400, deadline=None)
@given(
    words, words.filter(bool), words, st.booleans(), st.sampled_from([CLAUDE, "cursor", "opencode", "gemini-cli", "pi"])
)
def test_what_a_simple_editor_would_write_is_what_comes_out(
    around: str, old: str, new: str, everywhere: bool, agent: str
) -> None:
    text = f"{around}|{old}|{around[::-1]}\n"
    new = new or "n"
    if (text.count(old) != 1 and not everywhere) or (agent == "pi" and everywhere):
        return
    result = run(Replace("f", old, new, all=everywhere), text.encode(), agent)
    expected = text.replace(old, new)
    if agent == "gemini-cli" and not expected.endswith("\n"):
        expected += "\n"  # it restores the final newline
    assert done(result) == expected.encode()
    assert isinstance(result, Applied) and result.how == "exact"


def test_a_text_that_is_absent_or_ambiguous_is_not_replaced() -> None:
    assert run(Replace("f", "x", "y"), b"abc\n") == NotApplicable("the text to replace is not in the file")
    assert run(Replace("f", "a", "y"), b"a a\n") == NotApplicable("the text to replace is in the file more than once")
    assert run(Replace("f", "aa", "y"), b"aaa\n") != run(Replace("f", "aa", "y"), b"aa\n")
    assert run(Replace("f", "", "y"), b"a\n") == NotApplicable("there is no text to replace")
    assert run(Replace("f", "a", "y"), None) == NotApplicable("there is no such file")


def test_lines_inside_a_replaced_block_that_stay_count_as_kept() -> None:
    result = run(Replace("f", "b\nc\nd\n", "b\nX\nd\n"), b"a\nb\nc\nd\ne\n")
    assert isinstance(result, Applied)
    assert result.spans == (Span(2, 3, 2, 3),)


def test_windows_line_ends_are_taken_off_and_put_back() -> None:
    assert edit(b"a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz") == b"x\r\ny\r\nz\r\nc\r\n"
    assert edit(b"a\r\nb\r\nc\r\n", "a\nb", "x", agent="cursor") == b"x\r\nc\r\n"
    result = run(Replace("f", "a", "x"), b"a\nb\r\nc\n")
    assert done(result) == b"x\nb\nc\n"  # mostly LF: the one CR LF is lost, and that line is not kept
    assert isinstance(result, Applied) and result.spans == (Span(0, 2, 0, 2),)


def test_claude_takes_the_line_feed_along_when_it_deletes_up_to_the_end_of_a_line() -> None:
    assert edit(b"a\nb\nc\n", "b", "") == b"a\nc\n"
    assert edit(b"a\nb;\nc\n", "b", "") == b"a\n;\nc\n"
    assert edit(b"a\nb\nc\n", "b\n", "") == b"a\nc\n"
    assert edit(b"b\nb b\n", "b", "", everywhere=True) == b"b "
    assert edit(b"a\r\nb\r\nc\r\n", "b", "") == b"a\r\nc\r\n"
    assert edit(b"a\nb\nc\n", "b", "", agent="cursor") == b"a\n\nc\n"


def test_bytes_that_are_no_text_become_replacement_characters_where_the_file_is_rewritten() -> None:
    result = run(Replace("f", "a", "x"), b"a\n\xff\xfe\xe2\x82 \nkept\n")
    assert done(result) == "x\n\ufffd\ufffd\ufffd \nkept\n".encode()
    assert isinstance(result, Applied) and result.spans == (Span(0, 2, 0, 2),)


def test_a_byte_order_mark_stays() -> None:
    assert edit(b"\xef\xbb\xbfa\nb\n", "a", "x") == b"\xef\xbb\xbfx\nb\n"
    assert edit("\ufeffa\nb\n".encode("utf-16-le"), "b", "é") == "\ufeffa\né\n".encode("utf-16-le")


def test_lone_halves_of_a_surrogate_pair_become_replacement_characters() -> None:
    assert edit(b"a\n", "a", "\ud83d\ude00 \ud83d") == "\U0001f600 \ufffd\n".encode()
    assert done(run(Write("f", "\udc00"), None)) == "\ufffd".encode()


def test_a_write_is_the_file() -> None:
    assert done(run(Write("f", "é\r\n"), None)) == "é\r\n".encode()
    assert done(run(Write("f", ""), b"old\n")) == b""
    result = run(Write("f", "a\nX\nc\n"), b"a\nb\nc\n")
    assert isinstance(result, Applied) and result.spans == (Span(1, 2, 1, 2),)
    assert run(Write("f", "x", create=True), b"there") == NotApplicable("the file exists")
    assert done(run(Write("f", "x", create=True), b"")) == b"x"


def test_the_edits_of_one_call_are_applied_in_turn_and_all_or_none() -> None:
    edits = [Observed(Replace("f", old, new), "call", "applied") for old, new in (("a", "b1"), ("b1", "c"), ("z", "y"))]
    result = apply_call(edits, b"a\nz\nq\n", agent=CLAUDE)
    check(b"a\nz\nq\n", result)
    assert done(result) == b"c\ny\nq\n"
    assert isinstance(result, Applied) and result.spans == (Span(0, 2, 0, 2),)
    assert isinstance(apply_call(edits, b"a\nq\n", agent=CLAUDE), NotApplicable)
    assert apply_call([], b"a\n", agent=CLAUDE) == Applied(b"a\n", (), "exact")


def test_delete_move_and_mode() -> None:
    assert run(Delete("f"), b"a\nb") == Applied(None, (Span(0, 2, 0, 0),), "exact")
    assert run(Delete("f"), None) == NotApplicable("there is no such file")
    assert run(Move("f", "g"), b"a\n") == Applied(b"a\n", (), "exact", moved_to="g")
    assert run(Chmod("f", 0o100755), b"a\n") == Applied(b"a\n", (), "exact", mode=0o100755)


def test_a_cell_of_a_notebook_is_nothing_that_can_be_replaced_as_text() -> None:
    assert isinstance(run(Replace("f.ipynb", "", "x", matching="notebook"), b"{}"), NotApplicable)
