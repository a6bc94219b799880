"""The report of an audit: a line per commit and the totals; the same input gives the same report, so nothing in it is of the moment."""

from collections import Counter

import msgspec

from gittraj.model.commit import Commit
from gittraj.model.completeness import Completeness
from gittraj.model.report import CLASSES, Lines, PolicySource
from gittraj.model.verdict import Check


class AuditStatement(msgspec.Struct, frozen=True):
    """One statement of a commit, as far as an auditor asks for it. `kid`: hex; `issued_at`: by the signer's clock."""

    digest: str
    kind: str
    principal: str
    kid: str
    trusted: bool
    issued_at: int | None
    checks: tuple[Check, ...]
    agent: str = ""
    models: tuple[str, ...] = ()
    session: str = ""
    entries: int = 0


class AuditCommit(msgspec.Struct, frozen=True):
    """One commit: `status` and `reason` as `git traj verify` has them, `checks` and `coverage` of the replay."""

    commit: Commit
    status: str
    reason: str
    statements: tuple[AuditStatement, ...] = ()
    checks: tuple[Check, ...] = ()
    coverage: dict[str, Lines] = {}
    damage: tuple[str, ...] = ()


class AuditReport(msgspec.Struct, frozen=True):
    """`asked`: the range in the asker's words; `tip`: the newest commit; `notes`: the notes commit read; `repository`: URL or ""."""

    ok: bool
    asked: str
    tip: str
    notes: str
    repository: str
    commits: tuple[AuditCommit, ...]
    completeness: Completeness
    policy: PolicySource
    version: str

    def statuses(self) -> dict[str, int]:
        """How many commits have each status, only those that occur, in the order of their first commit."""
        return dict(Counter(one.status for one in self.commits))

    def lines(self) -> dict[str, Lines]:
        """The changed lines of all traced commits by class of evidence."""
        found = {}
        for name in CLASSES:
            each = [one.coverage.get(name, Lines()) for one in self.commits]
            found[name] = Lines(sum(one.added for one in each), sum(one.removed for one in each))
        return found

    def signers(self) -> list[tuple[str, str, bool, int]]:
        """(principal, kid, trusted, statements) of everyone who signed, most statements first."""
        counted = Counter((one.principal, one.kid, one.trusted) for each in self.commits for one in each.statements)
        return [(*who, count) for who, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]

    def agents(self) -> list[tuple[str, int, int]]:
        """(agent, commits, sessions), most commits first."""
        commits: dict[str, set[str]] = {}
        sessions: dict[str, set[str]] = {}
        for each in self.commits:
            for one in each.statements:
                if one.agent:
                    commits.setdefault(one.agent, set()).add(each.commit.id)
                    sessions.setdefault(one.agent, set()).add(one.session)
        return sorted(
            ((name, len(ids), len(sessions[name])) for name, ids in commits.items()),
            key=lambda each: (-each[1], each[0]),
        )
