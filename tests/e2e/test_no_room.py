"""Repositories that cannot be written to, disks that are full, processes that may not grow: the commit stands, nothing is corrupt."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop

HOOK = ["git-traj", "hook", "post-commit"]


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def commit(shop: Workshop, claude: ScriptedClaude, name: str) -> None:
    """A commit of the agent's whose hook did not run."""
    claude.say(f"Write {name}")
    claude.write(name, f"content of {name}\n")
    claude.run(
        f"git add -A && git commit -qm {name}", env={"GITTRAJ": "0", "GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"}
    )


def hook(shop: Workshop, claude: ScriptedClaude, **options: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **shop.env, "CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": claude.session}
    return subprocess.run(HOOK, cwd=shop.repo, env=env, capture_output=True, text=True, **options)  # type: ignore[call-overload, no-any-return]


def one_line(done: subprocess.CompletedProcess[str], *words: str) -> bool:
    lines = done.stderr.splitlines()
    assert done.returncode == 0 and done.stdout == "" and len(lines) == 1 and lines[0].startswith("git-traj: "), done
    assert all(word in lines[0] for word in words), lines[0]
    return True


def sound(shop: Workshop) -> bool:
    """git is content, no lock stays, and every note there is verifies."""
    assert shop.git("fsck", "--strict").returncode == 0
    assert [path for path in (shop.repo / ".git").rglob("*.lock") if path.parent.name != "locks"] == []
    assert list((shop.repo / ".git").rglob("*.tmp")) == []
    assert not shop.noted() or shop.json("verify", "--all")["ok"] is True
    return True


def mounted(*arguments: str) -> None:
    if subprocess.run(["mount", *arguments], capture_output=True).returncode:
        pytest.skip("this user may not mount")


@pytest.fixture
def read_only(shop: Workshop) -> Iterator[Workshop]:
    git = str(shop.repo / ".git")
    mounted("--bind", git, git)
    yield shop
    subprocess.run(["umount", git], check=True)


def test_a_repository_that_became_read_only_is_told_in_one_line(read_only: Workshop) -> None:
    shop, git = read_only, str(read_only.repo / ".git")
    claude = shop.claude()
    commit(shop, claude, "a.txt")
    subprocess.run(["mount", "-o", "remount,bind,ro", git], check=True)
    assert one_line(hook(shop, claude), "Read-only file system")
    for command, code in (
        ("attach", 1),
        ("show", 1),
        ("verify", 1),
        ("log", 0),
        ("finish", 0),
        ("init", 1),
        ("doctor", 1),
    ):
        done = shop.git("traj", command, check=False)
        assert done.returncode in (code, 0), (command, done)
        assert "Traceback" not in done.stderr and "unexpected" not in done.stderr, done.stderr
    subprocess.run(["mount", "-o", "remount,bind,rw", git], check=True)
    shop.git("traj", "attach", "--missing")
    assert sound(shop) and len(shop.noted()) == 1


@pytest.fixture
def small(tmp_path: Path, hermetic_seal: Path) -> Iterator[Workshop]:
    """A repository on a disk of two megabytes."""
    shop = Workshop(tmp_path, hermetic_seal)
    shop.repo.mkdir(parents=True)
    mounted("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(shop.repo))
    try:
        shop.git("init", "-q", "--template=")
        shop.git("commit", "-q", "--allow-empty", "-m", "First")
        shop.git("traj", "init")
        yield shop
    finally:
        subprocess.run(["umount", str(shop.repo)], check=True)


def test_a_disk_that_is_full_is_told_and_nothing_is_half_written(small: Workshop) -> None:
    shop, claude = small, small.claude()
    commit(shop, claude, "a.txt")
    fill = shop.repo / "fill"
    for left in (0, 4, 8, 12, 20, 24, 28, 36):  # KiB: it ends at another step each time
        with fill.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        os.truncate(fill, max(0, fill.stat().st_size - left * 1024))
        done = hook(shop, claude)
        assert done.returncode == 0 and "Traceback" not in done.stderr
        fill.unlink()
        assert sound(shop)
        if not done.stderr:
            break
        assert one_line(done)
    else:
        assert done.stderr == ""
    shop.git("traj", "attach", "--missing")
    assert sound(shop) and len(shop.noted()) == 1
    assert shop.json("show")["statements"][0]["record"]["gittraj"]["segment"]["index"] == 0


@pytest.mark.usefixtures("new_pythons", "whole_catalogue")  # for the limits are those of the process that is started
@pytest.mark.parametrize("limit", [0, 200, 700, 3000])
def test_a_process_that_may_write_no_large_files_leaves_none_behind(shop: Workshop, limit: int) -> None:
    claude = shop.claude()
    claude.answer(" ".join(str(number * 7919) for number in range(2000)))  # does not compress below the limit
    commit(shop, claude, "a.txt")

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = hook(shop, claude, preexec_fn=limited)
    assert one_line(done)
    assert sound(shop)
    shop.git("traj", "attach", "--missing")
    assert sound(shop) and len(shop.noted()) == 1


def test_locks_that_others_left_are_named(shop: Workshop) -> None:
    claude = shop.claude()
    commit(shop, claude, "a.txt")
    lock = shop.repo / ".git" / "refs" / "notes" / "traj.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    done = hook(shop, claude)
    assert one_line(done, "traj.lock", "rm ")
    lock.unlink()
    shop.git("traj", "attach", "--missing")
    assert sound(shop) and len(shop.noted()) == 1
    assert "traj.lock" in shop.git("traj", "doctor").stdout


def test_a_notes_ref_that_is_something_else_is_told(shop: Workshop) -> None:
    claude = shop.claude()
    commit(shop, claude, "a.txt")
    for target in ("HEAD:money.py", "HEAD^{tree}"):
        shop.git("update-ref", "refs/notes/traj", shop.out("rev-parse", target))
        assert one_line(hook(shop, claude), "not a commit")
        for command in ("show", "verify", "log", "attach"):
            done = shop.git("traj", command, check=False)
            assert done.returncode == 1 and len(done.stderr.splitlines()) <= 2 and "unexpected" not in done.stderr, done
        assert shop.git("traj", "doctor", check=False).returncode == 1
    shop.git("update-ref", "-d", "refs/notes/traj")
    ref = shop.repo / ".git" / "refs" / "notes" / "traj"
    ref.parent.mkdir(parents=True, exist_ok=True)
    for text in ("garbage\n", "", "0" * 40 + "\n", "1" * 40 + "\n", "ref: refs/heads/nowhere\n"):
        ref.write_text(text)
        done = hook(shop, claude)
        assert done.returncode == 0 and len(done.stderr.splitlines()) <= 1 and "Error" not in done.stderr, (text, done)
        for command in ("show", "verify", "log"):
            said = shop.git("traj", command, check=False)
            assert said.returncode in (0, 1) and "unexpected" not in said.stderr, (text, command, said)
        ref.unlink(missing_ok=True)
        shop.git("pack-refs", "--all")
