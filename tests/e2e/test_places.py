"""Wherever git works, the hook and the commands do: other directories, other ways to name the repository, other kinds of it."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.repo_builder import Repo
from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def agent(shop: Workshop, started_in: Path, number: int = 1, *, lines_under: Path | None = None) -> ScriptedClaude:
    """An agent that was started in a directory; `lines_under`: its session lies where that directory's would."""
    session = f"{number}{number}{number}{number}0000-2222-4333-8444-555555555555"
    claude = ScriptedClaude(lines_under or started_in, shop.home, session)
    claude.worktree = started_in
    claude.around = dict(shop.env)
    return claude


def works(claude: ScriptedClaude, name: str, command: str = "", **env: str) -> None:
    """The agent writes `name` below its own directory and commits."""
    claude.say(f"Write {name}")
    claude.write(name, f"content of {name}\n")
    done = claude.run(command or f"git add -A && git commit -qm 'Write {name}'", env=env)
    assert done.returncode == 0 and done.stderr == "", done.stderr


def verified(shop: Workshop, rev: str = "HEAD", *, cwd: Path | None = None, env: dict[str, str] | None = None) -> bool:
    shown = shop.git("traj", "show", rev, cwd=cwd, env=env)
    done = shop.git("traj", "verify", rev, cwd=cwd, env=env, check=False)
    assert done.returncode == 0 and "1 verified" in done.stdout, done.stdout + done.stderr
    return "signed" in shown.stdout


@pytest.mark.parametrize(
    "name",
    ["with blanks", "ünï-コード-🦀", "new\nline", "quote'\"$x`y", "-dash", "a" * 200, "back\\slash", "semi;colon&|"],
)
def test_odd_names_of_the_directory_change_nothing(tmp_path: Path, hermetic_seal: Path, name: str) -> None:
    shop = Workshop(tmp_path, hermetic_seal)
    shop.repo = tmp_path / name
    shop.start()
    works(shop.claude(), "a.txt")
    assert verified(shop)
    assert shop.git("traj", "doctor").returncode == 0
    shop.git("traj", "deinit")
    assert not (shop.repo / ".git" / "hooks" / "post-commit").exists()


def test_a_session_started_below_or_above_the_repository_is_found(shop: Workshop) -> None:
    below = shop.repo / "src" / "deep"
    below.mkdir(parents=True)
    works(agent(shop, below, 1), "a.txt")
    works(agent(shop, shop.repo.parent, 2), "ledger/b.txt", "cd ledger && git add -A && git commit -qm B")
    works(agent(shop, shop.repo.parent, 2), "ledger/c.txt", "git -C ledger add -A && git -C ledger commit -qm C")
    assert len(shop.noted()) == 3 and all(verified(shop, rev) for rev in ("HEAD~2", "HEAD~1", "HEAD"))
    other = agent(shop, shop.repo.parent, 3)  # above, but at work in another place
    other.say("Write elsewhere")
    other.write("elsewhere.txt", "x\n")
    shop.git("commit", "-q", "--allow-empty", "-m", "By hand")
    (shop.repo / "d.txt").write_text("by hand\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "By hand too")
    assert len(shop.noted()) == 3


def test_a_neighbour_whose_name_begins_alike_is_another_place(shop: Workshop) -> None:
    near = Workshop(shop.repo.parents[1] / "near", shop.home)
    near.repo = shop.repo.parent / "ledger-2"
    near.start()
    claude = agent(shop, shop.repo, 1)
    claude.say("Write")
    claude.write("same.txt", "the same line in both\n")
    (near.repo / "same.txt").write_text("the same line in both\n")
    near.git("add", "-A")
    near.git("commit", "-qm", "By hand")
    assert near.noted() == []


def test_the_environment_of_a_scripted_commit_names_the_repository(shop: Workshop, tmp_path: Path) -> None:
    names = {"GIT_DIR": str(shop.repo / ".git"), "GIT_WORK_TREE": str(shop.repo)}
    claude = agent(shop, shop.repo)
    works(claude, "a.txt", f"cd '{tmp_path}' && git add -A && git commit -qm A", **names)
    works(claude, "b.txt", "git --git-dir=.git --work-tree=. add -A && git --git-dir=.git commit -qm B")
    works(claude, "c.txt", f"cd / && git -C '{shop.repo}' add -A && git -C '{shop.repo}' commit -qm C")
    index = {"GIT_INDEX_FILE": str(tmp_path / "index")}
    works(claude, "d.txt", "git read-tree HEAD && git add -A && git commit -qm D", **index)
    assert len(shop.noted()) == 4 and all(verified(shop, rev) for rev in ("HEAD~3", "HEAD~2", "HEAD~1", "HEAD"))
    assert verified(shop, cwd=tmp_path, env=names)
    assert shop.git("-C", str(shop.repo), "traj", "verify", cwd=tmp_path).returncode == 0


def test_a_separate_git_directory_and_a_symlink_to_the_worktree(shop: Workshop, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(shop.repo)
    works(agent(shop, shop.repo, 1), "a.txt", f"cd '{link}' && git add -A && git commit -qm A", PWD=str(link))
    assert verified(shop, cwd=link)
    apart = Workshop(tmp_path / "apart", shop.home)
    apart.repo.mkdir(parents=True)
    apart.git("init", "-q", f"--separate-git-dir={tmp_path / 'elsewhere.git'}")
    apart.git("commit", "-q", "--allow-empty", "-m", "First")
    apart.git("traj", "init")
    works(agent(apart, apart.repo, 2), "a.txt")
    assert verified(apart)


def test_a_linked_worktree_and_one_that_has_a_branch_of_its_own(shop: Workshop, tmp_path: Path) -> None:
    for number, options in enumerate((("-b", "side"), ("--detach",)), 1):
        tree = tmp_path / f"tree {number}"
        shop.git("worktree", "add", "-q", *options, str(tree))
        works(agent(shop, tree, number), f"a{number}.txt")
        assert verified(shop, cwd=tree)
    assert len(shop.noted()) == 2
    works(agent(shop, shop.repo, 3), "main.txt")
    assert len(shop.noted()) == 3 and shop.json("verify", "--all")["ok"] is True


def test_a_submodule_has_traces_of_its_own(shop: Workshop, tmp_path: Path) -> None:
    inner = Workshop(tmp_path / "inner", shop.home)
    inner.start(init=False)
    shop.git("submodule", "--quiet", "add", str(inner.repo), "mod")
    shop.git("commit", "-qm", "Add mod", env={"GITTRAJ": "0"})
    module = shop.repo / "mod"
    shop.git("traj", "init", cwd=module)
    works(agent(shop, module, 1), "in.txt")
    assert verified(shop, cwd=module) and shop.noted() == []
    # the agent of the superproject works in the submodule, and records the new commit above
    above = agent(shop, shop.repo, 2)
    works(above, "mod/out.txt", "cd mod && git add -A && git commit -qm Out")
    works(above, "top.txt", "git add -A && git commit -qm Top")
    assert verified(shop, cwd=module) and verified(shop)
    assert len(shop.noted()) == 1


def test_a_bare_repository_is_read_and_written_through_the_commands(shop: Workshop, tmp_path: Path) -> None:
    claude = agent(shop, shop.repo)
    works(claude, "a.txt")
    claude.say("More")
    bare = tmp_path / "bare.git"
    shop.git("clone", "-q", "--mirror", str(shop.repo), str(bare))
    for cwd, env in ((bare, {}), (tmp_path, {"GIT_DIR": str(bare)}), (bare / "refs", {})):
        assert verified(shop, cwd=cwd, env=env)
        assert shop.git("traj", "log", cwd=cwd, env=env).stdout.count("\n") == 2
        assert shop.git("traj", "doctor", cwd=cwd, env=env, check=False).returncode in (0, 1)
    shop.git("traj", "attach", "HEAD~1", "--session", str(claude.path), cwd=bare)
    assert shop.git("traj", "verify", "--all", cwd=bare).returncode == 0
    assert shop.git("fsck", "--strict", cwd=bare).returncode == 0


def test_replace_refs_change_no_verdict(shop: Workshop) -> None:
    claude = agent(shop, shop.repo)
    works(claude, "a.txt")
    works(claude, "b.txt")
    real = shop.out("rev-parse", "HEAD")
    shop.git("replace", real, shop.out("rev-parse", "HEAD~2"))
    assert shop.out("log", "-1", "--format=%s", real) == "First"  # git itself is fooled
    assert verified(shop, real)
    blob = shop.out("notes", "--ref=traj", "list", real)
    shop.git("replace", blob, shop.out("hash-object", "-w", "money.py"))
    assert verified(shop, real)
    shop.git("replace", "-d", real, blob)
    works(claude, "c.txt")
    assert shop.json("verify", "--all")["ok"] is True


def test_a_shallow_and_a_partial_clone_verify_what_they_have(shop: Workshop, tmp_path: Path) -> None:
    claude = agent(shop, shop.repo)
    for name in ("a.txt", "b.txt", "c.txt"):
        works(claude, name)
    source = f"file://{shop.repo}"
    shop.git("config", "uploadpack.allowFilter", "true")
    for name, options in (("shallow", ("--depth=1",)), ("partial", ("--filter=blob:none",))):
        clone = Workshop(tmp_path / name, shop.home)
        clone.repo.parent.mkdir(parents=True)
        shop.git("clone", "-q", *options, source, str(clone.repo))
        clone.git("fetch", "-q", "origin", "refs/notes/traj:refs/notes/traj")
        assert verified(clone)
        assert clone.git("traj", "log").returncode == 0
        clone.git("traj", "init")
        works(agent(clone, clone.repo, 7), "d.txt")
        assert verified(clone)
        assert clone.git("traj", "attach", "--missing", check=False).returncode == 0
        assert clone.git("traj", "doctor").returncode == 0


def test_what_cannot_be_served_is_refused_once_and_commits_go_on(tmp_path: Path, hermetic_seal: Path) -> None:
    shop = Workshop(tmp_path, hermetic_seal)
    shop.repo.mkdir(parents=True)
    shop.git("init", "-q")
    shop.git("config", "core.repositoryFormatVersion", "1")
    shop.git("config", "extensions.refStorage", "tables")
    for command in ("init", "show", "log", "verify", "attach", "doctor"):
        done = shop.git("traj", command, check=False)  # git says something of its own before
        assert (
            done.returncode == 1 and done.stdout == "" and "which this git cannot serve" in done.stderr.splitlines()[-2]
        )
    claude = shop.claude()
    claude.say("Write")
    claude.write("a.txt", "x\n")
    done = claude.run("git-traj hook post-commit")
    assert done.returncode == 0 and len(done.stderr.splitlines()) == 1 and "cannot serve" in done.stderr


def test_a_directory_that_is_gone_or_no_repository_is_told(tmp_path: Path, hermetic_seal: Path) -> None:
    shop = Workshop(tmp_path, hermetic_seal)
    empty, gone = tmp_path / "empty", tmp_path / "gone"
    empty.mkdir()
    gone.mkdir()
    env = {**os.environ, **shop.env}
    for command in ("show", "verify", "log", "attach", "init", "doctor", "finish", "keys"):
        done = subprocess.run(["git-traj", command], cwd=empty, env=env, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (1, "") and "not a git repository" in done.stderr
        script = f"rmdir '{gone}'; git-traj {command}; code=$?; mkdir '{gone}'; exit $code"
        done = subprocess.run(["sh", "-c", script], cwd=gone, env=env, capture_output=True, text=True)
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    hook = subprocess.run(["git-traj", "hook", "post-commit"], cwd=empty, env=env, capture_output=True, text=True)
    assert (hook.returncode, hook.stdout, hook.stderr) == (0, "", "")


def test_a_repository_without_commits_is_told(tmp_path: Path, hermetic_seal: Path) -> None:
    shop = Workshop(tmp_path, hermetic_seal)
    shop.repo.mkdir(parents=True)
    shop.git("init", "-q")
    shop.git("traj", "init")
    for command, code in (("show", 1), ("verify", 1), ("log", 1), ("attach", 1), ("doctor", 0), ("finish", 0)):
        done = shop.git("traj", command, check=False)
        assert done.returncode == code and len(done.stderr.splitlines()) <= 2, (command, done.stderr)
    works(shop.claude(), "a.txt")  # the root commit
    assert verified(shop)


def test_a_new_submodule_does_not_hide_whose_edits_are_in_the_commit(shop: Workshop, tmp_path: Path) -> None:
    inner = Repo.init(tmp_path / "inner")
    inner.commit("x", {"x": "x\n"})
    claude = shop.claude()
    claude.say("Go")
    claude.write("scratch.txt", "what is not committed, but long enough to be looked for elsewhere\n")
    claude.write("a.txt", "made by the agent\n")
    shop.git("submodule", "add", "-q", str(inner.path), "mod")
    shop.git("add", "a.txt", "mod", ".gitmodules")
    shop.git("commit", "-q", "-m", "By hand")
    assert shop.out("traj", "log", "-n", "1", "--json").count("claude-code") == 1


def test_a_submodule_that_moves_on_does_not_hide_a_session_whose_commands_name_it(
    shop: Workshop, tmp_path: Path
) -> None:
    inner = Repo.init(tmp_path / "inner")
    inner.commit("x", {"x": "x\n"})
    shop.git("submodule", "add", "-q", str(inner.path), "mod")
    shop.git("commit", "-q", "-m", "With mod", env={"GITTRAJ": "0"})
    claude = shop.claude()
    claude.say("Go")
    claude.run("rm -f mod.tmp; cd mod && git commit -q --allow-empty -m Y")
    claude.run("echo made > made.txt")
    shop.git("add", "mod", "made.txt")
    shop.git("commit", "-q", "-m", "By hand")
    assert shop.out("traj", "log", "-n", "1", "--json").count("claude-code") == 1
