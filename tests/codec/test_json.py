import json
import math

import pytest
from hypothesis import given, settings

from gittraj.codec.cbor import Tag
from gittraj.codec.json import to_json_value
from tests.codec.records import DIGEST, record
from tests.codec.test_cbor import values


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"\x00\xAB", "00ab"), ((1, (2,)), [1, [2]]), (math.nan, None), (math.inf, None), (-math.inf, None), (1.5, 1.5), (True, True),
        (None, None), ({1: b"\1", b"\2": 2}, {"1": "01", "02": 2}), ("a\ud800b", "a\ufffdb"), ({"\udfff": 1}, {"\ufffd": 1}),
        (1 << 64, "18446744073709551616"), ((1 << 64) - 1, (1 << 64) - 1), (Tag(7, b"\1"), {"tag": 7, "value": "01"}), ("m\u00fcll", "m\u00fcll"),
    ],
)  # fmt: skip
def test_what_json_lacks_is_shown_as_what_it_has(value, shown):
    assert to_json_value(value) == shown


def test_a_record_keeps_its_shape_and_digests_become_hex():
    shown = to_json_value(record())
    assert shown["gittraj"]["source"]["sha-256"] == DIGEST.hex()
    assert shown["session"]["entries"][0] == record()["session"]["entries"][0]


@settings(max_examples=200, deadline=None)
@given(values)
def test_every_value_becomes_strict_json_in_utf8(value):
    text = json.dumps(to_json_value(value), ensure_ascii=False, allow_nan=False)
    assert json.loads(text.encode()) == to_json_value(value)
