import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec.invariants import check, irregularities, seconds
from gittraj.codec.problems import PROBLEMS
from tests.codec.records import DIGEST, record
from tests.codec.test_schema import PATHS, anything, broken


def paths(changed):
    return [problem.path for problem in check(changed)]


def call(name, **more):
    return {"type": "tool-call", "name": "Bash", "input": {}, "call-id": name, **more}


def result(name, **more):
    return {"type": "tool-result", "output": "", "call-id": name, **more}


def said(time, **more):
    return {"type": "user", "timestamp": time, **more}


def session(*entries, index=0, flags=(), **more):
    return {
        "session": {"entries": list(entries), **more},
        "gittraj": {
            "segment": {"index": index, "first": 5, "last": 4 + len(entries), "prev": DIGEST if index else None},
            "flags": list(flags),
        },
    }


NINE, TEN, ELEVEN = "2026-11-21T09:00:00Z", "2026-11-21T10:00:00.5Z", "2026-11-21T11:00:00Z"

# what is wrong, the record, the paths that must be named, the flag that excuses it ("" : none does)
BROKEN = [
    ("two entries with one id", session({"type": "user", "id": "a"}, {"type": "user", "id": "a"}), ["session.entries[1].id"], "ids-repeated"),
    ("a child with its parent's id", session({"type": "user", "id": "a", "children": [{"type": "user", "id": "a"}]}),
     ["session.entries[0].children[0].id"], "ids-repeated"),
    ("two calls with one call id", session(call("a"), call("a")), ["session.entries[1].call-id"], "ids-repeated"),
    ("a child's call with the call id of another", session(call("a", children=[call("a")])),
     ["session.entries[0].children[0].call-id"], "ids-repeated"),
    ("a timestamp before that of the entry before", session(said(TEN), said(NINE)), ["session.entries[1].timestamp"], "timestamps-out-of-order"),
    ("an earlier time behind an entry without", session(said(TEN), call("a"), said(NINE)), ["session.entries[2].timestamp"], "timestamps-out-of-order"),
    ("an earlier time in another zone", session(said(TEN), said("2026-11-21T11:00:00.4+01:00")), ["session.entries[1].timestamp"],
     "timestamps-out-of-order"),
    ("an earlier time in milliseconds", session(said(TEN), said(1795251601000)), ["session.entries[1].timestamp"], "timestamps-out-of-order"),
    ("children out of order", session(said(NINE, children=[said(ELEVEN), said(TEN)])), ["session.entries[0].children[1].timestamp"],
     "timestamps-out-of-order"),
    ("an entry before the session's start", session(said(NINE), **{"session-start": TEN}), ["session.entries[0].timestamp"],
     "timestamps-outside-session"),
    ("a child after the session's end", session(said(NINE, children=[said(ELEVEN)]), **{"session-end": TEN}),
     ["session.entries[0].children[0].timestamp"], "timestamps-outside-session"),
    ("a result without call", session(result("a")), ["session.entries[0].call-id"], "results-unpaired"),
    ("a result before its call", session(result("a"), call("a")), ["session.entries[0].call-id"], "results-unpaired"),
    ("a result before its call in a later segment", session(result("a"), call("a"), index=2), ["session.entries[0].call-id"], "results-unpaired"),
    ("a result that names nothing", session(call("a"), {"type": "tool-result", "output": ""}), ["session.entries[1].call-id"], "results-unpaired"),
    ("a result in a later segment that names nothing", session({"type": "tool-result", "output": ""}, index=1), ["session.entries[0].call-id"],
     "results-unpaired"),
]  # fmt: skip


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[0])
def test_a_contradiction_is_told_by_its_path_unless_the_record_flags_it(case):
    _, contradictory, named, flag = case
    assert paths(contradictory) == named
    assert irregularities(contradictory) == [flag]
    contradictory["gittraj"]["flags"] = [flag]
    assert paths(contradictory) == []
    contradictory["gittraj"]["flags"] = [None, {}, "another"]
    assert paths(contradictory) == named


@pytest.mark.parametrize(
    ("segment", "named"),
    [
        ({"last": 6}, ["gittraj.segment.last"]), ({"first": 1}, ["gittraj.segment.last"]), ({"entries": 5}, ["gittraj.segment.entries"]),
        ({"prev": DIGEST}, ["gittraj.segment.prev"]), ({"index": 1}, ["gittraj.segment.prev"]),
    ],
)  # fmt: skip
def test_a_segment_that_miscounts_is_told_and_no_flag_excuses_it(segment, named):
    changed = record()
    changed["gittraj"]["segment"].update(segment)
    changed["gittraj"]["flags"] = ["segment", "timestamps-out-of-order"]
    assert paths(changed) == named
    assert irregularities(changed) == []


@pytest.mark.parametrize(
    "fine",
    [
        record(), session(), session(call("a")), session(call("a"), result("a"), result("a")), session(result("a"), index=1),
        session(call("a", id="x"), result("a", id="y")), session(call("a", children=[call("b"), result("b")]), result("a")),
        session(call("a"), result("a", children=[call("b"), result("b")])), session(said(NINE), said(NINE), said(TEN)),
        session(said(NINE, children=[said(ELEVEN)]), said(TEN)), session(said(TEN), **{"session-start": NINE, "session-end": ELEVEN}),
        session(said("2016-12-31T23:59:60Z"), said("2017-01-01T00:00:00Z")), session(said(TEN), {"type": "user", "native-timestamp": 1}),
    ],
)  # fmt: skip
def test_a_record_that_contradicts_itself_nowhere_has_no_problems(fine):
    assert check(fine) == []
    assert irregularities(fine) == []


def test_problems_are_bounded_in_number():
    assert len(check(session(*[result("a")] * 10_000))) == PROBLEMS


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*PATHS, "session.entries[3].timestamp", "gittraj.segment.first"]), anything)
def test_any_value_at_any_place_is_passed_over_or_told(path, value):
    changed = broken(path, value)
    assert isinstance(check(changed), list)
    assert isinstance(irregularities(changed), list)


@settings(max_examples=100, deadline=None)
@given(anything)
def test_no_value_makes_the_check_fail(value):
    assert isinstance(check(value), list)


@pytest.mark.parametrize(
    ("timestamp", "moment"),
    [
        ("1970-01-01T00:00:01.25Z", 1.25), ("1970-01-01T01:00:00+01:00", 0.0), (1500, 1.5), ("1970-01-01T00:00:60Z", 60.0),
        ("1970-01-01T00:00:00.1234567890Z", 0.123456), ("1970-01-01T00:00:00", None), ("", None), (True, None), (1.5, None),
        (-1, None), (None, None), ("\ud800" * 20, None), ("0001-01-01T00:00:00+23:59", -62135683140.0),
    ],
)  # fmt: skip
def test_timestamps_are_read_as_seconds_since_the_epoch(timestamp, moment):
    assert seconds(timestamp) == moment
