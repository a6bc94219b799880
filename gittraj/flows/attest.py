"""`git traj attest`: revisions go in, signed in-toto attestations of the verdicts come out; such a file is checked again."""

import json
import time
from typing import Any, NamedTuple

from gittraj import __version__
from gittraj.codec.digest import sha256
from gittraj.errors import CodecError, StoreError
from gittraj.export import dsse, in_toto
from gittraj.flows.policy import policy_at
from gittraj.flows.verify import verify
from gittraj.flows.wiring import open_house, signer
from gittraj.keyring import raw
from gittraj.keyring.keys import fingerprint_text
from gittraj.model.verdict import Check


def attest(
    revisions: str | None = None,
    *,
    everything: bool = False,
    trusted: str | None = None,
    at: int | None = None,
    directory: str | None = None,
) -> tuple[bool, list[str]]:
    """Whether all verdicts are good, and one DSSE envelope per commit, newest first. `at`: the time to state, now if None.

    Raises `StoreError`, `PolicyError`, `KeyringError`.
    """
    report = verify(revisions, everything=everything, trusted=trusted, directory=directory)
    house = open_house(directory)
    key = signer(house)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() if at is None else at))
    name = fingerprint_text(key.kid)
    statements = [
        in_toto.statement(
            each,
            report.policy,
            repository=house.repository.remote_url(),
            verified_at=moment,
            version=__version__,
            ok=report.completeness.result != "fail",
        )
        for each in report.commits
    ]
    sign = lambda data: raw.for_others(key.sign(data), key.algorithm)  # noqa: E731
    return report.ok, [dsse.seal(each, name, sign) for each in statements]


class Attested(NamedTuple):
    """An envelope that was checked: what it is about, its result, who signed, and the verdicts `signature` and `signer`."""

    commit: str
    result: str
    principals: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether the signature holds and is of somebody trusted; the result inside may be a refusal all the same."""
        return all(check.result == "pass" for check in self.checks)


def check(path: str, *, trusted: str | None = None, directory: str | None = None) -> list[Attested]:
    """Check every envelope of a file (one per line). Raises `StoreError` where it cannot be read, `CodecError` where one is none."""
    keys = policy_at(open_house(directory), trusted).keys
    try:
        with open(path, "rb") as file:
            lines = [line for line in file.read(dsse.LIMIT).splitlines() if line.strip()]
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
    if not lines:
        raise CodecError(f"{path}: holds no envelope")
    told = []
    for line in lines:
        envelope = dsse.read(line)
        known = {fingerprint_text(sha256(one.blob)): one.blob for _, one in keys.lines()}
        blob = next((known[name] for name, _ in envelope.signatures if name in known), None)
        commit, result = _about(envelope)
        if blob is None:
            names = ", ".join(name for name, _ in envelope.signatures)[:200]
            told.append(
                Attested(commit, result, "", (Check("signature", "fail", f"no trusted key is called {names}"),))
            )
            continue
        good = any(raw.holds(blob, envelope.signed, signature) for _, signature in envelope.signatures)
        who = keys.signers.principals(blob, at=int(time.time()))
        signature = Check("signature", "pass" if good else "fail", "" if good else "does not hold over this payload")
        trust = Check("signer", "pass" if who else "fail", "" if who else "its key is not trusted now")
        told.append(Attested(commit, result, ", ".join(who), (signature, trust)))
    return told


def _about(envelope: dsse.Envelope) -> tuple[str, str]:
    """(commit, result) that the payload speaks of; "" for what it does not say."""
    try:
        value: Any = json.loads(envelope.payload)
        commit, result = value["subject"][0]["digest"]["gitCommit"], value["predicate"]["verificationResult"]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return "", ""
    return str(commit)[:64], str(result)[:20]
