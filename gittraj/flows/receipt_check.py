"""`git traj receipt check`: the log in this repository goes in; whether it still is what its receipts and this clone's memory say comes out."""

from collections.abc import Iterator, Sequence

from gittraj.codec import merkle
from gittraj.flows import log_memory
from gittraj.flows.log_views import View, conflicts, fingerprint, key_of, listed, remember, view_of
from gittraj.flows.receipted import trusted
from gittraj.flows.receipts import statements_of
from gittraj.flows.wiring import House, Keychain, keychain, open_house, signer
from gittraj.model.receipt import LogReport, Problem
from gittraj.model.states import Statement
from gittraj.seal import receipts
from gittraj.seal.receipts import Receipt
from gittraj.store import log_heads


def check(*, log: str = "", directory: str | None = None) -> LogReport:
    """Hold the receipts of `log` (default: all that this machine's key gave) in all notes against the log in this repository.

    A log that was cut, reordered or rewritten no longer leads to the roots that its receipts are signed for, or to those that this clone
    remembers. Where somebody here vouches for a key as that log's, only its receipts count. Raises `StoreError`, `KeyringError`.
    """
    house = open_house(directory)
    keys = keychain(house)
    seen = log_memory.look(house)
    problems = [Problem(seen.finding.kind, seen.finding.detail)] if seen.finding else []
    leaves = seen.leaves
    found = list(_ours(house, keys, log))
    against = _Against(leaves, merkle.prefix_roots(leaves, (receipt.size for _, _, receipt, _ in found)))
    told: dict[bytes, tuple[str, list[View]]] = {}
    for commit, statement, receipt, key in found:
        registered = receipts.entry(statement)
        bad = receipts.holds(receipt, registered, key)
        if bad:
            problems.append(Problem("bad", f"a receipt does not hold: {bad}", commit))
            continue
        problems += against.problems(commit, registered, receipt)
        view = view_of(commit, statement, receipt)
        if view:
            told.setdefault(key, (receipt.issuer, []))[1].append(view)
    for key, (name, shown) in told.items():
        known = log_heads.read(house.repository.common_dir, fingerprint(key))
        wrong = conflicts(name, shown, known)
        problems += [Problem(each.kind, each.detail, each.commit) for each in wrong]
        roots = merkle.prefix_roots(leaves, (head.size for head in known))
        for head in known:
            if roots.get(head.size, b"").hex() != head.root:
                text = f"{name} signed a tree of {head.size} leaves, root {head.root[:12]}…, which this log does not lead to"
                problems.append(Problem("equivocation" if head.size <= len(leaves) else "rollback", text))
                break
        if not wrong:
            remember(house, fingerprint(key), shown, known)
    was = seen.remembered
    before = (was.size, was.root) if was else None
    return LogReport(len(leaves), merkle.root(leaves).hex(), len(found), tuple(problems), before)


def _ours(house: House, keys: Keychain, log: str) -> Iterator[tuple[str, Statement, Receipt, bytes]]:
    """Every receipt that is asked for, with the statement that it is on and the key that it claims."""
    mine = b"" if log else signer(house).public_key
    found = []
    for commit, _ in house.notes.list():
        for statement in statements_of(house, commit):
            ours = (one for one in listed(statement) if not log or one.issuer == log)
            found += [(commit, statement, one, key_of(one, keys)) for one in ours]
    vouched = {key for _, _, one, key in found if log and trusted(keys, key, log, one.issued_at)}
    for each in found:
        if each[3] == mine if mine else not vouched or each[3] in vouched:
            yield each


class _Against:
    """Receipts held against the leaves of a log. `roots`: those over the sizes that receipts name."""

    def __init__(self, leaves: Sequence[bytes], roots: dict[int, bytes]) -> None:
        self._leaves = leaves
        self._places = {leaf: index for index, leaf in enumerate(leaves)}
        self._roots = roots

    def problems(self, commit: str, registered: bytes, receipt: Receipt) -> Iterator[Problem]:
        """Why the log is no longer what this receipt, which holds, was signed for; nothing where it is."""
        size = receipt.size
        if size > len(self._leaves):
            yield Problem("cut", f"a receipt is for {size} leaves, the log has {len(self._leaves)}: it was cut", commit)
            return
        if self._places.get(merkle.leaf_hash(registered), -1) != receipt.position:
            yield Problem("moved", f"leaf {receipt.position} of the log is not this statement", commit)
            return
        if receipts.root_of(receipt, registered) != self._roots[size]:
            text = f"the first {size} leaves of the log are not those that the receipt is signed for"
            yield Problem("rewritten", text, commit)
