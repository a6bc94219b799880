import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittraj.agents.times import from_milliseconds, stamp


@pytest.mark.parametrize("text", ["2026-11-21T01:46:40Z", "2026-11-21T01:46:40.123456+05:30", "2016-12-31T23:59:60Z"])
def test_rfc_3339_text_is_kept_as_written(text: str) -> None:
    assert stamp(text) == {"timestamp": text}


def test_epoch_milliseconds_become_utc_text() -> None:
    assert stamp(1795225600042) == {"timestamp": "2026-11-21T01:46:40.042Z"}
    assert stamp(1795225600042.9) == {"timestamp": "2026-11-21T01:46:40.042Z"}


@pytest.mark.parametrize(
    "value", ["2026-11-21", "2026-11-21t01:46:40z", "", "soon", 12, -1, 10**20, True, [1], {"a": 1}]
)
def test_anything_else_is_kept_apart_as_it_is(value: Any) -> None:
    assert stamp(value) == {"native-timestamp": value}


def test_no_time_gives_no_field() -> None:
    assert stamp(None) == {}


@given(st.integers(10**11, 10**14 - 1))
def test_milliseconds_keep_their_order_and_form(value: int) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", from_milliseconds(value))
    assert from_milliseconds(value) <= from_milliseconds(value + 1)
