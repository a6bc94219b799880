"""The timeline of a commit: its segments go in, one list of events in the order they happened comes out, split at the commit."""

from typing import NamedTuple

from gittraj.capture import commit_calls
from gittraj.errors import StoreError
from gittraj.flows.changed_files import tree
from gittraj.flows.happened import Happened, happened
from gittraj.flows.segments import Segment, events_of, root_of
from gittraj.model.commit import Change, Commit
from gittraj.model.edit import Edit
from gittraj.replay.engine import Replay
from gittraj.replay.spans import Applied
from gittraj.replay.steps import Event, Kept, Landing, Restore, sequence
from gittraj.store.snapshots import Snapshots

WALK = 200  # commits between a segment's base and its commit that are looked at; a session that began earlier is replayed on the parent
_WHOLE_SECOND = 0.999  # git keeps whole seconds


class Left(NamedTuple):
    """What a segment leaves for the next one: files not committed, calls without a result, and edits that no commit has taken.

    `commit`: whose files those are told against.
    """

    files: dict[str, Kept]
    waiting: dict[str, Happened]
    edits: tuple[Edit, ...] = ()
    commit: str = ""


def fitting(snapshots: Snapshots, left: Left, base: str) -> Left:
    """`left` for a segment that began on `base`: after a rewrite, told against that; a file that the rewrite changed is laid on it, as git does."""
    repository = snapshots.repository
    if not left.files or left.commit in ("", base) or not all(map(repository.has_commit, (left.commit, base))):
        return left
    if repository.descends(base, left.commit):
        return left
    files = _laid(snapshots, left.files, *(snapshots.commit(one).tree for one in (left.commit, base)))
    return left._replace(files=files, edits=tuple(edit for edit in left.edits if edit.file in files))


def _laid(snapshots: Snapshots, files: dict[str, Kept], there: str, here: str) -> dict[str, Kept]:
    changes = []
    for path in files:
        (old, old_mode), (new, new_mode) = (snapshots.entry(each, path) or ("", 0) for each in (there, here))
        if (old, old_mode) != (new, new_mode):
            changes.append(Change(path, old, new, old_mode, new_mode))
    if not changes:
        return files
    moved = {change.path for change in changes}
    replay = Replay(tree(snapshots, there), snapshots.blob)
    replay.run([Restore({path: kept for path, kept in files.items() if path in moved}), Landing("", tuple(changes))])
    return {path: kept for path, kept in files.items() if path not in moved} | replay.left()


class Timeline(NamedTuple):
    """`base`: tree that the replay starts from, "" for none. `before`, `after`: events up to the commit, and later ones.

    `start`: the commit of that tree.
    """

    base: str
    before: list[Event]
    after: list[Event]
    waiting: dict[str, dict[str, Happened]]
    start: str = ""


def build(
    snapshots: Snapshots,
    commit: Commit,
    segments: list[Segment],
    left: dict[str, Left],
    here: str,
) -> Timeline:
    """The events of `segments` (of any sessions, those of one session in order) and of the commits since they began.

    `left`: by session, what the segment before the first one given left. Raises `StoreError`.
    """
    chain = _chain(snapshots, commit, {segment.base for segment in segments})
    bases = {one.id: place for place, one in enumerate(chain)}
    last = max(len(chain) - 1, 0)  # of a root commit the chain is empty
    start = min((bases.get(segment.base, last) for segment in segments), default=last)
    trees = [one.tree for one in (*chain[-1:], commit)]
    before: list[list[tuple[float, Event]]] = []
    after: list[list[tuple[float, Event]]] = []
    waiting: dict[str, dict[str, Happened]] = {}
    restores: list[tuple[int, Restore]] = []
    begins: dict[int, float] = {}
    done: set[str] = set()
    for segment in segments:
        place = bases.get(segment.base, last)
        first = segment.session not in waiting
        mine = left.get(segment.session)
        if first:
            waiting[segment.session] = dict(mine.waiting) if mine else {}
            if mine and mine.files:
                restores.append((place, Restore(mine.files)))
        seen = happened(segment.agent, segment.entries, waiting[segment.session])
        made_for = segment.made or commit
        call = commit_calls.committing(segment.entries, made_for)
        if call is not None and (still_open := waiting[segment.session].get(call.call_id)) is not None:
            seen.append(still_open)
        root = root_of(segment, seen, here, lambda path: any(snapshots.has(tree, path) for tree in trees))
        if segment.made is not None and segment.base not in bases and snapshots.repository.has_commit(segment.base):
            states = _States(snapshots, snapshots.commit(segment.base).tree, segment, whole=True)
        else:
            states = _States(snapshots, chain[place].tree if chain else "", segment)
        lanes: dict[tuple[int, bool], list[tuple[float, Event]]] = {}
        again = not first and segment.session in done and not segment.moved
        at = next((at for at, one in enumerate(seen) if call and one.call.get("call-id") == call.call_id), -1)
        made_in = seen[at].lane if at >= 0 else 0
        for number, event in enumerate(seen):
            made = number == at
            if call is None:
                late = again and event.moment >= made_for.committer_time + 1
            elif event.lane != made_in:
                late = _late_beside(event, made_for, call.place, made_in)
            else:
                late = (number >= at if made_in else event.top > call.place) and _told(event)
            lane = lanes.setdefault((event.lane, late), [])
            lane += [(event.moment, one) for one in events_of(segment, event, root, states.before, made=made)]
            begins[place] = min(begins.get(place, float("inf")), event.moment)
        if call is not None or not first:
            done.add(segment.session)
        before += [lane for (_, late), lane in lanes.items() if not late]
        after += [lane for (_, late), lane in lanes.items() if late]
    landings = _landings(snapshots, chain, start, begins, restores)
    base = chain[start].tree if chain else ""
    begun = chain[start].id if chain else ""
    return Timeline(base, sequence(landings, *before), sequence(*after), waiting, begun)


def met(snapshots: Snapshots, tree: str, segment: Segment) -> dict[str, bytes]:
    """The files that differed from `tree`, the segment's base, when it began, as its record tells."""
    states = _States(snapshots, tree, segment)
    found = {path: states.before(path) for path in segment.files}
    return {path: content for path, content in found.items() if content is not None}


class _States:
    """The states that differed from the base when the segment began, each told once: for the first operation on its path.

    `whole`: also those that did not differ, because replay does not come from this base. A file written as a whole would else be laid on
    what stands elsewhere, and lines that it only kept would be taken for its own.
    """

    def __init__(self, snapshots: Snapshots, tree: str, segment: Segment, *, whole: bool = False) -> None:
        self._snapshots = snapshots
        self._read = snapshots.reader(tree)
        self._files = dict(segment.files)
        self._recorded = frozenset(segment.files)
        self._whole = whole
        self._told: set[str] = set()  # paths that were asked for

    def before(self, path: str) -> bytes | None:
        first = path not in self._told
        self._told.add(path)
        found = self._differing(path)
        if found is None and self._whole and first and path not in self._recorded:
            there = self._read(path)
            return there[0] if there else None
        return found

    def _differing(self, path: str) -> bytes | None:
        kept = self._files.pop(path, None)
        blob, patch = (kept.get("blob"), kept.get("patch")) if isinstance(kept, dict) else (None, None)
        if not isinstance(blob, str) or not isinstance(patch, str):
            return None
        data = self._snapshots.blob(blob)
        if data is not None:
            return data
        from gittraj.codec.digest import git_blob_id
        from gittraj.replay.unified import unified

        there = self._read(path)
        content = there[0] if there else b""
        for old in (content, content.replace(b"\r\n", b"\n")):
            result = unified(old, patch)
            if isinstance(result, Applied) and result.content is not None and git_blob_id(result.content) == blob:
                return result.content
        return None


def _chain(snapshots: Snapshots, commit: Commit, bases: set[str]) -> list[Commit]:
    """First-parent ancestors, oldest first, from the oldest of `bases` to the parent; only the parent where they are not found."""
    chain: list[Commit] = []
    missing = bases - {""}
    at = commit.parents[0] if commit.parents else ""
    while at and len(chain) < WALK:
        try:
            chain.append(snapshots.commit(at))
        except StoreError:  # a shallow clone ends here
            if not chain:
                raise
            break
        missing.discard(at)
        if not missing:
            break
        at = chain[-1].parents[0] if chain[-1].parents else ""
    found = [place for place, one in enumerate(chain) if one.id in bases]
    del chain[(max(found) if found else 0) + 1 :]
    chain.reverse()
    return chain


def _told(event: Happened) -> bool:
    """Whether it has come to an end, as far as its place tells; the call that makes the commit has not by then."""
    return event.result is not None or event.call.get("type") == "tool-call"


def _late_beside(event: Happened, commit: Commit, place: int, made_in: int) -> bool:
    """Whether the event came after the commit that another of the agents running side by side made, at the top-level entry `place`.

    What began before or after the one that made it is told by its place; of what went on meanwhile, only times tell.
    """
    if not _told(event):
        return False
    if made_in == 0 and event.top > place:
        return True
    if event.lane == 0 and event.top < place:
        return False
    return event.moment >= commit.committer_time + 1


def _landings(
    snapshots: Snapshots,
    chain: list[Commit],
    start: int,
    begins: dict[int, float],
    restores: list[tuple[int, Restore]],
) -> list[tuple[float, Event]]:
    """The commits after the base, each no later than what began on it, and what segments began with."""
    latest = float("inf")
    times: dict[int, float] = {}
    for place in range(len(chain) - 1, max(start, 0) - 1, -1):
        latest = min(latest, chain[place].committer_time + _WHOLE_SECOND, begins.get(place, latest))
        times[place] = latest
    events: list[tuple[float, Event]] = []
    for place in range(start, len(chain)):
        if place > start:
            one = chain[place]
            events.append((times[place], Landing(one.id, tuple(snapshots.changes(one)))))
        events += [(times[place], restore) for at, restore in restores if at == place]
    if not chain:
        events += [(float("-inf"), restore) for _, restore in restores]
    return events
