"""`git traj sessions`: nothing goes in; every session in the notes, with what it met of others and what became of its edits, comes out."""

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gittraj.capture.moments import rfc3339
from gittraj.codec.digest import sha256_hex
from gittraj.flows import walked
from gittraj.flows.all_regions import brought_up, every
from gittraj.flows.current import open_current
from gittraj.flows.groups import GROUP, Groups, SessionFound
from gittraj.flows.index import Progress, ask
from gittraj.flows.walked import Walked
from gittraj.flows.wiring import House
from gittraj.history.sessions import Ran, measures
from gittraj.model.report import ReplayedSegment
from gittraj.model.session_report import SessionReport
from gittraj.store import results
from gittraj.store.index import Index

_NAME = "sessions"  # of the result in the index
_LATEST = 253_402_300_799.0  # seconds: the last moment of the year 9999, where RFC 3339 ends


def sessions(directory: str | None = None, progress: Progress | None = None) -> list[SessionReport]:
    """All sessions, by the time they began. Raises `StoreError`."""
    house = open_current(directory)
    tips = house.repository.tips()
    state = sha256_hex("\n".join([house.repository.head() or "", *tips]).encode())
    common = house.repository.common_dir

    def question(index: Index) -> tuple[str, list[SessionReport]]:
        now = f"{state} {index.state()}"
        known = results.kept(common, _NAME, now)
        if known:
            return "", msgspec.msgpack.decode(known[""], type=list[SessionReport])
        return now, _worked_out(house, index, tips, progress)

    now, found = ask(house, question, progress)
    if now:
        results.keep(common, _NAME, now, {"": msgspec.msgpack.encode(found)})
    return found


def _worked_out(house: House, index: Index, tips: list[str], progress: Progress | None) -> list[SessionReport]:
    head = house.repository.head()
    if head is None:
        return _reports(index, *_of_walked(walked.nothing(house, index), tips))
    return _reports(index, *walked.ask(house, index, head, lambda found: _of_walked(found, tips), progress))


def _of_walked(found: Walked, tips: Sequence[str]) -> tuple[dict[str, list[SessionFound]], dict[str, int]]:
    """What each session has in each group of files, and the place of each commit. Commits of other tips come behind those of HEAD."""
    own = frozenset(found.reel.places)
    groups, _, new = brought_up(found)
    if walked.beside(found, tips):
        groups = Groups(found, own.__contains__)
        new = {**new, **groups.work_out({found.reel.root(path) for path in found.reel.touched})[1]}
    sessions: dict[str, list[SessionFound]] = {}
    for group in every(groups, new, found.reel.kept(GROUP)):
        for name, each in group.sessions.items():
            sessions.setdefault(name, []).append(each)
    return sessions, found.reel.places


def _reports(index: Index, found: dict[str, list[SessionFound]], places: Mapping[str, int]) -> list[SessionReport]:
    groups: dict[str, list[tuple[str, ReplayedSegment]]] = {}
    for commit, segment in index.sessions():
        groups.setdefault(segment.session, []).append((commit, segment))
    ran = {name: Ran(*_times(each), each[0][1].issuer) for name, each in groups.items()}
    shared = {name: [one.share for one in each if one.share is not None] for name, each in found.items()}
    told = measures(ran, {name: each for name, each in shared.items() if each})
    reports = []
    for name, each in groups.items():
        mine, measured = found.get(name, []), told[name]
        fates: dict[str, int] = {}
        for one in mine:
            for fate, count in one.fates.items():
                fates[fate] = fates.get(fate, 0) + count
        commits = sorted(dict.fromkeys(commit for commit, _ in each), key=lambda one: places.get(one, -1))
        reports.append(
            SessionReport(
                name,
                _each(segment.agent for _, segment in each),
                _each(segment.model for _, segment in each),
                ran[name].start,
                ran[name].end,
                tuple(commits),
                sum({segment.seq: segment.prompts for _, segment in each}.values()),
                sum(one.edits for one in mine),
                sum(one.files for one in mine),
                fates,
                measured.prior_sessions_same_repo,
                measured.prior_sessions_same_region,
                measured.session_reopened_within_s,
                measured.region_re_edit_count,
            )
        )
    return sorted(reports, key=lambda one: (one.start, one.session))


def _times(segments: Iterable[tuple[str, ReplayedSegment]]) -> tuple[str, str]:
    starts = [one.start for _, one in segments if one.start]
    ends = [one.end for _, one in segments if one.end]
    return _told(min(starts, default=0.0)), _told(max(ends, default=0.0))


def _told(moment: float) -> str:
    return rfc3339(moment) if math.isfinite(moment) and 0 < moment <= _LATEST else ""


def _each(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
