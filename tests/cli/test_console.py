import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from gittraj.cli.console import Console
from gittraj.cli.paint import Line

from .samples import Captured


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("wish", "env", "terminal", "colour"),
    [
        ("auto", {}, False, False),
        ("auto", {}, True, True),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"GIT_PAGER_IN_USE": "true"}, False, True),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {}, True, False),
    ],
)
def test_colour_follows_wish_environment_and_terminal(
    wish: str, env: dict[str, str], terminal: bool, colour: bool
) -> None:
    out = _Terminal() if terminal else io.StringIO()
    assert Console(out=out, err=io.StringIO(), env=env, color=wish).colour is colour


@pytest.mark.parametrize(("columns", "width"), [("80", 80), ("10", 40), ("500", 120), ("", 100), ("x", 100)])
def test_the_width_stays_readable(columns: str, width: int) -> None:
    assert Captured(env={"COLUMNS": columns}).width == width


def test_json_is_one_ascii_line_without_controls() -> None:
    console = Captured()
    console.json({"text": "\x1b[31m\x7f\u202e日", "n": 1})
    assert console.stdout.isascii()
    assert "\x1b" not in console.stdout
    assert "\x7f" not in console.stdout
    assert json.loads(console.stdout) == {"text": "\x1b[31m\x7f\u202e日", "n": 1}


def test_hints_go_to_stderr_where_there_is_no_terminal() -> None:
    console = Captured()
    console.page([Line(("", "data"))], hint="next: this")
    assert console.stdout == "data\n"
    assert console.stderr == "next: this\n"


def test_signs_become_ascii_where_the_encoding_has_none() -> None:
    out = io.TextIOWrapper(io.BytesIO(), "iso-8859-1", write_through=True)
    console = Console(out=out, err=io.StringIO(), env={})
    console.lines([Line(("good", "✓ é → 日"))])
    assert out.buffer.getvalue() == "+ é -> \\u65e5\n".encode("latin-1")


def _in_a_terminal(arguments: list[str], env: dict[str, str], cwd: Path) -> tuple[int, bytes]:
    """Run `python -m gittraj` with stdout on a terminal; its exit code and what the terminal got."""
    main, side = pty.openpty()
    child = subprocess.Popen([sys.executable, "-m", "gittraj", *arguments], stdin=subprocess.DEVNULL, stdout=side, stderr=side,
                             env={**os.environ, "TERM": "xterm", **env}, cwd=cwd)  # fmt: skip
    os.close(side)
    got = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        got += part
    os.close(main)
    return child.wait(), got


def test_a_terminal_gets_the_pager_that_git_would_use(tmp_path: Path, empty_repository: Path) -> None:
    seen = tmp_path / "seen"
    code, _ = _in_a_terminal(["log"], {"GIT_PAGER": f"cat > '{seen}'"}, empty_repository)
    assert code == 0
    assert "First" in seen.read_text()


def test_core_pager_is_asked_for(tmp_path: Path, empty_repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_PAGER")
    seen = tmp_path / "seen"
    subprocess.run(["git", "config", "core.pager", f"cat > '{seen}'"], cwd=empty_repository, check=True)
    assert _in_a_terminal(["log"], {}, empty_repository)[0] == 0
    assert "First" in seen.read_text()


def test_no_pager_means_none(tmp_path: Path, empty_repository: Path) -> None:
    seen = tmp_path / "seen"
    code, got = _in_a_terminal(["log", "--no-pager"], {"GIT_PAGER": f"cat > '{seen}'"}, empty_repository)
    assert code == 0
    assert not seen.exists()
    assert b"First" in got


def test_a_pager_that_stops_reading_is_no_error(empty_repository: Path) -> None:
    code, got = _in_a_terminal(["log"], {"GIT_PAGER": "true"}, empty_repository)
    assert (code, b"Traceback" in got) == (0, False)


def test_a_pager_that_does_not_exist_loses_nothing_but_the_page(empty_repository: Path) -> None:
    code, got = _in_a_terminal(["log"], {"GIT_PAGER": "no-such-pager-here"}, empty_repository)
    assert code == 0
    assert b"Traceback" not in got
