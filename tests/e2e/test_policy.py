"""The policy of a repository: read from a trusted ref, never from what is judged, and told in every verdict."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.workshop import Workshop

POLICY = '[require]\ntrace = "agent"\n[agents]\nauthors = ["*@robots.example.org"]\n'


@pytest.fixture(scope="module")
def shop(lasting: Workshop) -> Workshop:
    """main, on its remote, holds a policy and the keys; on top of it one commit with a trace and one by hand."""
    key = (lasting.home / ".config/gittraj/key.pub").read_text()
    folder = lasting.repo / ".gittraj"
    folder.mkdir()
    (folder / "allowed_signers").write_text(f'dana@example.org namespaces="gittraj" {key}')
    (lasting.repo / ".gittraj.toml").write_text(POLICY)
    commit(lasting, "Policy")
    lasting.git("clone", "-q", "--bare", str(lasting.repo), str(lasting.repo.parent / "remote.git"))
    lasting.git("remote", "add", "origin", str(lasting.repo.parent / "remote.git"))
    lasting.git("fetch", "-q", "origin")
    claude = lasting.claude()
    claude.say("Write a file, please.")
    claude.write("a.txt", "content\n")
    claude.run("git add -A && git commit -qm 'With a trace'")
    (lasting.repo / "b.txt").write_text("b\n")
    commit(lasting, "By hand")
    return lasting


def commit(shop: Workshop, subject: str, **env: str) -> str:
    shop.git("add", "-A")
    shop.git("commit", "-q", "--allow-empty", "-m", subject, env={"GITTRAJ": "0", **env})
    return shop.out("rev-parse", "HEAD")


def verdicts(shop: Workshop, *arguments: str) -> list[tuple[str, str]]:
    found = shop.json("verify", *arguments, check=False)
    return [(each["status"], each["reason"]) for each in found["commits"]]


def test_verify_goes_by_the_policy_of_the_remotes_default_branch_and_says_so(shop: Workshop) -> None:
    found = shop.json("verify", "origin/main..")
    assert [each["status"] for each in found["commits"]] == ["exempt", "verified"] and found["ok"]
    policy: dict[str, Any] = found["policy"]
    assert (
        policy["ref"] == "origin/main"
        and policy["commit"] == shop.out("rev-parse", "origin/main")
        and not policy["default"]
    )
    assert policy["blob"] == shop.out("rev-parse", "origin/main:.gittraj.toml")
    lists = {each["name"]: each for each in policy["trust"]}
    assert lists[".gittraj/allowed_signers in origin/main"]["blob"] == shop.out(
        "rev-parse", "origin/main:.gittraj/allowed_signers"
    )
    said = shop.git("traj", "verify", "origin/main..").stdout
    assert f"Policy: .gittraj.toml ({policy['blob'][:8]}) in origin/main" in said


def test_what_is_judged_cannot_change_what_it_is_judged_by(shop: Workshop, tmp_path: Path) -> None:
    side = tmp_path / "side"
    shop.git("worktree", "add", "-q", "-b", "loose", str(side), "origin/main")
    (side / ".gittraj.toml").write_text('[require]\ntrace = "none"\nunsafe-any-signer = true\n')
    shop.git("add", "-A", cwd=side)
    robot = {"GITTRAJ": "0", "GIT_AUTHOR_EMAIL": "r7@robots.example.org"}
    shop.git("commit", "-qm", "Loosen", cwd=side, env=robot)
    shop.git("commit", "-q", "--allow-empty", "-m", "And use it", cwd=side, env=robot)
    after, change = verdicts(shop, "origin/main..loose")
    assert after[0] == "missing" and "robots.example.org" in after[1]
    assert change == ("failed", "trust: .gittraj.toml changed without the consent of anybody trusted before")
    shop.git("worktree", "remove", "--force", str(side))
    shop.git("branch", "-qD", "loose")


def test_explain_tells_rule_by_rule(shop: Workshop) -> None:
    found = shop.json("policy", "explain", "HEAD~1")
    assert found["status"] == "verified" and not found["needed"]
    assert {each["rule"]: each["result"] for each in found["rules"]} == {"signer": "pass", "role": "pass"}
    by_hand = shop.git("traj", "policy", "explain", "HEAD").stdout
    assert "needs a trace: no, nothing says that an agent had a part in it" in by_hand and "in origin/main" in by_hand
    assert shop.git("traj", "policy", "explain", "nothing", check=False).returncode == 1


def test_show_and_check_tell_the_policy_and_its_mistakes(shop: Workshop) -> None:
    shown = shop.git("traj", "policy").stdout
    assert (
        "commits of agents need a trace" in shown and "1 trusted key: .gittraj/allowed_signers in origin/main" in shown
    )
    assert "no adoption" in shown
    draft = shop.repo / "draft.toml"
    draft.write_text('[require]\ntrace = "agent"\nmin-coverage = 90\nexempt = []\n')
    done = shop.git("traj", "policy", "check", "draft.toml", check=False)
    assert done.returncode == 1 and "draft.toml:3: unknown key 'min-coverage'" in done.stderr
    draft.write_text('[require]\ntrace = "none"\n')
    done = shop.git("traj", "policy", "check", "draft.toml")
    assert "unsafe: nobody needs a trace" in done.stdout and "trusts nobody" not in done.stdout
    draft.write_text('[require]\ntrace = "agent"\n[trust]\nsources = ["repository"]\nsigners = "nowhere/signers"\n')
    assert "it trusts nobody" in shop.git("traj", "policy", "check", "draft.toml").stdout
    draft.unlink()
    assert shop.json("policy", "check")["rules"][0].startswith("commits of agents need a trace")


@pytest.mark.parametrize(
    ("policy", "statuses", "why"),
    [
        ('[require]\ntrace = "all"\n', ["missing", "verified"], "the policy wants a trace of every commit"),
        ('[require]\ntrace = "all"\nexempt-paths = ["b.*"]\n', ["exempt", "verified"], "exempt paths only"),
        ('[require]\ntrace = "none"\n', ["exempt", "verified"], "the policy wants no traces"),
        ('[require]\ntrace = "agent"\nchecks = ["edits"]\n[coverage]\nagent = 100\n', ["exempt", "verified"], ""),
        ('[require]\ntrace = "agent"\n[coverage]\nshell = 1\n', ["exempt", "failed"], "coverage: 0% of class shell, 1% demanded"),
        ('[require]\ntrace = "agent"\nchecks = ["completeness"]\n', ["exempt", "verified"], ""),
        ('[require]\ntrace = "agent"\nrepository = ["https://example.org/*"]\n', ["exempt", "failed"], "signed in another repository"),
        ('[require]\ntrace = "agent"\n[roles]\nrecorder = ["ci@*"]\n', ["exempt", "failed"], "may not sign a record: that takes the role recorder"),
        ('[require]\ntrace = "agent"\n[trust]\nsources = ["repository"]\n', ["exempt", "verified"], ""),
    ],
)  # fmt: skip
def test_what_a_policy_demands_decides(shop: Workshop, policy: str, statuses: list[str], why: str) -> None:
    ref = with_policy(shop, policy)
    found = verdicts(shop, "origin/main..main", "--trust", ref)
    assert [status for status, _ in found] == statuses
    assert any(why in reason for _, reason in found)
    code = shop.git("traj", "verify", "origin/main..main", "--trust", ref, check=False).returncode
    assert code == (0 if {"missing", "failed"}.isdisjoint(statuses) else 1)


def test_commits_before_the_adoption_need_nothing(shop: Workshop) -> None:
    everything = '[require]\ntrace = "all"\nsince = "{}"\n'
    second, last = shop.out("rev-parse", "main~1"), shop.out("rev-parse", "main")
    found = verdicts(shop, "main", "--trust", with_policy(shop, everything.format(second)))
    assert [
        status for status, _ in verdicts(shop, "main~2..main", "--trust", with_policy(shop, everything.format(second)))
    ] == ["missing", "verified"]
    assert found == [("missing", "the policy wants a trace of every commit, but it has no trace")]
    ref = with_policy(shop, everything.format(last))
    assert [status for status, _ in verdicts(shop, "main~3..main~1", "--trust", ref)] == ["verified", "exempt"]


def test_a_policy_that_cannot_be_had_fails_closed(shop: Workshop) -> None:
    def said(*arguments: str, **env: str) -> str:
        done = shop.git("traj", "verify", "origin/main..", *arguments, check=False, env=env)
        assert done.returncode == 1 and done.stdout == "" and len(done.stderr.strip().splitlines()) <= 2, done.stderr
        return done.stderr

    assert "unknown key 'chekcs'" in said("--trust", with_policy(shop, '[require]\ntrace = "all"\nchekcs = []\n'))
    assert "an empty policy fails" in said("--trust", with_policy(shop, ""))
    assert "trusts nobody" in said(
        "--trust", with_policy(shop, '[require]\ntrace = "all"\n[trust]\nsources = ["repository"]\nsigners = "none"\n')
    )
    configured = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gittraj.trustedRef"}
    assert "is not here" in said(**configured, GIT_CONFIG_VALUE_0="refs/remotes/origin/gone")
    assert "there is no policy" in said(**configured, GIT_CONFIG_VALUE_0="refs/heads/" + bare_branch(shop))
    untrusting = shop.git("traj", "verify", "origin/main..", "--allow-untrusted", check=False)
    assert untrusting.returncode == 2 and "the policy of this repository" in untrusting.stderr


def test_without_a_policy_the_default_rule_stays_and_is_named(shop: Workshop) -> None:
    found = shop.json("verify", "origin/main..main", "--trust", bare_branch(shop))
    assert found["policy"]["default"] and found["policy"]["blob"] == ""
    said = shop.git("traj", "verify", "origin/main..main", "--trust", bare_branch(shop)).stdout
    assert f"No policy in {bare_branch(shop)}: the default rule." in said


def with_policy(shop: Workshop, text: str) -> str:
    """A branch beside main whose policy is `text` and whose keys are those of main."""
    index = {"GIT_INDEX_FILE": str(shop.repo / ".git" / "policy-index")}
    (shop.repo / ".git" / "policy").write_text(text)
    blob = shop.out("hash-object", "-w", str(shop.repo / ".git" / "policy"))
    shop.git("read-tree", "origin/main", env=index)
    shop.git("update-index", "--add", "--cacheinfo", f"100644,{blob},.gittraj.toml", env=index)
    tree = shop.out("write-tree", env=index)
    shop.git("branch", "-f", "policy", shop.out("commit-tree", "-m", "Policy", "-p", "origin/main", tree))
    return "policy"


def bare_branch(shop: Workshop) -> str:
    """A branch without a policy."""
    shop.git("branch", "-f", "none", "main~3")
    return "none"
