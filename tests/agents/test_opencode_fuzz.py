import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gittraj.agents import opencode
from gittraj.codec.cbor import encode
from gittraj.errors import AgentError
from gittraj.model.entry import TYPES, walk
from tests.agents import opencode_sessions as make
from tests.agents.test_opencode_stores import CHILD, family, v2

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from([CHILD, make.SESSION]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
SOURCE = json.loads((Path(__file__).parent / "fixtures/opencode/rounding.export.json").read_text())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def readable(path: Path, session: str = "") -> None:
    """Either our own error, or entries that a record can hold."""
    try:
        reading = opencode.read(str(path), session=session)
    except AgentError:
        return
    encode(reading.entries)
    calls = []
    for entry in walk(reading.entries):
        assert entry["type"] in TYPES
        for offered in opencode.edit_content(entry):
            value: Any = entry
            for key in offered:
                value = value[key]
        if entry["type"] == "tool-call":
            calls.append(entry)
        elif entry["type"] == "tool-result":
            opencode.operations(calls[-1], entry) if calls else None
    json.dumps(reading.next.state)
    opencode.read(str(path), reading.next, session=session)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_value_anywhere_in_an_export_raises_only_our_own_error(data: st.DataObject) -> None:
    value = SOURCE
    for _ in range(data.draw(st.integers(1, 3))):
        value = replaced(value, data.draw(st.sampled_from(places(value))), data.draw(VALUES))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.json"
        path.write_text(json.dumps(value))
        readable(path)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_value_anywhere_in_a_database_raises_only_our_own_error(data: st.DataObject) -> None:
    sessions = {name: (info, pairs) for name, (info, pairs) in family().items()}
    _, pairs = sessions[make.SESSION]
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(pairs) - 1))
        message, parts = pairs[index]
        place = data.draw(st.sampled_from(places([message, parts])[1:]))
        if (
            place in ((0,), (1,), (0, "id"), (0, "time"), (0, "time", "created"))
            or place[-1] == "id"
            or (place[:1] == (1,) and len(place) < 3)
        ):
            continue  # these are columns, or the builder of this test needs them
        message, parts = replaced([message, parts], place, data.draw(VALUES))
        pairs[index] = (message, parts)
    with tempfile.TemporaryDirectory() as folder:
        path = make.database(Path(folder) / "opencode.db", sessions)
        readable(path, data.draw(st.sampled_from(["", make.SESSION, CHILD])))


ROW = {
    "agent": "build", "model": {"id": "m"}, "tokens": {"input": 1, "cache": {"read": 1}}, "snapshot": {"start": "a", "end": "b"},
    "time": {"created": make.T0, "completed": make.T0 + 9}, "retry": {"attempt": 1},
    "content": [{"type": "text", "text": "t"}, {"type": "reasoning", "text": "r", "time": {"created": 1}},
                {"type": "tool", "id": "c", "name": "edit", "time": {"created": make.T0, "completed": make.T0},
                 "state": {"status": "completed", "input": {"path": "a"}, "content": [{"type": "text", "text": "x"}], "metadata": {}}}],
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(), kind=st.sampled_from(["assistant", "user", "shell", "compaction", "model-switched", "idle", "x"])
)
def test_any_value_anywhere_in_rows_of_version_two_raises_only_our_own_error(data: st.DataObject, kind: str) -> None:
    row = replaced(ROW, data.draw(st.sampled_from(places(ROW))), data.draw(VALUES))
    with tempfile.TemporaryDirectory() as folder:
        readable(v2(Path(folder) / "opencode.db", [("msg_1", kind, row), ("msg_2", "user", {"text": "hi"})]))


@settings(max_examples=150, deadline=None)
@given(cut=st.integers(0, 4000), junk=st.binary(max_size=40))
def test_a_file_cut_or_damaged_anywhere_raises_only_our_own_error(cut: int, junk: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = make.joined(
            Path(folder) / "joined", [make.user(1, 0), make.assistant(2, 10, [make.text("a", 11, 12)], 13)]
        )
        data = path.read_bytes()
        path.write_bytes(data[:cut] + junk)
        readable(path)
        path.write_bytes(data[:cut] + junk + data[cut:])
        readable(path)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 30000), junk=st.binary(min_size=1, max_size=40))
def test_a_damaged_database_raises_only_our_own_error(at: int, junk: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = make.database(Path(folder) / "opencode.db", family())
        data = path.read_bytes()
        path.write_bytes(data[:at] + junk + data[at + len(junk) :])
        readable(path)
