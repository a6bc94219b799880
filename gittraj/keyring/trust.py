"""The user's own trust: a principal and a key go in, a line in the user-level allowed_signers comes out."""

import os

from gittraj.errors import KeyringError
from gittraj.keyring import places
from gittraj.keyring.allowed_signers import NAMESPACE, read_source
from gittraj.keyring.allowed_signers_file import parse
from gittraj.keyring.keys import PublicKey

_SPECIAL = frozenset('*?!,"#\\')  # in an e-mail address they would read as a pattern, a list or a quote


def trust_own_key(config_dir: str, principal: str, key: PublicKey) -> bool:
    """Trust `key` for `principal` at user level, in the namespace of gittraj only; True where a line was added, False if it was there.

    Raises `KeyringError` where the principal cannot stand in such a file, or the file cannot be written.
    """
    if not principal or not principal.isprintable() or " " in principal or _SPECIAL & set(principal):
        raise KeyringError(
            f"{principal!r} cannot be a principal", hint="git config --global user.email YOU@EXAMPLE.ORG"
        )
    path = places.allowed_signers_path(config_dir)
    source = read_source(path)
    data = source.data if source else b""
    for line in parse(data)[0]:
        if line.blob == key.blob and line.principals == principal and line.namespaces == NAMESPACE and _unbounded(line):
            return False
    text = f'{principal} namespaces="{NAMESPACE}" {key.line}\n'
    if data and not data.endswith(b"\n"):
        text = "\n" + text
    try:
        os.makedirs(config_dir, mode=0o700, exist_ok=True)
        # Appended in one write: two runs at once add a line twice at worst, and lose nothing.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise KeyringError(f"{path}: cannot be written: {error.strerror}") from error
    return True


def _unbounded(line: object) -> bool:
    return all(getattr(line, name) in (None, False) for name in ("valid_after", "valid_before", "authority"))
