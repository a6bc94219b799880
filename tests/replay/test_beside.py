"""Uncommitted changes beside the commits of others: what stays, what is taken for gone, and what the next segment begins with."""

import pytest

from gittraj.model.operation import Delete, Move, Replace
from gittraj.replay.beside import settled
from gittraj.replay.steps import Origin, Restore
from tests.replay.worlds import SHELL, World, step

A = b"one\ntwo\nthree\nfour\nfive\n"
OTHER = Origin("agent", "t", 1, 1)


def test_a_change_beside_the_commit_of_somebody_else_is_still_there_afterwards() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2")).land({"a": b"one\ntwo\nthree\nfour\n5\n"})
    found = world.commit({"a": b"one\n2\nthree\nfour\n5\n"})
    assert found.status == "reproducible" and found.lines("a") == {"agent": (1, 1)}


def test_of_a_change_that_the_commit_of_somebody_else_overlaps_nothing_is_left() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2")).land({"a": b"one\nzwei\nthree\nfour\nfive\n"})
    found = world.commit({"a": b"one\n2\nthree\nfour\nfive\n"})
    assert found.status == "not_reproducible" and found.lines("a") == {"unexplained": (1, 1)}


@pytest.mark.parametrize("first", ["one", "three"], ids=["before it", "after it"])
def test_a_change_that_was_left_out_and_taken_back_since_is_not_missed(first: str) -> None:
    """Also where what came later stands right beside it, and git counts both as one change."""
    world = World({"a": A}).run(Replace("a", "two", "2")).land({"a": b"one\ntwo\nthree\nfour\n5\n"})
    world.run(Replace("a", first, "new"))
    found = world.commit({"a": A.replace(first.encode(), b"new").replace(b"five", b"5")})
    assert found.status == "reproducible" and found.lines("a") == {"agent": (1, 1)}


@pytest.mark.parametrize("first", ["one\n", "three\n"], ids=["before it", "after it"])
def test_lines_that_were_only_removed_come_back_to_their_place(first: str) -> None:
    world = World({"a": A}).run(Replace("a", "two\n", "")).land({"a": b"one\ntwo\nthree\nfour\n5\n"})
    world.run(Replace("a", first, "new\n"))
    file = world.replay.files.at("a")
    assert settled(file).content == A.replace(first.encode(), b"new\n").replace(b"five", b"5")


def test_a_change_of_which_a_record_says_that_it_is_still_there_is_missed_in_the_commit() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2")).land({"a": b"one\ntwo\nthree\nfour\n5\n"})
    world.run(step(Replace("a", "four", "4"), before="one\n2\nthree\nfour\n5\n"))
    assert world.commit({"a": b"one\ntwo\nthree\n4\n5\n"}).status == "partial"


def test_an_edit_of_what_was_committed_tells_that_the_change_before_was_taken_back() -> None:
    world = World({"a": A}).run(Replace("a", "five", "5"), Replace("a", "two", "2"), Replace("a", "two", "zwei"))
    found = world.commit({"a": b"one\nzwei\nthree\nfour\n5\n"})
    assert found["a"].status == "match" and found.lines("a") == {"agent": (2, 2)}


def test_an_edit_tells_that_a_file_which_was_removed_is_back() -> None:
    world = World({"a": A}).run(Delete("a"), Replace("a", "two", "2"))
    found = world.commit({"a": A.replace(b"two", b"2")})
    assert found["a"].status == "match" and found.lines("a") == {"agent": (1, 1)}


def test_an_edit_that_fits_neither_is_never_skipped_in_silence() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"), Replace("a", "never there", "zwei"))
    assert world.commit({"a": A.replace(b"two", b"2")}).status != "reproducible"


def test_a_change_goes_along_where_somebody_renames_the_file() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2")).land({"a": None, "b": A})
    world.run(Replace("b", "four", "4"))
    found = world.commit({"b": b"one\n2\nthree\n4\nfive\n"})
    assert found.status == "reproducible" and found.lines("b") == {"agent": (2, 2)}


def test_a_change_that_was_taken_back_before_somebody_renamed_the_file_is_not_missed() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2")).land({"a": None, "b": A})
    world.run(Replace("b", "four", "4"))
    assert world.commit({"b": b"one\ntwo\nthree\n4\nfive\n"}).status == "reproducible"


def begun(world: World, files: dict[str, bytes]) -> World:
    """A world of the same files, in which a segment begins with what the one before left."""
    again = World(files)
    again.replay.run([Restore(world.replay.left())])
    return again


def test_the_next_segment_knows_who_removed_a_line_and_who_added_another() -> None:
    world = World({"a": A}).run(Replace("a", "two\n", ""), step(Replace("a", "four", "4"), origin=OTHER))
    world.run(step(Replace("a", "five", "5"), origin=OTHER))
    found = begun(world, {"a": A}).commit({"a": b"one\nthree\n4\n5\n"})
    assert found["a"].status == "match" and found.lines("a") == {"agent": (2, 3)}
    assert [(each.start, each.end, each.session) for each in found["a"].removals] == [(2, 2, "s"), (4, 5, "t")]


def test_the_next_segment_knows_what_removed_and_what_moved_a_file() -> None:
    world = World({"a": A, "b": b"b\n"}).run("rm a", Move("b", "c"))
    found = begun(world, {"a": A, "b": b"b\n"}).commit({"a": None, "c": b"b\n", "b": None})
    assert found.lines("a") == {"shell": (0, 5)} and found.lines("c") == {"agent": (1, 0)}
    assert {each.session for each in found["a"].removals} == {SHELL.session}


def test_the_next_segment_knows_what_may_have_been_taken_back() -> None:
    landed = b"one\ntwo\nthree\nfour\n5\n"
    world = World({"a": A}).run(Replace("a", "two", "2")).land({"a": landed})
    again = begun(world, {"a": landed}).run(Replace("a", "one", "1"))
    assert again.commit({"a": b"1\ntwo\nthree\nfour\n5\n"}).status == "reproducible"
