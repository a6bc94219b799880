"""What forges make of a branch when they merge it, in a fresh clone after the branch is gone: which record each new commit is carried from."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.workshop import Workshop

FORGE = {
    "GIT_COMMITTER_NAME": "Forge",
    "GIT_COMMITTER_EMAIL": "noreply@forge.example",
    "GITTRAJ": "0",
}


@pytest.fixture(scope="module")
def history(lasting: Workshop) -> Workshop:
    """`one` with two commits of an agent and `two` with one, both from the first commit; on `main` a person's meanwhile."""
    for branch, names in (("one", ("a.txt", "b.txt")), ("two", ("c.txt",))):
        lasting.git("checkout", "-q", "-b", branch, "main")
        claude = lasting.claude(f"{branch:0>8}-2222-4333-8444-555555555555".replace("o", "0"))
        for name in names:
            claude.say(f"Write {name}")
            claude.write(name, f"{name} by {branch}\nand more\n")
            assert claude.run(f"git add -A && git commit -qm 'Agent: {name}'").returncode == 0
    lasting.git("checkout", "-q", "main")
    (lasting.repo / "up.txt").write_text("by hand\n")
    lasting.git("add", "-A")
    lasting.git("commit", "-qm", "By hand")
    return lasting


@pytest.fixture
def shop(history: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A copy to merge in."""
    monkeypatch.setenv("HOME", history.env["HOME"])
    return history.copy(tmp_path)


def squashed(shop: Workshop, branch: str, onto: str, message: str) -> str:
    """One commit on `onto` with what merging `branch` there gives, as a server makes it: without a worktree, hooks or notes."""
    tree = shop.out("merge-tree", "--write-tree", onto, branch)
    return shop.out("commit-tree", "-p", onto, "-m", message, tree, env=FORGE)


def merged_and_gone(shop: Workshop, tip: str) -> Workshop:
    """A fresh clone of what the forge has after it moved main to `tip` and deleted the branches; notes come from people."""
    shop.git("update-ref", "refs/heads/main", tip)
    place = shop.repo.parent / "clone"
    shop.git("clone", "-q", "--no-local", "--single-branch", "-b", "main", f"file://{shop.repo}", str(place))
    shop.git("fetch", "-q", str(shop.repo), "refs/notes/traj:refs/notes/traj", cwd=place)
    shop.repo = place
    return shop


def verdicts(shop: Workshop, revisions: str) -> list[dict[str, Any]]:
    """Oldest first."""
    found: list[dict[str, Any]] = shop.json("verify", revisions, check=False)["commits"]
    order = shop.out("rev-list", "--reverse", "--topo-order", revisions).split()
    return sorted(found, key=lambda one: order.index(one["commit"]))


def sources(one: dict[str, Any]) -> list[str]:
    return sorted(one["carried"]["from"]) if one["carried"] else []


def test_a_rebase_merge_of_a_forge_makes_every_commit_anew(shop: Workshop) -> None:
    olds = [shop.out("rev-parse", rev) for rev in ("one~1", "one")]
    shop.git("checkout", "-q", "--detach", "one")
    shop.git(
        "-c", "core.hooksPath=/dev/null", "-c", "notes.rewriteRef=refs/notes/none", "rebase", "-q", "main", env=FORGE
    )
    base, tip = shop.out("rev-parse", "main"), shop.out("rev-parse", "HEAD")
    shop.git("notes", "--ref=traj", "remove", "--ignore-missing", "HEAD", "HEAD~1")  # a server copies none
    clone = merged_and_gone(shop, tip)
    found = verdicts(clone, f"{base}..main")
    assert [(one["status"], one["carried"]["how"], sources(one)) for one in found] == [
        ("carried", "patch", [olds[0]]),
        ("carried", "patch", [olds[1]]),
    ]


def test_a_merge_queue_squashes_one_request_onto_the_next(shop: Workshop) -> None:
    one, two = (shop.out("rev-list", "--reverse", f"main..{branch}").split() for branch in ("one", "two"))
    base = shop.out("rev-parse", "main")
    queued = squashed(shop, "one", "main", "First request (#1)")
    shop.git("update-ref", "refs/heads/gh-readonly-queue/main/pr-2", squashed(shop, "two", queued, "Second (#2)"))
    clone = merged_and_gone(shop, shop.out("rev-parse", "gh-readonly-queue/main/pr-2"))
    found = verdicts(clone, f"{base}..main")
    assert [(each["status"], sources(each)) for each in found] == [("carried", sorted(one)), ("carried", two)]
    coverage = [each["coverage"] for each in clone.json("replay", f"{base}..main")["commits"]]
    assert sorted(each["agent"]["added"] for each in coverage) == [2, 4]
    assert all(each["unexplained"]["added"] == 0 for each in coverage)


@pytest.mark.parametrize("squash", [True, False])
def test_a_merge_request_gives_a_squashed_commit_and_a_merge_commit(shop: Workshop, squash: bool) -> None:
    """GitLab: the squash starts at the merge base and is merged; a request of one commit is not squashed (`squash_commit_sha` is null)."""
    branch = "one" if squash else "two"
    olds = shop.out("rev-list", "--reverse", f"main..{branch}").split()
    base = shop.out("merge-base", "main", branch)
    side = squashed(shop, branch, base, "The request") if squash else olds[0]
    tree = shop.out("merge-tree", "--write-tree", "main", side)
    before = shop.out("rev-parse", "main")
    merge = shop.out("commit-tree", "-p", "main", "-p", side, "-m", "Merge branch", tree, env=FORGE)
    clone = merged_and_gone(shop, merge)
    found = {each["commit"]: each for each in verdicts(clone, f"{before}..main")}
    assert set(found) == {side, merge}
    assert found[side]["status"] == ("carried" if squash else "verified")
    assert sources(found[side]) == (sorted(olds) if squash else [])
    assert found[merge]["status"] == "exempt" and found[merge]["carried"] is None
    assert clone.json("verify", f"{before}..main")["ok"] is True
    merged = next(each for each in clone.json("replay", f"{before}..main")["commits"] if each["commit"] == merge)
    assert merged["coverage"]["agent"]["added"] == 0
