"""Which part of a session belongs to a commit: a tail and a commit go in, its segment is cut, kept, and the progress saved."""

from gittraj.capture import commit_calls, cut
from gittraj.errors import StoreError
from gittraj.flows import chain, progress
from gittraj.flows.keep import Kept, keep
from gittraj.flows.match import evidence_for
from gittraj.flows.tail import Tail
from gittraj.flows.wiring import House
from gittraj.model.commit import Commit
from gittraj.store.state import State, file_name

FOLLOWING = 20  # commits after one that a session may have made too, and that are looked at


def attach_live(house: House, tail: Tail, commit: Commit, tails: list[Tail]) -> Kept | None:
    """At HEAD, right after the commit: all there is belongs to it, if the session does."""
    calls = commit_calls.open_calls(tail.entries)
    running = tail.inside and _is_the_one(tail, tails)
    if not tail.entries and not (running and tail.progress.open and tail.progress.commit != commit.id):
        return None
    if (
        not running
        and not (calls and _same_subject(tail, commit))
        and not evidence_for(house, tail, commit, len(tail.entries))
    ):
        return None
    return keep_first(
        house, tail, commit, len(tail.entries), still_open=bool(calls) or (not tail.entries and tail.progress.open)
    )


def _is_the_one(tail: Tail, tails: list[Tail]) -> bool:
    """Where the agent does not tell its session id, the one whose commit call is open, else the one written last."""
    inside = [one for one in tails if one.inside and one.agent is tail.agent]
    if len(inside) == 1:
        return True
    waiting = [one for one in inside if one.progress.open or commit_calls.open_calls(one.entries)]
    newest = max(waiting or inside, key=lambda one: one.mtime)
    return newest is tail


def _same_subject(tail: Tail, commit: Commit) -> bool:
    return commit_calls.made(tail.entries, commit) is not None


def attach_past(house: House, tail: Tail, commit: Commit, *, scan: bool = True) -> Kept | None:
    """A commit that was made earlier: what the session did up to it, if its call made the commit or its edits agree with it."""
    if not tail.entries:
        return None
    call = commit_calls.made(tail.entries, commit)
    if not call and commit.id == tail.reading.head.commit:  # what the session began from, says the agent
        return None
    stop = (
        cut.at_call(tail.entries, tail.reading.ends, call, commit)
        if call
        else cut.at_time(tail.entries, tail.reading.ends, commit)
    )
    if not stop or not (call or evidence_for(house, tail, commit, stop)):
        return None
    return keep_first(house, tail, commit, stop, still_open=bool(call and call.open), scan=scan)


def end_of_given(house: House, tail: Tail, commit: Commit) -> int:
    """A session given by name is attached to its end, unless it goes on to make another commit of this repository."""
    call = commit_calls.made(tail.entries, commit)
    if call and _goes_on(house, tail, commit, call.place):
        return cut.at_call(tail.entries, tail.reading.ends, call, commit)
    return len(tail.entries)


def _goes_on(house: House, tail: Tail, commit: Commit, place: int) -> bool:
    """Whether a call after `place` made another commit: git's own line says so, or a commit that follows in history fits to the call."""
    later = {short for index, short in commit_calls.mentioned(tail.entries) if index > place}
    if any(not commit.id.startswith(short) and house.repository.begins_commit(short) for short in later):
        return True
    for other in house.repository.revisions(f"{commit.id}..HEAD")[-FOLLOWING:]:
        call = commit_calls.made(tail.entries, house.repository.commit(other))
        if call and call.place > place:
            return True
    return False


def keep_first(
    house: House, tail: Tail, commit: Commit, stop: int, *, still_open: bool = False, scan: bool = True
) -> Kept | None:
    """Keep the first `stop` entries as a segment of `commit`; None where another process has just attached them."""
    common, previous = house.repository.common_dir, tail.progress
    session = tail.reading.head.session_id
    with State(common).lock(file_name(f"session-{tail.agent.NAME}", session)):
        if progress.load(common, tail.agent.NAME, session, tail.path).seq > previous.seq:
            return None
        segment, after = tail.take(stop)
        kept = keep(house, tail.agent, segment, commit, previous_commit=previous.commit, scan=scan)
        tail.progress = progress.replace(after, prev=kept.digest, commit=commit.id, open=still_open)
        progress.save(common, tail.progress)
        chain.note_tip(house)
    return kept


def remember(house: House, tail: Tail) -> None:
    """A tail in which nothing could ever be evidence (the words after a commit) need not be read again until it grows."""
    if tail.entries and tail.progress.consumed != tail.size and not tail.operations() and not tail.commands():
        tail.progress = progress.replace(tail.progress, consumed=tail.size)
        progress.save(house.repository.common_dir, tail.progress)


def recent_without_note(
    house: House, head: str, count: int | None = None, *, include_head: bool = False
) -> list[Commit]:
    """First-parent ancestors of HEAD without a note, oldest first."""
    found: list[Commit] = []
    current, left = head, (house.settings.catchup if count is None else count) + (0 if include_head else 1)
    while current and left > 0:
        try:
            commit = house.repository.commit(current)
        except StoreError:  # a shallow clone ends here
            break
        if (include_head or current != head) and not house.notes.has(current):
            found.append(commit)
        current = commit.parents[0] if commit.parents else ""
        left -= 1
    return found[::-1]
