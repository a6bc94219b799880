"""Revoked keys (git's gpg.ssh.revocationFile): a key list or an OpenSSH KRL goes in, whether it holds a key comes out.

A revocation has no date: what the key signed before falls too, as for git and ssh.
"""

from gittraj.codec.digest import sha256
from gittraj.errors import KeyringError
from gittraj.keyring.keys import split_line
from gittraj.keyring.wire import Reader

FILE_LIMIT = 64 << 20  # a million keys; a larger file is not meant for a developer's machine
_MAGIC = b"SSHKRL\n\0"  # OpenSSH, PROTOCOL.krl
_CERTIFICATES, _KEYS, _SHA1, _SIGNATURE, _SHA256, _EXTENSION = 1, 2, 3, 4, 5, 255


class Revoked:
    """A set of revoked keys, by wire-format blob and by SHA-256 fingerprint; `name`: the file it comes from."""

    def __init__(
        self, blobs: frozenset[bytes] = frozenset(), prints: frozenset[bytes] = frozenset(), name: str = ""
    ) -> None:
        self.name = name
        self._blobs = blobs
        self._prints = prints

    def holds(self, key: bytes) -> bool:
        """Whether the key (wire format) is revoked."""
        return key in self._blobs or (bool(self._prints) and sha256(key) in self._prints)


def parse(data: bytes, name: str) -> Revoked:
    """The revoked keys of a file, binary (KRL) or a key per line.

    Raises `KeyringError` where a part is not understood: a revocation that is skipped would be a key that is trusted.
    """
    if len(data) > FILE_LIMIT:
        raise KeyringError(f"{name}: a revocation file of more than {FILE_LIMIT} bytes")
    try:
        return _krl(data, name) if data.startswith(_MAGIC) else _list(data, name)
    except KeyringError as error:
        raise KeyringError(
            f"{name}: {error.message}", hint="write one public key per line, or use ssh-keygen -k"
        ) from None


def _list(data: bytes, name: str) -> Revoked:
    blobs = set()
    for number, raw in enumerate(data.split(b"\n"), 1):
        text = raw.decode("utf-8", "replace").strip()
        if text and not text.startswith("#"):
            try:
                blobs.add(split_line(text)[1])
            except KeyringError as error:
                raise KeyringError(f"line {number}: {error.message}") from None
    return Revoked(frozenset(blobs), name=name)


def _krl(data: bytes, name: str) -> Revoked:
    reader = Reader(data)
    reader.take(len(_MAGIC))
    if reader.uint32() != 1:
        raise KeyringError("a KRL of an unknown format version")
    reader.uint64(), reader.uint64(), reader.uint64()  # its number, date and flags
    reader.string(), reader.string()  # reserved; comment
    blobs: set[bytes] = set()
    prints: set[bytes] = set()
    while reader.left:
        kind, section = reader.byte(), Reader(reader.string())
        if kind in (
            _CERTIFICATES,
            _SIGNATURE,
        ):  # plain keys are in neither; the file is trusted by where it lies
            continue
        if kind not in (_KEYS, _SHA256):
            raise KeyringError(
                "a KRL with SHA-1 fingerprints" if kind == _SHA1 else f"a KRL with a section of type {kind}"
            )
        target = blobs if kind == _KEYS else prints
        while section.left:
            target.add(section.string())
    return Revoked(frozenset(blobs), frozenset(prints), name)
