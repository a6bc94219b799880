"""What a statement was signed for: the statement and its body go in; verdicts on body, schema and invariants, and the record, come out."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from gittraj.codec import schema_attribution
from gittraj.codec.cbor import decode
from gittraj.codec.digest import sha256_hex
from gittraj.errors import CodecError
from gittraj.model.anchor import Anchor
from gittraj.model.states import Statement
from gittraj.model.verdict import Check
from gittraj.seal import headers

PLACE_SHOWN = 100  # characters of a location that the signer named
PROBLEMS_SHOWN = 3  # in a verdict's one line; how many there are is said too


class Validators(NamedTuple):
    """The rules for records: each takes one and gives what is wrong with it, as objects with `path` and `message`."""

    schema: Callable[[Any], Iterable[Any]]
    invariants: Callable[[Any], Iterable[Any]]


def standard_validators() -> Validators:
    """The rules of the codec: the VAC schema with our extension, and the invariants."""
    from gittraj.codec import invariants, schema

    return Validators(schema.validate, invariants.check)


def check_content(
    statement: Statement, body: bytes | None, validators: Validators, withheld: str = ""
) -> tuple[tuple[Check, Check, Check], dict[str, Any] | None]:
    """Steps 6 to 8 of verification. `withheld`: why the body is not there, if somebody trusted said so; the record is None where the bytes are missing or wrong, or do not read as a map."""
    # (6): body
    data = body if statement.detached else statement.payload
    if data is None:
        why = withheld or _location(statement)
        return _without(f"withheld: {why}", "skip") if why else _without("withheld"), None
    if statement.detached and sha256_hex(data) != statement.digest:
        return _without("mismatch: the body is not what was signed for"), None
    held = Check("body", "pass", "" if statement.detached else "attached")
    # (7): schema
    if statement.kind == headers.UNKNOWN:
        why = "the content type is not one of ours or of VAC"
        return (held, Check("schema", "skip", why), Check("invariants", "skip", why)), None
    try:
        record = _read(statement, data)
    except CodecError as error:
        return (
            held,
            Check("schema", "fail", error.message),
            Check("invariants", "skip", "the body cannot be read"),
        ), None
    if statement.kind == schema_attribution.KIND:
        why = "an attribution is a claim, no record"
        return (held, _verdict("schema", schema_attribution.validate(record)), Check("invariants", "skip", why)), record
    if statement.kind != headers.RECORD:
        why = f"a statement of the kind {statement.kind} is no record"
        return (held, Check("schema", "pass", why), Check("invariants", "skip", why)), record
    schema = _verdict("schema", validators.schema(record))
    if schema.result != "pass":
        return (held, schema, Check("invariants", "skip", "the schema does not hold")), record
    # (8): invariants
    problems = [*validators.invariants(record), *_against(statement.anchor, record)]
    return (held, schema, _verdict("invariants", problems)), record


class _Problem(NamedTuple):
    path: str
    message: str


def _read(statement: Statement, data: bytes) -> dict[str, Any]:
    content = statement.header.get(headers.PREIMAGE_CONTENT_TYPE, statement.header.get(headers.CONTENT_TYPE))
    if content in headers.RECORD_TYPES_JSON:
        try:
            record = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise CodecError(f"not JSON: {error}") from None
    else:
        # other tools need not write keys in our order; what we signed is in order, and must stay so
        record = decode(data, ordered=statement.anchor is not None)
    if type(record) is not dict:
        raise CodecError("not a map")
    return record


def _against(anchor: Anchor | None, record: dict[str, Any]) -> Iterator[_Problem]:
    """Where anchor and record, both signed, say different things: one of them was made for something else."""
    if anchor is None:
        return
    session = record.get("session")
    entries = session.get("entries") if isinstance(session, dict) else None
    if not isinstance(session, dict) or not isinstance(entries, list):
        yield _Problem("session", "no entries for the anchor to count")
        return
    if anchor.entries != len(entries):
        yield _Problem("session.entries", f"{len(entries)} entries, the anchor says {anchor.entries}")
    if anchor.session_id != session.get("session-id"):
        yield _Problem("session.session-id", "not the session that the anchor names")
    extension = record.get("gittraj")
    segment = extension.get("segment") if isinstance(extension, dict) else None
    if isinstance(segment, dict):
        if "index" in segment and segment["index"] != anchor.seq:
            yield _Problem("gittraj.segment.index", f"not {anchor.seq}, as the anchor says")
        prev = segment.get("prev")
        if (prev.hex() if isinstance(prev, bytes) else prev or "") != anchor.prev:
            yield _Problem("gittraj.segment.prev", "not the record before that the anchor names")


def _verdict(name: str, problems: Iterable[Any]) -> Check:
    found = list(problems)
    if not found:
        return Check(name, "pass")
    shown = "; ".join(f"{problem.path}: {problem.message}" for problem in found[:PROBLEMS_SHOWN])
    more = len(found) - PROBLEMS_SHOWN
    return Check(name, "fail", shown + (f"; and {more} more" if more > 0 else ""))


def _location(statement: Statement) -> str:
    """Where the signer said that the body is kept, "" where it was to lie beside the statement."""
    place = statement.header.get(headers.PAYLOAD_LOCATION)
    return f"kept apart, in {place[:PLACE_SHOWN]}" if isinstance(place, str) and place else ""


def _without(why: str, result: str = "fail") -> tuple[Check, Check, Check]:
    return Check("body", result, why), Check("schema", "skip", "no body"), Check("invariants", "skip", "no body")
