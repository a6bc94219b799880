"""What rules look at and what they say: the facts of a commit go in, a ruling comes out."""

from typing import NamedTuple, Protocol

from gittraj.model.commit import Commit
from gittraj.model.report import Lines
from gittraj.model.states import Verified
from gittraj.model.verdict import Check


class Facts(NamedTuple):
    """One commit as the verifier found it.

    `paths`: what it changes. `adopted`: whether the policy holds for it yet. `statements`: those of its note that are records
    or stand for one. `checks`: of the commit as a whole (edits, coverage, completeness, …). `coverage`: class of evidence → lines.
    """

    commit: Commit
    paths: tuple[str, ...] = ()
    adopted: bool = True
    statements: tuple[Verified, ...] = ()
    checks: tuple[Check, ...] = ()
    coverage: dict[str, Lines] = {}  # noqa: RUF012  (a default that nobody writes to)


class Ruling(NamedTuple):
    """What a rule says: `ok`, and why in one line. `rule`: its name, as `explain` shows it."""

    ok: bool
    why: str
    rule: str = ""


class Need(Protocol):
    """Says who needs a trace."""

    def needs(self, facts: Facts, /) -> Ruling:
        """`ok`: whether this commit needs a trace."""

    def told(self) -> str:
        """The need in one line of plain words."""


class Rule(Protocol):
    """Says what a trace must hold up to. `name`: one word for verdicts."""

    @property
    def name(self) -> str:
        """One word for verdicts."""

    def judge(self, facts: Facts, /) -> Ruling:
        """Whether the facts are good enough."""

    def told(self) -> str:
        """The rule in one line of plain words."""
