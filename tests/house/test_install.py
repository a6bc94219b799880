"""What users get: a wheel in an empty environment, with nothing but its declared dependencies."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT

_NO_REGISTRY = (
    "Could not find a version",
    "Temporary failure in name resolution",
    "Connection",
    "No matching distribution",
)


def _pip(*command: str) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode and any(sign in done.stdout + done.stderr for sign in _NO_REGISTRY):
        pytest.skip(f"the package registry cannot be reached: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wheel_installs_alone_and_the_readme_works_from_there(tmp_path: Path, hermetic_seal: Path) -> None:
    _pip(sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(ROOT))
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith("share/man/man1/git-traj.1") for name in names)
    assert "gittraj/codec/gittraj.cddl" in names
    assert "gittraj/py.typed" in names
    assert not any(name.startswith("tests") for name in names)

    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    _pip(str(venv / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", str(wheel))

    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env["PATH"] = f"{venv / 'bin'}{os.pathsep}{env['PATH']}"

    def run(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(line, shell=True, cwd=cwd, env=env, capture_output=True, text=True, check=False)

    played = run("git traj demo --keep played", tmp_path)
    assert played.returncode == 0, played.stdout + played.stderr
    repository = tmp_path / "played" / "ledger"
    env["HOME"] = str(tmp_path / "played" / "home")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [
        line.partition("#")[0].strip()
        for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
        for line in block.splitlines()
    ]
    commands = [line for line in lines if line.startswith("git traj")]
    assert len(commands) >= 6
    for line in commands:
        line = line.replace("main..", "HEAD~1..").replace("FILE", "money.py")
        done = run(line, repository)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    assert run("git traj schema", repository).returncode == 0
