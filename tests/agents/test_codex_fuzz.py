"""Any bytes and any JSON may stand in a rollout: only our own error may come of it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.agents import codex
from gittraj.codec import cbor
from gittraj.errors import AgentError
from gittraj.model.entry import walk
from tests.agents.growing_file_laws import assert_same, assert_well_formed, boundaries, in_parts, nodes, replaced

FILES = sorted((Path(__file__).parent / "fixtures" / "codex").glob("*.jsonl"))
LINES = [json.loads(line) for path in FILES for line in path.read_text().splitlines() if line.startswith("{")]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.sampled_from(
        ["file://%zz", "\ud800".encode("utf-8", "replace").decode(), "*** Begin Patch\n*** End Patch", "{}", "[", "Exit code: 9"]
    ),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3),
    max_leaves=6,
)  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "rollout.jsonl"


def use(path):
    """Everything the house does with a rollout."""
    try:
        reading = codex.read(str(path))
    except AgentError:
        return
    assert_well_formed(reading)
    cbor.encode(reading.entries)
    entries = list(walk(reading.entries))
    results = {e["call-id"]: e for e in entries if e["type"] == "tool-result" and "call-id" in e}
    for entry in entries:
        codex.operations(entry, results.get(entry.get("call-id")))
        for keys in codex.edit_content(entry):
            value = entry
            for key in keys:
                value = value[key]
            assert isinstance(value, str)


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_any_value_at_any_place_is_survived(path, data):
    lines = data.draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=8))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        where = data.draw(st.sampled_from(list(nodes(lines[at]))))
        lines[at] = replaced(lines[at], where, data.draw(ANY))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    use(path)
    cut = data.draw(st.sampled_from(boundaries(path)))
    assert_same(codex.read(str(path)), in_parts(codex.read, path, [cut]))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_damage_to_the_bytes_is_survived(path, data):
    content = bytearray(data.draw(st.sampled_from(FILES)).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 50))] = data.draw(st.binary(max_size=20))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    use(path)
    codex.sniff(bytes(content), str(path))


@settings(max_examples=100, deadline=None)
@given(given_=ANY, name=st.sampled_from(["exec", "apply_patch", "shell", "exec_command", ""]), output=ANY)
def test_operations_take_any_input(given_, name, output):
    call = {"type": "tool-call", "name": name, "input": given_}
    codex.operations(
        call, {"type": "tool-result", "output": output, "changes": output, "status": output, "is-error": False}
    )
    codex.operations({"type": "system-event", "event-type": "file-change", "data": output}, None)
    codex.edit_content(call)
