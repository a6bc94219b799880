"""The house keeps its shape: layers, file length, no cupboard for everything, docstrings."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, modules

LONGEST = 300
MEDIAN = 110  # lines: "ideally near 100"


def test_imports_go_one_way_and_rooms_have_no_doors() -> None:
    code = "import sys; from importlinter.cli import lint_imports_command; sys.argv = ['lint-imports']; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert [f"{path.relative_to(ROOT)}: {length}" for path, length in lengths.items() if length > LONGEST] == []
    written = [length for path, length in lengths.items() if path.name != "__init__.py"]
    assert statistics.median(written) <= MEDIAN


def test_there_is_no_cupboard_for_everything() -> None:
    names = {path.stem for path in modules()} | {path.parent.name for path in modules()}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc", "shared", "tools_common"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_comes_in_and_what_goes_out(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{path}: no module docstring"
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path}: {node.name} has no docstring"


def test_nothing_committed_names_a_machine() -> None:
    """Paths of the machines this was written on mean nothing elsewhere."""
    marks = ["/work" + "/main", "/work" + "/shared", "/tmp" + "/w/", "/root" + "/.pyenv"]
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout.split(b"\0")
    listed = [ROOT / name.decode() for name in tracked if name] or [*modules(), *(ROOT / "docs").rglob("*.md")]
    found = []
    for path in listed:
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {mark}" for mark in marks if mark in text]
    assert found == []
