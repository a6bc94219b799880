"""RFC 9162 trees: the RFC's own definition is the oracle, the public vectors of certificate transparency are the anchor."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec.merkle import inclusion_path, leaf_hash, root, root_from_path
from gittraj.errors import CodecError

# the well-known test inputs of certificate transparency implementations, and the roots over the first n of them
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]  # fmt: skip

hashes = st.lists(st.binary(min_size=0, max_size=4).map(leaf_hash), min_size=1, max_size=70)


def defined(leaves: list[bytes]) -> bytes:
    """MTH as RFC 9162 2.1.1 writes it down."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + defined(leaves[:split]) + defined(leaves[split:])).digest()


def test_the_roots_are_those_of_certificate_transparency() -> None:
    leaves = [leaf_hash(each) for each in INPUTS]
    assert [root(leaves[:size]).hex() for size in range(9)] == ROOTS


@given(hashes)
def test_a_root_is_what_the_rfc_defines(leaves: list[bytes]) -> None:
    assert root(leaves) == defined(leaves)


@given(hashes, st.data())
def test_a_path_leads_to_the_root_and_no_other_leaf_place_or_size_does(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = inclusion_path(index, leaves)
    assert root_from_path(leaves[index], index, len(leaves), path) == root(leaves)
    assert root_from_path(leaf_hash(b"another one"), index, len(leaves), path) != root(leaves)
    for other in {index - 1, index + 1} & set(range(len(leaves))):
        if leaves[other] != leaves[index]:
            try:
                assert root_from_path(leaves[index], other, len(leaves), path) != root(leaves)
            except CodecError:
                pass
    with pytest.raises(CodecError):
        root_from_path(leaves[index], index, len(leaves), [*path, b"\0" * 32])
    if path:
        with pytest.raises(CodecError):
            root_from_path(leaves[index], index, len(leaves), path[:-1])


@settings(max_examples=200)
@given(st.integers(-2, 1 << 66), st.integers(-2, 1 << 66), st.lists(st.binary(max_size=33), max_size=70))
def test_any_path_gives_a_root_or_our_own_error(index: int, size: int, path: list[bytes]) -> None:
    try:
        assert len(root_from_path(b"\0" * 32, index, size, path)) == 32
    except CodecError:
        pass


def test_a_leaf_that_is_not_there_has_no_path() -> None:
    with pytest.raises(CodecError):
        inclusion_path(1, [leaf_hash(b"")])
