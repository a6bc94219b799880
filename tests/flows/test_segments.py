"""Segments from records of any shape: what replay is fed, and that no record brings it down."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.agents import registry
from gittraj.capture.commit_calls import committing
from gittraj.errors import AgentError
from gittraj.flows import happened as events
from gittraj.flows.happened import Happened
from gittraj.flows.paths import absolute, inside
from gittraj.flows.segments import Segment, events_of, root_of, segment_of
from gittraj.model.commit import Commit
from gittraj.replay.engine import Replay
from gittraj.replay.steps import Blob, Command, Step


def happened(one: Segment, waiting: dict[str, Happened] | None = None) -> list[Happened]:
    return events.happened(one.agent, one.entries, {} if waiting is None else waiting)


COMMIT = Commit("c" * 40, "t" * 40, (), "D", "d@e", 0, "D", "d@e", 1_700_000_000, 0, "Subject")
AGENTS = ("claude-code", "codex", "pi", "opencode", "gemini-cli", "cursor")


def record(entries: Any, cwd: str = "/w", agent: str = "pi") -> dict[str, Any]:
    meta = {"cli-name": agent, "model-id": "m", "model-provider": "p"}
    session = {"session-id": "s", "agent-meta": meta, "environment": {"working-dir": cwd}, "entries": entries}
    return {"session": session, "gittraj": {"segment": {"first": 10}, "base": {"commit": None, "files": {}}}}


def segment(entries: list[dict[str, Any]], cwd: str = "/w", agent: str = "pi") -> Segment:
    return segment_of(record(entries, cwd), 0, registry.by_name(agent))


def call(name: str, given: Any, ident: str, **more: Any) -> dict[str, Any]:
    return {"type": "tool-call", "name": name, "input": given, "call-id": ident, **more}


def result(ident: str, **more: Any) -> dict[str, Any]:
    return {"type": "tool-result", "call-id": ident, "output": "", "is-error": False, **more}


def run(one: Segment, root: str = "/w") -> list[Any]:
    return [event for each in happened(one) for event in events_of(one, each, root, lambda _: None, made=False)]


def test_what_calls_did_stands_at_the_place_of_their_results() -> None:
    entries = [
        call("write", {"path": "a", "content": "1"}, "1"),
        call("write", {"path": "a", "content": "2"}, "2"),
        result("2"),
        result("1"),
    ]
    steps = run(segment(entries))
    assert [step.observed[0].operation.content for step in steps] == ["2", "1"]
    assert [step.origin.entry for step in steps] == [12, 13]


def test_a_call_whose_result_comes_with_the_next_segment_is_not_lost() -> None:
    waiting: dict[str, Any] = {}
    first = segment([call("write", {"path": "a", "content": "1"}, "1")])
    assert happened(first, waiting) == [] and list(waiting) == ["1"]
    (event,) = happened(segment([result("1")]), waiting)
    assert event.observed[0].state == "applied" and waiting == {}


def test_sub_agents_have_a_lane_of_their_own() -> None:
    def child(ident: str, stamp: str) -> list[dict[str, Any]]:
        return [
            call("write", {"path": ident, "content": "x"}, ident, timestamp=stamp),
            result(ident, timestamp=stamp),
        ]

    entries = [
        call("task", {}, "t", timestamp="2026-01-01T00:00:00Z", children=child("a", "2026-01-01T00:00:05Z")),
        call("task", {}, "u", timestamp="2026-01-01T00:00:00Z", children=child("b", "2026-01-01T00:00:02Z")),
    ]
    found = happened(segment(entries))
    assert len({event.lane for event in found}) == 2 and found[0].moment > found[1].moment


def test_paths_are_taken_as_the_agent_wrote_them() -> None:
    assert absolute("a/../b", "/w/sub") == "/w/sub/b"
    assert absolute("C:\\w\\a.py", "/x") == "C:/w/a.py" and inside("C:\\w\\a.py", "", "C:/w") == "a.py"
    assert inside("../x", "/w", "/w") == "" and inside("/w2/x", "/w", "/w") == "" and inside("/w", "/w", "/w") == ""


@pytest.mark.parametrize(
    ("cwd", "path", "root"),
    [
        ("/other/repo", "src/a.py", "/other/repo"),
        ("/other/repo/src", "a.py", "/other/repo"),
        ("", "/o/src/a.py", "/o"),
        ("", "/here/src/a.py", "/here"),
        ("", "/o/other.py", "/here"),
        ("", "src/a.py", "/here"),
    ],
)
def test_where_the_repository_lay_is_told_from_the_paths_that_are_tracked(cwd: str, path: str, root: str) -> None:
    one = segment([call("write", {"path": path, "content": "x"}, "1"), result("1")], cwd)
    assert root_of(one, happened(one), "/here", lambda name: name == "src/a.py") == root


def test_a_record_of_another_shape_is_refused() -> None:
    agent = registry.by_name("pi")
    for odd in (
        {},
        {"session": 1},
        record(None),
        record([1]),
        record([{"type": 1}]),
        record([{"type": "user", "children": 1}]),
    ):
        with pytest.raises(AgentError):
            segment_of(odd, 0, agent)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab/.\\\n{}", max_size=6) | st.sampled_from(["a", "/w/a"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ("path", "file_path", "filePath", "content", "edits", "oldText", "newText", "old_string", "new_string", "command",
             "cmd", "input", "type", "files", "changes", "nested", "kind", "filename", "patchText", "workdir", "exit-code")
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
_NAMES = st.sampled_from(
    ("write", "edit", "bash", "Edit", "Write", "MultiEdit", "Bash", "apply_patch", "exec", "exec_command", "replace", "write_file",
     "run_shell_command", "multiedit", "StrReplace", "Delete", "ApplyPatch")
)  # fmt: skip
_KEYS = st.sampled_from(
    ("pre-blob", "post-blob", "pre-state", "post-state", "changes", "files", "details", "status", "native", "cwd", "data", "output",
     "timestamp", "children", "nested", "exit-code", "redacted-edit", "created", "file-path")
)  # fmt: skip
_ENTRIES = st.lists(
    st.builds(
        lambda kind, name, given, ident, more: {
            **more, "type": kind, "name": name, "input": given, "call-id": ident, "event-type": "file-change",
        },
        st.sampled_from(("tool-call", "tool-result", "system-event", "user")),
        _NAMES,
        _VALUES,
        st.sampled_from(("1", "2")),
        st.dictionaries(_KEYS, _VALUES, max_size=3),
    ),
    max_size=6,
)  # fmt: skip


@given(_ENTRIES, st.sampled_from(AGENTS))
@settings(max_examples=300, deadline=None)
def test_no_record_brings_replay_down(entries: list[dict[str, Any]], name: str) -> None:
    agent = registry.by_name(name)
    try:
        one = segment_of(record(entries), 0, agent)
        seen = happened(one)
        committing(one.entries, COMMIT)
        root = root_of(one, seen, "/here", lambda _: False)
        events = [event for each in seen for event in events_of(one, each, root, lambda _: None, made=True)]
    except AgentError:
        return
    replay = Replay({"a": Blob(b"x\n", 0o100644)}.get, lambda _: None)
    replay.run(events)
    assert all(isinstance(event, (Step, Command)) or event.path is not None for event in events)
