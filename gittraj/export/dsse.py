"""DSSE, in-toto's envelope: a payload and a signing function go in, the signed JSON comes out, and is taken apart again.

https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
"""

import base64
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from gittraj.errors import CodecError

IN_TOTO = "application/vnd.in-toto+json"
LIMIT = 16 << 20  # bytes of an envelope that is read


class Envelope(NamedTuple):
    """An envelope taken apart, nothing checked. `signatures`: (keyid, signature)."""

    kind: str
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]

    @property
    def signed(self) -> bytes:
        """What the signatures are over."""
        return pre_authentication(self.kind, self.payload)


def pre_authentication(kind: str, payload: bytes) -> bytes:
    """The bytes that are signed (PAE): lengths stand before type and payload, so neither can run into the other."""
    name = kind.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def seal(value: Any, key_id: str, sign: Callable[[bytes], bytes]) -> str:
    """The envelope around the JSON of `value`, one line. Raises what `sign` raises."""
    payload = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")
    signature = sign(pre_authentication(IN_TOTO, payload))
    return json.dumps(
        {
            "payloadType": IN_TOTO,
            "payload": base64.b64encode(payload).decode("ascii"),
            "signatures": [{"keyid": key_id, "sig": base64.b64encode(signature).decode("ascii")}],
        }
    )


def read(data: bytes) -> Envelope:
    """Take an envelope apart. Raises `CodecError` for what is none."""
    if len(data) > LIMIT:
        raise CodecError("a DSSE envelope larger than any of ours")
    try:
        value = json.loads(data)
        signatures = tuple((str(each.get("keyid", "")), _bytes(each["sig"])) for each in value["signatures"])
        found = Envelope(value["payloadType"], _bytes(value["payload"]), signatures)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CodecError(f"not a DSSE envelope: {type(error).__name__}") from None
    if type(found.kind) is not str or not found.signatures:
        raise CodecError("not a DSSE envelope: no payload type, or no signature")
    return found


def _bytes(text: str) -> bytes:
    # the specification allows both alphabets
    return base64.b64decode(text.translate({ord("-"): "+", ord("_"): "/"}), validate=True)
