"""What is documented is what is there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gittraj import __version__
from gittraj.cli.app import MODULES, commands
from gittraj.store import hook_shims

from .conftest import ROOT


def test_the_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/reference/generate.py"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_every_command_has_help_and_a_place_in_the_reference() -> None:
    page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    for command in commands():
        assert f"## git traj {command.name}\n" in page
        assert command.summary.endswith(".")
        assert len(command.summary) <= 66, "the list of commands keeps to a line each"
        for parameter in command.parameters:
            assert parameter.help


def test_every_json_shape_is_documented() -> None:
    page = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    for command in commands():
        if any("--json" in parameter.flags for parameter in command.parameters):
            assert f"git traj {command.name}" in page


def test_the_documents_name_no_command_that_is_not_there() -> None:
    known = {name.split()[0] for name in MODULES} | {"hook"}
    later = set(
        re.findall(r"`git traj (\w+)`", (ROOT / "docs/index.md").read_text(encoding="utf-8").partition("## Later")[2])
    )
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs/guides").glob("*.md")]:
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"git traj ([a-z]+)", text))
        assert named <= known | later, f"{path}: {named - known - later}"


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path}: {target}"


def test_the_top_level_hooks_are_the_shims_that_init_writes() -> None:
    for path in sorted((ROOT / "hooks").iterdir()):
        assert path.read_text(encoding="utf-8") == hook_shims.shim(path.name)
        assert os.access(path, os.X_OK)


def test_the_schema_in_the_package_is_the_documented_one() -> None:
    assert (ROOT / "gittraj/codec/gittraj.cddl").read_bytes() == (ROOT / "docs/reference/gittraj.cddl").read_bytes()


def test_the_version_is_the_same_everywhere() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__
    assert f"gittraj {__version__}" in (ROOT / "docs/man/git-traj.1").read_text(encoding="utf-8")


def test_every_dependency_is_justified() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs/adr/0002-dependencies.md").read_text(encoding="utf-8")
    extras = project["optional-dependencies"]
    for requirement in project["dependencies"] + extras["zstd"] + extras["dev"]:
        name = re.split(r"[\[><=~]", requirement)[0]
        assert f"`{name}`" in page, requirement


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
def test_git_help_finds_the_manual_page(tmp_path: Path) -> None:
    section = tmp_path / "man1"
    section.mkdir()
    shutil.copy(ROOT / "docs/man/git-traj.1", section)
    program = tmp_path / "git-traj"  # git asks for "git-traj" only where such a command is on PATH
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "MANPATH": str(tmp_path), "MANPAGER": "cat", "MANWIDTH": "100"}
    done = subprocess.run(["git", "help", "-m", "traj"], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "git traj show" in done.stdout
    assert "warning" not in done.stderr
