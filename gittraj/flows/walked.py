"""History walked up to a commit: a house, its index and a commit go in; the reel from the first commit to that one comes out, and is kept.

What was kept of an earlier walk holds where the index tells the same of each of its commits and the commit asked for goes on from one of
them by first parents; from there on history is walked. What is walked for HEAD is kept.
"""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from gittraj.errors import IndexDamagedError, IndexUnusableError, StoreError
from gittraj.flows.reel import Reel
from gittraj.flows.straight import reached, straight
from gittraj.flows.unnoted import Tellings, unnoted
from gittraj.flows.wiring import House
from gittraj.history.walk import State
from gittraj.model.walked import WalkedCommit
from gittraj.store import index_file, reach, walk_file
from gittraj.store.index import Index
from gittraj.store.index_file import WALK
from gittraj.store.walk_file import WalkFile

T = TypeVar("T")
Progress = Callable[[int, int], None]  # commits done, commits to do
Rows = dict[str, dict[str, bytes | None]]  # what was worked out, by kind and name


class Walked(NamedTuple):
    """`file`: what was kept, None where nothing can be used of it; `current`: it is kept up to the very commit. `found`: takes what is to be kept."""

    house: House
    told: Tellings
    commit: str
    reel: Reel
    state: State
    file: WalkFile | None
    current: bool
    digests: dict[str, str]
    found: Rows


def ask(
    house: House, index: Index, commit: str, question: Callable[[Walked], T], progress: Progress | None = None
) -> T:
    """What `question` makes of the history of `commit`. Raises `StoreError`, `IndexUnusableError`."""
    common = house.repository.common_dir
    try:
        file = walk_file.reading(common)
        if file is not None:
            with file:
                return _answer(house, index, commit, question, file, progress)
    except IndexDamagedError:
        _discard(common)
    except IndexUnusableError:  # somebody writes just now, or the index has trouble of its own
        pass
    return _answer(house, index, commit, question, None, progress)


def _answer(
    house: House,
    index: Index,
    commit: str,
    question: Callable[[Walked], T],
    file: WalkFile | None,
    progress: Progress | None,
) -> T:
    end = reach.end(house.notes)
    state, writing = file.state() if file else ("", "0")
    kept = file.commits() if file and state == end else []
    told = Tellings(index, unnoted(house, index, [commit], reached(house, commit, kept)))
    digests = told.traced()
    start, history = _goes_on(house, commit, kept, _valid(house, kept, digests))
    used = file if start else None  # of what begins otherwise nothing is of use
    reel = Reel(told, used, kept if used else [], start)
    versions = _on(house, told, reel, digests, history, commit, progress) if history else reel.state(start - 1)
    current = not history and start == len(kept)
    walked = Walked(house, told, commit, reel, versions, used, current, digests, {})
    tips = versions if not history else dict(versions)
    is_head = commit == house.repository.head()
    rows = reel.rows(tips) if is_head and not current else None
    try:
        answer = question(walked)
    except (msgspec.DecodeError, LookupError) as error:
        if walked.file is None:
            raise
        raise walk_file.damaged(error) from error  # rows that do not belong together
    if is_head and (rows is not None or walked.found):
        if file is not None:
            file.__exit__(None, None, None)
        _keep(house, walked, rows, writing, end)
    return answer


def beside(walked: Walked, tips: Sequence[str]) -> bool:
    """Go on through what `tips` reach and the commit does not; whether there is any. What was told of the commit's own history holds."""
    history = walked.house.repository.history(tips, [walked.commit] if walked.commit else [])
    if history:
        walked.reel.lineage.beside = True
        walked.reel.touched.clear()
        here = [walked.commit] if walked.commit else []
        walked.digests.update(walked.told.more(unnoted(walked.house, walked.told.index, [*here, *tips])))
        _on(walked.house, walked.told, walked.reel, walked.digests, history, "", None)
    return bool(history)


def _on(
    house: House,
    told: Tellings,
    reel: Reel,
    digests: dict[str, str],
    history: Sequence[tuple[str, list[str]]],
    wanted: str,
    progress: Progress | None,
) -> State:
    from gittraj.flows.lineage import Walk  # reads trees and compares files: nothing that a question alone needs

    return Walk(house, told, reel, digests).on(history, wanted, progress)


def nothing(house: House, index: Index) -> Walked:
    """Where no commit is asked for yet."""
    told = Tellings(index)
    return Walked(house, told, "", Reel(told, None, [], 0), {}, None, False, told.traced(), {})


def _valid(house: House, kept: list[WalkedCommit], digests: dict[str, str]) -> int:
    """How many commits of those kept are as they would be walked now."""
    get = digests.get
    for place, one in enumerate(kept):
        if one.digest != get(one.id, "") or (one.hole and _is_filled(house, one.id)):
            return place
    return len(kept)


def _is_filled(house: House, commit: str) -> bool:
    """Whether a commit of which objects were missing can be read now."""
    try:
        house.repository.changes(commit)
    except StoreError:
        return False
    return True


def _goes_on(
    house: House, commit: str, kept: list[WalkedCommit], valid: int
) -> tuple[int, list[tuple[str, list[str]]]]:
    """How many commits of those kept the history of `commit` begins with, and what comes behind them."""
    repository = house.repository
    way = straight(house, commit, kept[valid - 1].id) if valid and kept[valid - 1].main else None
    if way is not None:
        return valid, way
    places = {one.id: place for place, one in enumerate(kept[:valid]) if one.main}
    at = commit
    try:
        while at not in places:
            at = repository.commit(at).parents[0]
    except (StoreError, IndexError):
        return 0, repository.history([commit])
    start = places[at] + 1
    if at == commit:
        return start, []
    history = repository.history([commit], [at])
    new = dict(history)
    below = {one.id for one in kept[:start]}
    one = commit
    while one in new:
        one = next(iter(new[one]), "")
    if one != at or not all(parent in new or parent in below for parents in new.values() for parent in parents):
        return 0, repository.history([commit])  # git was told of other parents than the commits name
    return start, history


def _keep(house: House, walked: Walked, rows: object, writing: str, end: str) -> None:
    """Write what is new, if nobody wrote meanwhile and it can be written at all."""
    common = house.repository.common_dir
    try:
        with index_file.alone(common, WALK), walk_file.writing(common) as file:
            if file.state()[1] != writing:
                return
            file.begin()
            if rows is not None:
                file.write(rows, end)  # type: ignore[arg-type]
            for kind, each in walked.found.items():
                file.keep(kind, each)
            if walked.found:
                file.all_kept()
            file.end(os.urandom(8).hex())
    except IndexUnusableError:
        pass


def _discard(common: str) -> None:
    try:
        with index_file.alone(common, WALK):
            index_file.discard(index_file.location(common, WALK))
    except IndexUnusableError:
        pass
