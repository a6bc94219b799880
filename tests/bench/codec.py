"""Codec: a record of about 1 MB through our encoder and strict decoder, beside json, msgspec and cbor2."""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cbor2
import msgspec

from gittraj.codec import cbor
from gittraj.codec.invariants import check
from gittraj.codec.json import to_json_value
from gittraj.codec.schema import validate
from tests.bench import records, timing
from tests.bench.rows import Options, Row

RAW = 3_600_000  # of these, a quarter or so is record


def run(options: Options, _: object = None) -> Iterator[Row]:
    rounds = options.rounds(41)
    with tempfile.TemporaryDirectory() as folder:
        record = records.generated(Path(folder), RAW // 20 if options.quick else RAW)
    record = to_json_value(record)  # byte strings as text, so that all of them can do the same
    body = cbor.encode(record)
    text, packed = json.dumps(record, ensure_ascii=False), cbor2.dumps(record, canonical=True)
    assert cbor.decode(body) == record
    yield Row("record", len(body) / 1e6, "MB", note=f"{len(record['session']['entries'])} entries")
    actions: dict[str, Callable[[], object]] = {
        "our encode": lambda: cbor.encode(record),
        "json.dumps": lambda: json.dumps(record, ensure_ascii=False).encode(),
        "msgspec.json.encode": lambda: msgspec.json.encode(record),
        "cbor2.dumps, canonical": lambda: cbor2.dumps(record, canonical=True),
        "our decode, strict": lambda: cbor.decode(body),
        "json.loads": lambda: json.loads(text),
        "msgspec.json.decode": lambda: msgspec.json.decode(text),
        "cbor2.loads": lambda: cbor2.loads(packed),
        "schema and invariants": lambda: (validate(record), check(record)),
    }
    times = timing.interleaved({name: lambda _, act=act: act() for name, act in actions.items()}, rounds)
    for name, time in times.items():
        yield Row(name, len(body) / 1000 / time, "MB/s", rounds, note=f"{time:.2f} ms")
