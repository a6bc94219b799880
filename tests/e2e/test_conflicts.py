"""Conflicts of a rebase, resolved by an agent or a person: whose lines the rewritten commits are afterwards, against real git."""

import os
from pathlib import Path

import pytest

from tests.support.split_topic import CONTINUE, EDITOR, LATER, ONE, TWO, Split, resolved
from tests.support.workshop import Workshop


@pytest.fixture
def split(tmp_path: Path, hermetic_seal: Path) -> Split:
    return Split(Workshop(tmp_path, hermetic_seal).start())


@pytest.mark.parametrize("how", ["edit", "write"])
@pytest.mark.parametrize("resolver", [ONE, TWO])
def test_an_agent_resolves_and_its_line_is_its_own(split: Split, how: str, resolver: str) -> None:
    split.upstream()
    claude = split.one if resolver == ONE else split.shop.claude(TWO, start=LATER)
    claude.say("Rebase it, please")
    assert claude.run("git rebase -q main").returncode != 0
    mine = split.resolves(claude, how)
    done = claude.run(CONTINUE)
    assert done.returncode == 0, done.stderr
    told = split.sessions("HEAD~1")
    assert told.pop(mine) == resolver and set(told.values()) == {ONE} and len(told) == 3
    assert split.records("HEAD~1") == sorted([(ONE, False), (resolver, True)])
    found = split.verdict("HEAD~1")
    assert found["status"] == "verified" and found["checks"]["coverage"] == {"result": "pass", "detail": "100%"}
    assert split.verdict("HEAD")["status"] == "carried" and split.records("HEAD") == [(ONE, False)]
    # what the session does afterwards goes on from there
    last = split.made(claude, "c.txt", 1)
    assert split.verdict(last)["status"] == "verified" and split.records(last) == [(resolver, True)]
    assert split.shop.json("verify", "--all", check=False)["completeness"]["findings"] == []
    assert {each["session"] for each in split.shop.json("blame", "a.txt")["lines"]} == {None, ONE, resolver}


def test_what_an_agent_only_kept_in_a_file_it_wrote_stays_a_persons(split: Split) -> None:
    """A line that a person had not committed yet, in a file that the agent then wrote as a whole: on another base it is not the agent's either."""
    path = split.shop.repo / "a.txt"
    theirs = split.oracle.line()
    path.write_text(path.read_text() + theirs + "\n")
    split.made(split.one, "a.txt", 1)
    assert split.sessions("HEAD")[theirs] == ""
    split.upstream()
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Rebase it, please")
    assert claude.run("git rebase -q main").returncode != 0
    claude.write("a.txt", split.oracle.line(TWO) + "\n")  # nothing of either side is left
    assert claude.run(CONTINUE).returncode != 0
    split.resolves(claude, "write")
    assert claude.run(CONTINUE).returncode == 0
    found, _ = split.oracle.audit(split.shop.repo, "HEAD")  # holds each line's session against who wrote it
    assert theirs in path.read_text() and found.coverage["agent"].added and found.coverage["unexplained"].added


def test_two_conflicts_of_one_rebase_are_two_segments(split: Split) -> None:
    split.upstream("a.txt", "b.txt")
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Rebase it, please")
    assert claude.run("git rebase -q main").returncode != 0
    first = split.resolves(claude)
    assert claude.run(CONTINUE).returncode != 0  # the next commit
    second = split.resolves(claude, name="b.txt")
    done = claude.run(CONTINUE)
    assert done.returncode == 0, done.stderr
    assert split.sessions("HEAD~1")[first] == TWO and split.sessions("HEAD", "b.txt")[second] == TWO
    segments = []
    for rev in ("HEAD~1", "HEAD"):
        assert split.records(rev) == [(ONE, False), (TWO, True)] and split.verdict(rev)["status"] == "verified"
        told = [each["record"] for each in split.shop.json("show", rev)["statements"] if each["kind"] == "record"]
        segments += [each["gittraj"]["segment"]["index"] for each in told if each["session"]["session-id"] == TWO]
    assert segments == [0, 1]


def test_an_agent_edits_and_a_person_goes_on(split: Split) -> None:
    split.upstream()
    assert split.shop.git("rebase", "-q", "main", check=False).returncode != 0
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Resolve it, please")
    mine = split.resolves(claude)
    split.shop.git("add", "-A")
    split.shop.git("rebase", "--continue", env=EDITOR)
    assert split.sessions("HEAD~1")[mine] == TWO
    assert split.records("HEAD~1") == [(ONE, False), (TWO, True)] and split.records("HEAD") == [(ONE, False)]


def test_a_person_resolves_and_no_session_claims_it(split: Split) -> None:
    """Not the one that wrote the commit, nor one that runs meanwhile, with work of its own in the same file put aside."""
    split.upstream()
    split.one.answer("I shall wait.")
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Try something")
    claude.write("a.txt", split.oracle.line(TWO) + "\n")
    split.shop.git("stash", "-q")
    assert split.shop.git("rebase", "-q", "main", check=False).returncode != 0
    mine = split.oracle.line()
    path = split.shop.repo / "a.txt"
    path.write_text(resolved(path.read_text(), mine))
    split.shop.git("add", "-A")
    split.shop.git("rebase", "--continue", env=EDITOR)
    assert split.sessions("HEAD~1")[mine] == "" and split.records("HEAD~1") == [(ONE, False)]
    found = split.verdict("HEAD~1")
    assert found["status"] == "failed" and "altered: 1 of 4 lines are not what was signed (a.txt:2)" in found["reason"]


def test_a_person_resolves_and_an_agent_goes_on(split: Split) -> None:
    """The agent's record is there, because its call made the commit; the person's line is in none."""
    split.upstream()
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Rebase; I resolve what has to be")
    assert claude.run("git rebase -q main").returncode != 0
    mine = split.oracle.line()
    path = split.shop.repo / "a.txt"
    path.write_text(resolved(path.read_text(), mine))
    assert claude.run(CONTINUE).returncode == 0
    told = split.sessions("HEAD~1")
    assert told.pop(mine) == "" and set(told.values()) == {ONE}
    found = split.verdict("HEAD~1")
    assert found["checks"]["coverage"]["detail"] == "75%" and split.records("HEAD~1") == [(ONE, False), (TWO, True)]


def test_a_side_taken_whole_leaves_nothing_to_claim(split: Split) -> None:
    split.upstream()
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Rebase, ours wins")
    assert claude.run("git rebase -q main").returncode != 0
    assert claude.run(f"git checkout -q --theirs a.txt && {CONTINUE}").returncode == 0
    assert set(split.sessions("HEAD~1").values()) == {ONE}
    assert split.verdict("HEAD")["status"] == "carried"


def test_a_commit_given_up_is_nobodys(split: Split) -> None:
    split.upstream()
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Rebase, drop what is in conflict")
    assert claude.run("git rebase -q main").returncode != 0
    split.resolves(claude)
    assert claude.run("git rebase --skip").returncode == 0
    assert split.shop.out("rev-list", "--count", "main..HEAD") == "1"
    assert split.verdict("HEAD")["status"] == "carried" and split.records("HEAD") == [(ONE, False)]


def test_a_conflict_within_a_chain_of_fixups(split: Split) -> None:
    """The commit in which it was resolved is rewritten by the next fixup, and git does not tell of it."""
    split.made(split.one, "a.txt", 1)
    split.upstream()
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Rebase to one commit")
    editor = {"GIT_SEQUENCE_EDITOR": "sed -i -e '2,$s/^pick/fixup/'"}
    assert claude.run("git rebase -q -i main", env=editor).returncode != 0
    mine = split.resolves(claude)
    done = claude.run(CONTINUE)
    assert done.returncode == 0, done.stderr
    assert split.shop.out("rev-list", "--count", "main..HEAD") == "1"
    told = split.sessions("HEAD")
    assert told.pop(mine) == TWO and set(told.values()) == {ONE} and len(told) == 4
    assert split.verdict("HEAD")["status"] == "carried"


@pytest.mark.parametrize("act", ["rebase", "amend"])
def test_a_commit_without_a_note_gets_the_records_that_it_was_found_by(split: Split, act: str) -> None:
    """Where the original was made past git, so that it has its trace by content, git has no note to copy."""
    split.shop.git("reset", "-q", "--hard", split.olds[0])
    tree = split.shop.out("rev-parse", "HEAD^{tree}")
    copy = split.shop.out("commit-tree", "-p", "HEAD~1", "-m", "By plumbing", tree)
    split.shop.git("reset", "-q", "--hard", copy)
    assert split.verdict("HEAD")["status"] == "carried" and copy not in split.shop.noted()
    claude = split.shop.claude(TWO, start=LATER)
    if act == "amend":
        split.made(claude, "more.txt", 1, "git add -A && git commit -q --amend --no-edit")
        assert set(split.sessions("HEAD", "more.txt").values()) == {TWO}
    else:
        split.upstream()
        claude.say("Rebase it, please")
        assert claude.run("git rebase -q main").returncode != 0
        mine = split.resolves(claude)
        assert claude.run(CONTINUE).returncode == 0
        assert split.sessions("HEAD").pop(mine) == TWO
    told = [session for row, session in split.sessions("HEAD").items() if split.oracle.wrote[row] == ONE]
    assert told == [ONE] * 3 and split.records("HEAD") == [(ONE, False), (TWO, True)]
    assert split.verdict("HEAD")["status"] == "verified"


def test_a_commit_amended_at_a_stop(split: Split) -> None:
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Change the first one")
    assert claude.run("GIT_SEQUENCE_EDITOR=\"sed -i '1s/^pick/edit/'\" git rebase -q -i main").returncode == 0
    split.made(claude, "more.txt", 1, "git add -A && git commit -q --amend --no-edit")
    assert claude.run("git rebase --continue").returncode == 0
    assert set(split.sessions("HEAD~1").values()) == {ONE} and set(split.sessions("HEAD~1", "more.txt").values()) == {
        TWO
    }
    assert split.records("HEAD~1") == [(ONE, False), (TWO, True)] and split.verdict("HEAD~1")["status"] == "verified"
    assert split.records("HEAD") == [(ONE, False)] and split.verdict("HEAD")["status"] == "carried"


def test_what_was_resolved_keeps_its_sessions_when_it_is_rewritten_again(split: Split) -> None:
    """By a person: other words, then another base; the records beside the resolver's go along."""
    split.upstream()
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Rebase it, please")
    assert claude.run("git rebase -q main").returncode != 0
    mine = split.resolves(claude)
    assert claude.run(CONTINUE).returncode == 0
    split.shop.git("reset", "-q", "--hard", "HEAD~1")
    for rewrite in (["commit", "-q", "--amend", "-m", "Other words"], ["rebase", "-q", "--onto", "main~1", "main"]):
        before = split.shop.out("rev-parse", "HEAD")
        if rewrite[0] == "rebase":
            split.shop.git("checkout", "-q", "main")
            (split.shop.repo / "up.txt").write_text(split.oracle.line() + "\n")
            split.shop.git("add", "-A")
            split.shop.git("commit", "-qm", "More upstream")
            split.shop.git("checkout", "-q", "topic")
            rewrite = ["rebase", "-q", "main"]
        split.shop.git(*rewrite)
        assert split.shop.out("rev-parse", "HEAD") != before
        told = split.sessions("HEAD")
        assert told.pop(mine) == TWO and set(told.values()) == {ONE} and len(told) == 3
        assert split.verdict("HEAD")["status"] == "carried"


def test_in_a_linked_worktree(split: Split, tmp_path: Path) -> None:
    split.upstream()
    split.shop.git("checkout", "-q", "main")
    split.shop.git("worktree", "add", "-q", str(tmp_path / "linked"), "topic")
    split.shop.repo = tmp_path / "linked"
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Rebase it, please")
    assert claude.run("git rebase -q main").returncode != 0
    mine = split.resolves(claude)
    assert claude.run(CONTINUE).returncode == 0
    assert split.sessions("HEAD~1")[mine] == TWO and split.verdict("HEAD~1")["status"] == "verified"


@pytest.mark.parametrize("act", ["cherry-pick topic~1 topic", "merge -q --squash topic && git commit -q --no-edit"])
def test_what_an_agent_brings_over_without_a_conflict_stays_whose_it_was(split: Split, act: str) -> None:
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Bring it over")
    split.shop.git("checkout", "-q", "main")
    assert claude.run(f"git {act}").returncode == 0
    for rev, name in (
        (("HEAD~1", "a.txt"), ("HEAD", "b.txt")) if "pick" in act else (("HEAD", "a.txt"), ("HEAD", "b.txt"))
    ):
        told = split.sessions(rev, name)
        assert set(told.values()) == {ONE} and len(told) == {"a.txt": 3, "b.txt": 2}[name]
    assert split.shop.json("verify", "main", check=False)["commits"][0]["status"] in ("carried", "verified")


@pytest.mark.parametrize("act", ["merge -q", "cherry-pick"])
def test_a_conflict_of_a_merge_or_a_pick_needs_no_rebase(split: Split, act: str) -> None:
    split.upstream()
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Bring it over")
    split.shop.git("checkout", "-q", "main")
    target = "topic" if act == "merge -q" else split.olds[0]
    assert claude.run(f"git {act} {target}").returncode != 0
    mine = split.resolves(claude)
    assert claude.run("git add -A && git commit -q --no-edit").returncode == 0
    assert split.sessions("HEAD")[mine] == TWO
    assert (TWO, True) in split.records("HEAD")


def test_a_rebase_that_applies_patches_runs_no_hook_before_its_end(split: Split) -> None:
    """`git rebase --apply` makes no commit that runs post-commit: the agent's resolution goes to the session's next commit (a limit)."""
    split.upstream()
    claude = split.shop.claude(TWO, start=LATER)
    claude.say("Rebase it, please")
    assert claude.run("git rebase -q --apply main").returncode != 0
    mine = split.resolves(claude)
    assert claude.run(CONTINUE).returncode == 0
    found, lost = split.oracle.audit(split.shop.repo, "HEAD~1")
    assert lost == [mine] and found.coverage["agent"].added == 3
    assert split.records("HEAD~1") == [(ONE, False)] and split.verdict("HEAD~1")["status"] == "failed"
    assert not os.path.exists(split.shop.repo / ".git" / "rebase-apply")
