"""Attribution of changed lines, where several readings of a diff are possible; and merges."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.model.operation import Replace
from gittraj.replay.compare import Changed, judge
from gittraj.replay.coverage import attribute, counted, ranges
from gittraj.replay.lines import BASE, Ledger, mapping
from gittraj.replay.spans import Span, diff_spans, lines
from gittraj.replay.steps import Origin
from tests.replay.worlds import World

AGENT, SHELL = Origin("agent", "s", 1), Origin("shell", "s", 2)


def test_a_blank_line_that_git_takes_for_the_new_one_is_the_agents() -> None:
    """The agent wrote the first of two equal lines, git counts the second: one line of the agent all the same."""
    ledger = Ledger()
    old = ledger.fresh(2, BASE)  # "a", ""
    new = ledger.spliced(old, [Span(1, 1, 1, 3)], AGENT)  # "a", "", "b", "" with the last one old
    found = attribute(old, new, [Span(2, 2, 2, 4)], ledger)  # git: "b", "" are new, the first blank is old
    assert counted(found)["agent"].added == 2 and counted(found)["unexplained"].added == 0


def test_a_removed_line_that_git_takes_for_another_is_the_agents() -> None:
    ledger = Ledger()
    old = ledger.fresh(4, BASE)  # "a", "", "b", ""
    new = ledger.spliced(old, [Span(1, 3, 1, 1)], AGENT)
    found = attribute(old, new, [Span(2, 4, 2, 2)], ledger)
    assert counted(found)["agent"].removed == 2


def test_a_line_that_only_git_thinks_changed_goes_with_its_hunk() -> None:
    ledger = Ledger()
    old = ledger.fresh(2, BASE)
    new = ledger.spliced(old, [Span(0, 1, 0, 1)], SHELL)
    found = attribute(old, new, [Span(0, 2, 0, 2)], ledger)
    assert (counted(found)["shell"].added, counted(found)["shell"].removed) == (2, 2)


def test_ranges_join_lines_of_one_origin_only() -> None:
    ledger = Ledger()
    new = [*ledger.fresh(2, AGENT), *ledger.fresh(1, SHELL), *ledger.fresh(1, AGENT)]
    found = attribute([], new, [Span(0, 0, 0, 4)], ledger)
    assert [(each.start, each.end, each.kind) for each in ranges(found.added)] == [
        (1, 2, "agent"),
        (3, 3, "shell"),
        (4, 4, "agent"),
    ]


@given(st.lists(st.sampled_from("abc\n")), st.lists(st.sampled_from("abc\n")))
@settings(max_examples=200, deadline=None)
def test_a_mapping_pairs_equal_lines_both_ways(one: list[str], two: list[str]) -> None:
    old, new = "".join(one).encode(), "".join(two).encode()
    spans = diff_spans(old, new)
    there = mapping(spans, len(lines(old)))
    back = mapping(spans, len(lines(new)), reverse=True)
    for place, other in enumerate(there):
        if other >= 0:
            assert lines(old)[place] == lines(new)[other] and back[other] == place
    assert sum(place >= 0 for place in there) == sum(place >= 0 for place in back)


def merged(world: World, old: bytes | None, new: bytes | None, *sides: bytes | None) -> dict[str, tuple[int, int]]:
    change = Changed("a", "a", old, new, 0o100644 if old is not None else 0, 0o100644 if new is not None else 0, sides)
    found = judge(world.replay, change)
    return {name: (each.added, each.removed) for name, each in found.coverage.items() if each.added or each.removed}


def test_lines_of_the_other_side_of_a_merge_are_the_merges() -> None:
    old, side = b"one\ntwo\nthree\n", b"zero\none\nthree\n"
    assert merged(World({"a": old}), old, side, side) == {"merge": (1, 1)}
    assert merged(World(), None, b"x\n", b"x\n") == {"merge": (1, 0)}
    assert merged(World({"a": old}), old, None, None) == {"merge": (0, 3)}


def test_a_resolved_conflict_is_the_agents_and_the_rest_the_merges() -> None:
    old, side = b"one\ntwo\nthree\n", b"one\nzwei\nthree\nfour\n"
    world = World({"a": old}).run(Replace("a", "two", "two and zwei"))
    assert merged(world, old, b"one\ntwo and zwei\nthree\nfour\n", side) == {"agent": (1, 1), "merge": (1, 0)}


def test_an_evil_merge_is_unexplained() -> None:
    old, side = b"one\ntwo\n", b"one\ntwo\nthree\n"
    assert merged(World({"a": old}), old, b"one\nevil\nthree\n", side) == {"merge": (1, 0), "unexplained": (1, 1)}
