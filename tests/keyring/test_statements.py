"""The rooms together: what a key of the keyring signs, by agent or by file, verifies with the allowed signers of the keyring."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gittraj.keyring import files, places
from gittraj.keyring.allowed_signers import AllowedSigners, read_source
from gittraj.keyring.signers import KeySettings, KeySigner, choose
from gittraj.keyring.trust import trust_own_key
from gittraj.model.ports import Signer, Trust
from gittraj.model.states import Redacted, Verified
from gittraj.seal.sign import seal
from gittraj.seal.verify import verify
from tests.keyring.conftest import RealAgent
from tests.seal.conftest import ISSUED_AT, VALIDATORS, expected, make_anchor, make_record, results


def _round_trip(signer: Signer, trust: Trust) -> Verified:
    sealed = seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)
    return verify(
        sealed.statement,
        keys=lambda kid: None,
        trust=trust,
        commit=expected(),
        body=sealed.body,
        validators=VALIDATORS,
    )


def _trusting(folder: Path, signer: KeySigner) -> AllowedSigners:
    trust_own_key(str(folder), signer.principal, signer.public)
    source = read_source(places.allowed_signers_path(str(folder)))
    assert source
    return AllowedSigners([source])


@pytest.mark.parametrize("type", ["ed25519", "ecdsa"])
def test_what_the_agent_signs_verifies(
    ssh_agent: RealAgent, ssh_keygen: Callable[..., Path], tmp_path: Path, type: str
) -> None:
    path = ssh_keygen("k", type)
    ssh_agent.add(path)
    signer = choose(KeySettings(f"{path}.pub", "ssh", str(tmp_path), "dana@example.org"), ssh_agent.env)
    assert signer.source == "ssh-agent"
    verified = _round_trip(signer, _trusting(tmp_path, signer))
    assert set(results(verified).values()) == {"pass"} and verified.ok and verified.trusted


@pytest.mark.parametrize("type", ["ed25519", "ecdsa"])
def test_what_a_key_file_signs_verifies(ssh_keygen: Callable[..., Path], tmp_path: Path, type: str) -> None:
    signer = choose(KeySettings(str(ssh_keygen("k", type)), "ssh", str(tmp_path), "dana@example.org"), {})
    assert _round_trip(signer, _trusting(tmp_path, signer)).ok


def test_what_the_generated_key_signs_verifies_and_nobody_else_trusts_it(tmp_path: Path) -> None:
    files.generate(places.key_path(str(tmp_path)))
    signer = choose(KeySettings("", "", str(tmp_path), "dana@example.org"), {})
    assert _round_trip(signer, _trusting(tmp_path, signer)).ok
    stranger = results(_round_trip(signer, AllowedSigners()))
    assert (stranger["signature"], stranger["signer"]) == ("pass", "fail")
