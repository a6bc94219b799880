"""One record, its anchor and its commit, and the ways to seal and verify them, for every test of the room."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from gittraj.model.anchor import Anchor
from gittraj.model.states import Redacted, Verified
from gittraj.seal.content import Validators
from gittraj.seal.sign import seal
from gittraj.seal.verify import Expected, verify
from tests.seal.keys import Ed25519Signer, P256Signer, TrustOnly

COMMIT, TREE, PARENT = "1" * 40, "2" * 40, "3" * 40
ISSUED_AT = 1_700_000_000


class Problem(NamedTuple):
    path: str
    message: str


def make_record() -> dict[str, Any]:
    return {
        "version": "1.0.0",
        "id": "018bcfe5-6800-7000-8000-000000000001",
        "session": {
            "session-id": "s-1",
            "agent-meta": {"model-id": "m", "model-provider": "p"},
            "entries": [{"type": "user", "content": "hello"}, {"type": "assistant", "content": "good day"}],
        },
        "gittraj": {"segment": {"index": 0, "first": 0, "last": 1, "prev": None}},
    }


def make_anchor(**changes: Any) -> Anchor:
    fields: dict[str, Any] = {
        "commit": COMMIT, "tree": TREE, "parents": (PARENT,), "session_id": "s-1", "seq": 0, "entries": 2,
        "patch_id": "4" * 40, "repository": "https://example.org/r.git",
    }  # fmt: skip
    return Anchor(**{**fields, **changes})


def expected() -> Expected:
    return Expected(COMMIT, TREE, (PARENT,))


def needs_session(record: Any) -> list[Problem]:
    return [] if isinstance(record.get("session"), dict) else [Problem("session", "is missing")]


VALIDATORS = Validators(needs_session, lambda record: [])


def results(verified: Verified) -> dict[str, str]:
    return {check.name: check.result for check in verified.checks}


def details(verified: Verified) -> dict[str, str]:
    return {check.name: check.detail for check in verified.checks}


@pytest.fixture(params=[Ed25519Signer, P256Signer], ids=["ed25519", "p256"])
def signer(request: pytest.FixtureRequest) -> Any:
    return request.param()


@pytest.fixture
def sealed(signer: Any) -> Any:
    return seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)


@pytest.fixture
def check(signer: Any) -> Callable[..., Verified]:
    """Verify an item with sensible defaults: the signer trusted, the right commit, no key known by other ways."""

    def run(raw: bytes, body: bytes | None = None, **changes: Any) -> Verified:
        arguments: dict[str, Any] = {
            "keys": lambda kid: None, "trust": TrustOnly(signer), "commit": expected(), "body": body, "validators": VALIDATORS,
        }  # fmt: skip
        return verify(raw, **{**arguments, **changes})

    return run
