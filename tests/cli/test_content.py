import pytest

from gittraj.cli.content import lines_of, printed, said, shown, shown_line, text_of
from tests.cli import samples


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("plain", "plain"),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "a\nb"),
        ([{"type": "image", "source": {"data": "…"}}], "[image]"),
        ({"stdout": "out", "stderr": "err"}, "out\nerr"),
        ({"output": {"content": "deep"}}, "deep"),
        ({"other": 1}, '{"other": 1}'),
        (b"\x00\x01", "[2 bytes]"),
        (3, "3"),
    ],
)
def test_the_text_is_found_in_whatever_shape(content: object, text: str) -> None:
    assert text_of(content) == text


def test_deep_nesting_ends_in_json_not_in_a_crash() -> None:
    value: object = "x"
    for _ in range(5000):
        value = [value]
    assert isinstance(text_of(value), str)


def test_a_redaction_marker_is_short_on_a_page() -> None:
    marker = "{redacted: kingfisher.aws.1, bytes: 40, sha256-salted: " + "0" * 32 + "}"
    assert shown(f"key={marker};") == "key=[redacted: kingfisher.aws.1, 40 bytes];"


def test_a_line_of_a_page_has_no_newline() -> None:
    assert shown_line("a\nb\tc") == "a␊b c"


def test_blank_lines_at_both_ends_are_not_content() -> None:
    assert lines_of("\n\n a\r\n\nb\n\n") == [" a", "", "b"]


def test_what_codex_wraps_around_an_output_is_not_the_output() -> None:
    output = "Chunk ID: a1\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\nfirst\nsecond\n"
    assert printed({"output": output}) == ["first", "second"]


def test_what_claude_code_wraps_around_a_failure_is_not_the_output() -> None:
    assert printed({"output": "Exit code 1\nboom", "exit-code": 1}) == ["boom"]
    assert printed({"output": "<tool_use_error>no such file</tool_use_error>"}) == ["no such file"]


def test_a_slash_command_is_told_as_it_was_typed() -> None:
    text = "<command-message>review</command-message>\n<command-name>/review</command-name>\n<command-args>main</command-args>"
    assert said(text) == (False, "/review main")


def test_a_message_that_is_one_tagged_block_comes_from_a_program() -> None:
    assert said("<environment_context>\n<cwd>/w</cwd>\n</environment_context>")[0] is True
    assert said("<b> is bold, </i> is not")[0] is False


def test_the_prompt_inside_cursors_tag_is_the_users() -> None:
    assert said("<user_query>\nfix it\n</user_query>") == (False, "\nfix it\n")


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ("Command: make\nDirectory: (root)\nOutput: no rule\nError: (none)\nExit Code: 2\nSignal: 0\nBackground PIDs: (none)\nProcess Group PGID: 7",
         ["no rule"]),
        ("<untrusted_context>\nOutput: one\ntwo\nProcess Group PGID: 7\n</untrusted_context>", ["one", "two"]),
        ("Command: true\nOutput: (empty)\nError: (none)\nExit Code: 0\nProcess Group PGID: 7", []),
        ("Output: of something else", ["Output: of something else"]),
    ],
)  # fmt: skip
def test_what_gemini_wraps_around_an_output_is_left_out(output: str, lines: list[str]) -> None:
    assert printed(samples.result(output)) == lines
