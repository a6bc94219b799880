"""RFC 9162 trees: the RFC's own definition is the oracle, the public vectors of certificate transparency are the anchor."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec.merkle import (
    PATH_LIMIT,
    consistency_path,
    inclusion_path,
    later_root,
    leaf_hash,
    prefix_roots,
    root,
    root_from_path,
    whole_subtrees,
)
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


@given(hashes, st.sets(st.integers(-2, 75)))
def test_roots_of_many_sizes_are_those_of_each(leaves: list[bytes], sizes: set[int]) -> None:
    sizes |= {len(leaves)}
    assert prefix_roots(leaves, sizes) == {size: root(leaves[:size]) for size in sizes if 0 <= size <= len(leaves)}


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


# what certificate transparency implementations agree on as the ways between sizes of the tree over `INPUTS`
WAYS = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


@pytest.mark.parametrize(("older", "newer"), WAYS)
def test_the_ways_between_sizes_are_those_of_certificate_transparency(older: int, newer: int) -> None:
    leaves = [leaf_hash(each) for each in INPUTS[:newer]]
    path = consistency_path(older, leaves)
    assert [each.hex() for each in path] == WAYS[older, newer]
    assert later_root(bytes.fromhex(ROOTS[older]), older, newer, path).hex() == ROOTS[newer]


def test_the_ways_in_a_tree_of_seven_are_those_that_the_rfc_names() -> None:
    a, b, c, d, e, f, g = leaves = [leaf_hash(bytes([number])) for number in range(7)]
    j, k, l = root([g]), root([a, b, c, d]), root([e, f, g])  # noqa: E741  (the RFC's letters, 2.1.5)
    assert consistency_path(3, leaves) == [c, d, root([a, b]), l]
    assert consistency_path(4, leaves) == [l]
    assert consistency_path(6, leaves) == [root([e, f]), j, k]


def way(older: int, leaves: list[bytes], known: bool = True) -> list[bytes]:
    """SUBPROOF as RFC 9162 2.1.4.1 writes it down, over the RFC's own definition of a root."""
    if older == len(leaves):
        return [] if known else [defined(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if older <= split:
        return [*way(older, leaves[:split], known), defined(leaves[split:])]
    return [*way(older - split, leaves[split:], known=False), defined(leaves[:split])]


def test_every_smaller_tree_leads_to_every_larger_one() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(67)]
    for newer in range(1, len(leaves) + 1):
        for older in range(1, newer + 1):
            path = consistency_path(older, leaves[:newer])
            assert path == way(older, leaves[:newer])
            assert later_root(root(leaves[:older]), older, newer, path) == root(leaves[:newer])


@settings(max_examples=150)
@given(hashes, st.data())
def test_no_other_history_root_size_or_path_is_led_to_the_same_root(leaves: list[bytes], data: st.DataObject) -> None:
    newer = len(leaves)
    older = data.draw(st.integers(1, newer))
    path, now = consistency_path(older, leaves), root(leaves)
    assert later_root(root(leaves[:older]), older, newer, path) == now

    def refused(root_: bytes, older: int, newer: int, path: list[bytes]) -> bool:
        try:
            return later_root(root_, older, newer, path) != now
        except CodecError:
            return True

    at = data.draw(st.integers(0, older - 1))
    rewritten = [*leaves[:at], leaf_hash(b"another one"), *leaves[at + 1 :]]
    assert refused(root(rewritten[:older]), older, newer, path)
    assert refused(root(leaves[:older]), older, newer, [*path, b"\0" * 32])
    assert refused(root(leaves[:older]), older, newer, [b"\0" * 32, *path])
    if older < newer:
        assert refused(root(rewritten[:older]), older, newer, consistency_path(older, rewritten))
        assert refused(root(leaves[:older]), older, newer, path[:-1])
        assert refused(root(leaves[:older]), older, newer, path[1:])
        cut = data.draw(st.integers(0, len(path) - 1))
        assert refused(root(leaves[:older]), older, newer, [*path[:cut], b"\0" * 32, *path[cut + 1 :]])
        assert refused(root(leaves[:older]), older, older, path)
        assert refused(root(leaves[:older]), newer, older, path)


@pytest.mark.parametrize(
    ("older", "newer", "path"),
    [
        (0, 0, []), (0, 5, []), (0, 5, [b"\0" * 32]), (-1, 5, [b"\0" * 32]), (6, 5, []), (5, 1 << 64, [b"\0" * 32]),
        (4, 8, []), (3, 8, []), (4, 8, [b"\0" * 31]), (4, 8, ["\0" * 32]), (4, 8, [None]), (4, 8, [b"\0" * 32] * 66), (5, 5, [b"\0" * 32]),
        (1, (1 << 64) - 1, [b"\0" * 32] * 66),
    ],
)  # fmt: skip
def test_a_way_between_no_two_sizes_or_of_no_hashes_is_refused(older: int, newer: int, path: list[bytes]) -> None:
    with pytest.raises(CodecError):
        later_root(b"\0" * 32, older, newer, path)


@settings(max_examples=200)
@given(
    st.binary(max_size=33),
    st.integers(-2, 1 << 66),
    st.integers(-2, 1 << 66),
    st.lists(st.binary(min_size=32, max_size=32) | st.binary(max_size=33), max_size=PATH_LIMIT + 3),
)
def test_any_way_gives_a_root_or_our_own_error(root_: bytes, older: int, newer: int, path: list[bytes]) -> None:
    try:
        assert len(later_root(root_, older, newer, path)) == 32
    except CodecError:
        pass


@pytest.mark.parametrize("older", [-1, 0, 3])
def test_there_is_no_way_from_nothing_or_from_more_than_there_is(older: int) -> None:
    with pytest.raises(CodecError):
        consistency_path(older, [leaf_hash(b""), leaf_hash(b"\0")])


@given(hashes, st.data())
def test_whole_subtrees_of_a_path_are_those_of_every_later_tree(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    told = whole_subtrees(leaves[index], index, size, inclusion_path(index, leaves[:size]))
    assert told[0, index] == leaves[index]
    for (level, place), found in told.items():
        width = 1 << level
        assert (place + 1) * width <= size
        assert found == root(leaves[place * width : (place + 1) * width])
    if size & (size - 1) == 0:
        assert told[size.bit_length() - 1, 0] == root(leaves[:size])
