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


def test_an_amended_commit_keeps_the_note_and_says_which_commit_it_was_signed_for(shop: Workshop) -> None:
    claude = shop.claude()
    works(claude, "a.txt")
    first = shop.out("rev-parse", "HEAD")
    shop.git("commit", "-q", "--amend", "-m", "By hand, with better words")
    assert shop.out("rev-parse", "HEAD") in shop.noted()
    found = verdict(shop)
    assert found["status"] == "failed" and found["reason"].startswith(
        f"binding: signed for another commit, {first[:12]}"
    )
    assert found["statements"][0]["checks"]["signature"]["result"] == "pass"
    assert "not of this commit" in shop.git("traj", "show").stdout
    assert verdict(shop, first)["status"] == "verified"


def test_an_agent_that_amends_its_commit_signs_what_it_did_since(shop: Workshop) -> None:
    claude = shop.claude()
    works(claude, "a.txt")
    works(claude, "b.txt", "git add -A && git commit -q --amend --no-edit")
    statements = shop.json("show")["statements"]
    bound = [each["checks"]["binding"]["result"] for each in statements]
    assert sorted(bound) == ["fail", "pass"]
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
        assert f"signed for another commit, {old[:12]}" in found["reason"] and len(found["statements"]) == 1
        assert verdict(shop, old)["status"] == "verified"
    works(claude, "d.txt")
    assert verdict(shop)["status"] == "verified"
    segment = shop.json("show")["statements"][0]["record"]["gittraj"]["segment"]
    assert segment["index"] == 2 and segment["prev"] == shop.json("show", olds[1])["statements"][0]["digest"]


def test_a_squash_keeps_every_signed_statement(shop: Workshop) -> None:
    claude = shop.claude()
    works(claude, "a.txt")
    works(claude, "b.txt")
    editor = "sed -i '2s/^pick/squash/'"
    shop.git("rebase", "-q", "-i", "HEAD~2", env={"GIT_SEQUENCE_EDITOR": editor, "GIT_EDITOR": "true"})
    statements = shop.json("show")["statements"]
    assert [each["checks"]["signature"]["result"] for each in statements] == ["pass", "pass"]
    assert {each["checks"]["binding"]["result"] for each in statements} == {"fail"}
    assert shop.json("show")["damage"] == []


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
    assert all("signed for another commit" in verdict(shop, rev)["reason"] for rev in set(shop.noted()) - {signed})


def test_a_branch_reset_away_and_made_again_starts_no_second_chain(shop: Workshop) -> None:
    claude = shop.claude()
    works(claude, "a.txt")
    shop.git("reset", "-q", "--hard", "HEAD~1")
    claude.say("That was not it.")
    works(claude, "b.txt")
    assert verdict(shop)["status"] == "verified"
    segment = shop.json("show")["statements"][0]["record"]["gittraj"]["segment"]
    assert segment["index"] == 1 and segment["prev"]
    for name in os.listdir(shop.repo / ".git"):
        assert not name.endswith(".lock")
