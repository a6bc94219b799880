"""`.pre-commit-hooks.yaml`, tried with the real pre-commit on a clone of this checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT

IDS = {
    "traj-attach": "post-commit",
    "traj-secrets": "pre-commit",
    "traj-no-forged-trailers": "commit-msg",
    "traj-verify": "pre-push",
}
CLAIM = "Co-authored-by: Claude <noreply@anthropic.com>"
_NO_REGISTRY = ("Could not find a version", "Temporary failure in name resolution", "No matching distribution")


def test_the_real_pre_commit_runs_our_hooks(tmp_path: Path, hermetic_seal: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env["PRE_COMMIT_HOME"] = str(tmp_path / "pre-commit")

    def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)

    source = tmp_path / "source"  # a commit of this very tree: try-repo takes what is committed
    run("git", "clone", "-q", "--no-hardlinks", str(ROOT), str(source), cwd=tmp_path)
    if not source.exists():
        pytest.skip("this is no git checkout")
    for name in ("gittraj", "docs", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        run("cp", "-R", str(ROOT / name), str(source), cwd=tmp_path)
    run("git", "add", "-A", cwd=source)
    run("git", "commit", "-q", "--allow-empty", "-m", "as it stands", cwd=source)

    repository = tmp_path / "repository"
    run("git", "init", "-q", str(repository), cwd=tmp_path)
    run("git", "commit", "-q", "--allow-empty", "-m", "x", cwd=repository)
    config = [
        f"repos:\n  - repo: {source}\n    rev: {run('git', 'rev-parse', 'HEAD', cwd=source).stdout.strip()}\n    hooks:\n"
    ]
    config += [f"      - id: {name}\n" for name in IDS]
    (repository / ".pre-commit-config.yaml").write_text("".join(config))
    run("git", "add", "-A", cwd=repository)
    (tmp_path / "fine").write_text("Fix it\n")
    (tmp_path / "forged").write_text(f"Fix it\n\n{CLAIM}\n")
    run("git", "commit", "-q", "--allow-empty", "-m", f"Claims\n\n{CLAIM}", cwd=repository)

    def hook(name: str, *more: str) -> tuple[int, str]:
        stage = ("--hook-stage", IDS[name])
        done = run(sys.executable, "-m", "pre_commit", "run", name, *stage, "--verbose", *more, cwd=repository)
        said = done.stdout + done.stderr
        if done.returncode and any(sign in said for sign in _NO_REGISTRY):
            pytest.skip(f"the package registry cannot be reached: {said[-300:]}")
        return done.returncode, said

    for name, more in (
        ("traj-attach", ()),
        ("traj-secrets", ()),
        ("traj-no-forged-trailers", ("--commit-msg-filename", str(tmp_path / "fine"))),
        ("traj-verify", ("--from-ref", "HEAD", "--to-ref", "HEAD")),
    ):
        code, said = hook(name, *more)
        assert code == 0 and "Passed" in said, said
    code, said = hook("traj-no-forged-trailers", "--commit-msg-filename", str(tmp_path / "forged"))
    assert code == 1 and "names claude" in said, said
    code, said = hook("traj-verify", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert code == 1 and "missing" in said and "git traj attach" in said, said
