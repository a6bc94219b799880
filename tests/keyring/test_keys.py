"""Public keys: what can sign is read, everything else is refused in one sentence that names the way out."""

import subprocess
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.errors import KeyringError
from gittraj.keyring.keys import fingerprint_text, parse_blob, parse_line, split_line
from tests.keyring.fixed_keys import ed25519_line, line_of


@pytest.mark.parametrize(("type", "bits", "algorithm"), [("ed25519", "", -8), ("ecdsa", "256", -7)])
def test_a_key_reads_as_ssh_keygen_shows_it(
    ssh_keygen: Callable[..., Path], type: str, bits: str, algorithm: int
) -> None:
    path = ssh_keygen("k", type, "", *(["-b", bits] if bits else []))
    text = path.with_name("k.pub").read_text()
    key = parse_line(text)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", str(path)], capture_output=True, text=True, check=True).stdout
    assert fingerprint_text(key.fingerprint) == shown.split()[1]
    assert (key.algorithm, key.comment) == (algorithm, "k@test")
    assert text.startswith(key.line)
    assert parse_blob(key.blob).blob == key.blob
    assert shown.split()[1] in repr(key)


def test_an_rsa_key_is_refused_with_the_way_out(ssh_keygen: Callable[..., Path]) -> None:
    text = ssh_keygen("k", "rsa", "", "-b", "1024").with_name("k.pub").read_text()
    with pytest.raises(KeyringError, match="RSA keys cannot sign") as caught:
        parse_line(text)
    assert "gittraj.key generated" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (line_of("sk-ssh-ed25519@openssh.com", bytes(32), b"ssh:"), "a security key"),
        (line_of("ssh-ed25519-cert-v01@openssh.com", bytes(32)), "is a certificate"),
        (line_of("ssh-dss", b"\x01"), "only Ed25519 and ECDSA P-256"),
        (line_of("ecdsa-sha2-nistp384", b"nistp384", bytes(97)), "only Ed25519 and ECDSA P-256"),
    ],
)
def test_a_key_that_cannot_sign_is_refused_with_the_way_out(line: str, why: str) -> None:
    with pytest.raises(KeyringError, match=why) as caught:
        parse_line(line)
    assert caught.value.hint


@pytest.mark.parametrize(
    "line",
    [
        "", "ssh-ed25519", "ssh-ed25519 !!!", "ssh-ed25519 AAAA", "ssh-ed25519 é", "ssh-ed25519 " + "A" * 100_000,
        ed25519_line().replace("ssh-ed25519 ", "ssh-rsa "), ed25519_line().replace(" ", "\u00a0"),
        line_of("ssh-ed25519", bytes(31)), line_of("ssh-ed25519", bytes(32), b"more"), line_of("ssh-ed25519"),
        line_of("ecdsa-sha2-nistp256", b"nistp384", b"\x04" + bytes(64)),
        line_of("ecdsa-sha2-nistp256", b"nistp256", b"\x02" + bytes(32)),
        line_of("ecdsa-sha2-nistp256", b"nistp256", b"\x02" + bytes(64)),
    ],
)  # fmt: skip
def test_a_malformed_key_is_an_error_of_ours(line: str) -> None:
    with pytest.raises(KeyringError):
        parse_line(line)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=120))
def test_random_blobs_are_an_error_of_ours(blob: bytes) -> None:
    for data in (blob, b64decode(ed25519_line().split()[1])[:-1] + blob[:3] + b"xx"):
        with pytest.raises(KeyringError):
            parse_blob(data)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_random_lines_are_an_error_of_ours(text: str) -> None:
    with pytest.raises(KeyringError):
        split_line(text)
