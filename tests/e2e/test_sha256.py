"""A repository whose objects are named by SHA-256, which only the git program can serve: every command does there what it does elsewhere."""

from pathlib import Path

import pytest

from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    shop = Workshop(tmp_path, hermetic_seal).start()
    claude = shop.claude()
    claude.say("Round half to even, please.")
    claude.edit("money.py", "x / 2", "round(x / 2)")
    claude.write("notes.txt", "done\n")
    claude.run("git add -A && git commit -qm 'Round half to even'")
    claude.say("Once more")
    claude.edit("money.py", "round(x / 2)", "round(x / 2, 2)")
    claude.run("git commit -qam 'Two digits'")
    return shop


def test_the_hook_attaches_and_the_record_verifies_and_replays(shop: Workshop) -> None:
    head = shop.out("rev-parse", "HEAD")
    assert len(head) == 64 and len(shop.noted()) == 2
    found = shop.json("verify", "HEAD~2..", "--strict", "--min-coverage", "100")
    assert found["ok"] and [each["status"] for each in found["commits"]] == ["verified", "verified"]
    assert shop.json("replay")["commits"][0]["status"] == "reproducible"
    (statement,) = shop.json("show")["statements"]
    assert statement["record"]["vcs"]["revision"] == head
    assert "Two digits" in shop.out("traj", "show") and "✓" in shop.out("traj", "log")
    assert shop.out("fsck", "--strict", "--no-dangling") == ""


def test_blame_and_doctor_work_there(shop: Workshop) -> None:
    lines = shop.json("blame", "money.py")["lines"]
    assert [line["class"] for line in lines if line["agent"]] == ["agent"] and len(lines[0]["commit"]) == 64
    assert "cannot serve" not in shop.git("traj", "doctor").stdout


def test_an_amended_commit_is_carried(shop: Workshop) -> None:
    shop.git("commit", "-q", "--amend", "-m", "Two digits, amended")
    assert shop.json("verify")["commits"][0]["status"] == "carried"


def test_notes_travel_between_such_repositories(shop: Workshop, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    shop.git("init", "-q", "--bare", str(bare), cwd=tmp_path)
    shop.git("remote", "add", "origin", str(bare))
    shop.git("push", "-q", "origin", "HEAD:main")
    shop.git("traj", "push", "origin")
    other = tmp_path / "other"
    shop.git("clone", "-q", str(bare), str(other), cwd=tmp_path)
    shop.git("traj", "fetch", "origin", cwd=other)
    assert shop.git("notes", "--ref=traj", "list", cwd=other).stdout == shop.git("notes", "--ref=traj", "list").stdout


def test_the_same_repository_is_read_the_same_by_either_back_end(tmp_path: Path, hermetic_seal: Path) -> None:
    shop = Workshop(tmp_path, hermetic_seal).start()
    claude = shop.claude()
    claude.say("Go")
    claude.write("a.txt", "one\n")
    claude.run("git add -A && git commit -qm One")
    for command in (("verify",), ("show",), ("replay",), ("log",)):
        by_libgit2 = shop.git("traj", *command, "--json").stdout
        assert shop.git("traj", *command, "--json", env={"GITTRAJ_STORE": "git"}).stdout == by_libgit2, command
