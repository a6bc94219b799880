"""The building blocks of a schema: a value goes in, what is wrong with it comes out (CDDL, RFC 8610).

A leaf is a function that returns "" or what is wrong. Everything with parts has ``check(value, path, problems)``.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from gittraj.codec.problems import Problems

Leaf: TypeAlias = Callable[[Any], str]

# date-time-regexp of the draft; XSD expressions are anchored
_DATE_TIME = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:60|[0-5][0-9])"
    r"(?:[.][0-9]+)?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
).fullmatch
_HEX64 = re.compile("[0-9a-f]{64}").fullmatch
_OBJECT_ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}").fullmatch
_URI = re.compile(
    r"(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#([^\n\r]*))?"
).fullmatch  # the draft's, matches nearly all


class Node(Protocol):
    """A check of something with parts."""

    def check(self, value: Any, path: str, problems: Problems) -> None:
        """Add what is wrong with `value`, which stands at `path`, to `problems`."""


def text(value: Any) -> str:
    """Tstr: UTF-8, so no lone surrogates."""
    if type(value) is not str:
        return "is not text"
    if value.isascii():
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        return "is text with lone surrogates, which is not UTF-8"
    return ""


def uint(value: Any) -> str:
    """Uint: 0 to 2^64-1."""
    return "" if type(value) is int and 0 <= value < 1 << 64 else "is not an unsigned integer"


def integer(value: Any) -> str:
    """Int: 64 bits and a sign."""
    return "" if type(value) is int and -(1 << 64) <= value < 1 << 64 else "is not an integer"


def number(value: Any) -> str:
    """Number: int or float."""
    return "" if type(value) is float or not integer(value) else "is not a number"


def boolean(value: Any) -> str:
    """Bool."""
    return "" if type(value) is bool else "is not true or false"


def timestamp(value: Any) -> str:
    """abstract-timestamp of the draft: RFC 3339 text with upper-case T and Z, or epoch milliseconds."""
    if type(value) is str:
        return "" if _DATE_TIME(value) else "is not an RFC 3339 date-time"
    return uint(value) and "is neither RFC 3339 text nor an unsigned integer"


def text_or_bytes(value: Any) -> str:
    """Tstr / bstr."""
    return "" if type(value) is bytes else text(value) and "is neither text nor bytes"


def uri(value: Any) -> str:
    """Tstr .regexp uri-regexp."""
    return text(value) or ("" if _URI(value) else "is not a URI")


def digest(value: Any) -> str:
    """A SHA-256: bytes .size 32, or 64 lower-case hex digits."""
    if (type(value) is bytes and len(value) == 32) or (type(value) is str and _HEX64(value)):
        return ""
    return "is not a SHA-256 (32 bytes, or 64 hex digits)"


def object_id(value: Any) -> str:
    """A git object id as lower-case hex, SHA-1 or SHA-256."""
    return "" if type(value) is str and _OBJECT_ID(value) else "is not an object id (40 or 64 lower-case hex digits)"


def nullable(leaf: Leaf) -> Leaf:
    """The type of `leaf`, or null."""
    return lambda value: "" if value is None else leaf(value)


def one_of(*words: str) -> Leaf:
    """One of these texts."""
    message = "is not one of " + ", ".join(words)
    return lambda value: "" if type(value) is str and value in words else message


class Listed:
    """``[* element]``, of `least` elements at least and `most` at most."""

    def __init__(self, element: "Leaf | Node", *, least: int = 0, most: int | None = None) -> None:
        self.element = element
        self.least = least
        self.most = most

    def check(self, value: Any, path: str, problems: Problems) -> None:
        """See `Node.check`."""
        if type(value) is not list and type(value) is not tuple:
            return problems.add(path, "is not an array")
        if len(value) < self.least or (self.most is not None and len(value) > self.most):
            problems.add(path, f"has {len(value)} elements")
        for index, item in enumerate(value):
            examine(self.element, item, f"{path}[{index}]", problems)
        return None


class Mapped:
    """A map: `required` and `optional` fields by name; other text keys hold anything unless `closed`."""

    def __init__(
        self,
        required: Mapping[str, "Leaf | Node"],
        optional: Mapping[str, "Leaf | Node"] | None = None,
        *,
        closed: bool = False,
    ) -> None:
        self.closed = closed
        self.required = tuple(required)
        self.leaves: dict[Any, Leaf] = {}
        self.nodes: dict[Any, Node] = {}
        for name, field in (*required.items(), *(optional or {}).items()):
            self.add(name, field)

    def add(self, name: str, field: "Leaf | Node") -> None:
        """One more optional field (for schemas that contain themselves)."""
        if callable(field):
            self.leaves[name] = field
        else:
            self.nodes[name] = field

    def check(self, value: Any, path: str, problems: Problems) -> None:
        """See `Node.check`."""
        if type(value) is not dict:
            return problems.add(path, "is not a map")
        for name in self.required:
            if name not in value:
                problems.add(join(path, name), "is missing")
        leaves = self.leaves
        for key, item in value.items():
            leaf = leaves.get(key)
            if leaf is not None:
                # the same test as in `text`, without the call: it is what most of a large record is
                if leaf is text and type(item) is str and item.isascii():
                    continue
                message = leaf(item)
                if message:
                    problems.add(join(path, key), message)
            elif key in self.nodes:
                self.nodes[key].check(item, join(path, key), problems)
            elif text(key):
                problems.add(join(path, str(key)[:40]), "is a key that is not text")
            elif self.closed:
                problems.add(join(path, key), "is not allowed here")
        return None


class Table:
    """``{* tstr => element}``: a map from names that are data."""

    def __init__(self, element: "Leaf | Node") -> None:
        self.element = element

    def check(self, value: Any, path: str, problems: Problems) -> None:
        """See `Node.check`."""
        if type(value) is not dict:
            return problems.add(path, "is not a map")
        for key, item in value.items():
            if text(key):
                problems.add(join(path, str(key)[:40]), "is a key that is not text")
            else:
                examine(self.element, item, join(path, key), problems)
        return None


def examine(check: "Leaf | Node", value: Any, path: str, problems: Problems) -> None:
    """Apply a leaf or a node."""
    if callable(check):
        message = check(value)
        if message:
            problems.add(path, message)
    else:
        check.check(value, path, problems)


def anything(value: Any) -> str:
    """Any."""
    return ""


def join(path: str, name: str) -> str:
    """The path of the field `name` of what stands at `path`."""
    return f"{path}.{name}" if path else name
