"""`git traj sessions`: nothing goes in; every session in the notes, with what it met of others and what became of its edits, comes out."""

import math
from collections.abc import Iterable, Mapping

import msgspec

from gittraj.capture.moments import rfc3339
from gittraj.codec.digest import sha256_hex
from gittraj.flows.current import open_current
from gittraj.flows.index import Progress, ask
from gittraj.flows.wiring import House
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
        return now, _worked_out(house, index, tips)

    now, found = ask(house, question, progress)
    if now:
        results.keep(common, _NAME, now, {"": msgspec.msgpack.encode(found)})
    return found


def _worked_out(house: House, index: Index, tips: list[str]) -> list[SessionReport]:
    from gittraj.flows.lineage import walk
    from gittraj.history.lineage import Lineage
    from gittraj.history.sessions import Measures, Ran, measures
    from gittraj.history.survival import Survival

    groups: dict[str, list[tuple[str, ReplayedSegment]]] = {}
    for commit, segment in index.sessions():
        groups.setdefault(segment.session, []).append((commit, segment))
    head = house.repository.head()
    walked = walk(house, index, tips)
    lineage: Lineage = walked.lineage
    ran = {name: Ran(*_times(each), each[0][1].issuer) for name, each in groups.items()}
    told: Mapping[str, Measures] = measures(lineage, ran)
    within = {commit for commit, _ in house.repository.history([head])} if head else set()
    versions = walked.states[head].values() if head else ()
    survival = Survival(lineage, versions, range(len(lineage.nodes)))
    edits: dict[str, set[tuple[int, str]]] = {}
    fates: dict[str, dict[str, int]] = {}
    for number, edit in enumerate(lineage.edits):
        edits.setdefault(edit.session, set()).add((number, edit.file))
        if edit.commit in within:
            counts = fates.setdefault(edit.session, {})
            fate = survival.fate(number).state
            counts[fate] = counts.get(fate, 0) + 1
    order = {commit: at for at, commit in enumerate(lineage.commits)}
    found = []
    for name, each in groups.items():
        mine, measured = edits.get(name, set()), told[name]
        start, end = _times(each)
        commits = sorted(dict.fromkeys(commit for commit, _ in each), key=lambda one: order.get(one, -1))
        found.append(
            SessionReport(
                name,
                _each(segment.agent for _, segment in each),
                _each(segment.model for _, segment in each),
                start,
                end,
                tuple(commits),
                sum({segment.seq: segment.prompts for _, segment in each}.values()),
                len(mine),
                len({file for _, file in mine}),
                fates.get(name, {}),
                measured.prior_sessions_same_repo,
                measured.prior_sessions_same_region,
                measured.session_reopened_within_s,
                measured.region_re_edit_count,
            )
        )
    return sorted(found, key=lambda one: (one.start, one.session))


def _times(segments: Iterable[tuple[str, ReplayedSegment]]) -> tuple[str, str]:
    starts = [one.start for _, one in segments if one.start]
    ends = [one.end for _, one in segments if one.end]
    return _told(min(starts, default=0.0)), _told(max(ends, default=0.0))


def _told(moment: float) -> str:
    return rfc3339(moment) if math.isfinite(moment) and 0 < moment <= _LATEST else ""


def _each(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
