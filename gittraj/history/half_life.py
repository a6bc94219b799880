"""How long recorded lines live: the lineage, a commit's versions and the times of commits go in; half-lives per agent, model and path come out.

E. L. Kaplan, P. Meier, Nonparametric Estimation from Incomplete Observations (1958): lines that are still there count up to
now and no further, so that young code is not taken for short-lived.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from gittraj.history.lineage import Lineage
from gittraj.history.survival import Survival
from gittraj.model.region import HalfLife

Life = tuple[str, str, str, int, int, int]  # agent, model, path, born, ended (-1: it is there still), lines
KINDS = ("agent", "model", "path")


def lives(lineage: Lineage, survival: Survival, edits: Iterable[int], times: Mapping[str, int]) -> list[Life]:
    """The committed lines of these edits. `times`: commit with edits, or ending some → seconds since the epoch."""
    found: Counter[tuple[str, str, str, int, int]] = Counter()
    for number in edits:
        edit = lineage.edits[number]
        if not edit.committed:
            continue
        born = times[edit.commit]
        last = lineage.nodes[_last(lineage, number)].commit if any(lineage.tellings[number]) else -1
        for line in survival.made(number):
            if survival.there(line):
                found[edit.agent, edit.model, edit.file, born, -1] += 1
                continue
            ended = survival.ended(line)
            if ended < 0 or lineage.nodes[ended].commit == last:
                continue  # it never came into a commit, or was written over before
            found[edit.agent, edit.model, edit.file, born, times[lineage.commits[lineage.nodes[ended].commit]]] += 1
    return [(*each, lines) for each, lines in found.items()]


def half_lives(found: Iterable[Life], now: int, kinds: Iterable[str] = KINDS) -> dict[str, dict[str, HalfLife]]:
    """Under "agent", "model" and "path", by name; what is there is there until `now`, seconds."""
    places = [(kind, KINDS.index(kind)) for kind in kinds]
    told: dict[str, dict[str, Counter[tuple[int, bool]]]] = {kind: {} for kind, _ in places}
    for life in found:
        born, ended, lines = life[3:]
        lived = (max((now if ended < 0 else ended) - born, 0), ended >= 0)
        for kind, place in places:
            named = told[kind]
            name = str(life[place])
            if name not in named:
                named[name] = Counter()
            named[name][lived] += lines
    return {kind: {name: _told(each) for name, each in sorted(named.items())} for kind, named in told.items()}


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
