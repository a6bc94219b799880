"""The page as a reader sees it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.cli.columns import width
from gittraj.cli.show import story

from .samples import call, checks, result, shown, text, verified


def _page(entries: list[dict[str, Any]], *, full: bool = False, columns: int = 100, agent: str = "claude-code") -> str:
    return text(story(shown(verified(entries, agent)), full=full, columns=columns), columns)


_USER = {"type": "user", "content": "Please fix it"}


def test_the_head_says_who_when_how_much_and_how_trustworthy() -> None:
    page = _page([{**_USER, "timestamp": "2026-11-21T01:15:00Z"}, call("Bash", {"command": "ls"}, timestamp="2026-11-21T01:15:03Z"),
                  result("a\nb")])  # fmt: skip
    first, trace, agent, work = page.split("\n")[:4]
    assert first.startswith("commit  8b01f28e  Round half a cent")
    assert first.endswith("main, 2025-11-21 02:15")
    assert "✓ signed   dana@example.org  SHA256:AAECAwQFBgcI…" in trace
    assert trace.endswith("✓ bound to this commit   ✓ all 8 checks")
    assert agent.startswith("agent   claude-code 2.1, m-1")
    assert agent.endswith("session 01a1fbac, segment 1, 02:15:00 → 02:15:03")
    assert work.startswith("work    1 step, 1 command")


def test_each_check_that_failed_is_told_with_its_reason() -> None:
    page = text(
        story(
            shown(verified([_USER], binding="the note lies at another commit", signer="nobody vouches")),
            full=False,
            columns=110,
        ),
        110,
    )
    assert "✗ not of this commit" in page
    assert "✗ untrusted" in page
    assert "✗ binding: the note lies at another commit" in page
    assert "✗ signer: nobody vouches" in page


def test_a_record_that_is_withheld_is_said_to_be_missing() -> None:
    gone = verified([])
    gone = type(gone)(gone.statement, checks(), None, "dana@example.org", True)
    assert "the record itself is not here" in text(story(shown(gone), full=False, columns=100))


def test_a_failed_command_shows_its_exit_code_and_last_words() -> None:
    page = _page(
        [_USER, call("Bash", {"command": "make test"}), result("one\ntwo\nthree", failed=True, **{"exit-code": 2})]
    )
    assert "$ make test" in page
    assert "✗ exit 2, 3 lines" in page
    assert "│ two\n" in page
    assert "│ three" in page
    assert "│ one" not in page


def test_the_commit_still_running_is_told_so() -> None:
    page = _page(
        [
            _USER,
            call("Bash", {"command": "ls"}, "1"),
            result("x", "1"),
            call("Bash", {"command": "git commit -m x"}, "2"),
        ]
    )
    assert "→ this commit (still running)" in page


def test_an_agent_that_records_no_results_has_no_open_calls() -> None:
    assert "running" not in _page([_USER, call("Bash", {"command": "git commit -m x"})])


def test_thoughts_are_folded_and_whole_with_full() -> None:
    entries = [_USER, {"type": "reasoning", "content": "secretly\nthinking"}, {"type": "assistant", "content": "Done."}]
    assert "· thought, 2 lines" in _page(entries)
    assert "thinking" not in _page(entries)
    assert "· thinking" in _page(entries, full=True)


def test_what_is_shortened_says_how_much_and_full_shows_it() -> None:
    entries = [{"type": "user", "content": "\n".join(f"line {number}" for number in range(30))}]
    assert "… 22 more lines" in _page(entries)
    assert "line 29" not in _page(entries)
    assert "line 29" in _page(entries, full=True)


def test_outputs_are_only_shown_whole_with_full() -> None:
    entries = [_USER, call("Bash", {"command": "ls"}), result("a\nb")]
    assert "│ a" not in _page(entries)
    assert "│ a" in _page(entries, full=True)


def test_an_edit_is_a_small_diff_with_its_size() -> None:
    edit = {"file_path": "/w/ledger/money.py", "old_string": "a\nb\nc", "new_string": "a\nB\nc"}
    page = _page([_USER, call("Edit", edit), result("updated")])
    assert "edit  money.py" in page
    assert "+1 −1" in page
    assert "-b" in page
    assert "+B" in page


def test_a_failed_edit_changes_nothing_on_the_page() -> None:
    edit = {"file_path": "/w/ledger/money.py", "old_string": "a", "new_string": "b"}
    page = _page([_USER, call("Edit", edit), result("String to replace not found in file.", failed=True)])
    assert "✗ failed" in page
    assert "String to replace not found" in page
    assert "+b" not in page


def test_an_agent_unknown_here_still_reads() -> None:
    page = _page([_USER, call("edit", {"path": "x"}), result("ok")], agent="never-heard-of")
    assert "edit" in page


def test_a_sub_agent_stands_behind_a_rail() -> None:
    children = [{"type": "assistant", "content": "looking"}, call("Grep", {"pattern": "x"}, "s"), result("1\n2", "s")]
    page = _page([_USER, call("Task", {"description": "search"}, children=children), result("found")])
    assert "╎ looking" in page
    assert "╎ grep  x" in page


def test_events_that_matter_are_told_and_the_others_only_with_full() -> None:
    entries = [_USER, {"type": "system-event", "event-type": "compaction", "data": {"text": "history summarised"}},
               {"type": "system-event", "event-type": "settings", "data": {"mode": "plan"}}]  # fmt: skip
    assert "— compaction  text: history summarised" in _page(entries)
    assert "settings" not in _page(entries)
    assert "— settings" in _page(entries, full=True)


def test_two_statements_are_told_one_after_the_other() -> None:
    page = text(story(shown(verified([_USER]), verified([_USER], "codex")), full=False, columns=100))
    assert page.count("trace   ✓ signed") == 2
    assert page.count("─" * 100) == 1


_VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "command", "file_path", "x", "type"]), inner, max_size=3)
    ),
    max_leaves=8,
)
_ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["user", "assistant", "tool-call", "tool-result", "reasoning", "system-event"])},
        optional={"content": _VALUES, "name": st.sampled_from(["Bash", "Edit", "Write", "x\x1b"]), "input": _VALUES, "output": _VALUES,
                  "call-id": st.sampled_from(["1", "2"]), "event-type": st.sampled_from(["compaction", "unknown", "\x1b[2J"]),
                  "data": _VALUES, "is-error": _VALUES, "exit-code": _VALUES, "status": _VALUES, "token-usage": _VALUES,
                  "timestamp": st.just("2026-11-21T01:15:00Z")},
    ),
    max_size=8,
)  # fmt: skip


@given(_ENTRIES, st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_a_record_holds_the_page_neither_breaks_nor_steers_the_terminal(
    entries: list[dict[str, Any]], full: bool
) -> None:
    page = _page(entries, full=full)
    assert "\x1b" not in page
    if not full:
        assert all(width(line) <= 100 for line in page.split("\n"))


@pytest.mark.parametrize("columns", [40, 60, 120])
def test_a_page_keeps_to_its_width(columns: int) -> None:
    entries = [{"type": "user", "content": "日本語 " * 40}, {"type": "assistant", "content": "word " * 100},
               call("Bash", {"command": "x" * 300}), result("y")]  # fmt: skip
    assert all(width(line) <= columns for line in _page(entries, columns=columns).split("\n"))


def test_nothing_is_cut_with_full() -> None:
    entries = [call("Bash", {"command": "x" * 300}, "1"), result("y" * 300, "1")]
    page = _page(entries, full=True)
    assert "x" * 300 in page
    assert "y" * 300 in page
