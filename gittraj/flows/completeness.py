"""Completeness: the verdicts on commits and the notes as a whole go in; what was deleted, cut, rolled back or forked comes out, named.

Three sources, each weaker where the one before is silent: the chain of every session, signed heads, and the tips this clone remembers.
Logs of receipts only grow, too: what receipts and this clone's memory say of them is held against each other (docs/adr/0031).
"""

from collections.abc import Iterator, Sequence

from gittraj.codec import framing
from gittraj.errors import SealError, StoreError
from gittraj.flows.heads import check_heads, lost
from gittraj.flows.log_memory import judge_log
from gittraj.flows.log_views import judge_views
from gittraj.flows.notes_book import Book
from gittraj.flows.wiring import House, Keychain
from gittraj.model.completeness import Completeness, Missing
from gittraj.model.report import CommitVerdict
from gittraj.model.states import Statement, Verified
from gittraj.seal.chains import Finding, Link, judge
from gittraj.seal.headers import RECORD
from gittraj.seal.statement import parse
from gittraj.store import log_heads, note_history, notes_shape, tips, transfer
from gittraj.store.note_history import HERE, SEEN, TOLD
from gittraj.store.notes import REF

WALK = 64  # ancestors of a range that are looked at for the record before its first one; then all notes are read
MISPLACED = 100  # entries of a notes tree that are told


def judge_completeness(
    house: House, keys: Keychain, verdicts: Sequence[CommitVerdict], *, whole: bool = True, remotes: bool = True
) -> Completeness:
    """Whether anything is missing around these verdicts. `whole`: the notes ref is judged too, not only the chains.

    `remotes`: also what remotes showed. Raises `StoreError`.
    """
    links = [link for verdict in verdicts for one in verdict.statements if (link := _link(one, verdict.commit.id))]
    found = judge(links, _Elsewhere(house, keys).holds_before)
    found += judge_views(house, keys, ((each.commit.id, one) for each in verdicts for one in each.statements))
    heads = statements = 0
    tip = house.notes.tip()
    if whole:
        book = Book(house)
        statements = len(book.ids(tip)) if tip else 0
        if tip:
            heads, more = check_heads(house, book, keys, tip)
            found.extend(more)
            found.extend(_misplaced(house, tip))
        found.extend(_remembered(house, book, tip, remotes))
        found.extend(judge_log(house))
    found.sort(key=lambda each: (not each.fatal, each.kind, each.session, each.commit, each.detail))
    unique = tuple(dict.fromkeys(Missing(*each) for each in found))
    result = "fail" if any(each.fatal for each in unique) else "pass"
    return Completeness(result, unique, statements, heads)


def observe(house: House, remote: str, tip: str) -> list[Missing]:
    """A remote told `tip` ("": it has no notes ref): remember it, and say what it no longer has. Raises `StoreError`."""
    repository = house.repository
    seen, told = SEEN + "remotes/" + remote, TOLD + "remotes/" + remote
    old = note_history.remembered(repository).get(seen, "")
    note_history.remember(repository, told, tip)
    found = [Missing(*each) for each in _gone(Book(house), old, tip, remote)] if old else []
    if not any(each.fatal for each in found):
        note_history.remember(repository, seen, tip)
    return found


def keep_evidence(house: House, known: str, tip: str) -> None:
    """The notes ref of this clone moved from `known` to `tip` without us: where that lost statements, remember what it was."""
    if not known or SEEN + HERE in note_history.remembered(house.repository):
        return
    try:
        missing = Book(house).compare(known, tip).lost
    except StoreError:  # what we knew was pruned, so it cannot be kept either
        return
    if missing:
        note_history.remember(house.repository, SEEN + HERE, known)


def accept(house: House) -> int:
    """Take notes and logs as they are: forget every remembered tip and head; how many were forgotten. Raises `StoreError`."""
    names = note_history.remembered(house.repository)
    for name in names:
        note_history.remember(house.repository, name, "")
    tips.keep_tip(house.repository.common_dir, house.notes.tip())
    return len(names) + log_heads.forget(house.repository.common_dir)


def _remembered(house: House, book: Book, tip: str, remotes: bool) -> Iterator[Finding]:
    repository = house.repository
    names = note_history.remembered(repository)
    known = tips.known_tip(repository.common_dir)
    for old in dict.fromkeys((names.get(SEEN + HERE, ""), known)):
        if old:
            yield from _gone(book, old, tip, "")
    for name in sorted(names) if remotes else ():
        remote = name.removeprefix(SEEN + "remotes/")
        if name != SEEN + HERE and name.startswith(SEEN):
            told = repository.ref(transfer.tracking(remote, REF)) or names.get(TOLD + "remotes/" + remote, "")
            if told != names[name]:
                yield from _gone(book, names[name], told, remote)


def _misplaced(house: House, tip: str) -> Iterator[Finding]:
    """Entries of the notes tree that neither git nor git traj puts there."""
    for odd in notes_shape.strange(house.repository, tip, REF)[:MISPLACED]:
        yield Finding("misplaced", f"{odd.path[:80]} in {REF}: {odd.why}", odd.key)


def _gone(book: Book, old: str, new: str, remote: str) -> Iterator[Finding]:
    """What notes that were at `old` and are at `new` now have lost; the way they lost it names the finding."""
    whose = f"refs/notes/traj of {remote}" if remote else "refs/notes/traj"
    if not new:
        yield Finding("removed", f"{whose} is gone; it was at {old[:12]}")
        return
    try:
        compared = book.compare(old, new)
    except StoreError as error:
        yield Finding("rollback", f"{whose} was at {old[:12]}, which cannot be read any more: {error.message}")
        return
    if not compared.lost:
        return
    if compared.how == "ahead":
        yield from lost(compared.lost, f"{whose} at {old[:12]}")
        return
    total = sum(compared.lost.values())
    where = ", ".join(commit[:12] for commit in sorted(compared.lost)[:4]) + (" …" if len(compared.lost) > 4 else "")
    if compared.how == "behind":
        text = f"{whose} went back from {old[:12]} to {new[:12]}: {total} statement(s) gone, on {where}"
        yield Finding("rollback", text)
    else:
        text = f"{whose} shows {new[:12]} after {old[:12]}, and neither follows the other: {total} statement(s) gone, on {where}"
        yield Finding("equivocation", text)


def _link(one: Verified, commit: str) -> Link | None:
    """The place of a record in its chain; only what somebody signed counts."""
    anchor = one.statement.anchor
    signed = any(check.name == "signature" and check.result == "pass" for check in one.checks)
    if anchor is None or anchor.kind != RECORD or not signed:
        return None
    own = (one.record or {}).get("gittraj")
    imported = isinstance(own, dict) and isinstance(own.get("imported"), dict)
    return Link(anchor.session_id, anchor.seq, anchor.prev, one.statement.digest, commit, imported)


class _Elsewhere:
    """Looks for a record outside of what is judged: first near by, then in all notes, also those of commits that are not here."""

    def __init__(self, house: House, keys: Keychain) -> None:
        self._house = house
        self._keys = keys
        self._all: dict[tuple[str, int, str], list[Statement]] | None = None

    def holds_before(self, link: Link) -> bool:
        """Whether the record that `link` names as the one before it is there, signed by somebody."""
        wanted = (link.session, link.seq - 1, link.prev)
        near = self._near(link.commit) if self._all is None else {}
        if any(self._signed(one) for one in near.get(wanted, ())):
            return True
        if self._all is None:
            self._all = {}
            for _, blob in self._house.notes.list():
                _collect(self._all, self._house.repository.blob(blob, fetch=True))
        return any(self._signed(one) for one in self._all.get(wanted, ()))

    def _near(self, commit: str) -> dict[tuple[str, int, str], list[Statement]]:
        found: dict[tuple[str, int, str], list[Statement]] = {}
        try:
            ids = self._house.repository.revisions(commit, limit=WALK)
        except StoreError:
            return found
        for one in ids:
            note = self._house.notes.read(one)
            if note is not None:
                _collect(found, note)
        return found

    def _signed(self, statement: Statement) -> bool:
        from gittraj.seal.verify import is_signed

        return is_signed(statement.raw, self._keys.key)


def _collect(found: dict[tuple[str, int, str], list[Statement]], note: bytes) -> None:
    for item in framing.read(note).items:
        if item.kind != "statement":
            continue
        try:
            statement = parse(item.raw)
        except SealError:
            continue
        anchor = statement.anchor
        if anchor and anchor.kind == RECORD:
            found.setdefault((anchor.session_id, anchor.seq, statement.digest), []).append(statement)
