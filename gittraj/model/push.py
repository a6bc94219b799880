"""A push: what git tells its hooks goes in as lines, updates come out; and what a hook decided."""

import msgspec

from gittraj.model.completeness import Missing
from gittraj.model.report import CommitVerdict

LINES = 100_000  # refs of one push; a mirror of the largest public repositories has fewer


class Update(msgspec.Struct, frozen=True):
    """One ref that moves at the receiving side: `old` and `new` are object ids, "" where it does not exist (yet, or any more)."""

    ref: str
    old: str
    new: str


class Refusal(msgspec.Struct, frozen=True):
    """Why a push may not go on: a sentence, and `hint`, what to type."""

    why: str
    hint: str = ""


class PushReport(msgspec.Struct, frozen=True):
    """What a hook found. `commits`: those that fall short, oldest first, of `judged`; `policy`: where the policy came from."""

    judged: int = 0
    commits: tuple[CommitVerdict, ...] = ()
    missing: tuple[Missing, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    policy: str = ""

    @property
    def ok(self) -> bool:
        """Whether the push may go on."""
        return not self.commits and not self.refusals and not any(each.fatal for each in self.missing)


def pushed(text: str) -> list[Update]:
    """The updates that git tells pre-push: ``LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID`` (githooks(5)). Raises `ValueError`."""
    return [Update(remote, _id(there), _id(here)) for _, here, remote, there in _words(text, 4)]


def received(text: str) -> list[Update]:
    """The updates that git tells pre-receive: ``OLD-ID NEW-ID REF`` (githooks(5)). Raises `ValueError`."""
    return [Update(ref, _id(old), _id(new)) for old, new, ref in _words(text, 3)]


def _words(text: str, count: int) -> list[list[str]]:
    lines = [line for line in text.split("\n") if line]
    if len(lines) > LINES:
        raise ValueError(f"more than {LINES} refs in one push")
    found = [line.split(" ") for line in lines]
    if any(len(words) != count for words in found):
        raise ValueError("git told the hook something else than refs")
    return found


def _id(text: str) -> str:
    if len(text) not in (40, 64) or text.strip("0123456789abcdef"):
        raise ValueError("git told the hook something else than object ids")
    return text if text.strip("0") else ""
