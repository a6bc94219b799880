import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec import schema
from gittraj.codec.cbor import Tag, decode, encode
from gittraj.codec.problems import PROBLEMS, Problem
from tests.codec.records import COMMIT, DIGEST, record

MISSING = object()

# what is wrong, where in the valid record, with what instead, and the path that must be named ("" : the same)
BROKEN = [
    ("a record without version", "version", MISSING),
    ("a version that is a number", "version", 3),
    ("a record without id", "id", MISSING),
    ("an id of bytes", "id", b"1"),
    ("a record without session", "session", MISSING),
    ("a session that is an array", "session", []),
    ("a creation time that is no date-time", "created", "yesterday"),
    ("a creation time with lower-case t and z", "created", "2026-11-21t10:00:00z"),
    ("a creation time without zone", "created", "2026-11-21T10:00:00"),
    ("a creation time in month 13", "created", "2026-13-21T10:00:00Z"),
    ("a creation time followed by a newline", "created", "2026-11-21T10:00:00Z\n"),
    ("a creation time that is a float", "created", 1795251601.5),
    ("a creation time before the epoch", "created", -1),
    ("a creation time of more than 64 bits", "created", 1 << 64),
    ("a creation time that is true", "created", True),
    ("a session without id", "session.session-id", MISSING),
    ("a session id that is a number", "session.session-id", 7),
    ("a session without agent", "session.agent-meta", MISSING),
    ("an agent without model", "session.agent-meta.model-id", MISSING),
    ("an agent without provider", "session.agent-meta.model-provider", MISSING),
    ("models that are one text", "session.agent-meta.models", "m"),
    ("a model that is null", "session.agent-meta.models[1]", None),
    ("a session without entries", "session.entries", MISSING),
    ("entries that are a map", "session.entries", {}),
    ("a session end that is an empty text", "session.session-end", ""),
    ("an environment without working directory", "session.environment.working-dir", MISSING),
    ("an environment's vcs without type", "session.environment.vcs.type", MISSING),
    ("a sandbox that is a number", "session.environment.sandboxes[0]", 1),
    ("an entry that is a text", "session.entries[0]", "hello"),
    ("an entry without type", "session.entries[0].type", MISSING),
    ("an entry of a vendor's own type", "session.entries[0].type", "summary"),
    ("an entry whose type is an array", "session.entries[0].type", ["user"]),
    ("an entry with an id that is a number", "session.entries[0].id", 1),
    ("an entry with a key that is not text", "session.entries[0]", {"type": "user", 1: 2}, "session.entries[0].1"),
    ("an entry with a key that is not UTF-8", "session.entries[0]", {"type": "user", "\ud800": 2}, "session.entries[0].\ud800"),
    ("a timestamp that is null", "session.entries[2].timestamp", None),
    ("a parent id that is null", "session.entries[2].parent-id", None),
    ("a model of a message that is null", "session.entries[2].model-id", None),
    ("negative tokens", "session.entries[2].token-usage.output", -2),
    ("tokens as a float", "session.entries[2].token-usage.input", 10.0),
    ("tokens that are true", "session.entries[2].token-usage.cached", True),
    ("a cost that is a text", "session.entries[2].token-usage.cost", "0.25"),
    ("token usage that is a number", "session.entries[2].token-usage", 12),
    ("a tool call without name", "session.entries[3].name", MISSING),
    ("a tool call whose name was redacted away", "session.entries[3].name", {"redacted": "x"}),
    ("a tool call without input", "session.entries[3].input", MISSING),
    ("a call id that is a number", "session.entries[3].call-id", 1),
    ("a tool result without output", "session.entries[4].output", MISSING),
    ("an error flag that is a text", "session.entries[4].is-error", "false"),
    ("an error flag that is 0", "session.entries[4].is-error", 0),
    ("a status that is a number", "session.entries[4].status", 0),
    ("children that are a map", "session.entries[4].children", {}),
    ("a child without name", "session.entries[4].children[0].name", MISSING),
    ("reasoning without content", "session.entries[1].content", MISSING),
    ("encrypted reasoning as bytes", "session.entries[1].encrypted", b"x"),
    ("an event without event-type", "session.entries[5].event-type", MISSING),
    ("data of an event that is an array", "session.entries[5].data", []),
    ("data of an event with a key that is not text", "session.entries[5].data", {1: 2}, "session.entries[5].data.1"),
    ("a field that is not UTF-8", "session.entries[3].name", "\udc80"),
    ("a key of the record that is a number", "", {**record(), 5: 1}, "5"),
    ("a record that is no map", "", [], ""),
    ("an attribution with a field that is not in the draft", "file-attribution.note", "x"),
    ("an attribution without files", "file-attribution.files", MISSING),
    ("a file with a field that is not in the draft", "file-attribution.files[0].size", 1),
    ("a file without conversations", "file-attribution.files[0].conversations", MISSING),
    ("a conversation with a field that is not in the draft", "file-attribution.files[0].conversations[0].title", "x"),
    ("a conversation without ranges", "file-attribution.files[0].conversations[0].ranges", MISSING),
    ("a conversation's url that is null", "file-attribution.files[0].conversations[0].url", None),
    ("a range with a field that is not in the draft", "file-attribution.files[0].conversations[0].ranges[0].class", "x"),
    ("a range that begins at line 0", "file-attribution.files[0].conversations[0].ranges[0].start-line", 0),
    ("a range that ends before it begins", "file-attribution.files[0].conversations[0].ranges[0].end-line", 0),
    ("a range without end", "file-attribution.files[0].conversations[0].ranges[0].end-line", MISSING),
    ("a contributor of another type", "file-attribution.files[0].conversations[0].contributor.type", "shell"),
    ("a contributor with a field of its own", "file-attribution.files[0].conversations[0].contributor.name", "x"),
    ("a resource without url", "file-attribution.files[0].conversations[0].related[0].url", MISSING),
    ("a resource with a field of its own", "file-attribution.files[0].conversations[0].related[0].title", "x"),
    ("a vcs without type", "vcs.type", MISSING),
    ("a revision of bytes", "vcs.revision", b"x"),
    ("a recorder without name", "recording-agent.name", MISSING),
    ("a recorder's version that is a number", "recording-agent.version", 1.0),
    ("an extension that is null", "gittraj", None),
    ("a segment without index", "gittraj.segment.index", MISSING),
    ("a segment with a negative index", "gittraj.segment.index", -1),
    ("a segment without prev", "gittraj.segment.prev", MISSING),
    ("a prev of 20 bytes", "gittraj.segment.prev", bytes(20)),
    ("a prev of upper-case hex", "gittraj.segment.prev", "AB" * 32),
    ("a base without commit", "gittraj.base.commit", MISSING),
    ("a base commit that is a branch", "gittraj.base.commit", "main"),
    ("a base file whose blob is short", "gittraj.base.files.a.py", {"blob": "0123"}, "gittraj.base.files.a.py.blob"),
    ("base files that are an array", "gittraj.base.files", []),
    ("a source without format", "gittraj.source.format", MISSING),
    ("a source's digest of 31 bytes", "gittraj.source.sha-256", bytes(31)),
    ("a byte range with three ends", "gittraj.source.byte-range", [0, 1, 2]),
    ("a byte range that is negative", "gittraj.source.byte-range[0]", -1),
    ("a redaction that kept some of the reasoning", "gittraj.redaction.reasoning", "some"),
    ("a hit without rule", "gittraj.redaction.hits[0].rule", MISSING),
    ("a hit without length", "gittraj.redaction.hits[0].bytes", MISSING),
    ("rules that are a number", "gittraj.redaction.rules", 3),
    ("substitutions that are a text", "gittraj.redaction.substitutions", "~"),
    ("no-redact that is 1", "gittraj.redaction.no-redact", 1),
    ("a cut output without digest", "gittraj.limits.cut[0].sha-256", MISSING),
    ("flags that are one text", "gittraj.flags", "x"),
]  # fmt: skip


def steps(path):
    """``a.b[0]`` as keys and indices; file names in `base.files` are not addressed one level deeper."""
    for part in path.split("."):
        name, *indices = part.replace("]", "").split("[")
        yield name
        yield from map(int, indices)


def broken(path, value):
    """The valid record with `value` at `path`, or without what is there."""
    if not path:
        return value
    root = record()
    if path.startswith("gittraj.base.files."):
        root["gittraj"]["base"]["files"][path.removeprefix("gittraj.base.files.")] = value
        return root
    place = root
    *way, last = steps(path)
    for step in way:
        place = place[step]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return root


def test_the_record_with_everything_is_valid_before_and_after_encoding():
    assert schema.validate(record()) == []
    assert schema.validate(decode(encode(record()))) == []


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[0])
def test_a_broken_record_is_told_by_the_path_of_what_is_wrong(case):
    _, path, value, named = (*case, case[1])[:4]
    problems = schema.validate(broken(path, value))
    assert [problem.path for problem in problems] == [named]
    assert problems[0].message.startswith(("is ", "has "))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("session.session-id", b"\1\2"), ("created", 1795251601000), ("created", "2016-12-31T23:59:60+23:59"),
        ("session.entries", []), ("session.entries[0].content", None), ("session.entries[0].content", {"redacted": "x", "bytes": 4}),
        ("session.entries[3].input", {"command": {"redacted": "x"}}), ("session.entries[4].output", [b"\0", Tag(99, 1), 1.5]),
        ("session.entries[1].content", {"redacted": "reasoning"}), ("session.entries[2].token-usage.cost", 0),
        ("session.entries[0].vendor-field", {"a": {1: 2}}), ("vcs.extra", 1), ("extra", [1]), ("gittraj", {}), ("gittraj.later", 1),
        ("gittraj.segment.prev", DIGEST), ("gittraj.segment.prev", DIGEST.hex()), ("gittraj.segment.last", -1),
        ("gittraj.base.commit", None), ("gittraj.base.commit", COMMIT + COMMIT[:24]), ("gittraj.redaction.rules", {"gittraj": 1}),
        ("gittraj.redaction.hits[0].entry", None), ("gittraj.redaction.substitutions", {"home": "~"}), ("file-attribution.files", []),
        ("file-attribution.files[0].conversations[0].url", ""), ("session.entries[3].name", "m\u00fcll"),
    ],
)  # fmt: skip
def test_what_the_draft_leaves_open_is_valid(path, value):
    assert schema.validate(broken(path, value)) == []


@pytest.mark.parametrize(
    "path", ["created", "file-attribution", "vcs", "recording-agent", "gittraj", "session.environment", "session.session-start"]
)  # fmt: skip
def test_what_is_optional_may_be_absent(path):
    assert schema.validate(broken(path, MISSING)) == []


def nested(levels):
    entry = {"type": "user"}
    for _ in range(levels):
        entry = {"type": "assistant", "children": [entry]}
    return broken("session.entries", [entry])


def test_children_may_be_nested_as_deep_as_the_limit_and_no_deeper():
    assert schema.validate(nested(schema.CHILDREN)) == []
    (problem,) = schema.validate(nested(schema.CHILDREN + 5))
    assert "deeper" in problem.message


def test_a_record_that_contains_itself_ends_in_a_problem():
    entry = {"type": "user"}
    entry["children"] = [entry]
    assert schema.validate(broken("session.entries", [entry]))


def test_problems_are_bounded_in_number():
    assert len(schema.validate(broken("session.entries", [1] * 100_000))) == PROBLEMS


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4),
    max_leaves=10,
)
PATHS = [case[1] for case in BROKEN if case[1] and not case[1].startswith("gittraj.base.files.")]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), anything)
def test_any_value_at_any_place_gives_a_list_of_problems(path, value):
    problems = schema.validate(broken(path, value))
    assert all(isinstance(problem, Problem) and problem.message for problem in problems)


def test_ten_thousand_entries_take_some_milliseconds():
    big = broken("session.entries", record()["session"]["entries"] * 1700)
    began = time.process_time()
    assert schema.validate(big) == []
    assert time.process_time() - began < 0.2  # measured: 0.013; the bound only catches another order of magnitude
