"""Allowed signers from several sources: files go in, whether a key may sign for a principal, and where that stands, comes out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from gittraj.codec.digest import sha256
from gittraj.codec.patterns import matches
from gittraj.errors import KeyringError
from gittraj.keyring import certificates
from gittraj.keyring.allowed_signers_file import Line, parse
from gittraj.keyring.keys import fingerprint_text
from gittraj.keyring.revocation import Revoked, day
from gittraj.model.ports import Evidence, Judgement

SETTLED = 1024  # judgements that are remembered; a repository has few keys, each for one name
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
        self._settled: dict[tuple[bytes, str], Judgement] = {}
        self.sources = tuple(sources)
        for source in self.sources:
            lines, problems = parse(source.data)
            self.problems += [f"{source.name}:{problem.number}: {problem.reason}" for problem in problems]
            for line in lines:
                self._lines.setdefault(line.blob, []).append((f"{source.name}:{line.number}", line))

    def keys(self) -> list[tuple[str, Line]]:
        """Every line with the place where it stands, authorities included."""
        return [entry for entries in self._lines.values() for entry in entries]

    def standing(self, line: Line) -> str:
        """What bounds the trust in a line, in words; "" for nothing."""
        told = self._revoked.standing(line.blob)
        bounds = [("from", line.valid_after), ("until", line.valid_before)]
        return "; ".join([*([told] if told else []), *(f"{word} {day(at)}" for word, at in bounds if at is not None)])

    def of(self, name: str) -> list[Line]:
        """The lines that come from the source called `name`."""
        return [line for place, line in self.keys() if place == f"{name}:{line.number}"]

    def key_for(self, kid: bytes) -> bytes | None:
        """The key of which `kid` is the SHA-256 fingerprint, None where no line has it."""
        return next((blob for blob in self._lines if sha256(blob) == kid), None)

    def principals(
        self, key: bytes, namespace: str = NAMESPACE, at: int | None = None, *, named: bool = False
    ) -> list[str]:
        """The principals (pattern lists, as written) that the key may sign for at that time; [] where it may for none.

        `named`: only by lines that name the namespace; others admit every one.
        """
        if self._revoked.judge(key, at, _Asked(None)).objection:
            return []
        silent = _Asked(None)
        return [
            line.principals
            for _, line in self._lines.get(key, [])
            if not line.authority
            and (line.namespaces or not named)
            and not _objection(line, namespace)
            and not _timing([(line.valid_after, line.valid_before)], at, silent).objection
        ]

    def judge(
        self,
        key: bytes,
        principal: str,
        at: int | None,
        /,
        evidence: Callable[[], Evidence] | None = None,
        certificate: bytes = b"",
    ) -> Judgement:
        """Whether the key may sign for `principal`, and the line that says so, or the nearest objection. Never raises.

        Where trust ends at some time (valid-before, a dated revocation, a certificate's end), `evidence` is asked when the statement was
        there at the latest; that the signer claims an earlier time is no proof (`unproven`).
        """
        known = self._settled.get((key, principal)) if not certificate else None
        if known is None:
            known = self._judge(key, principal, at, evidence, certificate)
            if not certificate and self._timeless(key):
                if len(self._settled) >= SETTLED:  # anybody may sign for any name
                    self._settled.clear()
                self._settled[key, principal] = known
        return known

    def _timeless(self, key: bytes) -> bool:
        """Whether the judgement on the key, without a certificate, is the same at every time."""
        lines = self._lines.get(key, [])
        return not self._revoked.timed(key) and all(line.valid_after is line.valid_before is None for _, line in lines)

    def _judge(
        self, key: bytes, principal: str, at: int | None, evidence: Callable[[], Evidence] | None, certificate: bytes
    ) -> Judgement:
        name = fingerprint_text(sha256(key))
        asked = _Asked(evidence)
        revoked = self._revoked.judge(key, at, asked)
        if revoked.objection:
            return Judgement(False, f"{name} {revoked.objection}")
        objections: list[str] = []
        believed: list[Judgement] = []
        for place, line, held in self._candidates(key, certificate, objections):
            found = _timing([(line.valid_after, line.valid_before), *held.windows], at, asked)
            objection = _objection(line, NAMESPACE) or held.objection or found.objection
            if not objection and not matches(principal, line.principals):
                objection = f"trusted for {line.principals}, not for {principal}"
            if not objection and held.principals and principal not in held.principals:
                objection = f"the certificate is for {', '.join(held.principals)[:200]}, not for {principal}"
            if not objection:
                unproven = revoked.unproven or found.unproven
                bounded = found.bounded and evidence is None
                claim = "; the time of signing is the signer's own claim" if bounded else ""
                reason = f"{principal} {name} ({place}{held.told}{claim})"
                believed.append(Judgement(True, reason, unproven, asked.answer))
                if not unproven:
                    return believed[-1]
            else:
                objections.append(f"{objection} ({place})")
        if believed:
            return believed[0]
        if not objections:
            return Judgement(False, f"no allowed_signers line has {name}")
        return Judgement(False, f"{name}: {'; '.join(objections[:3])}")

    def _candidates(self, key: bytes, certificate: bytes, objections: list[str]) -> Iterator[tuple[str, Line, "_Held"]]:
        """The lines that may speak for the key: those that have it, and authorities that certified it."""
        for place, line in self._lines.get(key, []):
            why = "a cert-authority vouches for certificates only, not for its own statements" if line.authority else ""
            yield place, line, _Held(objection=why)
        if not certificate:
            return
        try:
            read = certificates.read(certificate)
        except KeyringError as error:
            objections.append(f"its certificate counts for nothing: {error.message}")
            return
        if read.key != key:
            objections.append("its certificate is for another key")
            return
        windows = ((read.valid_after, read.valid_before),)
        told = f", certificate {read.key_id[:80]!r} serial {read.serial}"
        for place, line in self._lines.get(read.authority, []):
            if line.authority:
                yield place, line, _Held(read.principals, windows, told, self._revoked.of_certificate(read))


class _Held(NamedTuple):
    """What a certificate adds to the line of its authority."""

    principals: tuple[str, ...] = ()
    windows: tuple[tuple[int | None, int | None], ...] = ()
    told: str = ""
    objection: str = ""


def _objection(line: Line, namespace: str) -> str:
    if line.namespaces and not matches(namespace, line.namespaces):
        return f"allowed in the namespaces {line.namespaces} only, not in {namespace}"
    return ""


class _Timing(NamedTuple):
    objection: str = ""
    unproven: str = ""
    bounded: bool = False


class _Asked:
    """Evidence of time, asked for once and only where it matters."""

    def __init__(self, evidence: Callable[[], Evidence] | None) -> None:
        self._evidence = evidence
        self.answer: Evidence | None = None

    def by(self) -> int | None:
        """Until when it was signed at the latest; None where nobody can tell."""
        if self.answer is None and self._evidence is not None:
            self.answer = self._evidence()
        return None if self.answer is None else self.answer.by

    @property
    def silent(self) -> bool:
        """Whether nobody was there to be asked: then the claim is taken, and named."""
        return self._evidence is None


def _timing(windows: Sequence[tuple[int | None, int | None]], at: int | None, asked: _Asked) -> _Timing:
    bounded = [window for window in windows if window != (None, None)]
    if not bounded:
        return _Timing()
    if at is None:
        return _Timing("valid for a time only, and the statement claims none")
    unproven = ""
    for after, before in bounded:
        if after is not None and at < after:
            return _Timing("not yet valid at the time that the signer claims")
        if before is not None and at > before:
            return _Timing("no longer valid at the time that the signer claims")
        by = asked.by()
        if after is not None and by is not None and by < after:
            return _Timing("not yet valid when the statement was there already")
        if before is not None and by is not None and by > before:
            unproven = f"the key was valid until {day(before)}, and only the signer says that this was signed before"
    return _Timing(unproven=unproven, bounded=True)


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
