"""Hooks with real git and the real pre-commit framework: ours runs, theirs still runs, and going leaves no trace."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gittraj.store.hook_managers import call_line, hooks_dir
from gittraj.store.hook_shims import (
    _GATE,
    _LIST,
    _REWRITING,
    _SWITCHES,
    _TEMPLATE,
    CHAINED,
    GATE_ID,
    LIST_ID,
    SHIM_ID,
    is_edited,
    is_shim,
    shim,
)
from gittraj.store.hooks_install import install, status, uninstall
from gittraj.store.repository import open_repository
from tests.support.repo_builder import Repo

FOREIGN = '#!/bin/sh\r\n# kept byte for byte \xe9\necho "theirs $#" >> "$LOG"\nexit 7\n'.replace("\r\n", "\n").encode(
    "latin-1"
)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `git-traj` on PATH that writes down how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "git-traj"
    program.write_text('#!/bin/sh\necho "ours $*" >> "$LOG"\n')
    program.chmod(0o755)
    path = tmp_path / "log"
    path.write_text("")
    monkeypatch.setenv("LOG", str(path))
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return path


def calls(log: Path) -> list[str]:
    lines = log.read_text().splitlines()
    log.write_text("")
    return lines


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            os.readlink(path).encode() if path.is_symlink() else path.read_bytes(),
        )
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def hook(repo: Repo, name: str = "post-commit") -> Path:
    return repo.path / ".git/hooks" / name


def do(repo: Repo, act: str, **more: str) -> list[str]:
    opened = open_repository(str(repo.path))
    if act != "uninstall":
        more["names"] = ("post-commit",)  # type: ignore[assignment]
    done = {"install": install, "uninstall": uninstall, "status": status}[act](opened, **more)  # type: ignore[operator]
    return [each.how for each in done]


def test_the_top_level_shims_are_the_text_we_install() -> None:
    folder = Path(__file__).resolve().parents[2] / "hooks"
    assert {path.name for path in folder.iterdir()} == {"post-commit", "post-rewrite", "pre-push", "pre-receive"}
    for path in folder.iterdir():
        assert path.read_text() == shim(path.name) and os.access(path, os.X_OK)


def test_the_id_changes_with_the_text() -> None:
    assert hashlib.sha256((_TEMPLATE + _REWRITING).encode()).hexdigest()[:8] == SHIM_ID
    assert hashlib.sha256(_LIST.encode()).hexdigest()[:8] == LIST_ID


def test_what_git_tells_a_hook_on_its_standard_input_reaches_both_hooks(repo: Repo, log: Path) -> None:
    theirs = hook(repo, "post-rewrite")
    theirs.write_text(f"#!/bin/sh\nwhile read -r old new; do echo \"theirs $1\" >> '{log}'; done\n")
    theirs.chmod(0o755)
    install(open_repository(str(repo.path)), ("post-rewrite",))
    repo.commit("x")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "y")
    assert calls(log) == ["theirs amend", "ours hook post-rewrite amend"]
    assert hashlib.sha256((_GATE + repr(_SWITCHES)).encode()).hexdigest()[:8] == GATE_ID


def test_a_rebase_calls_us_once_and_not_for_each_commit_that_it_picks(repo: Repo, log: Path, tmp_path: Path) -> None:
    opened = open_repository(str(repo.path))
    for place, branch in ((repo, "side"), (repo.worktree(tmp_path / "linked", "linked"), "beside")):
        for number in range(3):
            place.commit(f"{branch} {number}", {f"{branch}{number}.txt": "x\n"})
        place.git("branch", branch, "HEAD~2")
        place.git("checkout", "-q", branch)
        place.commit("Meanwhile", {f"{branch}.txt": "x\n"})
        place.git("checkout", "-q", "-")
        install(opened, ("post-commit", "post-rewrite"))
        calls(log)
        place.git("rebase", "-q", branch)
        assert calls(log) == ["ours hook post-rewrite rebase"]
        place.commit("And on")
        assert calls(log) == ["ours hook post-commit"]


def test_the_shim_is_plain_sh_and_its_interpreter_is_quoted() -> None:
    text = shim("post-commit", "/a b/it's/python")
    assert (
        "interpreter='/a b/it'\\''s/python'" in text
        and is_shim(text.encode())
        and not is_edited("post-commit", text.encode())
    )
    assert is_edited("post-commit", text.encode() + b"echo mine\n")
    assert not is_shim(b"#!/bin/sh\necho gittraj hook shim\n")
    assert subprocess.run(["sh", "-n"], input=text.encode(), check=False).returncode == 0


def test_a_commit_calls_us_once_and_going_leaves_nothing(repo: Repo, log: Path) -> None:
    before = snapshot(repo.path / ".git/hooks")
    assert do(repo, "status") == ["missing"]
    assert do(repo, "install") == ["written"] and do(repo, "install") == ["present"] == do(repo, "status")
    repo.commit("x")
    assert calls(log) == ["ours hook post-commit"]
    repo.commit("off", GITTRAJ="0")
    assert calls(log) == []
    assert do(repo, "uninstall") == ["removed"] and do(repo, "uninstall") == []
    assert snapshot(repo.path / ".git/hooks") == before


def test_a_hook_that_was_there_runs_first_and_comes_back_byte_for_byte(repo: Repo, log: Path) -> None:
    hook(repo).write_bytes(FOREIGN)
    hook(repo).chmod(0o751)
    before = snapshot(repo.path / ".git/hooks")
    assert do(repo, "install") == ["chained"] and do(repo, "install") == ["present"]
    repo.commit("x")
    assert calls(log) == ["theirs 0", "ours hook post-commit"]
    repo.commit("off", GITTRAJ="0")
    assert calls(log) == ["theirs 0"]
    assert subprocess.run([hook(repo), "a", "b c"], check=False).returncode == 7
    assert calls(log) == ["theirs 2", "ours hook post-commit a b c"]
    assert do(repo, "install", interpreter="/other") == ["updated"]
    assert do(repo, "uninstall") == ["restored"]
    assert snapshot(repo.path / ".git/hooks") == before


def test_a_hook_that_is_not_executable_stays_ignored(repo: Repo, log: Path) -> None:
    hook(repo).write_bytes(FOREIGN)
    hook(repo).chmod(0o644)
    before = snapshot(repo.path / ".git/hooks")
    assert do(repo, "install") == ["chained"]
    repo.commit("x")
    assert calls(log) == ["ours hook post-commit"]
    do(repo, "uninstall")
    assert snapshot(repo.path / ".git/hooks") == before


def test_a_linked_hook_keeps_its_link(repo: Repo, log: Path) -> None:
    repo.write("tools/hook", FOREIGN, executable=True)
    hook(repo).symlink_to("../../tools/hook")
    before = snapshot(repo.path / ".git/hooks")
    assert do(repo, "install") == ["chained"]
    repo.commit("x")
    assert calls(log) == ["theirs 0", "ours hook post-commit"]
    do(repo, "uninstall")
    assert snapshot(repo.path / ".git/hooks") == before and (repo.path / "tools/hook").read_bytes() == FOREIGN


def test_a_chained_hook_that_amends_or_calls_us_again_comes_to_an_end(repo: Repo, log: Path) -> None:
    hook(repo).write_text(f'#!/bin/sh\necho theirs >> "$LOG"\nexec "{hook(repo)}"\n')
    hook(repo).chmod(0o755)
    do(repo, "install")
    repo.commit("x")
    assert 1 <= len(calls(log)) < 12


def test_without_git_traj_the_interpreter_is_used_and_without_both_one_line_says_so(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    repo.write("gittraj/__main__.py", "raise SystemExit('the worktree was imported')")
    spy = tmp_path / "it's a python"
    spy.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/spied"\n')
    spy.chmod(0o755)
    do(repo, "install", interpreter=str(spy))
    repo.commit("x")
    assert (tmp_path / "spied").read_text() == "-P -m gittraj hook post-commit\n"
    spy.unlink()
    done = subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "-m", "y"], cwd=repo.path, capture_output=True, text=True, check=True
    )
    assert done.stderr.count("\n") == 1 and "git-traj: not found" in done.stderr


def test_an_edited_shim_is_left_to_its_editor(repo: Repo) -> None:
    do(repo, "install")
    with hook(repo).open("a") as file:
        file.write("echo mine\n")
    before = snapshot(repo.path / ".git/hooks")
    assert do(repo, "status") == ["edited"]
    assert do(repo, "install", interpreter="/x") == ["present"] and do(repo, "uninstall") == ["manual"]
    assert snapshot(repo.path / ".git/hooks") == before


def test_a_shim_of_another_version_is_replaced(repo: Repo, log: Path) -> None:
    hook(repo).write_text("#!/bin/sh\n# gittraj hook shim 00000000\necho old\n")
    assert do(repo, "install") == ["updated"] and hook(repo).read_text() == shim("post-commit")
    repo.commit("x")
    assert calls(log) == ["ours hook post-commit"]


def test_a_hook_written_over_ours_is_not_lost_either(repo: Repo, log: Path) -> None:
    hook(repo).write_bytes(FOREIGN)
    hook(repo).chmod(0o755)
    do(repo, "install")
    hook(repo).write_text("#!/bin/sh\necho newest\n")
    before = snapshot(repo.path / ".git/hooks")
    assert do(repo, "install") == ["manual"] and do(repo, "uninstall") == ["manual"]
    assert snapshot(repo.path / ".git/hooks") == before
    hook(repo).unlink()
    assert do(repo, "install") == ["written"]
    assert do(repo, "uninstall") == ["restored"] and hook(repo).read_bytes() == FOREIGN


def test_worktrees_share_the_hook(repo: Repo, tmp_path: Path, log: Path) -> None:
    other = repo.worktree(tmp_path / "other", "other")
    assert do(other, "install") == ["written"] and hook(repo).exists()
    other.commit("x")
    assert calls(log) == ["ours hook post-commit"]


@pytest.mark.parametrize("kind", ["relative", "absolute", "home"])
def test_a_hooks_path_of_this_repository_is_used(
    repo: Repo, tmp_path: Path, hermetic_seal: Path, log: Path, kind: str
) -> None:
    folder, value = {
        "relative": (repo.path / "../mine", "../mine"),
        "absolute": (tmp_path / "abs", str(tmp_path / "abs")),
        "home": (hermetic_seal / "hooks", "~/hooks"),
    }[kind]
    folder.mkdir()
    repo.git("config", "core.hooksPath", value)
    assert do(repo, "install") == ["written"] and os.path.samefile(hooks_dir(open_repository(str(repo.path))), folder)
    repo.commit("x")
    assert calls(log) == ["ours hook post-commit"]
    assert do(repo, "uninstall") == ["removed"] and not list(folder.iterdir())


def test_a_hooks_path_of_all_repositories_is_left_alone(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    repo.git("config", "--global", "core.hooksPath", str(tmp_path / "all"))
    (found,) = install(open_repository(str(repo.path)), ("post-commit",))
    assert found.how == "manual" and "all your repositories" in found.hint and not list((tmp_path / "all").iterdir())
    assert do(repo, "status") == ["manual"]


def test_a_hooks_path_that_is_no_folder_is_told(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", "/dev/null")
    assert do(repo, "install") == ["manual"]


def test_a_tracked_folder_of_hooks_is_never_written(repo: Repo, log: Path) -> None:
    repo.write(".githooks/pre-push", "#!/bin/sh\n", executable=True)
    repo.commit("hooks")
    repo.git("config", "core.hooksPath", ".githooks")
    (found,) = install(open_repository(str(repo.path)), ("post-commit",))
    assert found.how == "manual" and ".githooks/post-commit" in found.hint
    assert repo.git("status", "--porcelain") == ""
    repo.write(".githooks/post-commit", f"#!/bin/sh\n{call_line('post-commit')}\n", executable=True)
    assert do(repo, "install") == ["present"] == do(repo, "status")
    repo.commit("x")
    assert calls(log) == ["ours hook post-commit"]
    assert do(repo, "uninstall") == []


def test_an_untracked_folder_of_hooks_in_the_worktree_is_used(repo: Repo, log: Path) -> None:
    repo.write(".gitignore", "mine/\n")
    repo.write("mine/other", "x")
    repo.git("config", "core.hooksPath", "mine")
    assert do(repo, "install") == ["written"]
    repo.commit("x")
    assert calls(log) == ["ours hook post-commit"]


def test_husky_is_told_where_its_own_line_goes(repo: Repo, log: Path) -> None:
    # as husky 9 lays it out: `_` is ignored and made anew by every `npm install`; the user's scripts lie above it
    repo.write(".husky/_/.gitignore", "*\n")
    stub = '#!/usr/bin/env sh\n. "${0%/*}/h"\n'
    repo.write(".husky/_/post-commit", stub, executable=True)
    repo.write(
        ".husky/_/h", 's="$(dirname "$(dirname "$0")")/$(basename "$0")"\n[ -f "$s" ] || exit 0\nsh -e "$s" "$@"\n'
    )
    repo.git("config", "core.hooksPath", ".husky/_")
    (found,) = install(open_repository(str(repo.path)), ("post-commit",))
    assert found.how == "manual" and found.path.endswith(".husky/post-commit") and "husky" in found.hint
    assert (repo.path / ".husky/_/post-commit").read_text() == stub and not (repo.path / ".husky/post-commit").exists()
    repo.write(".husky/post-commit", found.hint.partition(":  ")[2] + "\n")
    assert do(repo, "install") == ["present"]
    repo.commit("x")
    assert calls(log) == ["ours hook post-commit"]


def test_lefthook_is_told_what_to_configure_where_it_owns_the_hook(repo: Repo, log: Path) -> None:
    repo.write("lefthook.yml", "pre-commit:\n  commands: {}\n")
    assert do(repo, "install") == ["written"]  # it does not own post-commit, so it never touches ours
    do(repo, "uninstall")
    repo.write("lefthook.yml", "post-commit:\n  commands: {}\n")
    (found,) = install(open_repository(str(repo.path)), ("post-commit",))
    assert found.how == "manual" and "lefthook.yml" in found.hint and not hook(repo).exists()
    repo.write("lefthook.yml", "post-commit:\n  commands:\n    gittraj: {run: git-traj hook post-commit}\n")
    assert do(repo, "install") == ["present"]
    (repo.path / "lefthook.yml").unlink()
    hook(repo).write_text('#!/bin/sh\ncall_lefthook run "post-commit" "$@"\n')
    assert do(repo, "install") == ["manual"]


def pre_commit(repo: Repo, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pre_commit", *arguments], cwd=repo.path, check=True, capture_output=True)


PRE_COMMIT = """\
repos:
- repo: local
  hooks:
  - {id: theirs, name: theirs, language: system, entry: sh -c 'echo theirs >> "$LOG"', stages: [post-commit], always_run: true, pass_filenames: false}
"""


def test_pre_commit_installed_first_runs_us_in_its_own_place(repo: Repo, log: Path) -> None:
    repo.commit("config", {".pre-commit-config.yaml": PRE_COMMIT})
    pre_commit(repo, "install", "-t", "post-commit")
    before = snapshot(repo.path / ".git/hooks")
    assert do(repo, "install") == ["legacy"] and do(repo, "install") == ["present"]
    repo.commit("x")
    assert sorted(calls(log)) == ["ours hook post-commit", "theirs"]
    pre_commit(repo, "install", "-t", "post-commit")
    repo.commit("y")
    assert sorted(calls(log)) == ["ours hook post-commit", "theirs"]
    assert do(repo, "uninstall") == ["removed"]
    assert snapshot(repo.path / ".git/hooks") == before


def test_pre_commit_installed_after_us_keeps_us_and_whom_we_chained(repo: Repo, log: Path) -> None:
    hook(repo).write_bytes(FOREIGN.replace(b"exit 7", b"exit 0").replace(b"theirs $#", b"oldest"))
    hook(repo).chmod(0o755)
    before = snapshot(repo.path / ".git/hooks")
    do(repo, "install")
    repo.commit("config", {".pre-commit-config.yaml": PRE_COMMIT})
    calls(log)
    pre_commit(repo, "install", "-t", "post-commit")
    repo.commit("x")
    assert sorted(calls(log)) == ["oldest", "ours hook post-commit", "theirs"]
    assert do(repo, "status") == ["present"]
    assert do(repo, "uninstall") == ["restored"]
    repo.commit("y")
    assert sorted(calls(log)) == ["oldest", "theirs"]
    pre_commit(repo, "uninstall", "-t", "post-commit")
    assert snapshot(repo.path / ".git/hooks") == before


def test_a_hook_that_cannot_be_written_leaves_what_was_there(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    from gittraj.errors import StoreError
    from gittraj.store import files

    hook(repo).write_bytes(FOREIGN)
    before = snapshot(repo.path / ".git/hooks")

    def full(path: str, data: bytes, **_: object) -> None:
        raise StoreError(f"{path}: no space left on device")

    monkeypatch.setattr(files, "write", full)
    with pytest.raises(StoreError, match="no space"):
        install(open_repository(str(repo.path)))
    assert snapshot(repo.path / ".git/hooks") == before


def test_names_of_hooks_are_nobodys_code() -> None:
    assert not re.search(r"@[A-Z]+@", shim("post-rewrite", "/usr/bin/python3"))
    assert shim("post-rewrite").count("hook post-rewrite") == 2 and CHAINED in shim("post-rewrite")
