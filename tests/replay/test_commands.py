"""Comparing and diagnosing outputs, and the worktree seen from outside: no sandbox is needed for these."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittraj.model.printed import Printed
from gittraj.replay.commands.compare import as_recorded, compare
from gittraj.replay.commands.diagnose import CLASSES, SIZE_LIMIT, diagnose
from gittraj.replay.commands.work import Work
from gittraj.replay.steps import Blob


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_only_equal_outputs_pass(recorded: bytes, replayed: bytes) -> None:
    """Where the bytes are text, and the agent changes nothing."""
    text = recorded.decode("utf-8", "replace")
    found = compare(Printed(text, 0), replayed, b"", 0)
    assert (found is None) == (text == replayed.decode("utf-8", "replace"))
    if found is not None:
        assert found.line >= 1 and found.recorded != found.replayed


def test_a_single_byte_decides() -> None:
    assert compare(Printed("one\ntwo\n", 0), b"one\ntwo\n", b"", 0) is None
    assert compare(Printed("one\ntwo\n", 0), b"one\ntwo", b"", 0) == (2, "two\n", "two", "")
    assert compare(Printed("one\n", 0), b"one\nmore\n", b"", 0) == (2, None, "more\n", "")
    assert compare(Printed("one\n", 0), b"one\r\n", b"", 0) == (1, "one\n", "one\r\n", "")
    missing = compare(Printed("one\n", 0), b"one\n", b"", 2)
    assert missing is not None and missing.line == 0 and "exit code 2" in missing.reason
    assert compare(Printed("one\n", None), b"one\n", b"", 2) is None


def test_our_output_is_trimmed_and_joined_as_the_agent_does_and_no_further() -> None:
    out, err = b"\n \n  out \n\n", b"err\n"
    assert as_recorded(Printed(trim="none"), out, b"") == out.decode()
    assert as_recorded(Printed(trim="blank"), out, b"") == "  out"
    assert as_recorded(Printed(trim="both"), out, b"") == "out"
    assert as_recorded(Printed(trim="blank", streams="out-err"), b"out\n", err) == "out\nerr"
    assert as_recorded(Printed(trim="blank", streams="err-out"), b"out\n", err) == "err\n\nout"
    assert as_recorded(Printed(trim="blank", streams="err-out"), b"", err) == "err"
    assert as_recorded(Printed(), b"\xff", b"") == "\ufffd"
    assert as_recorded(Printed(trim="both"), b"\x1c x \x1c", b"") == "\x1c x \x1c"  # white space to Python only


@pytest.mark.parametrize(
    ("recorded", "replayed", "code", "cause"),
    [
        ("Ran 5 tests in 0.001s\nOK", "Ran 5 tests in 0.013s\nOK", 0, "duration"),
        ("at 2026-11-21T01:02:03Z", "at 2026-11-22T11:12:13Z", 0, "time"),
        ("Sat Nov 21 01:47:06 2026", "Sun Nov 22 11:40:16 2026", 0, "time"),
        ("see /tmp/a1/x", "see /home/dana/x", 0, "path"),
        ("pid 4711 started", "pid 12 started", 0, "pid"),
        ("[main 0a42f2f] Fix", "[main b29b330] Fix", 0, "random"),
        ("id 5e551011-0000-4000-8000-000000000001", "id 6e551011-0000-4000-8000-000000000002", 0, "random"),
        ("b\na\n", "a\nb\n", 0, "order"),
        ("3 passed", "bash: line 1: pytest: command not found", 127, "missing tool"),
        ("3 passed", "ModuleNotFoundError: No module named 'pytest'", 1, "missing tool"),
        ("ok", "curl: (6) Could not resolve host: example.org", 6, "network"),
        ("3 passed in 0.1s", "2 passed in 0.2s", 0, ""),
        ("yes", "no", 0, ""),
        ("a 0.1s\nx 0a42f2f", "a 0.2s\nx b29b330", 0, "duration"),
    ],
)  # fmt: skip
def test_a_diagnosis_explains_all_of_a_difference_or_nothing(
    recorded: str, replayed: str, code: int, cause: str
) -> None:
    assert diagnose(recorded, replayed, code) == cause
    assert compare(Printed(recorded), replayed.encode(), b"", code) is not None  # and forgives nothing


@given(st.text(max_size=200), st.text(max_size=200), st.integers(0, 255))
def test_any_two_texts_can_be_diagnosed(recorded: str, replayed: str, code: int) -> None:
    assert diagnose(recorded, replayed, code) in ("", *CLASSES)


def test_a_long_hostile_output_is_diagnosed_in_little_time() -> None:
    for piece in ("a/" * 9, "0" * 63 + "g", "1:", "Mon, ", "[12", "tmp", "1 ", "/" * 9):
        text = piece * ((1 << 20) // len(piece))
        assert diagnose(text + "x", text + "y", 0) == ""
        diagnose(text[: SIZE_LIMIT - 1] + "x", text[: SIZE_LIMIT - 1] + "y", 0)


def test_files_are_read_and_written_through_no_link(tmp_path: Path) -> None:
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    tree.mkdir()
    outside.mkdir()
    (outside / "file").write_text("mine")
    os.symlink(outside, tree / "folder")
    os.symlink(outside / "file", tree / "link")
    os.mkfifo(tree / "pipe")
    work = Work(str(tree))
    assert work.read("folder/file") is None and work.read("pipe") is None and work.read("none") is None
    assert work.read("link") == Blob(os.fsencode(outside / "file"), 0o120000)
    assert not work.write("folder/evil", b"x", 0o100644)
    for path in ("../evil", "/etc/evil", ".git/config", ".GIT/config", "a/../../evil", "", "a\0b"):
        assert not work.write(path, b"x", 0o100644) and work.read(path) is None
    assert work.write("link", b"ours", 0o100644) and not (tree / "link").is_symlink()
    assert (outside / "file").read_text() == "mine" and list(outside.iterdir()) == [outside / "file"]


def test_files_come_back_as_they_were_written(tmp_path: Path) -> None:
    work = Work(str(tmp_path))
    for path, content, mode in (
        ("a/b/c.sh", b"#!/bin/sh\n", 0o100755),
        ("x", b"\0\xff", 0o100644),
        ("l", b"x", 0o120000),
    ):
        assert work.write(path, content, mode) and work.read(path) == Blob(content, mode)
    before = int(os.stat(tmp_path / "x").st_mtime)
    assert work.write("x", b"new", 0o100644) and int(os.stat(tmp_path / "x").st_mtime) > before
    assert work.write("x", None, 0) and work.read("x") is None and work.write("never/there", None, 0) is False
