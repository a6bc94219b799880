"""Revocation files: key lists and the KRLs that ssh-keygen writes; what is not understood is an error, never a trusted key."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.errors import KeyringError
from gittraj.keyring.keys import parse_line
from gittraj.keyring.revocation import parse
from gittraj.keyring.wire import string
from tests.keyring.fixed_keys import ed25519_line

KEY = parse_line(ed25519_line())
HEAD = b"SSHKRL\n\0" + (1).to_bytes(4, "big") + bytes(24) + string(b"") + string(b"a comment")


def test_a_list_of_keys_revokes_them() -> None:
    revoked = parse(f"# old\n\n{ed25519_line()} laptop\r\n".encode(), "file")
    assert revoked.holds(KEY.blob) and not revoked.holds(parse_line(ed25519_line(2)).blob)


def test_an_empty_file_revokes_nothing() -> None:
    assert not parse(b"", "file").holds(KEY.blob)


@pytest.mark.parametrize("specification", [None, "hash: {fingerprint}"], ids=["keys", "fingerprints"])
def test_a_krl_of_ssh_keygen_revokes_its_keys(
    tmp_path: Path, ssh_keygen: Callable[..., Path], specification: str | None
) -> None:
    from gittraj.keyring.keys import fingerprint_text

    revoked_key, other = (parse_line(ssh_keygen(name).with_name(f"{name}.pub").read_text()) for name in ("a", "b"))
    source = tmp_path / "source"
    source.write_text(
        f"{specification.format(fingerprint=fingerprint_text(revoked_key.fingerprint))}\n"
        if specification
        else revoked_key.line
    )
    krl = tmp_path / "krl"
    subprocess.run(["ssh-keygen", "-k", "-f", str(krl), str(source)], check=True, capture_output=True, timeout=30)
    revoked = parse(krl.read_bytes(), "krl")
    assert revoked.holds(revoked_key.blob) and not revoked.holds(other.blob)


@pytest.mark.parametrize(
    "data",
    [
        b"ssh-ed25519 nonsense", HEAD[:-1], HEAD + b"\x02", HEAD + b"\x02" + string(b"\0\0\0\xff"), HEAD + b"\x63" + string(b""),
        HEAD + b"\xff" + string(string(b"critical")), b"SSHKRL\n\0" + (2).to_bytes(4, "big") + HEAD[12:],
    ],
)  # fmt: skip
def test_what_is_not_understood_is_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(KeyringError, match="file"):
        parse(data, "file")


def test_a_krl_with_sha1_fingerprints_is_refused_with_the_way_out() -> None:
    with pytest.raises(KeyringError, match="SHA-1") as caught:
        parse(HEAD + b"\x03" + string(string(bytes(20))), "file")
    assert caught.value.hint


def test_a_signature_in_a_krl_is_passed_over_and_certificates_in_a_way_not_known_are_an_error() -> None:
    data = HEAD + b"\x02" + string(string(KEY.blob)) + b"\x04" + string(b"signature")
    assert parse(data, "file").holds(KEY.blob)
    with pytest.raises(KeyringError, match="type 0x24"):
        parse(HEAD + b"\x01" + string(string(b"") + string(b"") + b"\x24" + string(b"")), "file")


def test_a_revocation_may_have_a_date() -> None:
    lists = parse(f'# why\nrevoked-from="20231114Z" {KEY.line} lost laptop\n'.encode(), "file")
    assert not lists.holds(KEY.blob) and lists.dated[KEY.blob] == 1_699_920_000
    for bad in ('revoked-from="soon" ', 'revoked-from="20231114Z ', 'revoked-from="20231114Z" nonsense '):
        with pytest.raises(KeyringError, match="file: line 1"):
            parse(f"{bad}{KEY.line}".encode(), "file")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.sampled_from([b"", HEAD, HEAD[:20]]))
def test_random_files_are_an_error_of_ours_or_revoke_nothing_of_ours(data: bytes, head: bytes) -> None:
    try:
        assert not parse(head + data, "file").holds(KEY.blob)
    except KeyringError:
        pass
