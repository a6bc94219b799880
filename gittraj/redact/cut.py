"""Cutting: a record's strings and what was found in them go in; markers stand in the strings, and the account of it comes out."""

from collections.abc import Callable, Iterable
from typing import Any

from gittraj.errors import RedactError
from gittraj.redact import forms, marker
from gittraj.redact.copy import BYTES, EDIT, Copy, Slot
from gittraj.redact.search import Cut, Found, disjoint


class Cuts:
    """Puts markers in place of values, and keeps the account: which entry, which rule, how many bytes."""

    def __init__(self, salt: bytes, is_public: Callable[[bytes], bool]) -> None:
        self._salt = salt
        self._is_public = is_public
        self._public: dict[str, bool] = {}
        self._values: dict[str, str] = {}
        self._rows: dict[tuple[int, str, str], int] = {}
        self._public_rows: dict[tuple[int, str, str], int] = {}
        self._spans: dict[str, list[Cut]] = {}

    def make(self, copy: Copy, found: Found) -> None:
        """Cut everything that was found out of the strings of `copy`; its keys come later, with `name`."""
        self._values = found.values
        self._spans = found.spans
        for slot in copy.slots if found.spans else ():
            cuts = found.spans.get(slot.text)
            if cuts:
                self._cut_slot(slot, cuts)

    def holds(self, key: str) -> bool:
        """Whether something must be cut out of `key`."""
        return key in self._spans

    def name(self, key: str, entry: int) -> str:
        """A key of a map in `entry`, with markers where it holds values."""
        cuts = self._spans.get(key)
        return self._cut(key, cuts, entry) if cuts else key

    def hits(self) -> list[dict[str, Any]]:
        """The rows of ``gittraj.redaction.hits``: no values, one row for each value in each entry."""
        return _rows(self._rows)

    def public(self) -> list[dict[str, Any]]:
        """The rows for values that stay in the content of edits because the repository holds them."""
        return _rows(self._public_rows)

    def check(self, copy: Copy) -> None:
        """Raise `RedactError` where a value that can be told from chance is still in a string, in any form."""
        if not self._values:
            return
        kept: set[str] = set()
        edits: set[str] = set()
        for slot in copy.slots:
            value = slot.container[slot.key]
            text = value.decode("latin-1") if isinstance(value, bytes) else value
            (edits if slot.flags & EDIT else kept).add(text)
        self._check("\n".join(kept), "\n".join(edits))

    def check_keys(self, copy: Copy) -> None:
        """As `check`, for the keys of the maps."""
        self._check("\n".join({key for each in copy.maps for key in each.map if isinstance(key, str)}), "")

    def _check(self, text: str, edits: str) -> None:
        for value, rule in self._values.items():
            public = self._public.get(value, False)
            for form in (value, *forms.escaped(value), *forms.packed(value)):
                if form in text or (not public and form in edits):
                    raise RedactError(
                        f"a value found by {rule} would have stayed in the record; nothing was sealed",
                        hint="please report this, without the value",
                    )

    def _cut_slot(self, slot: Slot, cuts: Iterable[Cut]) -> None:
        if slot.flags & EDIT:
            kept = [cut for cut in cuts if self._stays(cut, slot.entry)]
            cuts = [cut for cut in cuts if cut not in kept]
            if not cuts:
                return
            owner = slot.container if slot.owner is None else slot.owner
            if isinstance(owner, dict):
                owner["redacted-edit"] = True
        new = self._cut(slot.text, cuts, slot.entry)
        slot.container[slot.key] = new.encode("latin-1", "replace") if slot.flags & BYTES else new

    def _stays(self, cut: Cut, entry: int) -> bool:
        public = self._public.get(cut.value)
        if public is None:
            public = self._public[cut.value] = bool(self._is_public(cut.value.encode("utf-8", "replace")))
        if public:
            _count(self._public_rows, (entry, self._values.get(cut.value, cut.rule), cut.value))
        return public

    def _cut(self, text: str, cuts: Iterable[Cut], entry: int) -> str:
        parts: list[str] = []
        done = 0
        for cut in disjoint(cuts):
            rule = self._values.get(cut.value, cut.rule)  # one value has one rule, wherever it stands
            _count(self._rows, (entry, rule, cut.value))
            parts += (text[done : cut.start], marker.text(rule, cut.value, self._salt))
            done = cut.end
        return "".join([*parts, text[done:]])


def rename(target: dict[Any, Any], new_name: Callable[[str], str]) -> None:
    """Give the keys of `target` new names, in place and in order; a name that is taken gets a number."""
    items = list(target.items())
    target.clear()
    for key, value in items:
        name = new_name(key) if isinstance(key, str) else key
        number = 2
        while name in target:
            name, number = f"{name} {number}", number + 1
        target[name] = value


def _count(rows: dict[tuple[int, str, str], int], key: tuple[int, str, str]) -> None:
    rows[key] = rows.get(key, 0) + 1


def _rows(counted: dict[tuple[int, str, str], int]) -> list[dict[str, Any]]:
    """Without `entry` where the value stood outside the entries; `count` where it stood there more than once."""
    rows = []
    for (entry, rule, value), count in sorted(counted.items(), key=lambda item: item[0][:2]):
        row: dict[str, Any] = {"entry": entry} if entry >= 0 else {}
        row.update(rule=marker.rule_name(rule), bytes=len(value.encode("utf-8", "replace")))
        if count > 1:
            row["count"] = count
        rows.append(row)
    return rows
