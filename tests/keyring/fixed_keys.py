"""Public keys made from numbers, for tests that need no private half."""

from base64 import b64encode

from gittraj.keyring.wire import string


def ed25519_line(fill: int = 1) -> str:
    blob = string(b"ssh-ed25519") + string(bytes([fill]) * 32)
    return f"ssh-ed25519 {b64encode(blob).decode()}"


def line_of(type: str, *fields: bytes) -> str:
    blob = string(type.encode()) + b"".join(map(string, fields))
    return f"{type} {b64encode(blob).decode()}"
