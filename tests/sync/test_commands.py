"""`git traj init --share`, `push`, `fetch`, `sync` and `doctor` as a person types them, with real sessions of a scripted agent."""

import json
from pathlib import Path

import pytest

from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start(init=False).with_remote()


def traced(shop: Workshop) -> str:
    claude = shop.claude()
    claude.say("Write a.txt")
    claude.write("a.txt", "a\n")
    assert claude.run("git add -A && git commit -qm 'Add a.txt'").returncode == 0
    return shop.out("rev-parse", "HEAD")


def test_nothing_leaves_the_machine_unasked(shop: Workshop) -> None:
    traced(shop)
    shop.git("push", "-q", "origin", "main")
    assert shop.out("ls-remote", "origin", "refs/notes/*") == ""


def test_a_clone_gets_the_notes_and_verifies_them(shop: Workshop, tmp_path: Path) -> None:
    commit = traced(shop)
    shop.git("push", "-q", "origin", "main")
    done = shop.git("traj", "push")
    assert done.stdout.split() == ["✓", "traj:", "2", "sent", "origin"]  # the trace and a signed head
    clone = tmp_path / "clone"
    shop.git("clone", "-q", f"file://{tmp_path / 'remote.git'}", "-b", "main", str(clone))
    said = json.loads(shop.git("traj", "fetch", "--json", cwd=clone).stdout)
    assert said["remote"] == "origin" and said["tries"] == 0
    assert [(one["ref"], one["received"], one["sent"]) for one in said["refs"]] == [("refs/notes/traj", 2, 0)]
    assert json.loads(shop.git("traj", "verify", "--json", commit, cwd=clone).stdout)["ok"] is True
    again = json.loads(shop.git("traj", "sync", "--json", cwd=clone).stdout)
    assert [(one["received"], one["sent"]) for one in again["refs"]] == [(0, 0)] and again["tries"] == 1


def test_after_init_a_plain_fetch_brings_what_others_wrote(shop: Workshop, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shop.git("push", "-q", "origin", "main")
    shop.git("clone", "-q", f"file://{tmp_path / 'remote.git'}", "-b", "main", str(clone))
    said = shop.git("traj", "init", cwd=clone).stdout
    assert "git fetch origin brings notes too" in said
    assert "notes of others" not in shop.git("traj", "doctor", cwd=clone).stdout
    commit = traced(shop)
    shop.git("push", "-q", "origin", "main")
    shop.git("traj", "push")
    shop.git("pull", "-q", cwd=clone)
    assert json.loads(shop.git("traj", "show", "--json", commit, cwd=clone).stdout)["statements"]
    before = shop.out("config", "--get-all", "remote.origin.fetch", cwd=clone)
    shop.git("traj", "init", cwd=clone)
    assert shop.out("config", "--get-all", "remote.origin.fetch", cwd=clone) == before
    assert "no longer brings notes" in shop.git("traj", "deinit", cwd=clone).stdout
    assert shop.out("config", "--get-all", "remote.origin.fetch", cwd=clone) == "+refs/heads/*:refs/remotes/origin/*"
    assert "notes of others" in shop.git("traj", "doctor", cwd=clone, check=False).stdout


def test_sharing_is_asked_for_says_who_can_read_and_is_taken_back(shop: Workshop) -> None:
    said = shop.git("traj", "init", "--share").stdout
    assert "whoever can read origin can read the transcripts" in said
    assert shop.out("config", "gittraj.share") == "origin"
    shop.git("remote", "add", "backup", "/nowhere.git")
    shop.git("traj", "init", "--share", "backup")
    assert shop.out("config", "gittraj.share") == "backup"
    wrong = shop.git("traj", "init", "--share", "typo", check=False)
    assert wrong.returncode == 1 and "there is no remote called typo" in wrong.stderr
    assert shop.git("traj", "init", "backup", check=False).returncode == 2
    shop.git("traj", "deinit")
    assert shop.git("config", "gittraj.share", check=False).returncode == 1


def test_doctor_names_merge_strategies_that_destroy_notes_and_remotes_that_are_not_there(shop: Workshop) -> None:
    for key in ("notes.mergeStrategy", "notes.traj.mergeStrategy", "notes.traj-bodies.mergeStrategy"):
        shop.git("config", key, "cat_sort_uniq")
    shop.git("config", "gittraj.share", "typo")
    done = shop.git("traj", "doctor", "--json", check=False)
    told = [finding["what"] for finding in json.loads(done.stdout)["findings"] if finding["level"] == "problem"]
    assert done.returncode == 1
    assert [what.split(" = ")[0] for what in told] == [
        "notes.traj.mergestrategy",
        "notes.traj-bodies.mergestrategy",
        "gittraj.share",
    ]
    for key in ("notes.traj.mergeStrategy", "notes.traj-bodies.mergeStrategy"):
        shop.git("config", "--unset", key)
    shop.git("config", "gittraj.share", "origin")
    assert "notes.mergestrategy = cat_sort_uniq" in shop.git("traj", "doctor", check=False).stdout
    shop.git("config", "notes.mergeStrategy", "theirs")
    done = shop.git("traj", "doctor")
    assert "notes.mergestrategy = theirs loses one side" in done.stdout
    shop.git("traj", "doctor", "--repair")
    assert "loses one side" not in shop.git("traj", "doctor").stdout
    assert shop.out("config", "notes.mergeStrategy") == "theirs"


def test_without_a_remote_push_says_what_to_type(shop: Workshop) -> None:
    shop.git("remote", "remove", "origin")
    done = shop.git("traj", "push", check=False)
    assert done.returncode == 1 and "no remote" in done.stderr and "git remote add" in done.stderr
