"""Sessions meet commits: a commit and the sessions around it go in, statements in its note and a report come out."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gittraj.agents import registry
from gittraj.agents.interface import Agent
from gittraj.capture import commit_calls, cut
from gittraj.errors import AgentError, CaptureError, GitTrajError, KeyringError, StoreError
from gittraj.flows import chain, discover, pending, progress
from gittraj.flows.keep import Kept, keep, seal_and_write
from gittraj.flows.match import evidence_for
from gittraj.flows.tail import Tail
from gittraj.flows.wiring import House, open_house
from gittraj.model.commit import Commit
from gittraj.model.report import Attached, AttachReport
from gittraj.store.state import State, file_name


def after_commit(
    directory: str, found: list[discover.Found], env: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """The hook's work at HEAD: seal what waits, catch up on recent commits, attach what belongs to this one."""
    house = open_house(directory, env, interactive=False)
    head = house.repository.head()
    if head is None or not house.settings.attach:
        return
    for attached in _seal_pending(house):
        say(f"sealed the record of {attached.commit[:8]} that waited for its signature")
    chain.catch_up(house)
    tails = list(_open(house, found, say))
    for commit in _recent_without_note(house, head):
        for tail in tails:
            _attach_past(house, tail, commit)
    commit = house.repository.commit(head)
    for tail in tails:
        kept = _attach_live(house, tail, commit, tails)
        if kept and kept.attached.waiting:
            say(
                f"the record of {commit.id[:8]} waits unsigned: {kept.attached.waiting}\n  sign it with: git traj finish"
            )
    for tail in tails:
        _remember(house, tail)


def attach(
    rev: str = "HEAD",
    *,
    sessions: Iterable[str] = (),
    agent: str | None = None,
    redact: bool = True,
    directory: str | None = None,
) -> AttachReport:
    """Attach to one commit by hand: the `sessions` given (files), or what discovery finds. Raises `CaptureError` where nothing fits."""
    house = open_house(directory)
    commit = house.repository.commit(house.repository.resolve(rev))
    discover.note_plugins(house.repository.common_dir)
    if agent:
        registry.by_name(agent)  # a name that is none must not look like an agent without sessions
    _seal_pending(house)
    chain.catch_up(house)
    given = [_given(house, path, agent) for path in sessions]
    kept: list[Attached] = []
    skipped: list[tuple[str, str]] = []
    for tail in given:
        if not tail.entries:
            skipped.append((tail.path, _nothing_new(tail)))
            continue
        kept.append(_keep(house, tail, commit, _end_of_given(house, tail, commit), scan=redact).attached)
    if not given:
        found = discover.find(house.worktree, house.env, house.repository.common_dir, now=time.time(), everything=True)
        chosen = [one for one in found if agent in (None, one.agent.NAME)]
        for tail in _open(house, chosen, lambda line: skipped.append(("", line))):
            done = _attach_past(house, tail, commit, scan=redact)
            if done:
                kept.append(done.attached)
            else:
                skipped.append(
                    (
                        tail.path,
                        "nothing in it that is new and agrees with this commit" if tail.entries else _nothing_new(tail),
                    )
                )
    if not kept and not house.notes.has(commit.id):
        raise CaptureError(
            f"no session was found that produced {commit.id[:8]}",
            hint="name its file: git traj attach " + commit.id[:8] + " --session PATH",
        )
    return AttachReport(attached=tuple(kept), skipped=tuple(skipped))


def attach_missing(*, count: int | None = None, directory: str | None = None) -> AttachReport:
    """Catch up on the last `count` commits (None: the setting `gittraj.catchup`) that have no trace."""
    house = open_house(directory)
    discover.note_plugins(house.repository.common_dir)
    head = house.repository.head()
    if head is None:
        return AttachReport()
    _seal_pending(house)
    chain.catch_up(house)
    skipped: list[tuple[str, str]] = []
    found = discover.find(house.worktree, house.env, house.repository.common_dir, now=time.time(), everything=True)
    tails = list(_open(house, found, lambda line: skipped.append(("", line))))
    commits = _recent_without_note(house, head, count, include_head=True)
    kept = [done.attached for commit in commits for tail in tails if (done := _attach_past(house, tail, commit))]
    return AttachReport(attached=tuple(kept), skipped=tuple(skipped))


def finish(*, directory: str | None = None) -> AttachReport:
    """Seal what waits for a signature, and attach the rest of each session's turn to the last commit that it has a segment on."""
    house = open_house(directory)
    sealed = _seal_pending(house, must=True)
    chain.catch_up(house)
    kept: list[Attached] = []
    found = discover.find(house.worktree, house.env, house.repository.common_dir, now=time.time())
    for tail in _open(house, found, lambda line: None):
        if tail.entries and tail.progress.commit and house.repository.has_commit(tail.progress.commit):
            commit = house.repository.commit(tail.progress.commit)
            kept.append(_keep(house, tail, commit, len(tail.entries)).attached)
    return AttachReport(attached=tuple(sealed + kept))


def _open(house: House, found: Iterable[discover.Found], say: Callable[[str], None]) -> Iterable[Tail]:
    """The tails of all sessions found; one that cannot be read is told and left."""
    for one in found:
        location = one.location
        facts = {"size": location.size, "mtime": location.mtime, "inside": one.inside}
        try:
            tail = _tail(house, one.agent, location.path, location.session, **facts)
        except AgentError as error:
            say(error.message)
            State(house.repository.common_dir).note_problem(error.message)
            continue
        yield tail


def _given(house: House, path: str, agent: str | None) -> Tail:
    full = os.path.realpath(path)
    chosen = registry.named(agent, full) if agent else registry.recognise(full)
    tail = _tail(house, chosen, full, "")
    if not tail.entries and not tail.progress.seq:
        raise AgentError(f"{full}: holds no entries")
    if tail.entries and all(entry.get("event-type") == "unknown" for entry in tail.entries):
        raise AgentError(f"{full}: nothing in it reads as {chosen.NAME} writes it")
    return tail


def _tail(house: House, agent: Agent, path: str, session: str, **facts: Any) -> Tail:
    """Read on where the session was left; a file that does not tell its session's id is opened to learn it."""
    common = house.repository.common_dir
    known = progress.load(common, agent.NAME, session, path)
    tail = Tail(agent, path, session, known, **facts)
    if not known.seq and tail.reading.head.session_id not in ("", known.session):
        known = progress.load(common, agent.NAME, tail.reading.head.session_id, path)
        if known.seq:
            return Tail(agent, path, session, known, **facts)
    copied = 0 if known.seq else _copied(common, agent.NAME, tail)
    if copied:
        last = str(tail.entries[copied - 1]["id"])
        return Tail(agent, path, session, progress.replace(known, entry=copied, last=last), **facts)
    return tail


def _copied(common: str, agent: str, tail: Tail) -> int:
    """How many entries a resumed or forked session brought along from another one, which has a trace of them already."""
    places = {entry["id"]: number for number, entry in enumerate(tail.entries, 1) if isinstance(entry.get("id"), str)}
    own = tail.reading.head.session_id
    others = (kept for kept in State(common).sessions() if kept.agent == agent and kept.session != own)
    return max((places.get(kept.state.get("last"), 0) for kept in others), default=0)


def _attach_live(house: House, tail: Tail, commit: Commit, tails: list[Tail]) -> Kept | None:
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
    return _keep(
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


def _attach_past(house: House, tail: Tail, commit: Commit, *, scan: bool = True) -> Kept | None:
    """A commit that was made earlier: what the session did up to it, if its call made the commit or its edits agree with it."""
    if not tail.entries:
        return None
    call = commit_calls.made(tail.entries, commit)
    stop = (
        cut.at_call(tail.entries, tail.reading.ends, call)
        if call
        else cut.at_time(tail.entries, tail.reading.ends, commit)
    )
    if not stop or not (call or evidence_for(house, tail, commit, stop)):
        return None
    return _keep(house, tail, commit, stop, scan=scan)


def _end_of_given(house: House, tail: Tail, commit: Commit) -> int:
    """A session given by name is attached to its end, unless it goes on to make another commit of this repository."""
    call = commit_calls.made(tail.entries, commit)
    if call:
        for index, abbreviated in commit_calls.mentioned(tail.entries):
            if (
                index > call.place
                and not commit.id.startswith(abbreviated)
                and house.repository.has_commit(abbreviated)
            ):
                return cut.at_call(tail.entries, tail.reading.ends, call)
    return len(tail.entries)


def _keep(house: House, tail: Tail, commit: Commit, stop: int, *, still_open: bool = False, scan: bool = True) -> Kept:
    common = house.repository.common_dir
    previous = tail.progress
    with State(common).lock(file_name(f"session-{tail.agent.NAME}", tail.reading.head.session_id)):
        segment, after = tail.take(stop)
        kept = keep(house, tail.agent, segment, commit, previous_commit=previous.commit, scan=scan)
        tail.progress = progress.replace(after, prev=kept.digest, commit=commit.id, open=still_open)
        progress.save(common, tail.progress)
        chain.note_tip(house)
    return kept


def _remember(house: House, tail: Tail) -> None:
    """A tail in which nothing could ever be evidence (the words after a commit) need not be read again until it grows."""
    if tail.entries and tail.progress.consumed != tail.size and not tail.operations() and not tail.commands():
        tail.progress = progress.replace(tail.progress, consumed=tail.size)
        progress.save(house.repository.common_dir, tail.progress)


def _recent_without_note(
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


def _seal_pending(house: House, *, must: bool = False) -> list[Attached]:
    sealed: list[Attached] = []
    common = house.repository.common_dir
    if not State(common).pending():
        return sealed
    for name, anchor, record in pending.waiting(common):
        try:
            commit = house.repository.commit(anchor.commit)
            kept = seal_and_write(house, "", record, anchor, commit, int(time.time()), wait=False)
        except KeyringError:
            if must:
                raise
            return sealed
        except GitTrajError as error:
            State(common).note_problem(error.message)
            continue
        pending.done(common, name)
        sealed.append(kept.attached)
    return sealed


def _nothing_new(tail: Tail) -> str:
    if tail.progress.commit:
        return f"nothing new since its last segment, on {tail.progress.commit[:8]}"
    return "holds no entries"
