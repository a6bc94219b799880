"""`git traj verify`: revisions go in, a verdict per commit comes out, and whether all of them are good enough.

Until a repository has a policy, the rule is: what carries a trace must carry a good one; a commit that says of itself that an agent
had a part in it (trailer, author) and a commit asked for by name must carry one; other commits are exempt. What replay finds
(`edits`, `coverage`) is told, and decides where that is asked for: a person may change what an agent wrote before it is committed.
"""

import re
from typing import NamedTuple

from gittraj.errors import AgentError, StoreError
from gittraj.flows.completeness import judge_completeness
from gittraj.flows.judge import Judge
from gittraj.flows.replay import FEW, plan
from gittraj.flows.statements import NoteRead, read_note
from gittraj.flows.wiring import House, Keychain, keychain
from gittraj.model.commit import Commit
from gittraj.model.report import CommitVerdict, VerifyReport
from gittraj.model.verdict import REPLAYED, Check
from gittraj.replay import checks as replayed

_AGENTS = r"(?:claude|codex|gemini|opencode|cursor|copilot|aider|pi coding agent|devin|openhands)"
# what agents and their front ends write into messages of commits they made
_CLAIMS = re.compile(
    rf"^(?:co-authored-by|generated-by|assisted-by|made-with|agent)\s*:.*\b{_AGENTS}\b|generated with \[?{_AGENTS}",
    re.I | re.M,
)
_AUTHORS = re.compile(rf"\b{_AGENTS}\b.*(?:\[bot\]|noreply|agent)|noreply@anthropic\.com", re.I)

_LONGEST = 500  # characters of a name and an address that are looked at


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
) -> VerifyReport:
    """Verdicts for a commit, a range, or (`everything`) every commit with a note, newest first.

    Raises `StoreError` for unknown revisions.
    """
    asked = plan(revisions, everything=everything, directory=directory)
    house, keys = asked.house, keychain(asked.house)
    judge = Judge(house, keys=keys, many=len(asked.commits) > FEW)
    wanted = demands or Demands()
    verdicts = [
        _judge(house, house.repository.commit(one), keys, judge, wanted, must=asked.single) for one in asked.commits
    ]
    verdicts.reverse()
    # asked for one commit, what happened to other notes is not the question
    complete = judge_completeness(house, keys, verdicts, whole=not asked.single)
    good = all(one.status in ("verified", "carried", "exempt") for one in verdicts)
    return VerifyReport(good and complete.result != "fail", tuple(verdicts), complete)


def _judge(
    house: House, commit: Commit, keys: Keychain, judge: Judge, demands: Demands, *, must: bool
) -> CommitVerdict:
    note = house.notes.read(commit.id)
    if note is None:
        if must:
            return CommitVerdict(commit, "missing", (), reason="it has no trace")
        if says_agent(commit):
            return CommitVerdict(
                commit, "missing", (), reason="its message or author names an agent, but it has no trace"
            )
        return CommitVerdict(commit, "exempt", (), reason="nothing says that an agent had a part in it")
    read = read_note(house, commit, note, keys)
    status, reason = status_of(read, demands.allow_untrusted)
    if status == "failed":
        checks = tuple(Check(name, "skip", "the trace is not good") for name in REPLAYED)
        return CommitVerdict(commit, status, read.statements, read.damage, reason, checks)
    checks = _replayed(judge, commit, read, demands.coverage)
    short = [check for check in checks if _falls_short(check, demands)]
    if short:
        status, reason = "failed", "; ".join(f"{check.name}: {check.detail}" for check in short)
    return CommitVerdict(commit, status, read.statements, read.damage, reason, checks)


def _replayed(judge: Judge, commit: Commit, read: NoteRead, least: int) -> tuple[Check, ...]:
    try:
        found = judge.commit(commit, read)
    except (StoreError, AgentError) as error:  # a shallow or partial clone
        return tuple(Check(name, "skip", f"cannot be replayed: {error.message}") for name in REPLAYED)
    return replayed.checks(found, least=least)


def _falls_short(check: Check, demands: Demands) -> bool:
    if check.name == "edits":
        return demands.edits and check.result != "pass"
    if check.name == "coverage":
        return demands.coverage > 0 and check.result != "pass"
    return check.result == "fail"


def says_agent(commit: Commit) -> bool:
    """Whether the commit itself claims that an agent made it or helped."""
    people = (f"{commit.author_name} <{commit.author_email}>", f"{commit.committer_name} <{commit.committer_email}>")
    return bool(_CLAIMS.search(commit.message)) or any(_AUTHORS.search(person[:_LONGEST]) for person in people)


def status_of(read: NoteRead, allow_untrusted: bool) -> tuple[str, str]:
    """The worst statement decides: one bad item is never hidden by a good one beside it (standards: attack A13)."""
    if read.damage:
        return "failed", f"note: {read.damage[0].reason}"
    if not read.statements:
        return "failed", "note: holds no statement"
    status, reason = "verified", ""
    for statement in read.statements:
        failed = [check for check in statement.checks if check.result == "fail"]
        hard = [check for check in failed if check.name != "signer"]
        if hard:
            return "failed", f"{hard[0].name}: {hard[0].detail}"
        if failed and not allow_untrusted:
            status, reason = "untrusted", f"signer: {failed[0].detail}"
    return status, reason
