import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittraj.codec.uuid7 import uuid7
from gittraj.errors import CodecError

moments = st.integers(0, (1 << 48) - 1)
randoms = st.binary(min_size=10, max_size=10)


def test_the_example_of_rfc_9562_comes_out():
    # appendix A.6: rand_a = 0xCC3, rand_b = 0b01 and 0x8C4DC0C0C07398F
    assert uuid7(0x017F22E279B0, bytes.fromhex("0cc318c4dc0c0c07398f")) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(moments, randoms)
def test_version_and_variant_are_set_and_the_moment_is_kept(moment, random):
    made = uuid.UUID(uuid7(moment, random))
    assert (made.version, made.variant, made.int >> 80) == (7, uuid.RFC_4122, moment)


@given(moments, moments, randoms, randoms)
def test_ids_sort_as_text_in_the_order_of_their_moments(a, b, x, y):
    if a != b:
        assert (uuid7(a, x) < uuid7(b, y)) == (a < b)


@pytest.mark.parametrize(("moment", "random"), [(-1, bytes(10)), (1 << 48, bytes(10)), (0, bytes(9))])
def test_a_moment_or_randomness_that_does_not_fit_is_refused(moment, random):
    with pytest.raises(CodecError):
        uuid7(moment, random)
