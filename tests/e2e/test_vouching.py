"""People's signed words: exemptions with reason and expiry, and consent to changes of trust by those who were trusted before."""

import os
import time
from pathlib import Path

import pytest

from gittraj.flows import wiring
from gittraj.model.anchor import Anchor
from gittraj.seal import sign
from tests.support.note_hands import holding, note
from tests.support.workshop import Workshop

POLICY = '[require]\ntrace = "all"\nsince = "{}"\n[roles]\nreviewer = ["dana@example.org"]\n'


@pytest.fixture(scope="module")
def shop(lasting: Workshop) -> Workshop:
    """A policy on the remote that wants a trace of every commit after the first, and trusts Dana as recorder and reviewer."""
    key = lasting.home / ".config/gittraj/key.pub"
    since = lasting.out("rev-parse", "HEAD")
    lasting.git("traj", "keys", "add", "dana@example.org", str(key))
    (lasting.repo / ".gittraj.toml").write_text(POLICY.format(since))
    commit(lasting, "Policy")
    lasting.git("clone", "-q", "--bare", str(lasting.repo), str(lasting.repo.parent / "remote.git"))
    lasting.git("remote", "add", "origin", str(lasting.repo.parent / "remote.git"))
    lasting.git("fetch", "-q", "origin")
    return lasting


@pytest.fixture(autouse=True)
def back_to_the_remote(shop: Workshop) -> None:
    shop.git("checkout", "-q", "-B", "main", "origin/main")
    shop.git("clean", "-qfd")


def commit(shop: Workshop, subject: str) -> str:
    shop.git("add", "-A")
    shop.git("commit", "-q", "--allow-empty", "-m", subject, env={"GITTRAJ": "0"})
    return shop.out("rev-parse", "HEAD")


def judged(shop: Workshop, selection: str = "origin/main..HEAD") -> list[tuple[str, str]]:
    found = shop.json("verify", selection, check=False)
    return [(each["status"], each["reason"]) for each in found["commits"]]


def said(
    shop: Workshop, commit: str, kind: str, claim: dict[str, object], principal: str = "dana@example.org"
) -> bytes:
    """A statement about a commit by Dana's key, whatever the commands would think of it."""
    house = wiring.open_house(str(shop.repo), {**os.environ, **shop.env})
    found = house.repository.commit(commit)
    anchor = Anchor(commit, found.tree, found.parents, "", 0, 0, kind)
    key = wiring.signer(house)
    key.principal = principal
    return sign.attach(kind, claim, anchor, key, 1_700_000_000)


def test_a_reviewer_excuses_a_commit_until_a_day(shop: Workshop) -> None:
    hand = commit(shop, "By hand")
    assert judged(shop)[0][0] == "missing"
    shop.git("traj", "policy", "exempt", hand, "--reason", "hotfix by hand", "--until", "2099-12-31")
    assert judged(shop) == [("exempt", "dana@example.org exempts it until 2099-12-31 00:00:00Z: hotfix by hand")]
    assert shop.git("traj", "verify", "origin/main..").returncode == 0
    copied = shop.out("commit-tree", "-m", "Another", "-p", "HEAD", "HEAD^{tree}")
    with holding(shop, copied, note(shop, hand)):
        assert judged(shop, f"{hand}..{copied}")[0][0] == "failed", "an exemption is for one commit"


def test_an_exemption_has_bounds(shop: Workshop) -> None:
    hand = commit(shop, "Another by hand")
    soon = int(time.time()) + 10_000
    for claim, why in (
        ({"reason": "x", "until": 1_700_000_000}, "an exemption has expired"),
        ({"reason": "", "until": soon}, "not whole"),
        ({"reason": "x", "until": "2099"}, "not whole"),
        ({"until": soon}, "not whole"),
    ):
        with holding(shop, hand, said(shop, hand, "exemption", claim)):
            status, reason = judged(shop)[0]
            assert status == "missing" and why in reason
    with holding(shop, hand, said(shop, hand, "exemption", {"reason": "x", "until": soon}, "eve@example.org")):
        assert judged(shop)[0][0] in ("untrusted", "missing")
    for arguments in (
        ("--reason", "x"), ("--until", "2099-01-01"), ("--reason", "x", "--until", "2001-01-01"), ("--reason", "x", "--until", "soon"),
        ("--reason", "a\nb", "--until", "2099-01-01"),
    ):  # fmt: skip
        assert shop.git("traj", "policy", "exempt", hand, *arguments, check=False).returncode == 2
    stranger = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.email", "GIT_CONFIG_VALUE_0": "eve@example.org"}
    done = shop.git(
        "traj", "policy", "exempt", hand, "--reason", "x", "--until", "2099-01-01", check=False, env=stranger
    )
    assert done.returncode == 1 and "eve@example.org is no reviewer" in done.stderr


def test_no_exemption_excuses_damage(shop: Workshop) -> None:
    hand = commit(shop, "Damaged")
    shop.git("traj", "policy", "exempt", hand, "--reason", "x", "--until", "2099-12-31")
    with holding(shop, hand, note(shop, hand) + b"\xff"):
        assert judged(shop)[0][0] == "failed"


def test_words_about_a_commit_are_no_trace_of_it(shop: Workshop) -> None:
    hand = commit(shop, "With an outcome only")
    with holding(shop, hand, said(shop, hand, "governance", {"consents": "trust"})):
        status, reason = judged(shop)[0]
        assert status == "missing" and "it has no trace" in reason


def test_a_key_cannot_let_itself_in(shop: Workshop, tmp_path: Path) -> None:
    stranger = Workshop(tmp_path, tmp_path / "home")
    (tmp_path / "home").mkdir()
    stranger.repo = shop.repo
    stranger.env = {**shop.env, "HOME": str(tmp_path / "home"), **as_eve()}
    stranger.git("traj", "keys", "new")
    key = tmp_path / "home/.config/gittraj/key.pub"
    stranger.git("traj", "keys", "add", "*@example.org", str(key))
    changed = commit(shop, "Let me in")
    assert judged(shop) == [
        ("failed", "trust: .gittraj/allowed_signers changed without the consent of anybody trusted before")
    ]
    done = stranger.git("traj", "policy", "approve", changed, check=False)
    assert done.returncode == 1 and "eve@example.org is no reviewer" in done.stderr
    with holding(shop, changed, said(stranger, changed, "governance", {"consents": "trust"}, "eve@example.org")):
        assert judged(shop)[0] == (
            "failed",
            "trust: .gittraj/allowed_signers changed without the consent of anybody trusted before",
        )
    after = commit(shop, "More")
    assert [status for status, _ in judged(shop)] == ["missing", "failed"], after


def as_eve() -> dict[str, str]:
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.email", "GIT_CONFIG_VALUE_0": "eve@example.org"}


def test_a_reviewer_consents_to_a_change_of_trust(shop: Workshop) -> None:
    (shop.repo / ".gittraj.toml").write_text('[require]\ntrace = "agent"\n')
    changed = commit(shop, "Ask for less")
    assert judged(shop)[0] == ("failed", "trust: .gittraj.toml changed without the consent of anybody trusted before")
    shop.git("traj", "policy", "approve", changed)
    assert judged(shop)[0][0] == "missing", "consent is not a trace"
    shop.git("traj", "policy", "exempt", changed, "--reason", "policy by hand", "--until", "2099-12-31")
    assert judged(shop)[0][0] == "exempt"
    explained = shop.json("policy", "explain", changed)
    assert explained["checks"]["trust"] == {
        "result": "pass",
        "detail": ".gittraj.toml changed with the consent of dana@example.org",
    }


def test_a_merge_chooses_only_among_what_was_agreed(shop: Workshop) -> None:
    shop.git("checkout", "-q", "-B", "side", "origin/main")
    (shop.repo / ".gittraj" / "allowed_signers").write_text("")
    commit(shop, "Nobody")
    shop.git("checkout", "-q", "main")
    commit(shop, "Meanwhile")
    shop.git("merge", "-q", "--no-ff", "-m", "Merge", "side", env={"GITTRAJ": "0"})
    reasons = [reason for _, reason in judged(shop, "origin/main..HEAD")]
    assert sum("changed without the consent" in reason for reason in reasons) == 2, (
        "the change, and the merge that takes it"
    )


def test_taking_the_policy_away_is_a_change_too(shop: Workshop) -> None:
    shop.git("rm", "-q", ".gittraj.toml")
    commit(shop, "No policy")
    assert ".gittraj.toml changed without the consent" in judged(shop)[0][1]
