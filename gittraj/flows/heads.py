"""Heads: the notes of this clone go in, a signed statement about all of them is added; and heads found are held against the notes.

Made before notes are pushed. A head covers what its signer saw: after a union with other people's notes all of it must still be there.
"""

import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gittraj.codec import framing, note_order
from gittraj.codec.digest import sha256, sha256_hex
from gittraj.errors import SealError, StoreError
from gittraj.flows.notes_book import Book
from gittraj.flows.wiring import House, Keychain, signer
from gittraj.model.anchor import Anchor
from gittraj.model.states import Statement, Verified
from gittraj.seal import heads
from gittraj.seal.chains import Finding, Link
from gittraj.seal.chains import judge as judge_chains
from gittraj.seal.statement import parse
from gittraj.store import last_head, notes_purge
from gittraj.store.last_head import LastHead
from gittraj.store.notes import REF
from gittraj.store.state import State


class Made(NamedTuple):
    """The head of a push: of how many statements; `fresh`: False where the notes have not changed since the last one."""

    statements: int
    fresh: bool


def sign_head(house: House) -> Made:
    """Sign what the notes hold now and add the head to them; nothing is done where only heads came since this clone's last.

    Raises `KeyringError` where no key can sign now, `StoreError`, `SealError`.
    """
    common = house.repository.common_dir
    with State(common).lock("head"):
        tip = house.notes.tip()
        book = Book(house)
        session = f"heads:{sha256(State(common).salt() + b'heads')[:8].hex()}"
        last = last_head.read(common) or _last_in_notes(book, session, tip)
        if not tip or (last and not _news(house, book, last, tip)):
            return Made(0, False)
        from gittraj.seal.sign import attach

        ids = book.ids(tip)
        claim = heads.claim(REF, ids)
        commit = house.repository.commit(tip)
        seq = last.seq + 1 if last else 0
        anchor = Anchor(
            commit=tip,
            tree=commit.tree,
            parents=commit.parents,
            session_id=session,
            seq=seq,
            entries=len(ids),
            kind=heads.KIND,
            prev=last.digest if last else "",
            object_format=house.repository.object_format,
        )
        raw = attach(heads.KIND, claim, anchor, signer(house), int(time.time()))
        house.notes.append(tip, [raw], message=f"gittraj: head of {len(ids)} statements")
        last_head.write(common, LastHead(tip, seq, parse(raw).digest))
        return Made(len(ids), True)


def _news(house: House, book: Book, last: LastHead, tip: str) -> bool:
    """Whether more than this clone's last head came to the notes since that head was made."""
    try:
        gained = book.gained(last.tip, tip)
    except StoreError:  # the notes were replaced and the old ones pruned
        return True
    return gained != {last.tip: 1} and bool(gained)


def _last_in_notes(book: Book, session: str, tip: str) -> LastHead | None:
    """The last head of this clone as the notes tell it, where the local file is lost: its chain must not begin anew."""
    found: list[LastHead] = []
    for key, note in book.heads(tip) if tip else ():
        for item in framing.read(note).items:
            try:
                statement = parse(item.raw)
            except SealError:
                continue
            anchor = statement.anchor
            if statement.kind == heads.KIND and anchor and anchor.session_id == session:
                found.append(LastHead(key, anchor.seq, statement.digest))
    return max(found, key=lambda each: each.seq, default=None)


class HeadRead(NamedTuple):
    """A head as found: the notes commit it stands at, and its statement verified against that commit."""

    key: str
    verified: Verified

    @property
    def statement(self) -> Statement:
        """The statement, taken apart."""
        return self.verified.statement


def check_heads(house: House, book: Book, keys: Keychain, tip: str) -> tuple[int, list[Finding]]:
    """How many heads the notes at `tip` hold, and what is missing by the word of those whose signer is trusted. Raises `StoreError`."""
    found: list[Finding] = []
    good: list[HeadRead] = []
    number = 0
    for key, note in book.heads(tip):
        parts = framing.read(note)
        odd = [*parts.damage, *note_order.disorder(note, parts)]
        if odd:
            found.append(Finding("head", f"the note of a head statement is damaged: {odd[0].reason}", key))
        for head in _read(house, keys, key, note):
            number += 1
            failed = [check for check in head.verified.checks if check.result == "fail"]
            hard = [check for check in failed if check.name != "signer"]
            if hard:
                found.append(Finding("head", f"a head statement fails: {hard[0].name}: {hard[0].detail}", key))
            elif failed:
                found.append(Finding("head", f"a head statement does not count: {failed[0].detail}", key, fatal=False))
            else:
                good.append(head)
    found.extend(judge_chains(_link(head) for head in good))
    newest: dict[tuple[str, bytes], HeadRead] = {}
    for head in good:
        chain = (head.statement.anchor.session_id if head.statement.anchor else "", head.statement.kid)
        if chain not in newest or _seq(newest[chain]) < _seq(head):
            newest[chain] = head
    vouched = _vouched(house, newest.values(), tip)
    for chain in sorted(newest):
        found.extend(_against(house, book, newest[chain], tip, vouched))
    return number, found


def _vouched(house: House, newest: Iterable[HeadRead], tip: str) -> int:
    """Until when heads may speak of notes that are gone: where a purge cut the notes' history, the time of the newest head made since.

    Who made that one, trusted as the others, counted what was there after the purge. 0 where nothing was purged.
    """
    if not notes_purge.generation(house.repository, tip):
        return 0
    here = (head.statement.issued_at or 0 for head in newest if house.repository.has_commit(head.key))
    return max(here, default=0)


def _read(house: House, keys: Keychain, key: str, note: bytes) -> Iterator[HeadRead]:
    from gittraj.seal.verify import Expected, verify

    here = house.repository.commit(key) if house.repository.has_commit(key) else None
    for item in framing.read(note).items:
        if item.kind != "statement":
            continue
        try:
            statement = parse(item.raw)
        except SealError:  # told where the note is read for its own sake
            continue
        anchor = statement.anchor
        if statement.kind != heads.KIND or anchor is None:
            continue
        tree, parents = (here.tree, here.parents) if here else (anchor.tree, anchor.parents)
        expected = Expected(key, tree, parents, house.repository.object_format)
        yield HeadRead(key, verify(item.raw, keys=keys.key, trust=keys.signers, commit=expected, body=None))


def _against(house: House, book: Book, head: HeadRead, tip: str, vouched: int) -> Iterator[Finding]:
    """One head held against the notes as they are: everything it counted must be there, in the tree it names and now."""
    who = f"{head.verified.principal}'s head"
    try:
        said = heads.read_claim(head.verified.record)
    except SealError as error:
        yield Finding("head", f"{who}: {error.message}", head.key)
        return
    if not house.repository.has_commit(head.key):
        now = len(book.ids(tip))
        if now <= said.statements:
            text = f"{who} counts {said.statements} statements, here are {now} with the head, and the notes it saw are gone"
        elif (head.statement.issued_at or 0) <= vouched:
            text = f"{who} speaks of notes from before a purge; a later head counts what was there after it"
            yield Finding("head", text, head.key, fatal=False)
            return
        else:
            text = f"{who} was signed over the notes {head.key[:12]}, which are no part of these notes"
        yield Finding("rollback", text, head.key)
        return
    ids = book.ids(head.key)
    if (len(ids), sha256_hex(b"".join(ids))) != (said.statements, said.digest):
        yield Finding("head", f"{who} does not agree with the notes it names", head.key)
        return
    compared = book.compare(head.key, tip)
    yield from lost(compared.lost, f"{who} of {said.statements} statements")


def lost(gone: dict[str, int], whose: str) -> Iterator[Finding]:
    """A finding for each note that lacks statements which `whose` had seen."""
    for commit, count in sorted(gone.items()):
        many = "a statement" if count == 1 else f"{count} statements"
        yield Finding("deletion", f"{many} on {commit[:12]} that {whose} counts is gone", commit)


def _link(head: HeadRead) -> Link:
    anchor = head.statement.anchor
    if anchor is None:
        raise SealError("a head without an anchor")
    return Link(
        f"{anchor.session_id} {head.statement.kid.hex()[:16]}", anchor.seq, anchor.prev, head.statement.digest, head.key
    )


def _seq(head: HeadRead) -> int:
    return head.statement.anchor.seq if head.statement.anchor else -1
