"""OpenSSH certificates (OpenSSH, PROTOCOL.certkeys): wire bytes go in; the key they are for, who vouches, for whom and until when come out."""

from binascii import b2a_base64
from functools import lru_cache
from typing import NamedTuple

from gittraj.errors import KeyringError
from gittraj.keyring.keys import ALGORITHMS, blob_type, parse_line, split_line

SUFFIX = "-cert-v01@openssh.com"
LIMIT = 16 * 1024  # bytes; ssh-keygen's own take under 2 KiB
_FOREVER = (1 << 64) - 1


class Certificate(NamedTuple):
    """`key`, `authority`: wire-format public keys. `valid_after`, `valid_before`: epoch seconds, None for no bound."""

    key: bytes
    authority: bytes
    principals: tuple[str, ...]
    valid_after: int | None
    valid_before: int | None
    serial: int
    key_id: str


@lru_cache(maxsize=64)  # a repository is signed with few certificates, each of them many times
def read(blob: bytes) -> Certificate:
    """The certificate, its authority's signature checked. Raises `KeyringError` for what ssh would not take for a signer either.

    That is: a host's certificate, one without principals, one with a critical option, a key or an authority of a type not known.
    """
    if len(blob) > LIMIT:
        raise KeyringError(f"a certificate of more than {LIMIT} bytes")
    kind = blob_type(blob)
    if not kind.endswith(SUFFIX) or kind.removesuffix(SUFFIX) not in ALGORITHMS:
        raise KeyringError(f"not a certificate for a key that can sign statements: {kind[:64]!r}")
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        SSHCertificate,
        SSHCertificateType,
        load_ssh_public_identity,
    )

    try:
        found = load_ssh_public_identity(f"{kind} ".encode() + b2a_base64(blob, newline=False))
        if not isinstance(found, SSHCertificate):
            raise KeyringError("not a certificate")
        found.verify_cert_signature()
        key, authority = (
            split_line(each.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii"))[1]
            for each in (found.public_key(), found.signature_key())
        )
        principals = tuple(each.decode("utf-8") for each in found.valid_principals)
        key_id = found.key_id.decode("utf-8", "replace")
    except InvalidSignature:
        raise KeyringError("the signature of its authority does not hold") from None
    except (ValueError, UnsupportedAlgorithm, UnicodeDecodeError, TypeError) as error:
        raise KeyringError(f"a malformed certificate: {error}") from None
    if found.type != SSHCertificateType.USER:
        raise KeyringError("a certificate for a host, not for a person")
    if not principals:
        raise KeyringError("a certificate that names no principal")
    if found.critical_options:
        raise KeyringError("a certificate with critical options, which say nothing about statements")
    after, before = found.valid_after, found.valid_before
    return Certificate(
        key, authority, principals, after or None, None if before >= _FOREVER else before, found.serial, key_id
    )


def in_line(text: str) -> bytes:
    """The certificate in the one-line form of a `-cert.pub` file. Raises `KeyringError` as `read`."""
    blob = split_line(text)[1]
    read(blob)
    return blob


def line_of(blob: bytes) -> str:
    """The plain key that a certificate is for, as one line."""
    key = read(blob).key
    return f"{blob_type(key)} {b2a_base64(key, newline=False).decode()}"


def certified(text: str) -> tuple[str, bytes]:
    """For one line of a public key file: the line of its plain key, and the certificate, b"" where it is no certificate."""
    kind = text.split(" ", 1)[0].strip()
    if not kind.endswith(SUFFIX):
        parse_line(text)
        return text, b""
    blob = in_line(text)
    return line_of(blob), blob
