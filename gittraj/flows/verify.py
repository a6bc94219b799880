"""`git traj verify`: revisions go in, a verdict per commit comes out, and whether all of them are good enough.

Until a repository has a policy, the rule is: what carries a trace must carry a good one; a commit that says of itself that an agent
had a part in it (trailer, author) and a commit asked for by name must carry one; other commits are exempt. What replay finds
(`edits`, `coverage`) is told, and decides where that is asked for: a person may change what an agent wrote before it is committed.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from gittraj.codec.schema_attribution import KIND as ATTRIBUTION
from gittraj.errors import AgentError, StoreError, UsageError
from gittraj.flows.completeness import judge_completeness
from gittraj.flows.judge import Judge
from gittraj.flows.policy import InForce, policy_at
from gittraj.flows.replay import FEW, plan
from gittraj.flows.statements import NoteRead
from gittraj.flows.trust_changes import TrustChanges
from gittraj.flows.wiring import open_house
from gittraj.flows.workers import parted, shared, workers_for
from gittraj.model.commit import Commit
from gittraj.model.report import CommitVerdict, Lines, VerifyReport
from gittraj.model.states import Verified
from gittraj.model.verdict import REPLAYED, Check
from gittraj.policy.claims import TRACES
from gittraj.replay import checks as replayed
from gittraj.seal.headers import CARRY, RECORD
from gittraj.store import seen_tips
from gittraj.store.note_history import NotesAt

_MANY = 100  # commits: from here on, several processes share the work; starting them takes about 60 ms
_LEAST, _MOST = 10, 100  # commits that one process takes at a time
SOFT = ("signer", "time")  # a good statement of somebody, or of some time, that is not believed


CLAIMED = "an attribution by another tool, no record of a session"


class Demands(NamedTuple):
    """What is asked beyond good statements: `coverage`, per cent of the changed lines that must be explained; `edits`: replay must agree."""

    allow_untrusted: bool = False
    coverage: int = 0
    edits: bool = False


def verify(
    revisions: str | None = None,
    *,
    everything: bool = False,
    demands: Demands | None = None,
    directory: str | None = None,
    trusted: str | None = None,
) -> VerifyReport:
    """Verdicts for a commit, a range, or (`everything`) every commit with a note, newest first.

    `trusted`: the ref that policy and keys are read from, where it is not the usual one. Raises `StoreError` for unknown
    revisions, `PolicyError` where the policy cannot be read, `KeyringError` where trust files cannot.
    """
    asked = plan(revisions, everything=everything, directory=directory)
    report = verify_commits(policy_at(asked.house, trusted), asked.commits, demands=demands, single=asked.single)
    return msgspec.structs.replace(report, commits=report.commits[::-1])


def verify_commits(
    in_force: InForce,
    commits: Sequence[str],
    *,
    demands: Demands | None = None,
    single: bool = False,
    remotes: bool = True,
) -> VerifyReport:
    """Verdicts for these commits (full ids; parents before children, for replay's sake), in their order, by the policy in force.

    `single`: the one commit was asked for by name, so without a written policy it must have a trace. `remotes`: what remotes showed
    of their notes counts for completeness. Raises `StoreError`.
    """
    house = in_force.house
    seen_tips.saw(house.repository.common_dir, house.notes.tip())
    wanted = demands or Demands()
    if wanted.allow_untrusted and in_force.policy.written:
        raise UsageError("--allow-untrusted: the policy of this repository says whose signature is enough")
    verdicts = list(_verdicts(in_force, commits, wanted, must=single))
    # asked for one commit, what happened to other notes is not the question
    complete = judge_completeness(house, in_force.keys, verdicts, whole=not single, remotes=remotes)
    verdicts = [in_force.decided(verdict, complete) for verdict in verdicts]
    good = all(one.status in ("verified", "carried", "exempt") for one in verdicts)
    return VerifyReport(good and complete.result != "fail", tuple(verdicts), complete, in_force.source)


class _Work(NamedTuple):
    """What one process needs to judge commits. `changes`: commit → what it changes about trust, found in the order of history."""

    in_force: InForce
    demands: Demands
    must: bool
    changes: dict[str, Check]
    commits: Sequence[str]


def _verdicts(in_force: InForce, commits: Sequence[str], demands: Demands, *, must: bool) -> Iterator[CommitVerdict]:
    """The verdict on each commit, in order; several processes share the work on many."""
    changes = TrustChanges(in_force)
    found = {one: check for one in commits if (check := changes.check(in_force.house.repository.commit(one)))}
    work = _Work(in_force, demands, must, found, commits)
    workers = workers_for(len(commits), _MANY)
    if workers < 2:
        yield from _part(work, Judge(in_force.house, keys=in_force.keys, many=len(commits) > FEW), commits)
        return
    size = max(_LEAST, min(_MOST, len(commits) // (4 * workers)))
    for verdicts in shared(lambda: _begin(work), parted(commits, size), workers):
        yield from verdicts


def _begin(work: _Work) -> Callable[[Sequence[str]], list[CommitVerdict]]:
    house = work.in_force.house
    # opened anew, because libgit2's handles are not made to be shared; the notes as they were when the work began
    own = open_house(house.worktree, house.env, interactive=False)
    own = own._replace(notes=NotesAt(own.repository, house.notes.tip()))
    mine = work._replace(in_force=work.in_force._replace(house=own))
    judge = Judge(own, keys=work.in_force.keys, many=True)
    return lambda commits: list(_part(mine, judge, commits))


def _part(work: _Work, judge: Judge, commits: Sequence[str]) -> Iterator[CommitVerdict]:
    judge.tracer.about(work.commits)
    for one in commits:
        verdict = _judge(work, work.in_force.house.repository.commit(one), judge)
        slim = tuple(msgspec.structs.replace(each, record=_slim(each)) for each in verdict.statements)
        yield msgspec.structs.replace(verdict, statements=slim)


def _slim(verified: Verified) -> dict[str, Any] | None:
    """A record without its entries: the verdicts of a long range are held at once, and a record may have many megabytes."""
    record = verified.record
    if record is None or verified.statement.kind != RECORD:
        return record
    session = record.get("session")
    head = (
        {name: value for name, value in session.items() if name != "entries"} if isinstance(session, dict) else session
    )
    return {**{name: value for name, value in record.items() if name != "file-attribution"}, "session": head}


def _judge(work: _Work, commit: Commit, judge: Judge) -> CommitVerdict:
    in_force, demands, must = work.in_force, work.demands, work.must
    read = judge.tracer.read(commit)
    change = work.changes.get(commit.id)
    more = (change,) if change else ()
    if change and change.result == "fail":
        statements, damage = (read.statements, read.damage) if read else ((), ())
        return CommitVerdict(commit, "failed", statements, damage, f"{change.name}: {change.detail}", more)
    if read is None:
        return _untraced(in_force, commit, (), more, must=must)
    status, reason = status_of(read, demands.allow_untrusted)
    if status == "missing":
        need = in_force.needs(commit)
        must = need.ok or (must and not in_force.policy.written)
        return CommitVerdict(commit, "missing" if must else "exempt", read.statements, read.damage, reason)
    if status == "failed" and read.carried is None:
        checks = tuple(Check(name, "skip", "the trace is not good") for name in REPLAYED)
        return CommitVerdict(commit, status, read.statements, read.damage, reason, (*checks, *more))
    if not any(statement.statement.kind in TRACES for statement in read.statements):
        return _untraced(in_force, commit, read.statements, more, must=must)
    checks, coverage = _replayed(judge, commit, read, demands.coverage)
    short = [check for check in checks if _falls_short(check, demands)]
    if short and status != "failed":
        status, reason = "failed", "; ".join(f"{check.name}: {check.detail}" for check in short)
    return CommitVerdict(commit, status, read.statements, read.damage, reason, (*checks, *more), coverage, read.carried)


def _untraced(
    in_force: InForce, commit: Commit, statements: tuple[Verified, ...], more: tuple[Check, ...], *, must: bool
) -> CommitVerdict:
    """The verdict on a commit whose note, if any, holds no record: words of people about it are no trace."""
    if must and not in_force.policy.written:
        return CommitVerdict(commit, "missing", statements, reason="it has no trace", checks=more)
    need = in_force.needs(commit)
    status, reason = ("missing", f"{need.why}, but it has no trace") if need.ok else ("exempt", need.why)
    return CommitVerdict(commit, status, statements, reason=reason, checks=more)


def _replayed(judge: Judge, commit: Commit, read: NoteRead, least: int) -> tuple[tuple[Check, ...], dict[str, Lines]]:
    try:
        found = judge.commit(commit, read)
        checks = replayed.checks(found, _signed(commit, read), lambda path: judge.committed(commit, path), least=least)
    except (StoreError, AgentError) as error:  # a shallow or partial clone
        return tuple(Check(name, "skip", f"cannot be replayed: {error.message}") for name in REPLAYED), {}
    return checks, found.coverage


def _signed(commit: Commit, read: NoteRead) -> list[dict[str, Any]]:
    """What records of this very commit say about its lines; nothing can be missing in them, the statements passed the schema."""
    records = (one.record for one in read.statements if (about := one.statement.anchor) and about.commit == commit.id)
    return [record["file-attribution"] for record in records if record and "file-attribution" in record]


def _falls_short(check: Check, demands: Demands) -> bool:
    if check.name == "edits":
        return demands.edits and check.result != "pass"
    if check.name == "coverage":
        return demands.coverage > 0 and check.result != "pass"
    return check.result == "fail"


def status_of(read: NoteRead, allow_untrusted: bool) -> tuple[str, str]:
    """The worst statement decides: one bad item is never hidden by a good one beside it (standards: attack A13)."""
    damage = [one for one in read.damage if not one.order]
    if damage:
        return "failed", f"note: {damage[0].reason}"
    if not read.statements:
        return "failed", "note: holds no statement"
    status, reason = "carried" if read.carried else "verified", ""
    for statement in read.statements:
        failed = [check for check in statement.checks if check.result == "fail"]
        hard = [check for check in failed if check.name not in SOFT]
        if hard:
            return "failed", f"{hard[0].name}: {hard[0].detail}"
        if failed and not allow_untrusted and statement.statement.kind != CARRY:  # nothing rests on those
            status, reason = "untrusted", f"{failed[0].name}: {failed[0].detail}"
        apart = [check.detail for check in statement.checks if check.name == "body" and check.result == "skip"]
        reason = reason or (f"body {apart[0]}" if apart else "")
    if read.damage:  # told last: which item is bad says more than where it stands
        return "failed", f"note: {read.damage[0].reason}"
    if all(statement.statement.kind == ATTRIBUTION for statement in read.statements):
        return "missing", CLAIMED  # however good its signature is: what another tool claims is no trace
    return status, reason
