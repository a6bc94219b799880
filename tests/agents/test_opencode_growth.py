"""A session that is read while it grows: readings one after the other give what one reading at the end gives."""

import copy
import json
from collections import Counter
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gittraj.agents.opencode import reader
from gittraj.model.entry import walk
from gittraj.model.session import Position, Reading
from tests.agents import opencode_sessions as make

CHILD = "ses_1111111111ffeTestChildAAAAA"


def grown(messages: int, shape: list[list[str]], prefix: str = "", start: int = 0) -> list[tuple[int, str, Any]]:
    """What happens to a session, in order: (time, "message" or "part" or "done", what is then in the store)."""
    happenings: list[tuple[int, str, Any]] = []
    at = start
    number = 0
    for turn in range(messages):
        number += 1
        info, parts = make.user(number, at)
        happenings.append((at, "message", (_renamed(info, prefix), [_renamed(part, prefix) for part in parts])))
        for kinds in shape[turn % len(shape) :][:1] or [["text"]]:
            number += 1
            at += 10
            info, _ = make.assistant(number, at, [])
            info = _renamed(info, prefix)
            happenings.append((at, "message", (info, [])))
            end = at
            for index, kind in enumerate(kinds):
                at += 2
                begun, ended, length = _part(kind, f"{prefix}prt_{number:04}_{index}", at, index)
                happenings.append((at, "part", (info["id"], begun)))
                if ended:
                    happenings.append((at + length, "part", (info["id"], ended)))
                    end = max(end, at + length)
                    at += 0 if kind == "parallel" else length
            at = max(at, end) + 2
            done = {**info, "time": {**info["time"], "completed": make.T0 + at}}
            happenings.append((at, "done", done))
            at += 5
    return sorted(happenings, key=lambda item: item[0])


def _renamed(item: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {**item, "id": prefix + item["id"]}


def _part(kind: str, key: str, at: int, index: int) -> tuple[dict[str, Any], dict[str, Any] | None, int]:
    if kind in ("text", "thought"):
        made = make.text("whole", at, at + 3) if kind == "text" else make.thought("whole", at, at + 3)
        return {**made, "id": key, "text": "", "time": {"start": make.T0 + at}}, {**made, "id": key}, 3
    if kind in ("tool", "parallel"):
        length = 4 if kind == "tool" else 9
        made = {**make.tool("bash", f"call_{key}", at, at + length, {"command": "x"}), "id": key}
        running = copy.deepcopy(made)
        running["state"] = {"status": "running", "input": {"command": "x"}, "time": {"start": make.T0 + at}}
        return running, made, length
    if kind == "edit":
        path = make.DIRECTORY + "/a.py"
        diff = {"file": path, "before": f"{at % 3}\n", "after": f"{(at + 4) % 3}\n"}
        given = {"filePath": path, "oldString": f"{at % 3}", "newString": f"{(at + 4) % 3}"}
        made = {**make.tool("edit", f"call_{key}", at, at + 1, given, metadata={"filediff": diff}), "id": key}
        pending = {
            "id": key,
            "type": "tool",
            "tool": "edit",
            "callID": f"call_{key}",
            "state": {"status": "pending", "input": {}},
        }
        return pending, made, 1
    return {**make.step("step-start" if index == 0 else "step-finish"), "id": key}, None, 0


class Growing:
    """A store to which the happenings are applied one by one."""

    def __init__(self, parents: dict[str, str]) -> None:
        self.sessions: dict[str, tuple[dict[str, Any], list[make.Pair]]] = {}
        for name, parent in parents.items():
            self.sessions[name] = (make.session(name, **({"parentID": parent} if parent else {})), [])

    def apply(self, session: str, kind: str, what: Any) -> None:
        pairs = self.sessions[session][1]
        if kind == "message":
            pairs.append((what[0], list(what[1])))
            return
        at = next(
            index for index, (info, _) in enumerate(pairs) if info["id"] == (what[0] if kind == "part" else what["id"])
        )
        info, parts = pairs[at]
        if kind == "done":
            pairs[at] = (what, parts)
        else:
            pairs[at] = (info, [*(part for part in parts if part["id"] != what[1]["id"]), what[1]])
            pairs[at][1].sort(key=lambda part: part["id"])

    def read(self, start: Position) -> Reading:
        state = json.loads(json.dumps(start.state))  # a position is kept on disk between readings
        sessions = copy.deepcopy(self.sessions)
        return reader._read(
            make.MemoryStore(sessions), "memory", Position(start.offset, start.entry, state), make.SESSION
        )


def bag(entries: list[dict[str, Any]]) -> Counter[str]:
    """Entries without regard to the nesting: what came too late for its call arrives in an event of its own."""
    flat = [{name: value for name, value in entry.items() if name != "children"} for entry in walk(entries)]
    return Counter(json.dumps(entry, sort_keys=True) for entry in flat if entry.get("event-type") != "sub-agent")


KINDS = st.lists(st.sampled_from(["text", "thought", "tool", "parallel", "edit", "step"]), max_size=5)


@settings(max_examples=120, deadline=None)
@given(
    messages=st.integers(1, 4),
    shape=st.lists(KINDS, min_size=1, max_size=4),
    child=st.lists(KINDS, max_size=2),
    cuts=st.sets(st.integers(0, 60), max_size=6),
)
@example(messages=1, shape=[["text", "text", "step", "tool"]], child=[], cuts={6})  # who bears the usage shows late
def test_readings_of_a_growing_session_add_up_to_the_reading_at_its_end(
    messages: int, shape: list[list[str]], child: list[list[str]], cuts: set[int]
) -> None:
    happenings = [(at, make.SESSION, kind, what) for at, kind, what in grown(messages, shape)]
    parents = {make.SESSION: ""}
    if child:
        parents[CHILD] = make.SESSION
        happenings += [(at, CHILD, kind, what) for at, kind, what in grown(len(child), child, "sub", 13)]
        happenings.sort(key=lambda item: item[0])
        _claim(happenings)
    store = Growing(parents)
    position = Position()
    entries: list[dict[str, Any]] = []
    for index, (_, session, kind, what) in enumerate(happenings):
        store.apply(session, kind, what)
        if index in cuts:
            reading = store.read(position)
            assert reading.next.entry == position.entry + len(reading.entries)
            entries += reading.entries
            position = reading.next
    entries += store.read(position).entries
    final = store.read(Position())
    assert bag(entries) == bag(final.entries)
    ids = [entry["id"] for entry in walk(entries)]
    assert len(ids) == len(set(ids))
    assert store.read(final.next).entries == []


def _claim(happenings: list[Any]) -> None:
    """Let the first tool call of the session be the one that runs the sub-agent."""
    claimed = ""
    for _, session, kind, what in happenings:
        if session == make.SESSION and kind == "part" and what[1].get("tool") == "bash":
            claimed = claimed or what[1]["id"]
            if what[1]["id"] == claimed:
                what[1]["tool"] = "task"
                what[1]["state"]["metadata"] = {"sessionId": CHILD}


def test_a_running_call_is_an_open_call_and_its_result_comes_later() -> None:
    store = Growing({make.SESSION: ""})
    for _, kind, what in grown(1, [["text", "tool"]])[:-2]:
        store.apply(make.SESSION, kind, what)
    first = store.read(Position())
    assert [entry["type"] for entry in first.entries if entry["type"] != "system-event"] == [
        "user",
        "assistant",
        "tool-call",
    ]
    for _, kind, what in grown(1, [["text", "tool"]])[-2:]:
        store.apply(make.SESSION, kind, what)
    second = store.read(first.next)
    assert [entry.get("event-type") or entry["type"] for entry in second.entries] == ["tool-result", "usage"]


def test_a_sub_agents_later_entries_arrive_in_an_event_that_names_the_call() -> None:
    task = make.tool("task", "call_tttttttttttttttt", 12, 90, {}, metadata={"sessionId": CHILD})
    running = {**task, "state": {**task["state"], "status": "running", "time": {"start": make.T0 + 12}}}
    del running["state"]["output"]
    store = Growing({make.SESSION: "", CHILD: make.SESSION})
    store.apply(make.SESSION, "message", make.user(1, 0))
    store.apply(make.SESSION, "message", make.assistant(2, 10, [running]))
    store.apply(CHILD, "message", make.user(11, 13))
    first = store.read(Position())
    assert [entry["type"] for entry in walk(first.entries)].count("user") == 2
    store.apply(CHILD, "message", make.assistant(12, 14, [make.text("found", 15, 16)], 17))
    second = store.read(first.next)
    assert [entry["data"] for entry in second.entries] == [{"session": CHILD, "call-id": "call_tttttttttttttttt"}]
    assert [entry["type"] for entry in second.entries[0]["children"]] == ["system-event", "assistant"]


def test_a_call_that_still_runs_when_the_session_goes_on_gets_its_result_when_it_ends() -> None:
    ended = make.tool("bash", "call_0", 12, 90, {"command": "serve"})
    running = {**ended, "state": {"status": "running", "input": {"command": "serve"}, "time": {"start": make.T0 + 12}}}
    store = Growing({make.SESSION: ""})
    store.apply(make.SESSION, "message", make.user(1, 0))
    store.apply(make.SESSION, "message", make.assistant(2, 10, [running], 20))
    store.apply(make.SESSION, "message", make.assistant(3, 30, [make.tool("bash", "call_0", 31, 32, {})], 33))
    store.apply(make.SESSION, "message", make.assistant(4, 40, [make.text("waiting", 41, 42)], 43))
    first = store.read(Position())
    store.apply(make.SESSION, "part", ("msg_0002", {**ended, "id": "prt_0002a"}))
    second = store.read(first.next)
    assert [(entry["type"], entry["call-id"]) for entry in second.entries] == [("tool-result", "call_0")]
    assert store.read(second.next).entries == []
    calls = Counter(entry["call-id"] for entry in [*first.entries, *second.entries] if "call-id" in entry)
    assert sorted(calls.values()) == [2, 2]
