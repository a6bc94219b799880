import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittraj.agents.patch_grammar import BEGIN, END, Section, parse
from gittraj.errors import AgentError


def patch(*lines: str) -> str:
    return "\n".join([BEGIN, *lines, END])


def test_each_kind_of_section_is_taken_apart() -> None:
    text = patch(
        "*** Add File: a b.txt", "+one", "+", "+three",
        "*** Delete File: old",
        "*** Update File: u", "*** Move to: v", "@@ def f():", " x", "-y", "+z", "*** End of File",
        "*** Update File: /w", "-1", "+2",
    )  # fmt: skip
    assert parse(text) == [
        Section("add", "a b.txt", body="one\n\nthree\n"),
        Section("delete", "old"),
        Section("update", "u", "v", "@@ def f():\n x\n-y\n+z\n*** End of File"),
        Section("update", "/w", "", "-1\n+2"),
    ]


@pytest.mark.parametrize("mark", ["<<EOF", "<<'EOF'", '<<"EOF"'])
def test_a_heredoc_around_the_patch_is_taken_off(mark: str) -> None:
    assert parse(f"{mark}\n{patch('*** Delete File: a')}\nEOF\n") == [Section("delete", "a")]


def test_spaces_around_markers_and_an_environment_line_are_allowed() -> None:
    assert parse("\n  " + patch("*** Environment ID: e", " *** Delete File: a ") + "  \n") == [Section("delete", "a")]


def test_carriage_returns_stay_in_updates_and_leave_added_files() -> None:
    sections = parse(patch("*** Add File: a", "+x\r", "*** Update File: b", "@@", "-1\r", "+2\r"))
    assert [section.body for section in sections] == ["x\n", "@@\n-1\r\n+2\r"]


def test_an_added_file_may_be_empty() -> None:
    assert parse(patch("*** Add File: a")) == [Section("add", "a")]


@pytest.mark.parametrize("text", ["", "x", BEGIN, END, "@@\n-1\n+2", patch("*** Rename File: a"), patch("+x")])
def test_what_is_no_patch_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(AgentError, match="not a patch"):
        parse(text)


@given(st.lists(st.text(st.characters(exclude_characters="\n\r"), max_size=6), max_size=8))
def test_the_lines_of_an_added_file_come_back(lines: list[str]) -> None:
    assert parse(patch("*** Add File: a", *(f"+{line}" for line in lines)))[0].body == "".join(
        f"{line}\n" for line in lines
    )


@given(st.text(max_size=200))
def test_any_text_is_a_patch_or_our_own_error(text: str) -> None:
    for candidate in (text, patch(text)):
        try:
            parse(candidate)
        except AgentError as error:
            assert "not a patch" in error.message
