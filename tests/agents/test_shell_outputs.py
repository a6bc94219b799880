"""What agents wrap around a command's output is undone exactly, and nothing more."""

import importlib
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittraj.agents import outputs
from gittraj.agents.interface import Agent
from gittraj.model.printed import Printed

RAN = [("claude", "Bash", "command"), ("pi", "bash", "command"), ("opencode", "bash", "command"),
       ("gemini", "run_shell_command", "command"), ("codex", "exec_command", "cmd")]  # fmt: skip


def plugged(name: str) -> Agent:
    return cast(Agent, importlib.import_module(f"gittraj.agents.{name}"))


def told(agent: str, result: dict[str, Any] | None, version: str = "", **given: Any) -> Printed:
    name, key = next((name, key) for one, name, key in RAN if one == agent)
    call = {"type": "tool-call", "name": name, "call-id": "c", "input": {key: "make", **given}}
    answer = None if result is None else {"type": "tool-result", "call-id": "c", "is-error": False, **result}
    (printed,) = outputs.printed(plugged(agent), call, answer, version)
    return printed


def test_claude() -> None:
    assert told("claude", {"output": "one\ntwo"}, "2.1.63") == Printed("one\ntwo", None, "blank")
    assert told("claude", {"output": "one\nShell cwd was reset to /w"}).text == "one"
    assert told("claude", {"output": "Shell cwd was reset to /w"}).text == ""
    assert told("claude", {"output": "Shell cwd was reset to /w\nmore"}).text == "Shell cwd was reset to /w\nmore"
    failed = {"output": "Exit code 2\nno", "is-error": True}
    assert told("claude", failed, "2.1.63") == Printed("no", 2, "blank")
    assert told("claude", failed, "2.1.39").streams == "err-out"
    assert told("claude", {"output": "x"}, "2.0.76").streams == "out-err"
    assert told("claude", {"output": "Exit code 2"}).text == "Exit code 2"  # it printed that itself
    for output in (
        "The user doesn't want to proceed with this tool use.",
        "<tool_use_error>Sibling tool call errored</tool_use_error>",
    ):
        assert not told("claude", {"output": output, "is-error": True}).ran
    assert not told("claude", {"output": "x", "native": {"backgroundTaskId": "b1"}}).ran
    assert not told("claude", {"output": "x"}, run_in_background=True).ran
    assert told("claude", {"output": "a\n\n... [12 lines truncated] ..."}).unknown


def test_pi() -> None:
    assert told("pi", {"output": "one\n"}) == Printed("one\n", 0)
    assert told("pi", {"output": "(no output)"}) == Printed("", 0)
    assert told("pi", {"output": "one\n\n\nCommand exited with code 3", "is-error": True}) == Printed("one\n", 3)
    assert told("pi", {"output": "(no output)\n\nCommand exited with code 1", "is-error": True}) == Printed("", 1)
    assert not told("pi", {"output": "Command timed out after 5 seconds", "is-error": True}).ran
    assert told("pi", {"output": "end", "details": {"truncation": {"truncated": True}}}).unknown


def test_opencode() -> None:
    assert told("opencode", {"output": "one\n", "exit-code": 1}) == Printed("one\n", 1)
    assert told("opencode", {"output": "(no output)", "exit-code": 0}) == Printed("", 0)
    assert not told("opencode", {"output": "rejected", "is-error": True}).ran
    assert told("opencode", {"output": "x", "exit-code": 0, "metadata": {"truncated": True}}).unknown


def test_gemini() -> None:
    wrapped = "<untrusted_context>\nOutput: {}\nProcess Group PGID: 7\n</untrusted_context>"
    assert told("gemini", {"output": wrapped.format("a\nb")}) == Printed("a\nb", 0, "both", started_as="bash")
    assert told("gemini", {"output": wrapped.format("(empty)")}).text == ""
    assert told("gemini", {"output": wrapped.format("a\nExit Code: 2")}).code == 2
    old = "Command: make\nDirectory: (root)\nOutput: a\nError: (none)\nExit Code: 1\nSignal: (none)\nBackground PIDs: (none)\nProcess Group PGID: 7"
    assert told("gemini", {"output": old}) == Printed("a", 1, "both", started_as="bash")
    assert told("gemini", {"output": "Stdout: a\nStderr: b\nProcess Group PGID: 7"}).unknown
    assert not told("gemini", {"output": "cancelled", "is-error": True}).ran


def test_codex() -> None:
    head = "Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 1\nOriginal token count: 2\nOutput:\n"
    assert told("codex", {"output": f"{head}Output:\nx\n", "exit-code": 1}) == Printed("Output:\nx\n", 1)
    assert told("codex", {"output": "bare\n", "exit-code": 0}) == Printed("bare\n", 0)
    assert told("codex", {"output": head, "exit-code": 1, "aggregated-output": "all\n"}) == Printed("all\n", 1)
    assert told("codex", {"output": f"{head}a\u202612 tokens truncated\u2026b", "exit-code": 1}).unknown
    assert not told("codex", {"output": "Chunk ID: 1\nProcess running with session ID 5\nOutput:\n"}).ran


def test_a_command_of_a_codex_script_is_told_only_where_the_script_does_nothing_else() -> None:
    codex = plugged("codex")
    nested = [{"nested-id": "n", "command": "make", "cwd": "/w", "exit-code": 0}]
    result = {
        "type": "tool-result",
        "output": "Script completed\nWall time 0.1 seconds\nOutput:\nall\n",
        "nested": nested,
        "exit-code": 0,
    }
    plain = 'const r = await tools.exec_command({"cmd": "make"});\ntext(r.output);\n'
    for script, text in ((plain, "all\n"), (plain + 'text("more");', ""), (f"{plain}{plain}", "")):
        call = {"type": "tool-call", "name": "exec", "call-id": "c", "input": script}
        (printed,) = outputs.printed(codex, call, result)
        assert (printed.text, bool(printed.unknown)) == (text, not text)


def test_no_result_is_no_run_and_an_agent_that_tells_nothing_is_not_guessed() -> None:
    assert not told("claude", None).ran
    call = {"type": "tool-call", "name": "Shell", "input": {"command": "make"}}
    assert not outputs.printed(plugged("cursor"), call, {"type": "tool-result", "output": "x"})[0].ran

    class Silent:
        NAME = "silent"

    assert "silent" in outputs.printed(Silent(), call, {"type": "tool-result", "output": "x"})[0].unknown  # type: ignore[arg-type]


@pytest.mark.parametrize("agent", [one for one, _, _ in RAN])
@given(
    output=st.one_of(st.text(max_size=60), st.none(), st.lists(st.text(max_size=5), max_size=2)),
    error=st.booleans(),
    more=st.dictionaries(
        st.sampled_from(["native", "details", "metadata", "nested", "exit-code", "aggregated-output"]),
        st.one_of(st.text(max_size=5), st.integers(0, 9), st.none(), st.lists(st.integers(), max_size=2)),
    ),
)
def test_any_result_comes_out_as_something(agent: str, output: Any, error: bool, more: dict[str, Any]) -> None:
    assert isinstance(told(agent, {"output": output, "is-error": error, **more}), Printed)
