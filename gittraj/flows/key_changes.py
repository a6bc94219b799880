"""Keys that come and go: a key and a date go in; lines in a list of trusted or revoked keys, or a new key in place of the old one, come out."""

import os
import time

from gittraj.codec.digest import sha256
from gittraj.errors import KeyringError, PolicyError
from gittraj.flows.keys import public_key_in, told
from gittraj.flows.policy import policy_at
from gittraj.flows.wiring import House, key_settings, keychain, open_house
from gittraj.keyring import certificates, files, keys, places, trust
from gittraj.keyring.allowed_signers_file import moment
from gittraj.keyring.revocation import OPTION
from gittraj.model.report import KeyLine
from gittraj.policy.policy import Trusted
from gittraj.store import seen_tips


def add(
    principal: str,
    key: str,
    *,
    authority: bool = False,
    after: str = "",
    before: str = "",
    directory: str | None = None,
) -> KeyLine:
    """Add a key to the repository's list in the worktree; it counts once the trusted ref holds it.

    `key`: its text, or the path of a `.pub` file; `authority`: it vouches for OpenSSH certificates. Raises `KeyringError`.
    """
    house = open_house(directory)
    line, kind, blob = _any_key(key) if authority else _own_kind(key)
    path = _in_worktree(house, _trusted(house).signers)
    trust.append(path, trust.trust_line(principal, line, authority=authority, after=date(after), before=date(before)))
    return KeyLine(principal, keys.fingerprint_text(sha256(blob)), kind, path, "authority" if authority else "trusted")


def revoke(
    key: str, *, since: str = "", reason: str = "", user: bool = False, directory: str | None = None
) -> list[KeyLine]:
    """Revoke a key, or all keys of a principal: in the repository's list in the worktree, or (`user`) in the user's own.

    `key`: its text, a `.pub` file, a fingerprint, or a principal that has keys here; `since`: from when on, "" for whatever it ever
    signed. Raises `KeyringError`.
    """
    house = open_house(directory)
    found = _named(house, key)
    if not reason.isprintable():
        raise KeyringError("the reason is one line of text")
    path = places.revoked_path(places.config_dir(house.env)) if user else _in_worktree(house, _trusted(house).revoked)
    seen_tips.saw(house.repository.common_dir, house.notes.tip())  # what is here now was signed before now
    dated = f'{OPTION}="{date(since)}" ' if since else ""
    for line, *_ in found:
        trust.append(path, f"{dated}{line} {reason}".rstrip())
    told_since = f"from {since} on" if since else "for all time"
    return [
        KeyLine(who, keys.fingerprint_text(sha256(blob)), kind, path, "revoked", told_since)
        for _, kind, blob, who in found
    ]


def rotate(*, directory: str | None = None) -> list[KeyLine]:
    """Make a new key in place of the one that `init` made, which is kept beside it; what the old one signed up to now stays good.

    Raises `KeyringError` where this machine signs with a key of the user's own making.
    """
    house = open_house(directory)
    settings = key_settings(house)
    path = places.key_path(settings.config_dir)
    if settings.signing_key and settings.gpg_format == "ssh":
        raise KeyringError(
            f"this machine signs with {settings.signing_key}, which is not ours to replace",
            hint="make a new one (ssh-keygen), set user.signingKey, then: git traj keys trust and git traj keys revoke --from DATE",
        )
    old = files.public_half(files.read(path), path)[0]
    now = int(time.time())
    seen_tips.saw(house.repository.common_dir, house.notes.tip(), now)
    mark = time.strftime("%Y%m%d%H%M%S", time.gmtime(now))
    away = files.put_away(path, mark)
    public = files.generate(path, settings.email)
    trust.trust_own_key(settings.config_dir, settings.email, public)
    # one second later: a statement of this very second was signed before
    end = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(now + 1))
    trust.append(places.revoked_path(settings.config_dir), f'{OPTION}="{end}" {old.line} rotated')
    return [told(settings.email, public, path, "signs"), told(settings.email, old, away, "revoked", f"from {end} on")]


def date(text: str) -> str:
    """A date as people write it (`2026-11-21`, `20261121`, `20261121T1200Z`) in OpenSSH's form, in UTC; "" stays "". Raises `KeyringError`."""
    if not text:
        return ""
    digits = text.upper().replace("-", "").replace(":", "").replace("T", "").removesuffix("Z")
    value = f"{digits}Z"
    moment("a date", value)
    return value


def _own_kind(key: str) -> tuple[str, str, bytes]:
    public = public_key_in(key)
    return public.line, public.type, public.blob


def _any_key(key: str) -> tuple[str, str, bytes]:
    """An authority's key may be of any type that signs certificates, RSA too."""
    text = key if key.startswith(("ssh-", "ecdsa-", "sk-")) else files.read(key).decode("utf-8", "replace")
    kind, blob, _ = keys.split_line(text.strip().split("\n", 1)[0])
    if kind.endswith(certificates.SUFFIX):
        raise KeyringError("a certificate is no authority: name the key that signs certificates")
    return " ".join(text.split()[:2]), kind, blob


def _named(house: House, key: str) -> list[tuple[str, str, bytes, str]]:
    """(line, type, blob, principals) of every key meant."""
    trusted = keychain(house).signers.keys()
    known = {line.blob: line.principals for _, line in trusted}
    by_name = [line for _, line in trusted if key in (line.principals, keys.fingerprint_text(sha256(line.blob)))]
    if by_name:
        return [
            (_line(line.key_type, line.blob), line.key_type, line.blob, line.principals)
            for line in {line.blob: line for line in by_name}.values()
        ]
    if key.startswith("SHA256:") or ("@" in key and not files.exists(key) and " " not in key):
        raise KeyringError(f"no key here is known as {key}", hint="git traj keys")
    line, kind, blob = _any_key(key)
    return [(line, kind, blob, known.get(blob, ""))]


def _line(kind: str, blob: bytes) -> str:
    from binascii import b2a_base64

    return f"{kind} {b2a_base64(blob, newline=False).decode()}"


def _trusted(house: House) -> Trusted:
    try:
        return policy_at(house).policy.trusted
    except PolicyError:  # a policy that trusts nobody yet: this is how it gets its first key
        return Trusted()


def _in_worktree(house: House, name: str) -> str:
    if house.repository.workdir is None:
        raise KeyringError("a bare repository has no worktree to write to", hint="do it in a clone, commit it and push")
    return os.path.join(house.worktree, *name.split("/"))
