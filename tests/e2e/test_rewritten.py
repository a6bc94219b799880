"""What survives which rewrite: every scenario against real git, the verdict and each line's origin afterwards (acceptance list, "Rewrites")."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gittraj.codec import framing
from gittraj.flows.verify import verify
from gittraj.model.report import CommitVerdict
from tests.support.history_hands import with_filter_repo
from tests.support.line_oracle import Oracle
from tests.support.workshop import Workshop

ONE, TWO = "11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555"
ORACLE = Oracle()


@pytest.fixture(scope="module")
def history(lasting: Workshop) -> Workshop:
    """On `topic` three commits of two sessions and one by hand between them; on `main` a commit that came meanwhile."""

    def made(session: str, name: str, rows: list[str], start: int) -> None:
        claude = lasting.claude(session, start=start)
        claude.say(f"Write {name}")
        claude.write(name, "\n".join(rows) + "\n")
        now = {"GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"}
        done = claude.run(f"git add -A && git commit -qm 'Agent: {name}'", env=now)
        assert done.returncode == 0 and done.stderr == "", done.stderr

    lasting.git("checkout", "-qb", "topic")
    first = [ORACLE.line(ONE) for _ in range(6)]
    made(ONE, "a.txt", first, 1_700_000_000)
    made(TWO, "b.txt", [ORACLE.line(TWO) for _ in range(4)], 1_700_000_100)
    (lasting.repo / "h.txt").write_text(ORACLE.line() + "\n")
    commit(lasting, "By hand")
    made(ONE, "a.txt", [*first[:2], ORACLE.line(ONE), *first[3:], ORACLE.line(ONE)], 1_700_000_200)
    lasting.git("checkout", "-q", "main")
    (lasting.repo / "up.txt").write_text(ORACLE.line() + "\n")
    commit(lasting, "Upstream")
    lasting.git("checkout", "-q", "topic")
    return lasting


@pytest.fixture
def shop(history: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A copy to rewrite."""
    monkeypatch.setenv("HOME", history.env["HOME"])
    return history.copy(tmp_path)


def commit(shop: Workshop, message: str, *more: str) -> None:
    shop.git("add", "-A")
    shop.git("commit", "-qm", message, *more)


def interactive(shop: Workshop, script: str, onto: str, **env: str) -> None:
    """`git rebase -i` with a todo list edited by a sed script."""
    edited = {"GIT_SEQUENCE_EDITOR": f"sed -i -e '{script}'", "GIT_EDITOR": "true", **env}
    shop.git("rebase", "-q", "-i", onto, env=edited)


def judged(shop: Workshop, rev: str = "HEAD", *, lost: int = 0) -> CommitVerdict:
    """The verdict, after each line's origin was held against the oracle; `lost`: lines of agents that nothing explains."""
    assert len(ORACLE.audit(shop.repo, rev)[1]) == lost
    return verify(rev, directory=str(shop.repo)).commits[0]


def carried(shop: Workshop, rev: str, how: str, *sources: str, lost: int = 0, rest: int = 0) -> CommitVerdict:
    found = judged(shop, rev, lost=lost)
    assert found.status == "carried" and found.carried is not None, (found.status, found.reason)
    assert (found.carried.how, sorted(found.carried.sources)) == (how, sorted(sources))
    assert found.carried.total - found.carried.lines == rest
    return found


def ids(shop: Workshop, *revs: str) -> list[str]:
    return [shop.out("rev-parse", rev) for rev in revs]


def test_amending_the_message_by_any_hand(shop: Workshop) -> None:
    (old,) = ids(shop, "HEAD")
    shop.git("commit", "-q", "--amend", "-m", "Other words")
    carried(shop, "HEAD", "tree", old)
    shop.git("config", "--unset-all", "notes.rewriteRef")  # and where git copies no notes
    shop.git("commit", "-q", "--amend", "-m", "Others again", env={"GITTRAJ": "0"})
    assert shop.git("notes", "--ref=traj", "list", "HEAD", check=False).returncode == 1
    carried(shop, "HEAD", "tree", old)


def test_amending_by_hand_what_an_agent_wrote(shop: Workshop) -> None:
    with (shop.repo / "a.txt").open("a") as file:
        file.write(ORACLE.line() + "\n")
    shop.git("commit", "-qa", "--amend", "--no-edit")
    found = judged(shop)
    assert found.status == "failed" and "altered: 1 of " in found.reason and "a.txt:8" in found.reason


def test_a_rebase_onto_what_came_meanwhile(shop: Workshop) -> None:
    olds = ids(shop, "topic~3", "topic~2", "topic")
    shop.git("rebase", "-q", "main")
    for rev, old in zip(("topic~3", "topic~2", "topic"), olds, strict=True):
        carried(shop, rev, "patch", old)
    assert judged(shop, "topic~1").status == "missing"  # a person's, asked for by name


def test_a_pull_with_rebase_after_a_refused_push(shop: Workshop, tmp_path: Path) -> None:
    (old,) = ids(shop, "topic")
    shop.git("init", "-q", "--bare", str(tmp_path / "remote"))
    shop.git("remote", "add", "origin", str(tmp_path / "remote"))
    shop.git("push", "-q", "--no-verify", "origin", "main:topic")
    shop.git("branch", "-q", "--set-upstream-to=origin/topic")
    assert shop.git("push", "--no-verify", "origin", "topic", check=False).returncode != 0
    shop.git("pull", "-q", "--rebase")
    carried(shop, "topic", "patch", old)


def test_a_rebase_on_a_detached_head(shop: Workshop) -> None:
    (old,) = ids(shop, "topic")
    shop.git("checkout", "-q", "--detach")
    shop.git("rebase", "-q", "main")
    carried(shop, "HEAD", "patch", old)


def test_a_squash_of_several_sessions_and_a_person(shop: Workshop) -> None:
    olds = ids(shop, "topic~3", "topic~2", "topic")
    interactive(shop, "2,$s/^pick/squash/", "topic~4")
    found = carried(shop, "HEAD", "composed", *olds, rest=1)
    assert found.carried is not None and [part.path for part in found.carried.rest] == ["h.txt"]


def test_a_fixup_and_an_autosquash(shop: Workshop) -> None:
    olds = ids(shop, "topic~3", "topic")
    shop.git("reset", "-q", "--soft", "topic~1")
    shop.git("commit", "-qm", "fixup! Agent: a.txt", env={"GITTRAJ": "0"})
    shop.git("rebase", "-q", "-i", "--autosquash", "main~1", env={"GIT_SEQUENCE_EDITOR": "true", "GIT_EDITOR": "true"})
    assert shop.out("log", "--format=%s", "main~1..").splitlines() == ["By hand", "Agent: b.txt", "Agent: a.txt"]
    # the fixup has no note of its own: its lines are in the record of the commit that was reset away, which nobody claims here
    found = judged(shop, "HEAD~2", lost=2)
    assert found.status == "failed" and found.carried is not None and found.carried.sources == (olds[0],)


def test_reword_reorder_and_drop(shop: Workshop) -> None:
    first, second, last = ids(shop, "topic~3", "topic~2", "topic")
    interactive(shop, "1{h;d};2{G};3d;4s/^pick/reword/", "topic~4")
    assert shop.out("log", "--format=%s", "main~1..").splitlines() == ["Agent: a.txt", "Agent: a.txt", "Agent: b.txt"]
    carried(shop, "HEAD~2", "patch", second)
    carried(shop, "HEAD~1", "patch", first)
    carried(shop, "HEAD", "patch", last)


def test_one_commit_split_in_two(shop: Workshop) -> None:
    (old,) = ids(shop, "topic~3")
    shop.git("checkout", "-q", "topic~3")
    rows = (shop.repo / "a.txt").read_text().splitlines(keepends=True)
    shop.git("reset", "-q", "--soft", "HEAD~1")
    for upto in (3, 6):
        (shop.repo / "a.txt").write_text("".join(rows[:upto]))
        commit(shop, f"Up to {upto}")
    for rev in ("HEAD~1", "HEAD"):
        carried(shop, rev, "split", old)


def test_a_conflict_that_a_person_resolves(shop: Workshop) -> None:
    shop.git("checkout", "-q", "main")
    (shop.repo / "a.txt").write_text(ORACLE.line() + "\n")
    commit(shop, "The same file")
    shop.git("checkout", "-q", "topic")
    assert shop.git("rebase", "-q", "main", check=False).returncode != 0
    ours, theirs = (shop.out("show", f":{stage}:a.txt") + "\n" for stage in (2, 3))
    (shop.repo / "a.txt").write_text(ours + ORACLE.line() + "\n" + theirs)
    shop.git("add", "-A")
    shop.git("rebase", "--continue", env={"GIT_EDITOR": "true"})
    found = judged(shop, "HEAD~3")
    assert found.status == "failed" and "altered: 1 of 7 lines" in found.reason
    assert judged(shop, "HEAD").status == "carried"


@pytest.mark.parametrize("rewriting", [True, False])
def test_a_cherry_pick(shop: Workshop, rewriting: bool) -> None:
    (old,) = ids(shop, "topic~2")
    shop.git("checkout", "-q", "main")
    shop.git("cherry-pick", old, env={} if rewriting else {"GITTRAJ": "0"})
    found = carried(shop, "HEAD", "patch", old)
    assert [each.statement.kind for each in found.statements] == ["record", *["carry"] * rewriting]


def test_a_cherry_pick_whose_source_is_noted_elsewhere_until_notes_are_fetched(shop: Workshop, tmp_path: Path) -> None:
    (old,) = ids(shop, "topic~2")
    clone = tmp_path / "clone"
    shop.git("clone", "-q", "--no-local", f"file://{shop.repo}", str(clone))
    shop.git("checkout", "-q", "-b", "mine", "origin/main", cwd=clone)
    shop.git("cherry-pick", old, cwd=clone)
    shop.repo, theirs = clone, shop.repo
    assert judged(shop, "mine", lost=4).status == "missing"
    shop.git("fetch", "-q", str(theirs), "refs/notes/traj:refs/notes/traj")
    carried(shop, "mine", "patch", old)


def test_a_revert_is_a_persons_own_and_its_revert_is_not(shop: Workshop) -> None:
    shop.git("revert", "--no-edit", "topic~2")
    assert judged(shop, "HEAD").status == "missing"  # asked for by name; in a range it is exempt
    assert verify("HEAD~1..HEAD", directory=str(shop.repo)).commits[0].status == "exempt"


def test_a_squash_merge_and_its_carry_statement(shop: Workshop) -> None:
    olds = ids(shop, "topic~3", "topic~2", "topic")
    shop.git("checkout", "-q", "main")
    shop.git("merge", "-q", "--squash", "topic")
    shop.git("commit", "-q", "--no-edit")
    found = carried(shop, "HEAD", "composed", *olds, rest=1)
    assert [each.statement.kind for each in found.statements] == ["record"] * 3 + ["carry"]
    shop.git("notes", "--ref=traj", "remove", "HEAD")
    carried(shop, "HEAD", "composed", *olds, rest=1)


def test_a_squash_merge_on_a_forge_whose_branch_is_deleted(shop: Workshop, tmp_path: Path) -> None:
    """Nothing of the originals reaches the clone: their records, in the notes, make the lines again."""
    olds = ids(shop, "topic~3", "topic~2", "topic")
    plumbing(shop, "topic^{tree}", "main~1", "main")
    clone = tmp_path / "clone"
    shop.git("clone", "-q", "--no-local", "--single-branch", "-b", "main", f"file://{shop.repo}", str(clone))
    shop.git("fetch", "-q", str(shop.repo), "refs/notes/traj:refs/notes/traj", cwd=clone)
    shop.repo = clone
    assert shop.git("cat-file", "-e", olds[0], check=False).returncode != 0
    found = carried(shop, "main", "composed", *olds, rest=1)
    assert found.carried is not None and not found.carried.exact
    assert shop.json("carry", "--to", "main")["from"]
    carried(shop, "main", "composed", *olds, rest=1)


def test_a_whole_file_written_over_a_persons_commit_that_is_gone(shop: Workshop, tmp_path: Path) -> None:
    """Random history 1: the agent wrote the file as a person had left it, and in the clone nothing but the record tells which lines were new."""
    three = "33333333-2222-4333-8444-555555555555"
    rows = [*(shop.repo / "a.txt").read_text().splitlines(), ORACLE.line()]
    (shop.repo / "a.txt").write_text("\n".join(rows) + "\n")
    commit(shop, "By hand, too")
    claude = shop.claude(three, start=1_700_000_500)
    claude.say("Go on")
    claude.write("a.txt", "\n".join([ORACLE.line(three), *rows, ORACLE.line(three)]) + "\n")
    done = claude.run("git add -A && git commit -qm Third", env={"GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"})
    assert done.returncode == 0, done.stderr
    plumbing(shop, "topic^{tree}", "topic~2", "flat")
    clone = tmp_path / "clone"
    shop.git("clone", "-q", "--no-local", "--single-branch", "-b", "flat", f"file://{shop.repo}", str(clone))
    shop.git("fetch", "-q", str(shop.repo), "refs/notes/traj:refs/notes/traj", cwd=clone)
    shop.repo = clone
    replayed, lost = ORACLE.audit(clone, "flat")
    assert lost == [] and replayed.coverage["agent"].added == 2


def plumbing(shop: Workshop, tree: str, parent: str, branch: str) -> None:
    """A commit as graphical clients, forges and stacks of branches make them: no hook runs, no note is copied."""
    made = shop.out("commit-tree", "-p", parent, "-m", "By plumbing", shop.out("rev-parse", tree))
    shop.git("update-ref", f"refs/heads/{branch}", made)


def test_commits_made_by_plumbing(shop: Workshop) -> None:
    first, second = ids(shop, "topic~3", "topic~2")
    plumbing(shop, "topic~3^{tree}", "main~1", "stack")
    carried(shop, "stack", "tree", first)
    plumbing(shop, "topic~2^{tree}", "stack", "stack")
    carried(shop, "stack", "tree", second)
    plumbing(shop, "topic~2^{tree}", "main~1", "flat")
    carried(shop, "flat", "composed", first, second)


def test_originals_that_were_collected_as_garbage(shop: Workshop) -> None:
    olds = ids(shop, "topic~3", "topic~2", "topic")
    shop.git("rebase", "-q", "main")
    shop.git("reflog", "expire", "--expire=now", "--all")
    shop.git("gc", "-q", "--prune=now")
    assert shop.git("cat-file", "-e", olds[0], check=False).returncode != 0
    for rev, old in zip(("topic~3", "topic~2", "topic"), olds, strict=True):
        carried(shop, rev, "patch", old)


def test_filter_repo_leaves_what_can_be_matched(shop: Workshop) -> None:
    with_filter_repo(shop)
    olds = ids(shop, "topic~3", "topic~2", "topic")
    shop.git("filter-repo", "--force", "--quiet", "--refs", "topic", "--message-callback", 'return message + b"!"')
    assert ids(shop, "topic") != olds[2:]
    for rev, old in zip(("topic~3", "topic~2", "topic"), olds, strict=True):
        carried(shop, rev, "tree", old)


def test_a_stash_on_a_base_that_moved_and_a_reset_that_keeps(shop: Workshop) -> None:
    (old,) = ids(shop, "topic")
    shop.git("reset", "-q", "--mixed", "topic~1")
    shop.git("stash", "-q")
    (shop.repo / "other.txt").write_text(ORACLE.line() + "\n")
    commit(shop, "Meanwhile")
    shop.git("stash", "pop", "-q")
    commit(shop, "Popped")
    carried(shop, "HEAD", "patch", old)
    shop.git("reset", "-q", "--keep", "HEAD~1")
    assert judged(shop, "HEAD~1").status == "missing"


def test_a_copied_note_of_a_patch_that_differs_in_blanks_only_is_not_carried(shop: Workshop) -> None:
    (shop.repo / "a.txt").write_text((shop.repo / "a.txt").read_text().replace("word ", "  word "))
    shop.git("commit", "-qa", "--amend", "--no-edit")
    assert verify("HEAD", directory=str(shop.repo)).commits[0].status == "failed"


def test_what_one_session_left_is_not_the_next_ones_that_commits_it(shop: Workshop) -> None:
    """Random history 11: the recorded state before the second session's first edit was a patch that replay did not read."""
    lines = [ORACLE.line(TWO), ORACLE.line(ONE)]
    shop.git("checkout", "-q", "main")
    for session, rows, start in ((TWO, lines[:1], 1_700_001_000), (ONE, lines, 1_700_001_100)):
        claude = shop.claude(session, start=start)
        claude.say("Go on")
        claude.write("left.txt", "\n".join(rows) + "\n")
        if session == TWO:
            claude.write("taken.txt", ORACLE.line(TWO) + "\n")
        now = {"GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"}
        assert (
            claude.run(
                f"git add {'taken.txt' if session == TWO else '-A'} && git commit -qm '{start}'", env=now
            ).returncode
            == 0
        )
    replayed, lost = ORACLE.audit(shop.repo, "HEAD")
    assert replayed.coverage["agent"].added == 1 and lost == lines[:1]


def test_records_of_a_signer_nobody_vouches_for_are_not_carried(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = ids(shop, "topic~2")
    shop.git("checkout", "-q", "main")
    shop.git("cherry-pick", old, env={"GITTRAJ": "0"})
    assert judged(shop).status == "carried"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert verify("HEAD", directory=str(shop.repo)).commits[0].status == "missing"


def test_a_carry_statement_alone_says_nothing(shop: Workshop) -> None:
    (old,) = ids(shop, "topic~2")
    shop.git("checkout", "-q", "main")
    shop.git("cherry-pick", old)
    for target in ("HEAD~1", "topic~1"):  # a person's commits
        shop.git("notes", "--ref=traj", "copy", "HEAD", target)
        assert judged(shop, target).status == "missing"
    carried(shop, "HEAD", "patch", old)


def test_no_statement_is_ever_lost(shop: Workshop) -> None:
    def statements() -> set[bytes]:
        blobs = [row.split()[0] for row in shop.out("notes", "--ref=traj", "list").splitlines()]
        read = ["git", "cat-file", "blob"]
        raw = [subprocess.run([*read, blob], cwd=shop.repo, capture_output=True, check=True).stdout for blob in blobs]
        return {item.raw for note in raw for item in framing.read(note).items if item.kind == "statement"}

    before = statements()
    steps: list[Callable[[], object]] = [
        lambda: shop.git("commit", "-q", "--amend", "-m", "Again"),
        lambda: shop.git("rebase", "-q", "main"),
        lambda: interactive(shop, "2,$s/^pick/fixup/", "main"),
    ]
    for step in steps:
        step()
        after = statements()
        assert before <= after
        before = after
