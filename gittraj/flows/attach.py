"""Sessions meet commits: a commit and the sessions around it go in, statements in its note and a report come out."""

import time
from collections.abc import Callable, Iterable, Mapping

from gittraj.agents import registry
from gittraj.errors import CaptureError
from gittraj.flows import chain, discover, together
from gittraj.flows.belong import end_of_given, keep_first, recent_without_note, remember
from gittraj.flows.found import nothing_new, open_all, open_given
from gittraj.flows.keep import Kept
from gittraj.flows.sealing import seal_waiting
from gittraj.flows.tail import Tail
from gittraj.flows.wiring import House, open_house
from gittraj.model.report import Attached, AttachReport
from gittraj.redact.scanner import Scanner


def after_commit(
    directory: str,
    found: list[discover.Found],
    env: Mapping[str, str],
    say: Callable[[str], None],
    scanner: Scanner,
    *,
    alone: bool = False,
) -> str:
    """The hook's work at HEAD: seal what waits, catch up on recent commits, attach what belongs to this one.

    `scanner` may have begun early; it is given up where nothing is to be scanned. `alone`: not the recent commits, which a rebase has
    picked and not given their notes yet. Returns the commit, "" where none is looked at.
    """
    try:
        return _after_commit(open_house(directory, env, interactive=False, scanner=scanner), found, say, alone)
    finally:
        scanner.give_up()


def _after_commit(house: House, found: list[discover.Found], say: Callable[[str], None], alone: bool) -> str:
    head = house.repository.head()
    if head is None or not house.settings.attach:
        return ""
    for attached in seal_waiting(house):
        say(f"sealed the record of {attached.commit[:8]} that waited for its signature")
    chain.catch_up(house)
    tails = list(open_all(house, found, say))
    for commit in [] if alone else recent_without_note(house, head):
        _tell(together.past(house, tails, commit), say)
    _tell(together.live(house, tails, house.repository.commit(head)), say)
    for tail in tails:
        remember(house, tail)
    return head


def _tell(kept: Iterable[tuple[Tail, Kept]], say: Callable[[str], None]) -> None:
    for _, one in kept:
        if one.attached.waiting:
            done = one.attached
            say(f"the record of {done.commit[:8]} waits unsigned: {done.waiting}; {done.remedy}")


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
    seal_waiting(house)
    chain.catch_up(house)
    given = [open_given(house, path, agent) for path in sessions]
    kept: list[Attached] = []
    skipped: list[tuple[str, str]] = []
    for tail in given:
        if not tail.entries:
            skipped.append((tail.path, nothing_new(tail)))
            continue
        one = keep_first(house, tail, commit, end_of_given(house, tail, commit), scan=redact)
        kept += [one.attached] if one else []
    if not given:
        found = discover.find(house.worktree, house.env, house.repository.common_dir, now=time.time(), everything=True)
        chosen = [one for one in found if agent in (None, one.agent.NAME)]
        tails = list(open_all(house, chosen, lambda line: skipped.append(("", line))))
        done = together.past(house, tails, commit, scan=redact)
        kept += [one.attached for _, one in done]
        belong = {id(tail) for tail, _ in done}
        for tail in tails:
            if id(tail) not in belong:
                nothing = "nothing in it that is new and agrees with this commit"
                skipped.append((tail.path, nothing if tail.entries else nothing_new(tail)))
    if not kept and not house.notes.has(commit.id):
        if given:
            raise CaptureError(f"{skipped[0][0]}: {skipped[0][1]}")
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
    seal_waiting(house)
    chain.catch_up(house)
    skipped: list[tuple[str, str]] = []
    found = discover.find(house.worktree, house.env, house.repository.common_dir, now=time.time(), everything=True)
    tails = list(open_all(house, found, lambda line: skipped.append(("", line))))
    commits = recent_without_note(house, head, count, include_head=True)
    kept = [done.attached for commit in commits for _, done in together.past(house, tails, commit)]
    return AttachReport(attached=tuple(kept), skipped=tuple(skipped))


def finish(*, directory: str | None = None) -> AttachReport:
    """Seal what waits for a signature, and attach the rest of each session's turn to the last commit that it has a segment on."""
    house = open_house(directory)
    sealed = seal_waiting(house, must=True)
    chain.catch_up(house)
    kept: list[Attached] = []
    found = discover.find(house.worktree, house.env, house.repository.common_dir, now=time.time())
    for tail in open_all(house, found, lambda line: None):
        if tail.entries and tail.progress.commit and house.repository.has_commit(tail.progress.commit):
            commit = house.repository.commit(tail.progress.commit)
            done = keep_first(house, tail, commit, len(tail.entries))
            kept += [done.attached] if done else []
    return AttachReport(attached=tuple(sealed + kept))
