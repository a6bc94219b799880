import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.agents import jsonl
from gittraj.agents.jsonl import Lines
from gittraj.errors import AgentError

VALUES = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def write(folder: Path, data: bytes) -> str:
    path = folder / "session.jsonl"
    path.write_bytes(data)
    return str(path)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(VALUES, max_size=6), at=st.integers(0, 6))
def test_lines_come_back_from_any_boundary_on(
    values: list[Any], at: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = "".join(json.dumps(value) + "\n" for value in values).encode()
    path = write(tmp_path_factory.getbasetemp(), data)
    lines = list(Lines(path))
    assert [line.value for line in lines] == values
    boundary = lines[at % len(lines)].end if lines else 0
    head, tail = Lines(path, 0, boundary), Lines(path, boundary)
    assert [*head, *tail] == lines
    assert head.end == boundary
    assert head.sha256 == hashlib.sha256(data[:boundary]).hexdigest()
    assert tail.sha256 == hashlib.sha256(data[boundary:]).hexdigest()


def test_a_torn_last_line_is_left_for_the_next_reading(tmp_path: Path) -> None:
    lines = Lines(write(tmp_path, b'{"a": 1}\n{"b": '))
    assert [line.value for line in lines] == [{"a": 1}]
    assert (lines.end, lines.torn) == (9, 6)


def test_a_whole_last_line_without_a_newline_counts(tmp_path: Path) -> None:
    lines = Lines(write(tmp_path, b'{"a": 1}\n{"b": 2}'))
    assert [line.end for line in lines] == [9, 17]
    assert lines.torn == 0


def test_empty_lines_move_the_end_and_are_no_lines(tmp_path: Path) -> None:
    lines = Lines(write(tmp_path, b'\n{"a": 1}\r\n  \n'))
    assert [(line.value, line.end) for line in lines] == [({"a": 1}, 11)]
    assert lines.end == 14


def test_invalid_utf8_inside_a_string_is_replaced_and_the_line_kept(tmp_path: Path) -> None:
    assert [line.value for line in Lines(write(tmp_path, b'{"a": "x\xffy"}\n'))] == [{"a": "x\ufffdy"}]


@pytest.mark.parametrize("data", [b"oops\n", b"\x00\x01\n", b"[" * 100000 + b"\n", b'{"a":' * 10000 + b"\n"])
def test_a_line_that_is_no_json_is_told_with_its_text(tmp_path: Path, data: bytes) -> None:
    lines = list(Lines(write(tmp_path, data + b"[1]\n")))
    assert lines[0].damage
    assert lines[0].raw == data.decode().strip()
    assert lines[1].value == [1]


def test_a_line_beyond_the_limit_and_a_missing_file_are_our_own_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "LINE_LIMIT", 10)
    with pytest.raises(AgentError, match="more than 10 bytes"):
        list(Lines(write(tmp_path, b"[1]\n" + b"1" * 20)))
    with pytest.raises(AgentError, match="cannot be read"):
        list(Lines(str(tmp_path / "none")))
