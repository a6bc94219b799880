r"""CBOR: a value goes in and its one deterministic encoding goes out, and back (RFC 8949 section 4.2.1).

============ =====================================================================================================
Python       CBOR
============ =====================================================================================================
int          integer, or bignum (tag 2, 3) beyond 64 bits (up to `BIGNUM` bytes)
float        the shortest of 16, 32, 64 bits that keeps the value; every NaN is f97e00
str          text; with lone surrogates (JSON's ``"\ud800"``, not UTF-8) tag 273 around its WTF-8 bytes: nothing is lost
bytes        byte string
list, tuple  array (read back as list)
dict         map; keys are int, str or bytes only, as Python takes 1, 1.0 and True for the same key
None, bool   simple values 20 to 22; undefined and the other simple values are refused
Tag          any other tag, number and value untouched: no tag is ever turned into an object
============ =====================================================================================================

Laws, for all values x of these types (NaN aside, which equals nothing) and all accepted bytes b:
``decode(encode(x)) == x`` and ``encode(decode(b)) == b``.
"""

from gittraj.codec.cbor_decoder import decode, decode_first
from gittraj.codec.cbor_encoder import encode
from gittraj.codec.cbor_values import LIMITS, Limits, Tag

__all__ = ["LIMITS", "Limits", "Tag", "decode", "decode_first", "encode"]
