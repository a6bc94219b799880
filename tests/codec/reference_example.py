"""The worked example of docs/reference/record.md; ``python -m tests.codec.reference_example`` prints its two blocks anew."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gittraj.codec.cbor import Tag, encode
from gittraj.codec.diagnostic import diagnostic
from gittraj.codec.digest import sha256
from gittraj.codec.framing import body, write
from gittraj.codec.uuid7 import uuid7

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))  # of this example, no one's
COMMIT = "89abcdef0123456789abcdef0123456789abcdef"
BASE = "fedcba9876543210fedcba9876543210fedcba98"

RECORD = {
    "version": "3.0.0",
    "id": uuid7(1795255200000, bytes(range(10))),
    "created": "2026-11-21T10:00:00Z",
    "session": {
        "session-id": "7c6f1d2e",
        "agent-meta": {"model-id": "model-1", "model-provider": "example", "cli-name": "claude"},
        "entries": [
            {"type": "user", "content": "Greet the world.", "timestamp": "2026-11-21T09:59:01.000Z"},
            {"type": "tool-call", "name": "Write", "input": {"file_path": "hello.txt", "content": "hello\n"}, "call-id": "c1"},
            {"type": "tool-result", "output": "ok", "call-id": "c1", "is-error": False},
            {"type": "tool-call", "name": "Bash", "input": {"command": "git commit -m Greet hello.txt"}, "call-id": "c2"},
        ],
    },
    "vcs": {"type": "git", "revision": COMMIT, "branch": "main"},
    "recording-agent": {"name": "gittraj", "version": "0.1.0"},
    "gittraj": {
        "version": 1,
        "segment": {"index": 0, "first": 0, "last": 3, "prev": None},
        "base": {"commit": BASE, "files": {}},
        "source": {"format": "claude-jsonl", "sha-256": sha256(b"the lines read"), "byte-range": [0, 1408]},
        "redaction": {"hits": [], "reasoning": "kept"},
    },
}  # fmt: skip


def signature_input(protected: bytes, payload: bytes) -> bytes:
    """Sig_structure of RFC 9052 section 4.4: what the key signs."""
    return encode(["Signature1", protected, b"", payload])


def statement(record: bytes) -> bytes:
    """A hash envelope over the record's bytes."""
    public = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    wire = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + public
    header = {
        1: -8, 4: sha256(wire), 15: {1: "dana@example.org", 2: f"git:sha1:{COMMIT}", 6: 1795255200},
        258: -16, 259: "application/agent-conversation+cbor", -65602: wire,
        -65601: {
            "commit": bytes.fromhex(COMMIT), "tree": bytes.fromhex("11" * 20), "parents": [bytes.fromhex(BASE)],
            "patch-id": bytes.fromhex("22" * 20), "session-id": "7c6f1d2e", "seq": 0, "entries": 4, "kind": "record",
        },
    }  # fmt: skip
    protected, payload = encode(header), sha256(record)
    return encode(Tag(18, [protected, {}, payload, KEY.sign(signature_input(protected, payload))]))


def note() -> bytes:
    """The note's blob."""
    record = encode(RECORD)
    return write([statement(record), body(record)])


def hexdump() -> str:
    """The beginning of the note's two items, byte by byte."""
    record = encode(RECORD)
    first, second = statement(record), body(record)
    return "\n".join(f"{offset:6}: {raw[:16].hex(' ')} ..." for offset, raw in ((0, first), (len(first), second)))


if __name__ == "__main__":
    print(diagnostic(note()))
    print()
    print(hexdump())
