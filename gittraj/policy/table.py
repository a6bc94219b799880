"""A table of the policy file read with care: keys and values go in, checked values come out, or what is wrong, with line and remedy."""

import difflib
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from gittraj.errors import PolicyError

_HEADER = re.compile(r"\s*\[\s*([A-Za-z0-9_\-.\"' ]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_\-]+)[\"']?\s*[.=]")
LONGEST_PATTERN = 1024  # characters, as OpenSSH has it for its own patterns
MOST_PATTERNS = 1000  # in one list; more is no list a person wrote


class Where(NamedTuple):
    """The file's name and text, to name the line of a key."""

    name: str
    text: str

    def error(self, message: str, table: str = "", key: str = "", hint: str | None = None) -> PolicyError:
        """What is wrong, with the line where it stands."""
        return PolicyError(f"{self.name}:{self.line(table, key)}: {message}", hint=hint)

    def line(self, table: str, key: str = "") -> int:
        """The line of a key in a table ("": at the top), else the line of the table's header, else 1."""
        current, header = "", 1
        for number, text in enumerate(self.text.splitlines(), 1):
            opened = _HEADER.match(text)
            if opened:
                current = opened[1].replace('"', "").replace("'", "").replace(" ", "")
                header = number if current == (table or key) else header
                continue
            found = _KEY.match(text)
            if found and current == table and found[1] == key:
                return number
        return header


class Table:
    """One table of the file; what is taken is known, and what is left at the end is a mistake."""

    def __init__(self, where: Where, name: str, values: Any) -> None:
        if not isinstance(values, dict):
            raise where.error(f"{name} must be a table: [{name}]", "", name)
        self.where = where
        self.name = name
        self._values = values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def known(self, keys: Sequence[str]) -> None:
        """Every key must be one of these. Raises `PolicyError`, with the closest one."""
        for key in self._values:
            if key not in keys:
                where = f" in [{self.name}]" if self.name else ""
                raise self.where.error(f"unknown key {key[:60]!r}{where}", self.name, key, hint=closest(key, keys))

    def strings(self, key: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of texts. Raises `PolicyError`."""
        value = self._values.get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise self.where.error(f'{key} must be a list of texts: {key} = ["…"]', self.name, key)
        if len(value) > MOST_PATTERNS or any(len(each) > LONGEST_PATTERN for each in value):
            raise self.where.error(f"{key} is too long", self.name, key)
        return tuple(value)

    def choices(self, key: str, allowed: Sequence[str], default: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of texts, each one of `allowed`. Raises `PolicyError`, with the closest one."""
        values = self.strings(key, default)
        for value in values:
            if value not in allowed:
                raise self.where.error(f"{key}: unknown {value[:60]!r}", self.name, key, hint=closest(value, allowed))
        return values

    def choice(self, key: str, allowed: Sequence[str], default: str = "") -> str:
        """One of `allowed`. Raises `PolicyError`, with the closest one."""
        value = self._values.get(key, default)
        if value not in allowed or not isinstance(value, str):
            hint = closest(str(value), allowed)
            raise self.where.error(
                f"{key} must be {' or '.join(allowed)}, not {str(value)[:60]!r}", self.name, key, hint
            )
        return value

    def number(self, key: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`. Raises `PolicyError`."""
        value = self._values[key]
        if type(value) is not int or not low <= value <= high:
            raise self.where.error(f"{key} must be a whole number from {low} to {high}", self.name, key)
        return value

    def text(self, key: str, default: str, fits: Callable[[str], bool], what: str) -> str:
        """A text that `fits`; `what`: what it must be. Raises `PolicyError`."""
        value = self._values.get(key, default)
        if not isinstance(value, str) or not fits(value):
            raise self.where.error(f"{key} must be {what}", self.name, key)
        return value

    def switch(self, key: str) -> bool:
        """True or false, false where it is not there. Raises `PolicyError`."""
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            raise self.where.error(f"{key} must be true or false", self.name, key)
        return value

    def sub(self, key: str) -> "Table":
        """The table under `key`, empty where it is not there. Raises `PolicyError` where it is none."""
        return Table(self.where, key, self._values.get(key, {}))


def closest(word: str, known: Sequence[str]) -> str:
    """What to say after a word that is not known: the closest one, or all."""
    near = difflib.get_close_matches(word[:80].lower(), known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
