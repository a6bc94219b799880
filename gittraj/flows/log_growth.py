"""`git traj receipt consistency|compare`: an older state of a log goes in, the signed proof that it only grew since comes out; and such a proof is checked.

Who checks needs two statements with receipts and the proof, not the log.
"""

import os
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gittraj.codec import merkle
from gittraj.errors import SealError, StoreError
from gittraj.flows.log_views import View, conflicts, fingerprint, key_of, listed, view_of
from gittraj.flows.receipted import trusted
from gittraj.flows.receipts import read_file, sound, statements_of
from gittraj.flows.wiring import House, keychain, open_house, signer
from gittraj.model.receipt import Compared, Proved
from gittraj.model.states import Statement
from gittraj.seal import grown, receipts
from gittraj.seal.grown import Grown
from gittraj.seal.statement import parse
from gittraj.store import files

SIZE = 12  # digits of a size; longer numbers may be names of commits


class State(NamedTuple):
    """A signed state of a log: its name and key, the size and root of its tree, and whether its key is trusted as one of a log."""

    log: str
    key: bytes
    size: int
    root: bytes
    trusted: bool


def prove(since: str, path: str, *, log: str = "", directory: str | None = None) -> Proved:
    """Sign that the log in this repository only grew `since`, into a file: a number of leaves, or a commit or file with receipts of this key.

    `log`: the name that the proof bears, by default the signer's own. Raises `StoreError`, `KeyringError`, and `SealError` where the log
    did not only grow, or did not grow at all.
    """
    house = open_house(directory)
    key = signer(house)
    leaves = sound(house).leaves
    older = int(since) if _is_size(since) else _signed_size(house, since, key.public_key, leaves)
    name = log or key.principal
    raw = grown.issue(name, leaves, older, key, int(time.time()))
    files.write(os.path.abspath(path), raw, mode=0o666)
    return Proved(name, older, len(leaves), merkle.root(leaves[:older]).hex(), merkle.root(leaves).hex(), path)


def compare(one: str, other: str, proofs: Iterable[str] = (), *, directory: str | None = None) -> list[Compared]:
    """Whether two commits or files with receipts show one history of each log that gave receipts of both; one report for each log.

    `proofs`: files with receipts of consistency, each from one size to a larger one. The log itself is not asked. Raises `SealError`
    where no log gave receipts of both or a file is none, `StoreError` where something cannot be read.
    """
    house = open_house(directory)
    grew = [grown.read(read_file(path)) for path in proofs]
    left, right = (_states(house, where) for where in (one, other))
    shared = [key for key in dict.fromkeys(each.key for each, _ in left) if any(each.key == key for each, _ in right)]
    if not shared:
        raise SealError(f"no log gave receipts of both {one} and {other}", hint="git traj receipt issue")
    found = []
    for key in shared:
        here, there = ([each for each in side if each[0].key == key] for side in (left, right))
        wrong = conflicts(there[0][0].log, [view for _, view in (*here, *there)])
        pairs = dict.fromkeys((a, b) if a.size <= b.size else (b, a) for a, _ in here for b, _ in there)
        told = [_compared(older, newer, grew, wrong[0].detail if wrong else "") for older, newer in pairs]
        found.append(min(told, key=lambda each: _ORDER.index(each.result)))
    return found


_ORDER = ("forked", "unproven", "grown", "same")  # the worst pair of two states decides


def _is_size(since: str) -> bool:
    return since.isascii() and since.isdigit() and len(since) <= SIZE


def _signed_size(house: House, since: str, key: bytes, leaves: Sequence[bytes]) -> int:
    """The largest tree that receipts by this key in `since` are signed for, to all of which the log must still lead."""
    states = [state for state, _ in _states(house, since) if state.key == key]
    if not states:
        raise SealError(f"{since}: no receipt by this key in it", hint="git traj receipt issue")
    for state in states:
        if state.size > len(leaves) or merkle.root(leaves[: state.size]) != state.root:
            text = f"the log here does not lead to the tree of {state.size} leaves that {state.log} signed"
            raise SealError(text, hint="git traj receipt check")
    return max(state.size for state in states)


def _compared(older: State, newer: State, proofs: Sequence[Grown], contradiction: str) -> Compared:
    result, reason = ("forked", contradiction) if contradiction else _way(older, newer, proofs)
    roots = older.root.hex(), newer.root.hex()
    sure = older.trusted and newer.trusted
    return Compared(newer.log, fingerprint(older.key), sure, older.size, newer.size, *roots, result, reason)


def _way(older: State, newer: State, proofs: Sequence[Grown]) -> tuple[str, str]:
    """From one signed state to the other, over as many proofs as it takes."""
    size, root, why = older.size, older.root, ""
    while size < newer.size:
        steps = [each for each in proofs if each.older == size and size < each.newer <= newer.size]
        for step in sorted(steps, key=lambda each: -each.newer):
            try:
                root, size = grown.later_root(step, root, older.key), step.newer
                break
            except SealError as error:
                why = f"the proof from {step.older} to {step.newer} leaves: {error.message}"
        else:
            return "unproven", why or f"no proof from {size} leaves to {newer.size}"
    if root == newer.root:
        return ("same", "") if older.size == newer.size else ("grown", "")
    return "forked", f"{newer.log} signed two trees of {size} leaves: it shows two histories"


def _states(house: House, where: str) -> list[tuple[State, View]]:
    """The signed states of logs that the receipts of a commit, or of a statement in a file, show. Raises `SealError` where there are none."""
    keys = keychain(house)
    found = []
    for commit, statement in _statements(house, where):
        registered = receipts.entry(statement)
        for receipt in listed(statement):
            key, view = key_of(receipt, keys), None
            if not receipts.holds(receipt, registered, key):
                view = view_of(commit, statement, receipt)
            if view:
                sure = trusted(keys, key, receipt.issuer, receipt.issued_at)
                found.append((State(receipt.issuer, key, view.size, view.root, sure), view))
    if not found:
        raise SealError(f"{where}: no receipt in it that holds and signs its size", hint="git traj receipt issue")
    return found


def _statements(house: House, where: str) -> list[tuple[str, Statement]]:
    if os.path.isfile(where):
        statement = parse(read_file(where))
        return [(statement.anchor.commit if statement.anchor else "", statement)]
    try:
        commit = house.repository.resolve(where)
    except StoreError as error:
        raise StoreError(f"{where}: neither a file nor a commit", hint="git traj receipt -h") from error
    return [(commit, each) for each in statements_of(house, commit)]
