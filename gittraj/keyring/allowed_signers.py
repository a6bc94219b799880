"""Allowed signers from several sources: files go in, whether a key may sign for a principal, and where that stands, comes out."""

from collections.abc import Iterable
from typing import NamedTuple

from gittraj.codec.digest import sha256
from gittraj.codec.patterns import matches
from gittraj.errors import KeyringError
from gittraj.keyring.allowed_signers_file import Line, parse
from gittraj.keyring.keys import fingerprint_text
from gittraj.keyring.revocation import Revoked
from gittraj.model.ports import Judgement

NAMESPACE = "gittraj"  # what `namespaces=` must admit; git's own commit signatures are "git"


class Source(NamedTuple):
    """The bytes of one file, under the name that verdicts and reports give it."""

    name: str
    data: bytes


class AllowedSigners:
    """Implements `gittraj.model.ports.Trust`. `problems`: lines that were skipped, each as `NAME:LINE: why`; `sources`: what was read."""

    def __init__(self, sources: Iterable[Source] = (), revoked: Revoked | None = None) -> None:
        self.problems: list[str] = []
        self._revoked = revoked or Revoked()
        self._lines: dict[bytes, list[tuple[str, Line]]] = {}
        self.sources = tuple(sources)
        for source in self.sources:
            lines, problems = parse(source.data)
            self.problems += [f"{source.name}:{problem.number}: {problem.reason}" for problem in problems]
            for line in lines:
                self._lines.setdefault(line.blob, []).append((f"{source.name}:{line.number}", line))

    def keys(self) -> list[tuple[str, Line]]:
        """Every line with the place where it stands, authorities included."""
        return [entry for entries in self._lines.values() for entry in entries]

    def of(self, name: str) -> list[Line]:
        """The lines that come from the source called `name`."""
        return [line for place, line in self.keys() if place == f"{name}:{line.number}"]

    def key_for(self, kid: bytes) -> bytes | None:
        """The key of which `kid` is the SHA-256 fingerprint, None where no line has it."""
        return next((blob for blob in self._lines if sha256(blob) == kid), None)

    def principals(self, key: bytes, namespace: str = NAMESPACE, at: int | None = None) -> list[str]:
        """The principals (pattern lists, as written) that the key may sign for at that time; [] where it may for none."""
        if self._revoked.holds(key):
            return []
        return [line.principals for _, line in self._lines.get(key, []) if not _objection(line, namespace, at)]

    def judge(self, key: bytes, principal: str, at: int | None, /) -> Judgement:
        """Whether the key may sign for `principal`, and the line that says so, or the nearest objection. Never raises."""
        name = fingerprint_text(sha256(key))
        if self._revoked.holds(key):
            return Judgement(False, f"{name} is revoked ({self._revoked.name})")
        entries = self._lines.get(key, [])
        if not entries:
            return Judgement(False, f"no allowed_signers line has {name}")
        objections = []
        for place, line in entries:
            objection = _objection(line, NAMESPACE, at)
            if not objection and not matches(principal, line.principals):
                objection = f"trusted for {line.principals}, not for {principal}"
            if not objection:
                bounded = line.valid_after is not None or line.valid_before is not None
                claim = "; the time of signing is the signer's own claim" if bounded else ""
                return Judgement(True, f"{principal} {name} ({place}{claim})")
            objections.append(f"{objection} ({place})")
        return Judgement(False, f"{name}: {'; '.join(objections[:3])}")


def _objection(line: Line, namespace: str, at: int | None) -> str:
    if line.authority:
        return "a cert-authority vouches for certificates, which statements do not carry"
    if line.namespaces and not matches(namespace, line.namespaces):
        return f"allowed in the namespaces {line.namespaces} only, not in {namespace}"
    if line.valid_after is None and line.valid_before is None:
        return ""
    if at is None:
        return "valid for a time only, and the statement claims none"
    if line.valid_after is not None and at < line.valid_after:
        return "not yet valid at the time that the signer claims"
    if line.valid_before is not None and at > line.valid_before:
        return "no longer valid at the time that the signer claims"
    return ""


def read_source(path: str, name: str = "") -> Source | None:
    """The file at `path` as a source called `name` (or by its path), None where there is none.

    Raises `KeyringError` where it is there but cannot be read: trust must not depend on what is unreadable by accident.
    """
    try:
        with open(path, "rb") as file:
            return Source(name or path, file.read())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise KeyringError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
