"""Signatures: verifications in a second, by us and by `cryptography` alone; a range on one processor and on two."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256

from gittraj.keyring import files, places
from gittraj.keyring.allowed_signers import AllowedSigners, read_source
from gittraj.keyring.signers import KeySettings, choose
from gittraj.keyring.trust import trust_own_key
from gittraj.model.anchor import Anchor
from gittraj.model.states import Redacted
from gittraj.seal.algorithms import algorithm_for
from gittraj.seal.content import standard_validators
from gittraj.seal.message import Message
from gittraj.seal.public_key import cose_key
from gittraj.seal.sign import seal
from gittraj.seal.statement import parse
from gittraj.seal.verify import Expected, verify
from tests.bench import records, timing
from tests.bench.machine import ROOT
from tests.bench.place import Place
from tests.bench.replay import prepare
from tests.bench.rows import Options, Row

BATCH = 50  # verifications in a round: one is too short to be timed
RAW = 1_000_000
_EXPECTED = Expected(records.COMMIT.id, records.COMMIT.tree, records.COMMIT.parents)


def run(options: Options, place: Place) -> Iterator[Row]:
    yield from _single(options)
    if hasattr(os, "sched_setaffinity"):
        yield from _range(options, place)


def _range(options: Options, place: Place) -> Iterator[Row]:
    """`git traj verify` of many commits, its processes kept to one processor and to all."""
    commits, rounds = (120, 1) if options.quick else (1000, 5)
    folder = place.folder / "range"
    folder.mkdir()
    with mock.patch.dict(os.environ, place.env, clear=True):
        repo = prepare(folder, commits, 3)
    every = sorted(os.sched_getaffinity(0))

    def verify(processors: list[int]) -> timing.Step:
        code = f"import os; os.sched_setaffinity(0, {processors}); import sys; from gittraj.cli.app import run; sys.exit(run(['verify', '--all']))"
        return lambda _: timing.run([sys.executable, "-c", code], cwd=repo, env={**place.env, "PYTHONPATH": str(ROOT)})

    sets = {n: every[:n] for n in (1, 2) if n <= len(every)}
    times = timing.interleaved({str(n): verify(chosen) for n, chosen in sets.items()}, rounds)
    for n in sets:
        name = f"verify of {commits:,} commits with traces, {n} processor{'s' if n > 1 else ''}"
        yield Row(name, times[str(n)], "ms", rounds, note=f"{commits * 1000 / times[str(n)]:,.0f} commits/s")


def _single(options: Options) -> Iterator[Row]:
    rounds, batch = options.rounds(21), 5 if options.quick else BATCH
    with tempfile.TemporaryDirectory() as folder:
        record = records.generated(Path(folder), RAW // 20 if options.quick else RAW)
        record.setdefault("gittraj", {})["redaction"] = {"reasoning": "kept", "no-redact": True}
        files.generate(places.key_path(folder))
        signer = choose(KeySettings("", "", folder, "bench@example.org"), {})
        trust_own_key(folder, signer.principal, signer.public)
        source = read_source(places.allowed_signers_path(folder))
    assert source
    trust = AllowedSigners([source])
    anchor = Anchor(
        commit=_EXPECTED.commit, tree=_EXPECTED.tree, parents=_EXPECTED.parents, session_id=record["session"]["session-id"],
        seq=0, entries=len(record["session"]["entries"]),
    )  # fmt: skip
    sealed = seal(Redacted(record), anchor, signer, 1_700_000_000)
    rules = standard_validators()

    def ours(body: bytes | None) -> object:
        return verify(sealed.statement, keys=lambda _: None, trust=trust, commit=_EXPECTED, body=body, validators=rules)

    failed = [check for check in ours(sealed.body).checks if check.result != "pass"]
    assert not failed, failed
    message = b"x" * 600
    key = ed25519.Ed25519PrivateKey.generate()
    signature, public = key.sign(message), key.public_key()
    curve = ec.generate_private_key(ec.SECP256R1())
    der, point = curve.sign(message, ec.ECDSA(SHA256())), curve.public_key()
    actions: dict[str, Callable[[], object]] = {
        "cryptography alone, Ed25519": lambda: public.verify(signature, message),
        "cryptography alone, P-256": lambda: point.verify(der, message, ec.ECDSA(SHA256())),
        "our statement: structure, signature, signer, binding": lambda: ours(None),
    }
    statement = parse(sealed.statement)
    key_of_ours = cose_key(signer.public_key)

    def signature_alone() -> None:
        message = Message(statement.protected, statement.payload, algorithm_for(statement.alg, key_of_ours))
        assert message.holds(key_of_ours, statement.signature)

    actions["our statement: the signature alone"] = signature_alone
    batched = {name: lambda _, act=act: [act() for _ in range(batch)] for name, act in actions.items()}
    whole = f"our statement and its body of {len(sealed.body) / 1e6:.2f} MB: all nine steps"
    times = timing.interleaved({**batched, whole: lambda _: ours(sealed.body)}, rounds)
    for name in actions:
        yield Row(name, batch * 1000 / times[name], "/s", rounds, note=f"{times[name] * 1000 / batch:.0f} µs")
    yield Row(whole, 1000 / times[whole], "/s", rounds, note=f"{times[whole]:.1f} ms")
    sign = timing.milliseconds(lambda _: seal(Redacted(record), anchor, signer, 1_700_000_000), rounds)
    yield Row("sealing that body, key file", sign, "ms", rounds)
