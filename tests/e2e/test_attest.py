"""in-toto attestations of verdicts, checked here by other means than ours, and by `git traj attest --check`."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    shop = Workshop(tmp_path, hermetic_seal).start()
    claude = shop.claude()
    claude.say("Write")
    claude.write("a.txt", "one\n")
    claude.run("git add -A && git commit -qm Write")
    return shop


def attested(shop: Workshop, *arguments: str, code: int = 0, key: str = "") -> list[dict[str, Any]]:
    where = ("-c", f"gittraj.key={key}") if key else ()
    done = shop.git(*where, "traj", "attest", *arguments, check=False)
    assert done.returncode == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def payload(envelope: dict[str, Any], public: str) -> Any:
    """The payload, after the signature was checked with nothing of ours."""
    data = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(data), data)
    key = load_ssh_public_key(public.encode())
    (signature,) = envelope["signatures"]
    raw = base64.b64decode(signature["sig"])
    if isinstance(key, Ed25519PublicKey):
        key.verify(raw, signed)
    else:
        assert isinstance(key, EllipticCurvePublicKey)
        key.verify(raw, signed, ECDSA(SHA256()))
    return json.loads(data)


def test_a_verified_commit_is_attested_as_passed(shop: Workshop) -> None:
    (envelope,) = attested(shop)
    statement = payload(envelope, (shop.home / ".config/gittraj/key.pub").read_text())
    head = shop.out("rev-parse", "HEAD")
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert statement["subject"][0]["digest"] == {"gitCommit": head, "gitTree": shop.out("rev-parse", "HEAD^{tree}")}
    predicate = statement["predicate"]
    assert predicate["verificationResult"] == "PASSED" and predicate["verifiedLevels"] == ["GITTRAJ_VERIFIED"]
    assert predicate["gittraj"]["checks"]["edits"] == "pass"
    (digest,) = (each["digest"] for each in shop.json("show")["statements"])
    assert predicate["inputAttestations"][0]["digest"] == {"sha256": digest}


def test_a_commit_that_falls_short_is_attested_as_failed(shop: Workshop) -> None:
    shop.git("notes", "--ref=traj", "copy", "HEAD", "HEAD~1")
    (envelope,) = attested(shop, "HEAD~1", code=1)
    predicate = payload(envelope, (shop.home / ".config/gittraj/key.pub").read_text())["predicate"]
    assert predicate["verificationResult"] == "FAILED" and predicate["verifiedLevels"] == []
    assert predicate["gittraj"]["reason"].startswith("binding")


def test_a_file_of_attestations_is_checked_and_a_changed_one_refused(shop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.intoto.jsonl"
    path.write_text(shop.git("traj", "attest", "HEAD").stdout)
    done = shop.git("traj", "attest", "--check", str(path))
    assert "PASSED" in done.stdout and "dana@example.org" in done.stdout
    envelope = json.loads(path.read_text())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    statement["subject"][0]["digest"]["gitCommit"] = "f" * 40
    envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    path.write_text(json.dumps(envelope))
    found = shop.git("traj", "attest", "--check", str(path), "--json", check=False)
    told = json.loads(found.stdout)
    assert found.returncode == 1 and told["ok"] is False
    assert told["attestations"][0]["checks"]["signature"]["result"] == "fail"


def test_a_key_that_nobody_trusts_is_refused_and_an_ecdsa_key_works(shop: Workshop, tmp_path: Path) -> None:
    key = shop.home / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-b", "256", "-N", "", "-f", str(key)], check=True)
    path = tmp_path / "verdicts.intoto.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in attested(shop, key=str(key))))
    payload(json.loads(path.read_text()), key.with_suffix(".pub").read_text())
    assert "no trusted key" in shop.git("traj", "attest", "--check", str(path), check=False).stdout
    shop.git("traj", "keys", "trust", "ci@example.org", str(key.with_suffix(".pub")))
    assert "ci@example.org" in shop.git("traj", "attest", "--check", str(path)).stdout


def test_a_file_that_is_none_is_our_own_error(shop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "junk"
    for content in (b"", b"\xff\n", b"{}\n", b"[" * 10_000):
        path.write_bytes(content)
        done = shop.git("traj", "attest", "--check", str(path), check=False)
        assert done.returncode == 1 and "Traceback" not in done.stderr and "envelope" in done.stderr
