"""What recorded actions do to lines: every change that replay makes goes in, touches of numbered lines come out, by file.

Numbers are those of the ledger. Nothing is kept but what changed, so that a recorder costs what the edits are large.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from gittraj.model.edit import HASH
from gittraj.replay.lines import Ledger
from gittraj.replay.spans import Span, lines
from gittraj.replay.steps import Command, Event, Origin, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

State = tuple[bytes | None, Sequence[int]]  # a content and the numbers of its lines
RECORDED = ("agent", "shell")  # kinds of origins that are recorded actions
UNSEEN = -1  # as action: something that nobody recorded changed what a recorded action had touched


class Action(NamedTuple):
    """One action on one file. `path`: the file right after it. `spans`: what it changed; () where an earlier segment did it."""

    path: str
    origin: Origin
    call: str
    at: str
    spans: tuple[Span, ...]


class Touched(NamedTuple):
    """One place that action number `action` changed: numbers of the lines it removed and made, and of the neighbours (-1: none)."""

    action: int
    removed: tuple[int, ...]
    made: tuple[int, ...]
    left: int
    right: int
    before: bytes
    after: bytes
    texts: tuple[bytes, bytes] | None


class Recorder:
    """`event`: what happens now. `texts`: whether the changed lines themselves are kept, too."""

    def __init__(self, *, texts: bool = False) -> None:
        self.event: Event | None = None
        self.actions: list[Action] = []
        self._texts = texts
        self._touched: dict[str, list[Touched]] = {}

    def changed(self, path: str, old: State, new: State, spans: Sequence[Span], origin: Origin) -> None:
        """`origin` made `new` of the file at `path`; where that is nothing recorded, it counts once a recorded action came before."""
        action = UNSEEN
        if origin.kind in RECORDED and spans:
            event = self.event
            call, at = (event.call, event.at) if isinstance(event, Step | Command) else ("", "")
            action = len(self.actions)
            self.actions.append(Action(path, origin, call, at, tuple(spans)))
        elif path not in self._touched:
            return
        before, after = lines(old[0] or b""), lines(new[0] or b"")
        for span in spans:
            a, b, c, d = span
            gone, come = before[a:b], after[c:d]
            touched = Touched(
                action,
                tuple(old[1][a:b]),
                tuple(new[1][c:d]),
                new[1][c - 1] if c else -1,
                new[1][d] if d < len(new[1]) else -1,
                hashes(gone),
                hashes(come),
                (b"".join(gone), b"".join(come)) if self._texts else None,
            )
            self._touched.setdefault(path, []).append(touched)

    def moved(self, path: str, to: str) -> None:
        """What is at `path` goes to `to`: so do its touches."""
        went = self._touched.pop(path, [])
        if went:
            self._touched[to] = went

    def restored(self, path: str, numbers: Sequence[int], ledger: Ledger) -> None:
        """The file at `path` begins with lines that actions of an earlier segment made."""
        start = 0
        while start < len(numbers):
            maker = ledger.maker(numbers[start])
            end = start + 1
            while end < len(numbers) and ledger.maker(numbers[end]) == maker:
                end += 1
            if maker.kind in RECORDED:
                self.actions.append(Action(path, maker, "", "", ()))
                left = numbers[start - 1] if start else -1
                right = numbers[end] if end < len(numbers) else -1
                made = tuple(numbers[start:end])
                touched = Touched(len(self.actions) - 1, (), made, left, right, b"", b"", None)
                self._touched.setdefault(path, []).append(touched)
            start = end

    def taken(self) -> dict[str, list[Touched]]:
        """The touches by file since this was asked last."""
        touched, self._touched = self._touched, {}
        return touched


def hashes(content: "Iterable[bytes]") -> bytes:
    """`HASH` bytes for each line."""
    return b"".join(blake2b(line, digest_size=HASH).digest() for line in content)
