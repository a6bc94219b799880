"""Redaction: a draft goes in; the record without secrets, without private places, without gated reasoning comes out.

What was taken out is declared in the record under ``gittraj.redaction``; the values are not.
"""

from collections.abc import Callable, Sequence
from typing import Any

from gittraj.errors import RedactError
from gittraj.model.states import Draft, Redacted
from gittraj.redact.answer import Hit
from gittraj.redact.copy import BYTES, EDIT, FIXED, SILENT, Copy, EditContent, copy
from gittraj.redact.cut import Cuts, rename
from gittraj.redact.places import Places, implied_homes
from gittraj.redact.policy import Policy
from gittraj.redact.scanner import Scan, Scanner
from gittraj.redact.search import Found
from gittraj.redact.texts import Texts
from gittraj.redact.together import Part, Run

RULE_SET = "gittraj 1"  # raised with every change of a file in rules/


class Begun:
    """A scan under way, with the text it reads; `begin` makes it."""

    def __init__(self, scan: Scan | Part, texts: Texts) -> None:
        self.scan = scan
        self.texts = texts

    def finish(self) -> list[Hit]:
        """As `Scan.finish`."""
        return self.scan.finish()


def begin(draft: Draft, policy: Policy, scanner: Scanner | None = None) -> Begun | None:
    """Start looking for secrets in the draft's strings and return at once; None where the policy looks for none.

    Strings that come into the record later are scanned by `redact` in a second run, which costs as much as the first.
    Raises `RedactError` where the scanner is missing or cannot be started.
    """
    if not policy.enabled:
        return None
    texts = Texts().add_record(copy(draft.record, _no_edits, drop_reasoning=policy.reasoning == "drop"))
    return Begun((scanner or Scanner()).start(texts.text), texts)


def begin_all(drafts: Sequence[Draft], policy: Policy, scanner: Scanner | None = None) -> list[Begun | None]:
    """As `begin`, for several drafts in one run of the scanner. Raises `RedactError`."""
    if not policy.enabled:
        return [None] * len(drafts)
    drop = policy.reasoning == "drop"
    texts = [Texts().add_record(copy(draft.record, _no_edits, drop_reasoning=drop)) for draft in drafts]
    run = Run([each.text for each in texts], scanner)
    return [Begun(part, each) for part, each in zip(run.parts, texts, strict=True)]


def redact(
    draft: Draft, *, scan: Begun | None, policy: Policy, edit_content: EditContent, is_public: Callable[[bytes], bool],
    scanner: Scanner | None = None,
) -> Redacted:  # fmt: skip
    """The draft's record, redacted as `policy` says; the draft stays as it is.

    `scan`: from `begin`. `edit_content`: the agent's. `is_public`: whether bytes stand in the tracked content of the commit.
    Raises `RedactError` where the scanner is missing, failing or answers what we do not know, and where a found value would stay.
    """
    if not isinstance(draft.record.get("session"), dict):
        raise RedactError("a record without a session cannot be redacted")
    taken = copy(draft.record, edit_content, drop_reasoning=policy.reasoning == "drop")
    redaction: dict[str, Any] = {"reasoning": "dropped" if policy.reasoning == "drop" else "kept"}
    cuts = Cuts(policy.salt, is_public)
    if policy.enabled:
        scan = scan or begin(draft, policy, scanner)
        assert scan is not None
        found = Found()
        found.read(scan.texts, scan.finish())
        read = [scan.texts]
        late = Texts().add_record(taken, known=scan.texts)
        if late.text.strip():
            found.read(late, (scanner or Scanner()).start(late.text).finish())
            read.append(late)
        for texts in read:
            found.spread(texts)
        found.spread_to(_unread(taken, read))
        cuts.make(taken, found)
        redaction["rules"] = [scan.scan.version(), RULE_SET]
    else:
        redaction["no-redact"] = True
    places = _places(taken, policy)
    _replace_places(taken, places)
    cuts.check(taken)
    _rename_keys(taken, places, cuts)
    cuts.check_keys(taken)
    if policy.enabled:
        redaction["hits"] = cuts.hits()
        if cuts.public():
            redaction["public"] = cuts.public()
    if places.used:
        redaction["substitutions"] = places.declared()
    extension = taken.record.setdefault("gittraj", {})
    if not isinstance(extension, dict):
        raise RedactError("the record's extension map is not a map")
    extension["redaction"] = redaction
    return Redacted(taken.record)


def _places(taken: Copy, policy: Policy) -> Places:
    session = taken.record["session"]
    environment = session.get("environment")
    cwd = environment.get("working-dir") if isinstance(environment, dict) else ""
    homes = [home for home in (policy.home, *implied_homes(cwd if isinstance(cwd, str) else "")) if home]
    return Places(homes, policy.users)


def _unread(taken: Copy, read: list[Texts]) -> set[str]:
    """Strings and keys that no scanner saw."""
    strings = {slot.text for slot in taken.slots if slot.flags & SILENT}
    strings.update(key for each in taken.maps for key in each.map if isinstance(key, str))
    for texts in read:
        strings = {string for string in strings if string not in texts.index}
    return strings.union(*(texts.unread for texts in read))


def _replace_places(taken: Copy, places: Places) -> None:
    """Placeholders in all strings but ids and paths of the repository; in an edit, only in the headers of a patch."""
    done: dict[str, str] = {}
    for slot in taken.slots if places else ():
        if slot.flags & (SILENT | FIXED | BYTES):
            continue
        old = slot.container[slot.key]
        if slot.flags & EDIT:
            new = places.apply_to_edit(old)
        else:
            known = done.get(old)
            new = done[old] = places.apply(old) if known is None else known
        if new != old:
            slot.container[slot.key] = new


def _rename_keys(taken: Copy, places: Places, cuts: Cuts) -> None:
    """The same for the keys of maps, after everything else: strings are found by their keys."""
    keys = {key for each in taken.maps for key in each.map if isinstance(key, str)}
    changing = {key for key in keys if cuts.holds(key) or places.apply(key) != key}
    for each in taken.maps if changing else ():
        if changing.intersection(each.map):
            free = bool(each.flags & FIXED or (each.flags & EDIT and each.entry < 0))  # paths of the repository
            rename(each.map, lambda key, at=each.entry, free=free: _name(key, at, places, cuts, free))  # type: ignore[misc]


def _name(key: str, entry: int, places: Places, cuts: Cuts, free: bool) -> str:
    new = cuts.name(key, entry)
    return new if free else places.apply(new)


def _no_edits(_: Any) -> list[tuple[str | int, ...]]:
    return []
