"""The labelled set: how much is found, how little is cut wrongly. ``python -m tests.redact.measure`` prints the tables."""

from collections import Counter

import pytest

from tests.redact.measure import held_out, precision, recall


def test_the_set_covers_what_was_promised() -> None:
    found = recall()
    assert len({case.family for case, _ in found}) >= 25
    assert len({case.place for case, _ in found}) >= 12
    assert len({decoy.kind for decoy, _ in precision()}) >= 12


@pytest.mark.parametrize("seed", [7, 8])
def test_secrets_in_the_places_where_agents_leave_them_are_found(seed: int) -> None:
    found = recall(seed)
    missed = [(case.family, case.place) for case, ok in found if not ok]
    assert len(missed) <= 0.01 * len(found), missed


@pytest.mark.parametrize("seed", [11, 12])
def test_look_alikes_stay(seed: int) -> None:
    kept = precision(seed)
    cut = [decoy for decoy, ok in kept if not ok]
    assert len(cut) <= 0.01 * len(kept), cut


def test_most_contexts_for_which_no_rule_was_made_are_found_too() -> None:
    found = held_out()
    missed = Counter(context.name for context, ok in found if not ok)
    assert sum(missed.values()) <= 0.1 * len(found), missed
