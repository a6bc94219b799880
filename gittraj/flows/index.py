"""The index kept up with the notes: a house and a question go in, the answer from an index that holds every note comes out.

The index is only ever a shortcut: where its file is damaged it is built again, where it cannot be written or is held by another
process, the same is worked out in memory.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from gittraj.errors import IndexDamagedError, IndexUnusableError
from gittraj.flows.wiring import House
from gittraj.model.judged import IndexReport, Judged
from gittraj.model.report import ReplayedSegment
from gittraj.store import index as indexes
from gittraj.store import index_file, notes_difference, reach
from gittraj.store.index import Index

Progress = Callable[[int, int], None]  # commits done, commits to do
T = TypeVar("T")

_BATCH = 1000  # commits of a new index that are written together: what a kill costs
_LEFT = (
    50  # commits that are not walked yet: fewer are left to the first question, which has to look at its files anyway
)
_ABSENT = 500  # commits that rewritten ones were made of and that are not here: so many are looked for at each question
_MANY = 400  # commits to judge: from here on all notes are listed once, and the work is shared by processes


def ask(house: House, question: Callable[[Index], T], progress: Progress | None = None) -> T:
    """What `question` reads from the index, brought up to date before. Raises `StoreError` where the repository cannot be read."""
    try:
        with _current(house, progress) as index:
            return question(index)
    except IndexDamagedError:
        pass
    except IndexUnusableError:
        return _without(house, question, progress)
    try:
        with _written(house, progress, anew=True) as index:
            return question(index)
    except IndexUnusableError:
        return _without(house, question, progress)


def refresh(house: House, progress: Progress | None = None, *, anew: bool = False) -> IndexReport:
    """Bring the file up to date, or build it `anew`. Raises `IndexUnusableError` where it cannot be written, `StoreError`."""
    try:
        with _written(house, progress, anew=anew) as index:
            _walk(house, index, progress)
            return _report(house, index, current=True)
    except IndexDamagedError:
        if anew:
            raise
    return refresh(house, progress, anew=True)


def _walk(house: House, index: Index, progress: Progress | None) -> None:
    """Bring the walk through the history of HEAD up to date, where there is much to do: a few commits are left to the next question."""
    from gittraj.store import walk_file

    head = house.repository.head()
    file = walk_file.reading(house.repository.common_dir)
    if file is not None:
        with file:
            if abs(index.count_traced() - file.traced()) < _LEFT:
                return
    if head is not None:
        from gittraj.flows import all_regions, walked

        walked.ask(house, index, head, all_regions.brought_up, progress)


def stats(house: House) -> IndexReport:
    """What the file holds now; nothing is written. Raises `IndexUnusableError`, `StoreError`."""
    index = indexes.reading(house.repository.common_dir)
    if index is None:
        return IndexReport(index_file.location(house.repository.common_dir), 0, False, {})
    with index:
        return _report(house, index, current=_is_current(house, index))


def _report(house: House, index: Index, *, current: bool) -> IndexReport:
    path = index_file.location(house.repository.common_dir)
    return IndexReport(path, index_file.size(path), current, index.counts())


@contextmanager
def _current(house: House, progress: Progress | None) -> Iterator[Index]:
    index = indexes.reading(house.repository.common_dir)
    if index is not None:
        with index:
            if _is_current(house, index):
                yield index
                return
    with _written(house, progress) as index:
        yield index


@contextmanager
def _written(house: House, progress: Progress | None, *, anew: bool = False) -> Iterator[Index]:
    common = house.repository.common_dir
    with index_file.alone(common), indexes.writing(common, anew=anew) as index:
        update(house, index, progress)
        yield index


def _without(house: House, question: Callable[[Index], T], progress: Progress | None) -> T:
    """The answer from an index in memory that begins with what can be read of the file."""
    try:
        index = indexes.in_memory(indexes.reading(house.repository.common_dir))
    except IndexUnusableError:
        index = indexes.in_memory()
    with index:
        update(house, index, progress)
        return question(index)


def _is_current(house: House, index: Index) -> bool:
    return index.state() == _complete(reach.state(house.notes)) and not any(
        house.repository.has_object(commit) for commit in (*index.waiting(), *index.absent(_ABSENT))
    )


def update(house: House, index: Index, progress: Progress | None = None) -> None:
    """Bring `index` up to the notes as they are now: what changed is judged, and what came behind it in the same sessions.

    Raises `StoreError`; what was written until then is right.
    """
    state = reach.state(house.notes)
    tree, end = state
    was = index.state()
    word, old_tree, old_end = [*was.split(" "), "", "", ""][:3]
    if word == "complete" and old_end == end:
        changed = _changed(house, index, old_tree, tree)
        if len(changed) <= max(_BATCH, len(index) // 2):
            _mend(house, index, changed, _complete(state), progress)
            return
    building = f"building {tree} {end}"
    if was != building:  # rows of another state may have been judged with less, or with more, than there is now
        with index.writing():
            index.remove(index.notes())
            index.set_state(building)
    known = index.notes()
    todo = {commit: note for commit, note in notes_difference.keys(house.notes, tree).items() if commit not in known}
    batch: list[Judged] = []
    for one in _judged(house, todo, progress):
        batch.append(one)
        if len(batch) >= _BATCH:
            with index.writing():
                index.put(batch)
            batch = []
    with index.writing():
        index.put(batch)
        index.set_state(_complete(state))


def _mend(house: House, index: Index, changed: dict[str, str], state: str, progress: Progress | None) -> None:
    """A few notes are new, other or gone (`changed`: commit → note, "" for gone); all goes into one transaction."""
    has = house.repository.has_object
    todo = {commit: note for commit, note in changed.items() if note}
    came = [other for other in index.absent(_ABSENT) if has(other)]
    more = {each: note for each, note in index.waiting().items() if has(each)} | index.leaning([*changed, *came])
    todo |= {each: note for each, note in more.items() if each not in changed}
    if not changed and not todo and index.state() == state:
        return
    reached: dict[str, int] = {}  # session → the first of its segments that is other than before
    for commit in changed.keys() | todo.keys():
        _reach(reached, index.segments(commit))
    results: dict[str, Judged] = {}
    while True:
        for one in _judged(house, todo, progress):
            results[one.commit] = one
            _reach(reached, one.segments)
        behind = {commit for commit in index.later(reached) if commit not in results and changed.get(commit) != ""}
        if not behind:
            break
        todo = {commit: note for commit, note in index.notes().items() if commit in behind}
    with index.writing():
        index.remove(commit for commit, note in changed.items() if not note)
        index.put(results.values())
        index.set_state(state)


def _reach(reached: dict[str, int], segments: Iterable[ReplayedSegment]) -> None:
    for segment in segments:
        reached[segment.session] = min(segment.seq, reached.get(segment.session, segment.seq))


def _changed(house: House, index: Index, old: str, tree: str) -> dict[str, str]:
    """Commit → note of those that the index has otherwise or not at all; "" where the note is gone."""
    if old == tree:
        return {}
    found = notes_difference.changed(house.notes, old, tree)
    if found is None:
        found = {**dict.fromkeys(index.notes(), ""), **notes_difference.keys(house.notes, tree)}
    known = index.notes() if len(found) > 50 else {commit: index.note(commit) for commit in found}
    return {commit: note for commit, note in found.items() if known.get(commit, "") != note}


def _judged(house: House, todo: dict[str, str], progress: Progress | None) -> Iterator[Judged]:
    from gittraj.flows.judging import judged

    for count, one in enumerate(judged(house, todo, many=len(todo) >= _MANY), 1):
        if progress is not None:
            progress(count, len(todo))
        yield one


def _complete(state: tuple[str, str]) -> str:
    return f"complete {state[0]} {state[1]}"
