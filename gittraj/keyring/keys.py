"""SSH public keys: one line or wire bytes go in, a key with its fingerprint and COSE algorithm goes out."""

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64

from gittraj.codec.digest import sha256
from gittraj.errors import KeyringError
from gittraj.keyring.wire import Reader

ED25519 = "ssh-ed25519"  # RFC 8709
P256 = "ecdsa-sha2-nistp256"  # RFC 5656
ALGORITHMS = {ED25519: -8, P256: -7}  # COSE EdDSA and ES256 (RFC 9053 2)
LINE_LIMIT = 16 * 1024  # an RSA key of 16,384 bits takes under 3 KiB
WAY_OUT = (
    "sign traces with a key of their own: git config gittraj.key generated && git traj init"
    " (or with one of yours: ssh-keygen -t ed25519, then git config gittraj.key ~/.ssh/id_ed25519.pub)"
)


class PublicKey:
    """A key that gittraj can sign with: `type` as OpenSSH calls it, `blob` in wire format, `comment` as the line had it."""

    __slots__ = ("blob", "comment", "type")

    def __init__(self, type: str, blob: bytes, comment: str = "") -> None:
        self.type = type
        self.blob = blob
        self.comment = comment

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the blob: the `kid` of statements."""
        return sha256(self.blob)

    @property
    def algorithm(self) -> int:
        """COSE algorithm that signatures of this key are written with."""
        return ALGORITHMS[self.type]

    @property
    def line(self) -> str:
        """The one-line form without comment."""
        return f"{self.type} {b2a_base64(self.blob, newline=False).decode()}"

    def __repr__(self) -> str:
        return f"PublicKey({self.type} {fingerprint_text(self.fingerprint)})"


def fingerprint_text(fingerprint: bytes) -> str:
    """`SHA256:…` as ``ssh-keygen -l`` writes it."""
    return "SHA256:" + b2a_base64(fingerprint, newline=False).decode().rstrip("=")


def parse_line(text: str) -> PublicKey:
    """The key in the one-line form `TYPE BASE64 [COMMENT]`. Raises `KeyringError` for anything gittraj cannot sign with."""
    type, blob, comment = split_line(text)
    return PublicKey(_usable(type, blob), blob, comment)


def parse_blob(blob: bytes, comment: str = "") -> PublicKey:
    """The key in wire format (RFC 4253 6.6). Raises `KeyringError` for anything gittraj cannot sign with."""
    return PublicKey(_usable(blob_type(blob), blob), blob, comment)


def split_line(text: str) -> tuple[str, bytes, str]:
    """Type, wire bytes and comment of a one-line key of any type. Raises `KeyringError` where it is none."""
    if len(text) > LINE_LIMIT:
        raise KeyringError(f"not an SSH public key: longer than {LINE_LIMIT} bytes")
    type, rest = first_word(text.strip(" \t\r\n"))
    encoded, comment = first_word(rest)
    if not encoded:
        raise KeyringError("not an SSH public key: it reads TYPE BASE64 [COMMENT]")
    try:
        blob = a2b_base64(encoded.encode("ascii"), strict_mode=True)
    except (Base64Error, UnicodeEncodeError):
        raise KeyringError("not an SSH public key: its second word is not base64") from None
    if blob_type(blob) != type:
        raise KeyringError(f"not an SSH public key: it says {type[:64]!r} outside and something else inside")
    return type, blob, comment


def first_word(text: str) -> tuple[str, str]:
    """`text` up to the first blank, and what follows it; only space and tab are blanks, as for OpenSSH."""
    cut = min((at for at in (text.find(" "), text.find("\t")) if at >= 0), default=len(text))
    return text[:cut], text[cut:].lstrip(" \t")


def blob_type(blob: bytes) -> str:
    """The key type that wire bytes begin with. Raises `KeyringError`."""
    try:
        return Reader(blob).string().decode("ascii")
    except UnicodeDecodeError:
        raise KeyringError("malformed SSH data: the key type is not ASCII") from None


def _usable(type: str, blob: bytes) -> str:
    if type not in ALGORITHMS:
        raise KeyringError(_why_not(type), hint=WAY_OUT)
    reader = Reader(blob)
    reader.string()
    if type == ED25519:
        point, size = reader.string(), 32
    else:
        if reader.string() != b"nistp256":
            raise KeyringError("malformed SSH key: an ECDSA P-256 key that names another curve")
        point, size = reader.string(), 65
    reader.end()
    if len(point) != size or (type == P256 and point[0] != 4):  # 4: uncompressed, the only form RFC 5656 has in use
        raise KeyringError(f"malformed SSH key: the point of {type} has {len(point)} bytes")
    return type


def _why_not(type: str) -> str:
    if type.startswith("sk-"):
        return f"{type} keys cannot sign statements: a security key signs data of its own, never the bytes asked for"
    if "-cert-v01@" in type:
        return f"{type} is a certificate: name the plain public key instead"
    if type == "ssh-rsa":
        return "RSA keys cannot sign statements: only Ed25519 and ECDSA P-256 are accepted"
    return f"{type[:64]!r} keys cannot sign statements: only Ed25519 and ECDSA P-256 are accepted"
