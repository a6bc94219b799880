"""`git traj verify`: revisions go in, a verdict per commit comes out, and whether all of them are good enough.

Until a repository has a policy, the rule is: what carries a trace must carry a good one; a commit that says of itself that an agent
had a part in it (trailer, author) and a commit asked for by name must carry one; other commits are exempt.
"""

import re

from gittraj.flows.statements import NoteRead, read_note
from gittraj.flows.wiring import House, Keychain, keychain, open_house
from gittraj.model.commit import Commit
from gittraj.model.report import CommitVerdict, VerifyReport

_AGENTS = r"(?:claude|codex|gemini|opencode|cursor|copilot|aider|pi coding agent|devin|openhands)"
# what agents and their front ends write into messages of commits they made
_CLAIMS = re.compile(
    rf"^(?:co-authored-by|generated-by|assisted-by|made-with|agent)\s*:.*\b{_AGENTS}\b|generated with \[?{_AGENTS}",
    re.I | re.M,
)
_AUTHORS = re.compile(rf"\b{_AGENTS}\b.*(?:\[bot\]|noreply|agent)|noreply@anthropic\.com", re.I)

_LONGEST = 500  # characters of a name and an address that are looked at


def verify(
    revisions: str | None = None,
    *,
    everything: bool = False,
    allow_untrusted: bool = False,
    directory: str | None = None,
) -> VerifyReport:
    """Verdicts for a commit, a range, or (`everything`) every commit with a note, newest first.

    Raises `StoreError` for unknown revisions.
    """
    house = open_house(directory)
    keys = keychain(house)
    single = not everything and not _is_range(revisions)
    if everything:
        # notes of commits that are not here cannot be bound to anything; `doctor` counts them
        ids = [commit for commit, _ in house.notes.list() if house.repository.has_commit(commit)]
    elif single:
        ids = [house.repository.resolve(revisions or "HEAD")]
    else:
        ids = house.repository.revisions(revisions)
    verdicts = [_judge(house, house.repository.commit(one), keys, allow_untrusted, must=single) for one in ids]
    return VerifyReport(all(one.status in ("verified", "carried", "exempt") for one in verdicts), tuple(verdicts))


def _is_range(revisions: str | None) -> bool:
    return revisions is not None and (
        ".." in revisions or revisions.startswith("^") or " " in revisions or revisions == "--all"
    )


def _judge(house: House, commit: Commit, keys: Keychain, allow_untrusted: bool, *, must: bool) -> CommitVerdict:
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
    status, reason = status_of(read, allow_untrusted)
    return CommitVerdict(commit, status, read.statements, read.damage, reason)


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
