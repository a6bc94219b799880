"""Cutting: a record's strings and what was found in them go in; markers stand in the strings, and the account of it comes out."""

from collections.abc import Callable, Iterable
from typing import Any

from gittraj.errors import RedactError
from gittraj.redact import forms, marker
from gittraj.redact.copy import BYTES, EDIT, SILENT, Copy, Slot
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
        self._digests: dict[str, str] = {}

    def make(self, copy: Copy, found: Found) -> None:
        """Cut everything that was found out of the strings and keys of `copy`."""
        self._values = found.values
        found.spread_to({slot.text for slot in copy.slots if slot.flags & SILENT})
        if not found.spans:
            return
        for slot in copy.slots:
            cuts = found.spans.get(slot.text)
            if cuts:
                self._cut_slot(slot, cuts)
        for target, _, entry in copy.maps:
            if any(isinstance(key, str) and key in found.spans for key in target):
                rename(target, lambda key, at=entry: self._cut(key, found.spans.get(key, ()), at))  # type: ignore[misc]

    def hits(self) -> list[dict[str, Any]]:
        """The rows of ``gittraj.redaction.hits``: no values, one row for each value in each entry."""
        return _rows(self._rows)

    def public(self) -> list[dict[str, Any]]:
        """The rows for values that stay in the content of edits because the repository holds them."""
        return _rows(self._public_rows)

    def check(self, copy: Copy) -> None:
        """Raise `RedactError` where a value that can be told from chance is still there, in any form."""
        if not self._values:
            return
        everywhere: set[str] = {key for target, _, _ in copy.maps for key in target if isinstance(key, str)}
        edits: set[str] = set()
        for container, key, _, flags, _, _ in copy.slots:
            value = container.get(key) if isinstance(container, dict) else container[key]
            if isinstance(value, str):
                (edits if flags & EDIT else everywhere).add(value)
            elif isinstance(value, bytes):
                everywhere.add(value.decode("latin-1"))
        text, edit_text = "\n".join(everywhere), "\n".join(edits)
        for value, rule in self._values.items():
            public = self._public.get(value, False)
            for form in (value, *forms.escaped(value), *forms.packed(value)):
                if form in text or (not public and form in edit_text):
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
            (slot.container if slot.owner is None else slot.owner)["redacted-edit"] = True
        new = self._cut(slot.text, cuts, slot.entry)
        slot.container[slot.key] = new.encode("latin-1", "replace") if slot.flags & BYTES else new

    def _stays(self, cut: Cut, entry: int) -> bool:
        public = self._public.get(cut.value)
        if public is None:
            public = self._public[cut.value] = bool(self._is_public(cut.value.encode("utf-8", "replace")))
        if public:
            _count(self._public_rows, entry, cut)
        return public

    def _cut(self, text: str, cuts: Iterable[Cut], entry: int) -> str:
        parts: list[str] = []
        done = 0
        for cut in disjoint(cuts):
            _count(self._rows, entry, cut)
            parts += (text[done : cut.start], marker.text(cut.rule, cut.value, self._salt))
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


def _count(rows: dict[tuple[int, str, str], int], entry: int, cut: Cut) -> None:
    key = (entry, cut.rule, cut.value)
    rows[key] = rows.get(key, 0) + 1


def _rows(counted: dict[tuple[int, str, str], int]) -> list[dict[str, Any]]:
    rows = []
    for (entry, rule, value), count in sorted(counted.items(), key=lambda item: item[0][:2]):
        row: dict[str, Any] = {"entry": entry if entry >= 0 else None}
        row.update(rule=marker.rule_name(rule), bytes=len(value.encode("utf-8", "replace")))
        if count > 1:
            row["count"] = count
        rows.append(row)
    return rows
