"""Kinds of commits and what git does to them afterwards: who gets a trace, and what a copied note is worth."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def works(claude: ScriptedClaude, name: str, command: str = "", **env: str) -> None:
    claude.say(f"Write {name}")
    claude.write(name, f"content of {name}\n")
    now = {"GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"}
    done = claude.run(command or f"git add -A && git commit -qm 'Write {name}'", env={**now, **env})
    assert done.returncode == 0 and done.stderr == "", done.stderr


def records(shop: Workshop, *rev: str) -> list[dict[str, Any]]:
    """The records of a commit, without what carry statements say of them."""
    return [each for each in shop.json("show", *rev)["statements"] if each["kind"] == "record"]


def verdict(shop: Workshop, rev: str = "HEAD") -> dict[str, Any]:
    found: dict[str, Any] = shop.json("verify", rev, check=False)["commits"][0]
    return found


def test_commits_of_every_kind_get_their_trace(shop: Workshop) -> None:
    claude = shop.claude()
    shop.git("checkout", "-q", "--detach")
    works(claude, "detached.txt")
    works(claude, "quiet.txt", "git add -A && git commit -q --no-verify -m 'No verify'")
    works(claude, "empty.txt", "git commit -q --allow-empty -m Empty")
    works(claude, "nothing said.txt", "git add -A && git commit -q --allow-empty-message -m ''")
    works(claude, "orphan.txt", "git checkout -q --orphan fresh && git add -A && git commit -qm 'A second root'")
    shop.git("checkout", "-q", "main")
    for branch in ("one", "two", "three"):
        shop.git("branch", branch)
        works(
            claude,
            f"{branch}.txt",
            f"git checkout -q {branch} && git add -A && git commit -qm '{branch}' && git checkout -q main",
        )
    works(claude, "merged.txt", "git merge -q --no-ff -m Merge one && git add -A && git commit -qm 'After the merge'")
    works(claude, "octopus.txt", "git merge -q -m Octopus two three")
    works(claude, "after.txt")
    shop.git("branch", "side", "HEAD~1")
    works(claude, "side.txt", "git checkout -q side && git add -A && git commit -qm Side && git checkout -q main")
    works(claude, "picked.txt", "git cherry-pick side >/dev/null")
    works(claude, "back.txt", "git revert --no-edit HEAD >/dev/null")
    report = shop.json("verify", "--all")
    assert report["ok"] is True
    shop.git("traj", "attach", "--missing")  # git runs post-merge after a merge, and post-commit not at all
    noted, heads = set(shop.noted()), ("main", "side", "fresh", "one", "two", "three", "HEAD@{1}")
    every = [line.split(" ", 1) for line in shop.out("log", "--format=%H %s", *heads).splitlines()]
    assert [subject for commit, subject in every if commit not in noted] == ["First"]
    assert shop.json("verify", "--all")["ok"] is True


def test_an_amended_message_carries_the_record_of_the_commit_it_was_signed_for(shop: Workshop) -> None:
    claude = shop.claude()
    works(claude, "a.txt")
    first = shop.out("rev-parse", "HEAD")
    shop.git("commit", "-q", "--amend", "-m", "By hand, with better words")
    assert shop.out("rev-parse", "HEAD") in shop.noted()
    found = verdict(shop)
    assert found["status"] == "carried"
    assert found["carried"]["from"] == [first] and found["carried"]["how"] == "tree"
    assert found["statements"][0]["checks"]["binding"] == {
        "result": "pass",
        "detail": f"signed for {first[:12]}: the same tree",
    }
    assert f"carried from {first[:8]} (the same tree)" in shop.git("traj", "verify").stdout
    assert "carried to this commit" in shop.git("traj", "show").stdout
    assert shop.json("replay")["commits"][0]["status"] == "reproducible"
    assert verdict(shop, first)["status"] == "verified"


def test_a_commit_that_was_changed_as_it_was_amended_fails_and_names_the_lines(shop: Workshop) -> None:
    claude = shop.claude()
    works(claude, "a.txt")
    first = shop.out("rev-parse", "HEAD")
    (shop.repo / "a.txt").write_text("content of a.txt\nby hand\n")
    (shop.repo / "money.py").write_text("def half(x):\n    return x // 2\n")
    shop.git("commit", "-qa", "--amend", "--no-edit")
    found = verdict(shop)
    assert found["status"] == "failed" and found["carried"]["how"] == "altered"
    assert found["reason"] == (
        f"binding: signed for {first[:12]}: altered: 3 of 4 lines are not what was signed (a.txt:2, money.py:2, -money.py:2)"
    )
    assert (found["carried"]["lines"], found["carried"]["total"]) == (1, 4)
    coverage = shop.json("replay", check=False)["commits"][0]["coverage"]
    assert coverage["agent"] == {"added": 1, "removed": 0} and coverage["unexplained"] == {"added": 2, "removed": 1}


def test_white_space_alone_is_a_change(shop: Workshop) -> None:
    """Git's patch-id passes over it, so that a record of ``if x:`` with a line under it would vouch for the line beside it."""
    claude = shop.claude()
    claude.say("Guard it")
    claude.write("guard.py", "if safe:\n    if certain:\n        fire()\n")
    claude.run("git add -A && git commit -qm Guard")
    (shop.repo / "guard.py").write_text("if safe:\n    if certain:\nfire()\n")
    shop.git("commit", "-qa", "--amend", "--no-edit")
    found = verdict(shop)
    assert found["status"] == "failed" and "(guard.py:3)" in found["reason"]


def test_an_agent_that_amends_its_commit_signs_what_it_did_since(shop: Workshop) -> None:
    claude = shop.claude()
    works(claude, "a.txt")
    works(claude, "b.txt", "git add -A && git commit -q --amend --no-edit")
    statements = records(shop)
    assert [each["checks"]["binding"]["result"] for each in statements] == ["pass", "pass"]
    assert sorted(bool(each["checks"]["binding"]["detail"]) for each in statements) == [False, True]
    assert verdict(shop)["status"] == "verified" and shop.json("replay")["ok"] is True
    asked = [e["content"] for each in statements for e in each["record"]["session"]["entries"] if e["type"] == "user"]
    assert sorted(asked) == ["Write a.txt", "Write b.txt"]


def test_a_rebase_copies_notes_and_makes_no_segments_of_its_own(shop: Workshop) -> None:
    claude = shop.claude()
    shop.git("checkout", "-qb", "topic")
    works(claude, "a.txt")
    works(claude, "b.txt")
    olds = [shop.out("rev-parse", rev) for rev in ("HEAD~1", "HEAD")]
    shop.git("checkout", "-q", "main")
    (shop.repo / "c.txt").write_text("by hand\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "By hand")
    assert shop.out("rev-parse", "HEAD") not in shop.noted()
    claude.say("Now rebase it, please.")
    shop.git("checkout", "-q", "topic")
    assert claude.run("git rebase -q main").returncode == 0
    for old, rev in zip(olds, ("HEAD~1", "HEAD"), strict=True):
        found = verdict(shop, rev)
        assert found["status"] == "carried" and len(records(shop, rev)) == 1
        assert found["carried"]["from"] == [old] and found["carried"]["how"] == "patch"
        assert shop.json("replay", rev)["ok"] is True
        assert verdict(shop, old)["status"] == "verified"
    works(claude, "d.txt")
    assert verdict(shop)["status"] == "verified"
    segment = records(shop)[0]["record"]["gittraj"]["segment"]
    assert segment["index"] == 2 and segment["prev"] == shop.json("show", olds[1])["statements"][0]["digest"]


def test_a_squash_keeps_every_signed_statement(shop: Workshop) -> None:
    claude = shop.claude()
    works(claude, "a.txt")
    works(claude, "b.txt")
    olds = [shop.out("rev-parse", rev) for rev in ("HEAD~1", "HEAD")]
    editor = "sed -i '2s/^pick/squash/'"
    shop.git("rebase", "-q", "-i", "HEAD~2", env={"GIT_SEQUENCE_EDITOR": editor, "GIT_EDITOR": "true"})
    statements = records(shop)
    assert [each["checks"]["signature"]["result"] for each in statements] == ["pass", "pass"]
    assert {each["checks"]["binding"]["result"] for each in statements} == {"pass"}
    assert shop.json("show")["damage"] == []
    found = verdict(shop)
    assert found["status"] == "carried" and found["carried"]["how"] == "composed"
    assert [(part["path"], part["from"]) for part in found["carried"]["parts"]] == [
        ("a.txt", olds[0]),
        ("b.txt", olds[1]),
    ]
    assert shop.json("replay")["commits"][0]["coverage"]["agent"] == {"added": 2, "removed": 0}


def test_a_commit_by_hand_in_the_middle_of_a_rebase_gets_only_what_git_copies(shop: Workshop) -> None:
    claude = shop.claude()
    works(claude, "a.txt")
    signed = shop.out("rev-parse", "HEAD")
    editor = "sed -i '1s/^pick/edit/'"
    shop.git("rebase", "-q", "-i", "HEAD~1", env={"GIT_SEQUENCE_EDITOR": editor})
    (shop.repo / "mine.txt").write_text("by hand\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "In the middle")
    assert shop.out("rev-parse", "HEAD") not in shop.noted()
    shop.git("rebase", "--continue", env={"GIT_EDITOR": "true"})
    assert shop.out("rev-parse", "HEAD~1") == signed and verdict(shop, "HEAD~1")["status"] == "verified"
    found = verdict(shop)
    assert found["carried"] is None and "signed for another commit" in found["reason"]


def test_a_branch_reset_away_and_made_again_starts_no_second_chain(shop: Workshop) -> None:
    claude = shop.claude()
    works(claude, "a.txt")
    shop.git("reset", "-q", "--hard", "HEAD~1")
    claude.say("That was not it.")
    works(claude, "b.txt")
    assert verdict(shop)["status"] == "verified"
    segment = records(shop)[0]["record"]["gittraj"]["segment"]
    assert segment["index"] == 1 and segment["prev"]
    for name in os.listdir(shop.repo / ".git"):
        assert not name.endswith(".lock")
