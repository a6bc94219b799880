"""Private key files: opened where they are safe and open, refused with the way out where not, made and never overwritten."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.errors import KeyringError, KeyUnavailableError
from gittraj.keyring import files
from gittraj.keyring.keys import parse_line
from tests.keyring.signatures import holds

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


@pytest.mark.parametrize("type", ["ed25519", "ecdsa"])
def test_a_key_file_signs(ssh_keygen: Callable[..., Path], type: str) -> None:
    path = ssh_keygen("k", type)
    key = files.load(str(path))
    assert key.public.blob == parse_line(path.with_name("k.pub").read_text()).blob
    for size in range(0, 200, 8):
        assert holds(key.public, bytes(size), key.sign(bytes(size)))


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_key_file_that_others_may_touch_is_refused(ssh_keygen: Callable[..., Path], mode: int) -> None:
    path = ssh_keygen("k")
    path.chmod(mode)
    with pytest.raises(KeyringError, match=f"{mode:04o}") as caught:
        files.load(str(path))
    assert caught.value.hint == f"chmod 600 {path}"


def test_without_a_terminal_an_encrypted_key_is_unavailable_and_not_asked_for(ssh_keygen: Callable[..., Path]) -> None:
    path = ssh_keygen("k", "ed25519", "a passphrase")
    with pytest.raises(KeyUnavailableError, match="needs its passphrase") as caught:
        files.load(str(path))
    assert f"ssh-add {path}" in (caught.value.hint or "")


def test_an_encrypted_key_opens_with_its_passphrase_and_with_no_other(ssh_keygen: Callable[..., Path]) -> None:
    pytest.importorskip("bcrypt", reason="cryptography opens encrypted OpenSSH keys only where bcrypt is installed")
    path = ssh_keygen("k", "ed25519", "a passphrase")
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "a passphrase"

    key = files.load(str(path), ask)
    assert asked == [f"passphrase for {path}: "]
    assert holds(key.public, b"data", key.sign(b"data"))
    with pytest.raises(KeyUnavailableError, match="does not open it"):
        files.load(str(path), lambda prompt: "another")


@pytest.mark.parametrize("answer", [None, ""])
def test_who_gives_no_passphrase_gets_no_key(ssh_keygen: Callable[..., Path], answer: str | None) -> None:
    path = ssh_keygen("k", "ed25519", "a passphrase")
    with pytest.raises(KeyUnavailableError, match="no passphrase given"):
        files.load(str(path), lambda prompt: answer)


def test_the_public_half_of_an_encrypted_key_is_read_without_its_passphrase(ssh_keygen: Callable[..., Path]) -> None:
    path = ssh_keygen("k", "ed25519", "a passphrase")
    public, encrypted = files.public_half(path.read_bytes(), str(path))
    assert encrypted and public.blob == parse_line(path.with_name("k.pub").read_text()).blob


def test_an_rsa_key_file_is_refused_with_the_way_out(ssh_keygen: Callable[..., Path]) -> None:
    path = ssh_keygen("k", "rsa", "", "-b", "1024")
    with pytest.raises(KeyringError, match="RSA keys cannot sign") as caught:
        files.load(str(path))
    assert caught.value.hint


def test_a_key_in_pem_is_refused_with_the_command_that_converts_it(ssh_keygen: Callable[..., Path]) -> None:
    path = ssh_keygen("k", "ecdsa", "", "-m", "PEM")
    with pytest.raises(KeyringError, match="not a private key in OpenSSH's format") as caught:
        files.load(str(path))
    assert caught.value.hint == f"convert it: ssh-keygen -p -f {path}"


def _private(content: bytes, folder: Path) -> str:
    path = folder / "damaged"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\xff", files.BEGIN, files.BEGIN + files.END, files.BEGIN + b"\nAAAA\n" + files.END, b"x" * 70_000],
)
def test_a_damaged_file_is_an_error_of_ours(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(KeyringError):
        files.load(_private(content, tmp_path))


def test_a_key_whose_public_half_was_exchanged_is_noticed(ssh_keygen: Callable[..., Path], tmp_path: Path) -> None:
    from base64 import b64decode, b64encode

    first, second = (ssh_keygen(name) for name in ("first", "second"))
    blobs = [parse_line(path.with_name(f"{path.name}.pub").read_text()).blob for path in (first, second)]
    raw = b64decode(b"".join(first.read_bytes().split(b"\n")[1:-2]))
    mixed = raw.replace(blobs[0], blobs[1], 1)
    path = _private(files.BEGIN + b"\n" + b64encode(mixed) + b"\n" + files.END + b"\n", tmp_path)
    with pytest.raises(KeyringError, match="damaged"):
        files.load(path)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_key_file_with_a_flipped_byte_is_an_error_of_ours_or_the_same_key(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("flip")
    public = files.generate(str(folder / "key"))
    content = bytearray((folder / "key").read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        assert files.load(_private(bytes(content), folder)).public.blob == public.blob
    except KeyringError:
        pass


@pytest.mark.parametrize("path", ["/nonexistent", "a\0b", "."])
def test_a_path_without_a_key_file_is_an_error_of_ours(path: str) -> None:
    with pytest.raises(KeyringError):
        files.load(path)


def test_a_generated_key_is_private_and_complete(tmp_path: Path) -> None:
    path = tmp_path / "config" / "gittraj" / "key"
    public = files.generate(str(path), "dana@example.org")
    assert parse_line(path.with_name("key.pub").read_text()).blob == public.blob
    assert path.with_name("key.pub").read_text().endswith(" dana@example.org\n")
    key = files.load(str(path))
    assert holds(public, b"data", key.sign(b"data"))
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["key", "key.pub"]


def test_ssh_keygen_reads_a_generated_key(tmp_path: Path, ssh_keygen: Callable[..., Path]) -> None:
    public = files.generate(str(tmp_path / "key"))
    shown = subprocess.run(
        ["ssh-keygen", "-y", "-f", str(tmp_path / "key")], capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith(public.line)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("something")
    with pytest.raises(KeyringError, match="not overwritten"):
        files.generate(str(path))
    assert path.read_text() == "something"
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


def test_on_a_file_system_without_hard_links_a_key_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: str, target: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    files.generate(str(tmp_path / "key"))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["key", "key.pub"]
    with pytest.raises(KeyringError, match="not overwritten"):
        files.generate(str(tmp_path / "key"))


def test_a_place_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyringError, match="cannot be written"):
        files.generate(str(tmp_path / "file" / "key"))
