"""Private key files in OpenSSH's format: a path goes in, the public half or a private key that signs goes out; new keys are made here."""

import os
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable
from typing import TYPE_CHECKING

from gittraj.errors import KeyringError, KeyUnavailableError
from gittraj.keyring.keys import PublicKey, parse_blob
from gittraj.keyring.wire import Reader

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE_LIMIT = 64 * 1024  # an RSA key of 16,384 bits takes 13 KiB; anything larger is no key
BEGIN = b"-----BEGIN OPENSSH PRIVATE KEY-----"
END = b"-----END OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\0"  # OpenSSH, PROTOCOL.key

Ask = Callable[[str], str | None]


def read(path: str) -> bytes:
    """The bytes of a small regular file. Raises `KeyringError` where it is missing, no file, or too large for a key."""
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise KeyringError(f"{path}: not a regular file")
        with open(path, "rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        raise KeyringError(
            f"{path}: there is no such key file", hint="name another: git config user.signingKey PATH"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise KeyringError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > FILE_LIMIT:
        raise KeyringError(f"{path}: too large for a key file")
    return data


def exists(path: str) -> bool:
    """Whether something lies at `path`, a broken link included."""
    return os.path.lexists(path)


def public_half(data: bytes, path: str) -> tuple[PublicKey, bool]:
    """The public key that stands unencrypted in a private key file, and whether the private one is encrypted.

    Raises `KeyringError` where the bytes are no such file, or the key is of a type that cannot sign statements.
    """
    text = data.strip()
    if not text.startswith(BEGIN) or not text.endswith(END):
        hint = f"convert it: ssh-keygen -p -f {path}" if b"PRIVATE KEY-----" in text[:80] else None
        raise KeyringError(f"{path}: not a private key in OpenSSH's format", hint=hint)
    try:
        raw = a2b_base64(b"".join(text[len(BEGIN) : -len(END)].split()))
        reader = Reader(raw)
        if reader.take(len(_MAGIC)) != _MAGIC:
            raise KeyringError("it does not begin as such a key does")
        cipher = reader.string()
        reader.string(), reader.string()  # key derivation and its options
        if reader.uint32() != 1:
            raise KeyringError("it holds other than one key")
        blob = reader.string()
    except (KeyringError, Base64Error) as error:
        raise KeyringError(f"{path}: damaged private key: {error}") from None
    return parse_blob(blob), cipher != b"none"


class PrivateKeyFile:
    """A private key, opened: signs what it is given."""

    def __init__(self, public: PublicKey, private: "Ed25519PrivateKey | EllipticCurvePrivateKey") -> None:
        self.public = public
        self._private = private

    def sign(self, data: bytes) -> bytes:
        """The raw COSE signature (64 bytes), RFC 9053 2."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if isinstance(self._private, Ed25519PrivateKey):
            return self._private.sign(data)
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        r, s = decode_dss_signature(self._private.sign(data, ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def load(path: str, ask: Ask | None = None) -> PrivateKeyFile:
    """Open a private key. `ask` takes a prompt and gives a passphrase (None: the user gave up); None where nobody can be asked.

    Raises `KeyringError` where the file cannot be used at all, `KeyUnavailableError` where only a passphrase is missing.
    """
    data = read(path)
    _refuse_loose(path)
    public, encrypted = public_half(data, path)
    passphrase = None
    if encrypted:
        later = f"add it to the agent: ssh-add {path}   then: git traj finish"
        if ask is None:
            raise KeyUnavailableError(f"{path}: needs its passphrase, and there is no terminal to ask on", hint=later)
        passphrase = ask(f"passphrase for {path}: ")
        if not passphrase:
            raise KeyUnavailableError(f"{path}: no passphrase given", hint=later)
    return PrivateKeyFile(public, _decrypt(data, path, public, passphrase))


def _decrypt(
    data: bytes, path: str, public: PublicKey, passphrase: str | None
) -> "Ed25519PrivateKey | EllipticCurvePrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        private = serialization.load_ssh_private_key(data, None if passphrase is None else passphrase.encode())
    except UnsupportedAlgorithm as error:
        raise KeyUnavailableError(
            f"{path}: its encryption cannot be opened here: {error}", hint=f"add it to the agent: ssh-add {path}"
        ) from error
    except (ValueError, TypeError) as error:
        if passphrase is not None:
            raise KeyUnavailableError(f"{path}: the passphrase does not open it") from error
        raise KeyringError(f"{path}: damaged private key: {error}") from error
    if not isinstance(private, Ed25519PrivateKey | EllipticCurvePrivateKey):
        raise KeyringError(f"{path}: its two halves are of different types")
    whole = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    if whole.decode() != public.line:
        raise KeyringError(f"{path}: damaged private key: its two halves do not belong together")
    return private


def generate(path: str, comment: str = "gittraj") -> PublicKey:
    """Make an Ed25519 key: `path` with mode 0600, `path`.pub beside it; the directory is made with mode 0700.

    Raises `KeyringError` where something lies at `path` already (a key is never overwritten) or it cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    temporary = f"{path}.new-{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
    except OSError as error:
        raise KeyringError(f"{path}: the key cannot be written: {error.strerror}") from error
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(private)
                file.flush()
                os.fsync(file.fileno())
            _claim(temporary, path)
        finally:
            if exists(temporary):
                os.unlink(temporary)
        with open(f"{path}.pub", "w", encoding="utf-8") as file:
            file.write(f"{line} {comment}\n")
    except FileExistsError:
        raise KeyringError(f"{path}: a key is there already, and is not overwritten") from None
    except OSError as error:
        raise KeyringError(f"{path}: the key cannot be written: {error.strerror}") from error
    return PublicKey(line.split()[0], a2b_base64(line.split()[1]), comment)


def put_away(path: str, mark: str) -> str:
    """Move a private key and its public half aside, to `path`-`mark`; the new path. Raises `KeyringError`; nothing is overwritten."""
    target = f"{path}-{mark}"
    if exists(target):
        raise KeyringError(f"{target}: something lies there already")
    try:
        os.rename(path, target)
        if exists(f"{path}.pub"):
            os.rename(f"{path}.pub", f"{target}.pub")
    except OSError as error:
        raise KeyringError(f"{path}: cannot be put away: {error.strerror}") from error
    return target


def _claim(temporary: str, path: str) -> None:
    """Give the finished file its name, or raise `FileExistsError`: a link fails where the name is taken, a rename does not."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if exists(path):
            raise FileExistsError(path) from None
        os.replace(temporary, path)


def _refuse_loose(path: str) -> None:
    """As ssh does: a private key that others may read is no private key."""
    if os.name != "posix":
        return
    mode = os.stat(path).st_mode & 0o777
    if mode & 0o077:
        raise KeyringError(f"{path}: others may read this private key (mode {mode:04o})", hint=f"chmod 600 {path}")
