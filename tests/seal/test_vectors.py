"""The public COSE vectors give the results that their README states, at library level and at policy level."""

import json
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from pycose.keys.ec2 import EC2Key
from pycose.keys.okp import OKPKey

from gittraj.codec.cbor import decode
from gittraj.errors import SealError
from gittraj.seal.algorithms import algorithm_for
from gittraj.seal.cose import verify_library, verify_policy
from gittraj.seal.message import Message

ACCEPT, REJECT = True, False
# file: (library level, policy level), as in vectors/README.md; where the policy MAY reject, it does not
VERIFY = {
    "cose-wg/sign1-tests/sign-pass-01": (ACCEPT, REJECT),
    "cose-wg/sign1-tests/sign-pass-02": (ACCEPT, ACCEPT),
    "cose-wg/sign1-tests/sign-pass-03": (ACCEPT, REJECT),
    "cose-wg/sign1-tests/sign-fail-01": (REJECT, REJECT),
    "cose-wg/sign1-tests/sign-fail-02": (REJECT, REJECT),
    "cose-wg/sign1-tests/sign-fail-03": (REJECT, REJECT),
    "cose-wg/sign1-tests/sign-fail-04": (REJECT, REJECT),
    "cose-wg/sign1-tests/sign-fail-06": (REJECT, REJECT),
    "cose-wg/sign1-tests/sign-fail-07": (REJECT, REJECT),
    "cose-wg/ecdsa-examples/ecdsa-sig-01": (ACCEPT, ACCEPT),
    "cose-wg/ecdsa-examples/ecdsa-sig-02": (ACCEPT, ACCEPT),
    "cose-wg/ecdsa-examples/ecdsa-sig-03": (ACCEPT, ACCEPT),
    "cose-wg/ecdsa-examples/ecdsa-sig-04": (ACCEPT, ACCEPT),
    "cose-wg/eddsa-examples/eddsa-sig-01": (ACCEPT, ACCEPT),
    "cose-wg/eddsa-examples/eddsa-sig-02": (ACCEPT, ACCEPT),
    "gluecose/sign1-verify-0000": (ACCEPT, ACCEPT),
    "gluecose/sign1-verify-0001": (ACCEPT, ACCEPT),
    "gluecose/sign1-verify-0002": (ACCEPT, ACCEPT),
    "gluecose/sign1-verify-0003": (ACCEPT, ACCEPT),
}
SIGN = [f"gluecose/sign1-sign-000{number}" for number in range(4)]
ALG = {"ES256": -7, "ES384": -35, "ES512": -36}

pytestmark = pytest.mark.shared


def _load(shared: Path, name: str) -> dict[str, Any]:
    return json.loads((shared / "vectors" / f"{name}.json").read_text())


def _key(jwk: dict[str, Any]) -> Any:
    def number(name: str) -> bytes:
        if f"{name}_hex" in jwk:
            return bytes.fromhex(jwk[f"{name}_hex"])
        return urlsafe_b64decode(jwk[name] + "==")

    if jwk["kty"] == "OKP":
        return OKPKey(crv=jwk["crv"].upper(), x=number("x"))
    return EC2Key(crv=jwk["crv"].replace("-", "_"), x=number("x"), y=number("y"))


def _case(vector: dict[str, Any]) -> tuple[bytes, Any, bytes]:
    """Message, key and external data of a vector of either collection."""
    if "sign1::verify" in vector:
        case = vector["sign1::verify"]
        assert case["shouldVerify"] is True
        return (
            bytes.fromhex(case["taggedCOSESign1"]["cborHex"]),
            _key(vector["key"]),
            bytes.fromhex(case.get("external", "")),
        )
    signed = vector["input"]["sign0"]
    return bytes.fromhex(vector["output"]["cbor"]), _key(signed["key"]), bytes.fromhex(signed.get("external", ""))


def _accepts(check: Any, *arguments: Any) -> bool:
    try:
        check(*arguments)
    except SealError:
        return False
    return True


@pytest.mark.parametrize("name", VERIFY)
def test_a_vector_gives_its_stated_result_at_both_levels(shared: Path, name: str) -> None:
    data, key, external = _case(_load(shared, name))
    assert (_accepts(verify_library, data, key, external), _accepts(verify_policy, data, key, external)) == VERIFY[name]


def test_every_vector_is_answered(shared: Path) -> None:
    found = {str(path.relative_to(shared / "vectors").with_suffix("")) for path in (shared / "vectors").rglob("*.json")}
    assert found == {*VERIFY, *SIGN}
    assert len(found) == 23


@pytest.mark.parametrize("name", ["cose-wg/sign1-tests/sign-pass-02", "gluecose/sign1-verify-0000"])
def test_external_data_that_is_left_out_is_noticed(shared: Path, name: str) -> None:
    data, key, external = _case(_load(shared, name))
    assert external
    assert not _accepts(verify_library, data, key) and not _accepts(verify_policy, data, key)


@pytest.mark.parametrize("name", SIGN)
def test_the_bytes_to_be_signed_and_the_fixed_part_of_the_message_are_those_of_the_vector(
    shared: Path, name: str
) -> None:
    vector = _load(shared, name)
    case, key = vector["sign1::sign"], _key(vector["key"])
    protected = bytes.fromhex(case["protectedHeaders"]["cborHex"])
    message = Message(
        protected,
        bytes.fromhex(case["payload"]),
        algorithm_for(ALG[vector["alg"]], key),
        external_aad=bytes.fromhex(case.get("external", "")),
    )
    assert message.to_be_signed().hex() == case["tbsHex"]["cborHex"].lower()

    output = bytes.fromhex(case["expectedOutput"]["cborHex"])
    message.uhdr = decode(bytes.fromhex(case["unprotectedHeaders"]["cborHex"]))  # ours stay empty
    message.signature = bytes(64)
    fixed = case["fixedOutputLength"]
    assert message.encode(sign=False)[:fixed] == output[:fixed]
    assert _accepts(verify_library, output, key, bytes.fromhex(case.get("external", "")))
