"""How long recorded lines live: the lineage, a commit's versions and the times of commits go in; half-lives per agent, model and path come out.

E. L. Kaplan, P. Meier, Nonparametric Estimation from Incomplete Observations (1958): lines that are still there count up to
now and no further, so that young code is not taken for short-lived.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from gittraj.history.lineage import Lineage
from gittraj.history.lines import Version
from gittraj.history.survival import Survival
from gittraj.model.region import HalfLife

Lives = dict[str, Counter[tuple[int, bool]]]  # name → how many lines lived so many seconds, and whether they ended


def half_lives(
    lineage: Lineage, versions: Iterable[Version], times: Mapping[str, int]
) -> dict[str, dict[str, HalfLife]]:
    """Under "agent", "model" and "path", by name. `times`: commit → seconds since the epoch; the latest is now."""
    survival = Survival(lineage, versions, range(len(lineage.nodes)))
    now = max(times.values(), default=0)
    lives: dict[str, Lives] = {"agent": {}, "model": {}, "path": {}}
    for number, edit in enumerate(lineage.edits):
        if not edit.committed:
            continue
        born = times.get(edit.commit, now)
        for line in survival.made(number):
            ended = survival.ended(line)
            there = survival.there(line)
            if ended < 0 and not there:
                continue  # it never came into a commit
            end = now if there else times.get(lineage.commits[lineage.nodes[ended].commit], now)
            life = max(end - born, 0), not there
            if not there and lineage.nodes[ended].commit == lineage.nodes[_last(lineage, number)].commit:
                continue  # written over before the commit
            for kind, name in (("agent", edit.agent), ("model", edit.model), ("path", edit.file)):
                lives[kind].setdefault(name, Counter())[life] += 1
    return {kind: {name: _told(each) for name, each in sorted(named.items())} for kind, named in lives.items()}


def _last(lineage: Lineage, edit: int) -> int:
    return next((told[-1] for told in reversed(lineage.tellings[edit]) if told), 0)


def _told(lives: Counter[tuple[int, bool]]) -> HalfLife:
    total = sum(lives.values())
    alive = sum(count for (_, ended), count in lives.items() if not ended)
    return HalfLife(total, alive, median(lives))


def median(lives: Mapping[tuple[int, bool], int]) -> int | None:
    """The time by which half of the lines have ended, as the estimator has it; None where it is not that late yet."""
    at_risk = sum(lives.values())
    left = 1.0
    for seconds in sorted({seconds for seconds, _ in lives}):
        ended, gone = lives.get((seconds, True), 0), lives.get((seconds, False), 0)
        left *= 1 - ended / at_risk
        if left <= 0.5:
            return seconds
        at_risk -= ended + gone
    return None
