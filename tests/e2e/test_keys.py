"""Keys that come and go: added, revoked with a date and without, replaced; what stays good is what can be shown to be older."""

import time
from pathlib import Path

import pytest

from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    shop = Workshop(tmp_path, hermetic_seal).start()
    claude = shop.claude()
    claude.say("Write a file, please.")
    claude.write("a.txt", "content\n")
    claude.run("git add -A && git commit -qm 'With a trace'")
    return shop


def verdict(shop: Workshop) -> tuple[str, str]:
    (found,) = shop.json("verify", "HEAD", check=False)["commits"]
    return found["status"], found["reason"]


def test_a_rotated_key_leaves_good_what_was_seen_before(shop: Workshop) -> None:
    assert verdict(shop) == ("verified", "")
    new, old = shop.json("keys", "rotate")["keys"]
    assert new["role"] == "signs" and old["role"] == "revoked" and new["fingerprint"] != old["fingerprint"]
    assert Path(old["source"]).exists() and Path(old["source"]).stat().st_mode & 0o077 == 0
    assert verdict(shop) == ("verified", "")
    detail = shop.json("verify")["commits"][0]["statements"][0]["checks"]["time"]["detail"]
    assert detail.startswith("first seen: 20") and "claim: 20" in detail

    later = f"{int(time.time()) + 86_400} {shop.out('rev-parse', 'refs/notes/traj')}"
    (shop.repo / ".git/gittraj/seen-notes").write_text(later)
    status, reason = verdict(shop)
    assert status == "untrusted" and reason.startswith("time: unproven: the key is revoked from")
    assert shop.git("traj", "verify", "--allow-untrusted").returncode == 0
    listed = {each["fingerprint"]: each["usable"] for each in shop.json("keys")["keys"] if each["role"] == "trusted"}
    assert "revoked from" in listed[old["fingerprint"]] and listed[new["fingerprint"]] == ""

    claude = shop.claude("22222222-2222-4333-8444-555555555555")
    claude.say("Another, please.")
    claude.write("b.txt", "content\n")
    claude.run("git add -A && git commit -qm 'With the new key'")
    assert verdict(shop) == ("verified", "")


def test_a_revocation_without_a_date_takes_all_with_it(shop: Workshop) -> None:
    (done,) = shop.json("keys", "revoke", "dana@example.org", "--user", "--reason", "lost laptop")["keys"]
    assert done["role"] == "revoked" and done["usable"] == "for all time"
    status, reason = verdict(shop)
    assert status == "untrusted" and "is revoked (your own list of revoked keys)" in reason


def test_a_revocation_from_a_day_on_spares_what_was_seen_before(shop: Workshop) -> None:
    assert verdict(shop) == ("verified", "")
    fingerprint = shop.json("keys")["keys"][0]["fingerprint"]
    shop.git("traj", "keys", "revoke", fingerprint, "--user", "--from", "2099-01-01")
    assert verdict(shop) == ("verified", "")
    shop.git("traj", "keys", "revoke", fingerprint, "--user", "--from", "2001-01-01T00:00Z")
    assert "is revoked from 2001-01-01" in verdict(shop)[1]


def test_a_repositorys_lists_count_once_they_are_committed(shop: Workshop) -> None:
    key = shop.home / ".config/gittraj/key.pub"
    (shop.home / ".config/gittraj/allowed_signers").unlink()
    assert verdict(shop)[0] == "untrusted"
    shop.git("traj", "keys", "add", "*@example.org", str(key), "--until", "2099-12-31")
    assert verdict(shop)[0] == "untrusted", "the worktree is nobody's word"
    shop.git("add", "-A")
    shop.git("commit", "-qm", "Keys", env={"GITTRAJ": "0"})
    first = shop.out("rev-parse", "HEAD~1")
    assert shop.json("verify", first)["ok"]
    line = (shop.repo / ".gittraj/allowed_signers").read_text()
    assert line.startswith('*@example.org namespaces="gittraj",valid-before="20991231Z" ssh-ed25519 ')
    shop.git("traj", "keys", "revoke", str(key))
    shop.git("add", "-A")
    shop.git("commit", "-qm", "Revoked", env={"GITTRAJ": "0"})
    done = shop.git("traj", "verify", first, check=False)
    assert done.returncode == 1 and "is revoked (.gittraj/revoked_keys in HEAD)" in done.stdout


def test_what_cannot_be_done_is_said(shop: Workshop, tmp_path: Path) -> None:
    for arguments, why in (
        (("add", "dana x", str(shop.home / ".config/gittraj/key.pub")), "cannot be a principal"),
        (("add", "dana@example.org", "ssh-ed25519 nonsense"), "malformed SSH data"),
        (("add", "dana@example.org", str(shop.home / ".config/gittraj/key.pub"), "--until", "soon"), "YYYYMMDD"),
        (("revoke", "nobody@example.org"), "no key here is known as"),
        (("revoke", "SHA256:nothing"), "no key here is known as"),
        (("revoke", "dana@example.org", "--from", "20239999"), "does not exist"),
    ):  # fmt: skip
        done = shop.git("traj", "keys", *arguments, check=False)
        assert done.returncode == 1 and why in done.stderr and not (shop.repo / ".gittraj").exists(), done.stderr
    shop.git("config", "user.signingKey", str(shop.home / ".config/gittraj/key"))
    shop.git("config", "gpg.format", "ssh")
    done = shop.git("traj", "keys", "rotate", check=False)
    assert done.returncode == 1 and "not ours to replace" in done.stderr
