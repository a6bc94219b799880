"""OpenSSH certificates: made by ssh-keygen, vouched for by a `cert-authority` line, and worth nothing beyond what both say."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.errors import KeyringError
from gittraj.keyring import certificates, revocation
from gittraj.keyring.allowed_signers import AllowedSigners, Source
from gittraj.keyring.keys import parse_line
from gittraj.keyring.revocation import Revoked
from gittraj.keyring.signers import KeySettings, choose
from gittraj.model.states import Redacted
from gittraj.seal.sign import seal
from gittraj.seal.verify import verify
from tests.seal.conftest import ISSUED_AT, VALIDATORS, details, expected, make_anchor, make_record, results

Make = Callable[..., Path]
WHO = "dana@example.org"


def certify(authority: Path, key: Path, *more: str, principal: str = WHO, serial: int = 7) -> bytes:
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "laptop", "-z", str(serial), *more]
    command += ["-n", principal] if principal else []
    subprocess.run([*command, f"{key}.pub"], check=True, capture_output=True, timeout=30)
    return certificates.in_line(Path(f"{key}-cert.pub").read_text())


def trusting(
    authority: Path, options: str = "cert-authority", who: str = "*@example.org", **more: Revoked
) -> AllowedSigners:
    line = f"{who} {options} {Path(f'{authority}.pub').read_text()}"
    return AllowedSigners([Source("file", line.encode())], **more)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
@pytest.mark.parametrize("authority_kind", ["ed25519", "ecdsa", "rsa"])
def test_a_certified_key_signs_for_its_principal(
    ssh_keygen: Make, tmp_path: Path, kind: str, authority_kind: str
) -> None:
    authority, key = ssh_keygen("ca", authority_kind), ssh_keygen("k", kind)
    certify(authority, key)
    for named in (key, f"{key}.pub", f"{key}-cert.pub"):
        signer = choose(KeySettings(str(named), "ssh", str(tmp_path), WHO), {})
        sealed = seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)
        verified = verify(sealed.statement, keys=lambda kid: None, trust=trusting(authority), commit=expected(),
                          body=sealed.body, validators=VALIDATORS)  # fmt: skip
        assert set(results(verified).values()) == {"pass"} and verified.trusted
        assert "certificate 'laptop' serial 7" in details(verified)["signer"]


def test_what_a_certificate_does_not_say_does_not_hold(ssh_keygen: Make) -> None:
    authority, other, key, stranger = (ssh_keygen(name) for name in ("ca", "other", "k", "s"))
    blob = parse_line(Path(f"{key}.pub").read_text()).blob
    good = certify(authority, key)

    def why(signers: AllowedSigners, who: str = WHO, key: bytes = blob, certificate: bytes = good) -> str:
        judgement = signers.judge(key, who, ISSUED_AT, certificate=certificate)
        assert not judgement.trusted
        return judgement.reason

    assert trusting(authority).judge(blob, WHO, ISSUED_AT, certificate=good).trusted
    assert "not for eve@example.org" in why(trusting(authority), "eve@example.org")
    assert "not for dana@example.org" in why(trusting(authority, who="*@example.com"))
    assert "no allowed_signers line" in why(trusting(other))
    assert "no allowed_signers line" in why(trusting(authority, 'namespaces="gittraj"')), (
        "an authority only where the line says so"
    )
    assert "namespaces git only" in why(trusting(authority, 'cert-authority,namespaces="git"'))
    assert "for another key" in why(trusting(authority), key=parse_line(Path(f"{stranger}.pub").read_text()).blob)
    authority_blob = parse_line(Path(f"{authority}.pub").read_text()).blob
    assert "certificates only" in why(trusting(authority), key=authority_blob, certificate=b"")
    for place in (len(good) - 1, len(good) // 2, 60):
        broken = good[:place] + bytes((good[place] ^ 1,)) + good[place + 1 :]
        assert "counts for nothing" in why(trusting(authority), certificate=broken)


@pytest.mark.parametrize(("options", "why"), [(("-h",), "for a host"), (("-O", "force-command=x"), "critical options")])
def test_certificates_for_other_things_are_refused(ssh_keygen: Make, options: tuple[str, ...], why: str) -> None:
    with pytest.raises(KeyringError, match=why):
        certify(ssh_keygen("ca"), ssh_keygen("k"), *options)


def test_a_certificate_for_nobody_is_refused(ssh_keygen: Make) -> None:
    with pytest.raises(KeyringError, match="no principal"):
        certify(ssh_keygen("ca"), ssh_keygen("k"), principal="")


def test_a_certificate_ends_and_its_authority_may_be_bounded(ssh_keygen: Make) -> None:
    authority, key = ssh_keygen("ca"), ssh_keygen("k")
    blob = parse_line(Path(f"{key}.pub").read_text()).blob
    short = certify(authority, key, "-V", "20231114000000Z:20231115000000Z")
    signers = trusting(authority)
    assert signers.judge(blob, WHO, ISSUED_AT, certificate=short).trusted
    assert "no longer valid" in signers.judge(blob, WHO, ISSUED_AT + 9 * 86400, certificate=short).reason
    assert "not yet valid" in signers.judge(blob, WHO, ISSUED_AT - 9 * 86400, certificate=short).reason
    bounded = trusting(authority, 'cert-authority,valid-before="20231101Z"')
    assert "no longer valid" in bounded.judge(blob, WHO, ISSUED_AT, certificate=certify(authority, key)).reason


def test_a_revoked_certificate_does_not_count(ssh_keygen: Make, tmp_path: Path) -> None:
    authority, key = ssh_keygen("ca"), ssh_keygen("k")
    certificate = certify(authority, key)
    blob = parse_line(Path(f"{key}.pub").read_text()).blob
    spec, krl = tmp_path / "spec", tmp_path / "krl"
    for revoked, counts in (
        ("serial: 7", False), ("serial: 5-9", False), ("id: laptop", False), ("serial: 8", True), ("id: desktop", True),
        ("serial: 1\nserial: 3\nserial: 5\nserial: 7\nserial: 9\nserial: 12\nserial: 13\nserial: 40", False),
    ):  # fmt: skip
        spec.write_text(f"{revoked}\n")
        subprocess.run(["ssh-keygen", "-q", "-k", "-f", krl, "-s", f"{authority}.pub", spec], check=True, timeout=30)
        signers = trusting(authority, revoked=revocation.parse(krl.read_bytes(), "krl"))
        judgement = signers.judge(blob, WHO, ISSUED_AT, certificate=certificate)
        assert judgement.trusted is counts, (revoked, judgement)
        theirs = subprocess.run(["ssh-keygen", "-Q", "-f", krl, f"{key}-cert.pub"], capture_output=True, timeout=30)
        assert (theirs.returncode == 0) is counts
    whole = revocation.parse(Path(f"{authority}.pub").read_bytes(), "list")
    assert (
        "authority is revoked" in trusting(authority, revoked=whole).judge(blob, WHO, 0, certificate=certificate).reason
    )


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_an_error_of_ours(data: bytes, headed: bool) -> None:
    kind = b"ssh-ed25519-cert-v01@openssh.com"
    with pytest.raises(KeyringError):
        certificates.read((len(kind).to_bytes(4, "big") + kind if headed else b"") + data)
