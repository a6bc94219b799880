"""Revoked keys: key lists and OpenSSH KRLs go in; whether a key, at some time, or a certificate still counts comes out.

Git's `gpg.ssh.revocationFile` has no dates: what such a key signed before falls too, as for git and ssh. Lists of our own may date
a revocation with `revoked-from="YYYYMMDD[HHMM[SS]][Z]"` before the key; what the key provably signed before stands.
"""

import time
from typing import NamedTuple, Protocol

from gittraj.codec.digest import sha256
from gittraj.errors import KeyringError
from gittraj.keyring import krl
from gittraj.keyring.allowed_signers_file import moment
from gittraj.keyring.certificates import Certificate
from gittraj.keyring.keys import split_line

FILE_LIMIT = 64 << 20  # a million keys; a larger file is not meant for a developer's machine
OPTION = "revoked-from"


class Asked(Protocol):
    """Who can be asked when a statement was there at the latest."""

    def by(self) -> int | None:
        """Epoch seconds, None where nobody can tell."""


class Standing(NamedTuple):
    """What a revocation says of a statement: an objection, or why its time is not proven; both "" where nothing is said."""

    objection: str = ""
    unproven: str = ""


class Revoked:
    """A set of revoked keys, by wire-format blob and by SHA-256 fingerprint; `name`: the file it comes from.

    `dated`: blob → epoch seconds from which on it is revoked. `certificates`: what a KRL says of certificates.
    """

    def __init__(
        self,
        blobs: frozenset[bytes] = frozenset(),
        prints: frozenset[bytes] = frozenset(),
        name: str = "",
        dated: dict[bytes, int] | None = None,
        certificates: tuple[krl.Section, ...] = (),
    ) -> None:
        self.name = name
        self.blobs = blobs
        self.prints = prints
        self.dated = dated or {}
        self.certificates = certificates
        self._more: tuple[Revoked, ...] = ()

    def __or__(self, other: "Revoked") -> "Revoked":
        """Both: what one of them revokes is revoked, at the earlier date."""
        both = Revoked(self.blobs, self.prints, self.name, self.dated, self.certificates)
        both._more = (*self._more, other)
        return both

    def holds(self, key: bytes) -> bool:
        """Whether the key (wire format) is revoked whatever the time."""
        own = key in self.blobs or (bool(self.prints) and sha256(key) in self.prints)
        return own or any(each.holds(key) for each in self._more)

    def standing(self, key: bytes) -> str:
        """Whether and from when on a key is revoked, in words; "" where it is not."""
        if self.holds(key):
            return "revoked"
        dates = [each.dated[key] for each in (self, *self._more) if key in each.dated]
        return f"revoked from {day(min(dates))} on" if dates else ""

    def timed(self, key: bytes) -> bool:
        """Whether what is said of the key depends on the time: it is revoked from some day on."""
        return any(key in each.dated for each in (self, *self._more))

    def judge(self, key: bytes, at: int | None, asked: Asked) -> Standing:
        """What is said of a statement that claims to be signed at `at` (epoch seconds, None if nothing)."""
        found = [standing for each in (self, *self._more) if any(standing := each.says(key, at, asked))]
        return next((each for each in found if each.objection), found[0] if found else Standing())

    def says(self, key: bytes, at: int | None, asked: Asked) -> Standing:
        """What this one list says; `judge` asks all that were put together."""
        if key in self.blobs or (self.prints and sha256(key) in self.prints):
            return Standing(f"is revoked ({self.name})")
        since = self.dated.get(key)
        if since is None:
            return Standing()
        if at is None or at >= since:
            return Standing(f"is revoked from {day(since)} on ({self.name})")
        by = asked.by()
        if by is not None and by < since:
            return Standing()
        return Standing(
            unproven=f"the key is revoked from {day(since)} on, and only the signer says that this was signed before"
        )

    def of_certificate(self, certificate: Certificate) -> str:
        """Why a certificate does not count, "" where nothing revokes it or its authority."""
        for each in (self, *self._more):
            if each.holds(certificate.authority) or certificate.authority in each.dated:
                return f"its authority is revoked ({each.name})"
            if any(krl.covers(section, certificate) for section in each.certificates):
                return f"the certificate is revoked ({each.name})"
        return ""


def day(moment: int) -> str:
    """Epoch seconds as a date and time people read, in UTC."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(moment))
    except (ValueError, OverflowError, OSError):
        return str(moment)


def parse(data: bytes, name: str) -> Revoked:
    """The revoked keys of a file, binary (KRL) or a key per line.

    Raises `KeyringError` where a part is not understood: a revocation that is skipped would be a key that is trusted.
    """
    if len(data) > FILE_LIMIT:
        raise KeyringError(f"{name}: a revocation file of more than {FILE_LIMIT} bytes")
    try:
        return _krl(data, name) if data.startswith(krl.MAGIC) else _list(data, name)
    except KeyringError as error:
        raise KeyringError(
            f"{name}: {error.message}", hint="write one public key per line, or use ssh-keygen -k"
        ) from None


def _list(data: bytes, name: str) -> Revoked:
    blobs: set[bytes] = set()
    dated: dict[bytes, int] = {}
    for number, raw in enumerate(data.split(b"\n"), 1):
        text = raw.decode("utf-8", "replace").strip()
        if not text or text.startswith("#"):
            continue
        try:
            if not text.startswith(OPTION):
                blobs.add(split_line(text)[1])
                continue
            value, quote, rest = text.removeprefix(f'{OPTION}="').partition('"')
            if not quote:
                raise KeyringError(f'it reads {OPTION}="YYYYMMDD[HHMM[SS]][Z]" TYPE BASE64')
            since, blob = moment(OPTION, value), split_line(rest)[1]
            dated[blob] = min(since, dated.get(blob, since))
        except KeyringError as error:
            raise KeyringError(f"line {number}: {error.message}") from None
    return Revoked(frozenset(blobs), name=name, dated=dated)


def _krl(data: bytes, name: str) -> Revoked:
    found = krl.parse(data)
    return Revoked(found.keys, found.prints, name, certificates=found.certificates)
