"""Attributes of a tree: its ``.gitattributes`` files and git's settings go in, what they say of a path's line ends and filters comes out.

gitattributes(5), without what is local to one clone (``info/attributes``): everybody who judges a commit is to see the same.
Files are anybody's, so their size is bounded and patterns are matched part by part, never by one expression of the whole.
"""

import fnmatch
import shlex
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from gittraj.store.snapshots import Snapshots

NAME = ".gitattributes"
_BYTES, _LINES = 1 << 16, 1000  # of one file that are read; git itself stops at 100 MB
_PATHS, _FOLDERS = 4096, 256  # whose attributes are remembered
_WANTED = ("text", "crlf", "eol", "filter", "working-tree-encoding", "ident")


Known = TypeVar("Known")


class Rule(NamedTuple):
    """A line: `parts` of its pattern, `deep` where it is matched with the last part of a path alone, and what it sets."""

    parts: tuple[str, ...]
    deep: bool
    sets: tuple[tuple[str, str], ...]


class Attributes:
    """Of one tree, "" for the empty one. `autocrlf`, `eol`: git's settings ``core.autocrlf`` and ``core.eol``."""

    def __init__(self, snapshots: Snapshots, tree: str, settings: Mapping[str, list[str]]) -> None:
        self._tree = tree
        self._snapshots = snapshots
        self._autocrlf = _last(settings, "core.autocrlf")
        self._eol = _last(settings, "core.eol")
        self._macros: dict[str, tuple[tuple[str, str], ...]] = {"binary": (("text", "unset"),)}
        self._paths: dict[str, dict[str, str]] = {}
        self._folders: dict[str, tuple[Rule, ...]] = {}

    def text(self, path: str) -> tuple[str, bool]:
        """("", "text" or "auto"; whether it is checked out with CR LF)."""
        found = self._of(path)
        text, eol = found.get("text") or found.get("crlf", ""), found.get("eol", "")
        if text == "input":  # of old `crlf=input`
            return "text", False
        if text == "unset":
            return "", False
        crlf = eol == "crlf" or (not eol and (self._autocrlf == "true" or (not self._autocrlf and self._eol == "crlf")))
        if text in ("set", "auto"):
            return ("auto" if text == "auto" else "text"), crlf
        if eol in ("lf", "crlf"):
            return "text", eol == "crlf"
        return ("auto", self._autocrlf == "true") if self._autocrlf in ("true", "input") else ("", False)

    def filter(self, path: str) -> str:
        """What else stands between the file and what is stored of it, in words; "" for nothing."""
        found = self._of(path)
        name = found.get("filter", "")
        if name not in ("", "unset", "set"):
            return f"the filter {name}"
        encoding = found.get("working-tree-encoding", "")
        if encoding not in ("", "unset", "set") and encoding.upper() not in ("UTF-8", "UTF8"):
            return f"the encoding {encoding}"
        return "ident" if found.get("ident") == "set" else ""

    def _of(self, path: str) -> dict[str, str]:
        return _remembered(self._paths, path, _PATHS, self._found)

    def _rules(self, folder: str) -> tuple[Rule, ...]:
        return _remembered(self._folders, folder, _FOLDERS, self._read)

    def _found(self, path: str) -> dict[str, str]:
        found: dict[str, str] = {}
        parts = tuple(path.split("/"))
        for depth in range(len(parts)):
            rest = parts[depth:]
            for rule in self._rules("/".join(parts[:depth])):
                if fnmatch.fnmatchcase(rest[-1], rule.parts[0]) if rule.deep else _fits(rest, rule.parts):
                    found.update(rule.sets)
        return found

    def _read(self, folder: str) -> tuple[Rule, ...]:
        entry = self._snapshots.entry(self._tree, f"{folder}/{NAME}" if folder else NAME) if self._tree else None
        data = self._snapshots.blob(entry[0]) if entry and entry[1] & 0o170000 == 0o100000 else None
        if data is None:
            return ()
        rules = []
        for line in data[:_BYTES].decode("utf-8", "replace").splitlines()[:_LINES]:
            pattern, *words = _words(line)
            if not pattern or pattern.startswith(("#", "!")):
                continue
            sets = tuple(one for word in words for one in self._set(word) if one[0] in _WANTED)
            if pattern.startswith("[attr]"):
                if not folder:
                    self._macros[pattern[6:]] = sets
            elif sets and not pattern.endswith("/"):
                rules.append(Rule(tuple(pattern.strip("/").split("/")), "/" not in pattern, sets))
        return tuple(rules)

    def _set(self, word: str) -> tuple[tuple[str, str], ...]:
        name, equals, value = word.partition("=")
        if equals:
            return ((name, value),)
        if name.startswith(("-", "!")):
            return ((name[1:], "unset" if name[0] == "-" else ""),)
        return ((name, "set"), *self._macros.get(name, ()))


def _remembered(known: dict[str, Known], key: str, most: int, make: Callable[[str], Known]) -> Known:
    """As `lru_cache`, which would keep the tree that it belongs to alive: it holds a method of it."""
    found = known.get(key)
    if found is None:
        if len(known) >= most:
            known.clear()
        found = known[key] = make(key)
    return found


def _words(line: str) -> list[str]:
    if line.lstrip().startswith('"'):
        try:
            return shlex.split(line) or [""]
        except ValueError:
            return [""]
    return line.split() or [""]


def _fits(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether the parts of a path match those of a pattern; "**" stands for any number of them."""
    reached = {0}
    for part in pattern:
        if part == "**":
            reached = set(range(min(reached), len(path) + 1)) if reached else set()
        else:
            reached = {at + 1 for at in reached if at < len(path) and fnmatch.fnmatchcase(path[at], part)}
    return len(path) in reached


def _last(settings: Mapping[str, list[str]], key: str) -> str:
    value = (settings.get(key) or [""])[-1].lower()
    return {"yes": "true", "on": "true", "1": "true", "no": "", "off": "", "0": "", "false": ""}.get(value, value)
