"""Trust written down: a principal and a key go in, a line of allowed_signers comes out, in the user's own list or another."""

import os

from gittraj.errors import KeyringError
from gittraj.keyring import places
from gittraj.keyring.allowed_signers import NAMESPACE, read_source
from gittraj.keyring.allowed_signers_file import moment, parse
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
    for line in parse(source.data if source else b"")[0]:
        if line.blob == key.blob and line.principals == principal and line.namespaces == NAMESPACE and _unbounded(line):
            return False
    append(path, f'{principal} namespaces="{NAMESPACE}" {key.line}')
    return True


def trust_line(principal: str, line: str, *, authority: bool = False, after: str = "", before: str = "") -> str:
    """A line of allowed_signers for a public key's `line`, in the namespace of gittraj only; `after`, `before`: bounds as OpenSSH has them.

    Raises `KeyringError` where the principal or a bound cannot stand there. Principals may be patterns here.
    """
    if not principal or not principal.isprintable() or set(principal) & set(' "#\\'):
        raise KeyringError(
            f"{principal!r} cannot be a principal", hint="an e-mail address, or patterns such as *@example.org"
        )
    options = ["cert-authority"] if authority else []
    options.append(f'namespaces="{NAMESPACE}"')
    for name, value in (("valid-after", after), ("valid-before", before)):
        if value:
            moment(name, value)
            options.append(f'{name}="{value}"')
    return f"{principal} {','.join(options)} {line}"


def append(path: str, text: str) -> None:
    """Add a line to a list of keys; the folder is made where it is missing. Raises `KeyringError`."""
    source = read_source(path)
    if source and source.data and not source.data.endswith(b"\n"):
        text = "\n" + text
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        # Appended in one write: two runs at once add a line twice at worst, and lose nothing.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, text.encode() + b"\n")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise KeyringError(f"{path}: cannot be written: {error.strerror}") from error


def _unbounded(line: object) -> bool:
    return all(getattr(line, name) in (None, False) for name in ("valid_after", "valid_before", "authority"))
