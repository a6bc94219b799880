"""A repository whose refs lie in a reftable, which only a newer git can serve: every command does there what it does elsewhere."""

import subprocess
from pathlib import Path

import pytest

from gittraj.errors import RefRaceError
from gittraj.flows.wiring import open_house
from gittraj.store import notes
from tests.support.workshop import Workshop


def knows_reftable(folder: Path) -> bool:
    """Whether the git at hand can make such a repository (2.45 and newer)."""
    made = subprocess.run(["git", "init", "-q", "--ref-format=reftable", str(folder)], capture_output=True, check=False)
    return made.returncode == 0


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    if not knows_reftable(tmp_path / "tried"):
        pytest.skip("this git knows no reftable (2.45 and newer do)")
    monkeypatch.setenv("GIT_DEFAULT_REF_FORMAT", "reftable")
    shop = Workshop(tmp_path, hermetic_seal).start()
    assert (shop.repo / ".git/reftable").is_dir()
    claude = shop.claude()
    claude.say("Round half to even, please.")
    claude.edit("money.py", "x / 2", "round(x / 2)")
    claude.run("git add -A && git commit -qm 'Round half to even'")
    claude.say("Once more")
    claude.edit("money.py", "round(x / 2)", "round(x / 2, 2)")
    claude.run("git commit -qam 'Two digits'")
    return shop


def kinds(shop: Workshop, rev: str) -> list[str]:
    return sorted(one["kind"] for one in shop.json("show", rev)["statements"])


def test_the_hook_attaches_and_records_verify_replay_and_are_told(shop: Workshop) -> None:
    assert len(shop.noted()) == 2
    found = shop.json("verify", "HEAD~2..", "--strict", "--min-coverage", "100")
    assert found["ok"] and [each["status"] for each in found["commits"]] == ["verified", "verified"]
    assert shop.json("replay")["commits"][0]["status"] == "reproducible"
    assert "Two digits" in shop.out("traj", "show") and "✓" in shop.out("traj", "log")
    assert [line["class"] for line in shop.json("blame", "money.py")["lines"] if line["agent"]] == ["agent"]
    assert "cannot serve" not in shop.git("traj", "doctor").stdout
    assert shop.out("fsck", "--strict", "--no-dangling") == ""


def test_amended_picked_and_rebased_commits_are_carried_and_the_hooks_say_so(shop: Workshop) -> None:
    old = shop.out("rev-parse", "HEAD")
    shop.git("commit", "-q", "--amend", "-m", "Two digits, amended")
    assert shop.json("verify")["commits"][0]["status"] == "carried" and "carry" in kinds(shop, "HEAD")
    shop.git("checkout", "-q", "-b", "side", f"{old}~2")
    (shop.repo / "other.txt").write_text("by hand\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "By hand")
    shop.git("cherry-pick", f"{old}~1")
    assert shop.json("verify")["commits"][0]["status"] == "carried" and "carry" in kinds(shop, "HEAD")
    shop.git("rebase", "-q", "main")
    assert shop.json("verify", "--all")["ok"] is True


def test_notes_travel_to_and_from_such_a_repository(shop: Workshop, tmp_path: Path) -> None:
    bare, other = tmp_path / "bare.git", tmp_path / "other"
    shop.git("init", "-q", "--bare", "--ref-format=files", str(bare), cwd=tmp_path)
    shop.git("remote", "add", "origin", str(bare))
    shop.git("push", "-q", "origin", "HEAD:main")
    shop.git("traj", "push", "origin")
    shop.git("clone", "-q", "-b", "main", str(bare), str(other), cwd=tmp_path)
    shop.git("traj", "fetch", "origin", cwd=other)
    assert shop.git("notes", "--ref=traj", "list", cwd=other).stdout == shop.git("notes", "--ref=traj", "list").stdout
    linked = tmp_path / "linked"
    shop.git("worktree", "add", "-q", str(linked), "HEAD~1")
    assert shop.git("traj", "verify", "HEAD", cwd=linked).returncode == 0


def test_a_table_that_is_locked_is_waited_for_and_the_lock_is_named(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "ATTEMPTS", 2)
    shop.git("config", "reftable.lockTimeout", "0")
    lock = shop.repo / ".git/reftable/tables.list.lock"
    lock.write_text("")
    store = open_house(str(shop.repo), interactive=False).notes
    with pytest.raises(RefRaceError) as caught:
        store.append("ab" * 20, [b"\x43abc"], message="m")
    assert str(lock) in (caught.value.hint or "") and lock.exists()
    lock.unlink()
    assert store.append("ab" * 20, [b"\x43abc"], message="m")
