"""A person commits by hand between the commits of one session, with all means of git: whose each line is stays told, and right.

``GITTRAJ_BETWEEN=FIRST-LAST`` asks for random seeds beyond the fixed ones. Every failure that was found is a named case here.
"""

import os
from pathlib import Path

import pytest

from tests.support.between_acts_git import BetweenActs
from tests.support.between_scene import KINDS, Make, scene
from tests.support.between_tree import BetweenTree, told

__all__ = ["scene"]  # a fixture

TEAMS = (
    ("claude",), ("claude-old",), ("claude", "codex"), ("claude-old", "codex-old"), ("claude-progress", "pi"), ("pi-old", "gemini"),
    ("gemini-old", "opencode"), ("opencode-old", "claude-sidechain"), ("claude", "claude"),
)  # fmt: skip


def seeds() -> list[int]:
    first, dash, last = os.environ.get("GITTRAJ_BETWEEN", "").partition("-")
    return list(range(int(first), int(last) + 1)) if dash else [3, 29, 52, 94, 110]


@pytest.mark.parametrize("seed", seeds())
def test_a_random_tree_in_which_a_person_commits_between_is_accounted_for(
    tmp_path: Path, hermetic_seal: Path, seed: int
) -> None:
    crlf, cut = ("b.txt",) if seed % 3 == 0 else (), ("dir/c.txt",) if seed % 2 else ()
    tree = BetweenTree(tmp_path, hermetic_seal, {"a.txt": 6, "b.txt": 5, "dir/c.txt": 5}, crlf, cut)
    acts = BetweenActs(tree, TEAMS[seed % len(TEAMS)], seed)
    try:
        acts.go(int(os.environ.get("GITTRAJ_BETWEEN_STEPS", "12")))
        for verdict in tree.replayed().values():
            tree.audit(verdict)
    except BaseException:
        print(f"seed {seed}: {', '.join(acts.told)}")
        raise


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_commits_a_hunk_of_their_own_beside_the_sessions_uncommitted_lines(scene: Make, kind: str) -> None:
    here = scene(kind)
    (mine,) = here.edit("a.txt", 1)
    theirs = here.type("a.txt", 4)
    between = here.hunk("a.txt", theirs)
    (later,) = here.edit("a.txt", 7)
    last = here.commit()
    found = here.verdicts()
    assert found[between].status == "no_trace"
    assert found[last].status == "reproducible", told(found[last])
    assert here.classes(found[last], "a.txt") == {mine: "agent", later: "agent"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_commits_what_the_session_left_and_goes_on_typing(scene: Make, kind: str) -> None:
    here = scene(kind)
    (mine,) = here.edit("a.txt", 1)
    theirs = here.type("a.txt", 4)
    between = here.by_hand()
    (later,) = here.edit("a.txt", 7)
    last = here.commit()
    found = here.verdicts()
    assert here.classes(found[between], "a.txt") == {mine: "agent", theirs: "unexplained"}
    assert found[between].status == "partial" and found[last].status == "reproducible", told(found[last])
    assert here.classes(found[last], "a.txt") == {later: "agent"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_commits_a_part_of_what_the_session_left(scene: Make, kind: str) -> None:
    here = scene(kind)
    (first,) = here.edit("a.txt", 1)
    (second,) = here.edit("a.txt", 7)
    between = here.hunk("a.txt", first)
    last = here.commit()
    found = here.verdicts()
    assert found[between].status == "partial"  # staged in part, or the rest undone: no record tells
    assert here.classes(found[between], "a.txt") == {first: "agent"}
    assert here.classes(found[last], "a.txt") == {second: "agent"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_takes_back_what_the_session_left_and_it_edits_the_same_line_again(scene: Make, kind: str) -> None:
    here = scene(kind)
    here.edit("a.txt", 1)
    here.type("b.txt", 3)
    with here.tree.by_hand():
        here.tree.git("checkout", "--", "a.txt")
    here.by_hand("b.txt")
    (again,) = here.edit("a.txt", 1)
    last = here.commit()
    found = here.verdicts()[last]
    assert here.classes(found, "a.txt") == {again: "agent"} and found.files[0].status == "match", told(found)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stash_of_what_the_session_left_while_a_person_commits_the_same_file(scene: Make, kind: str) -> None:
    here = scene(kind)
    (mine,) = here.edit("a.txt", 1)
    known = dict(here.tree.goner)
    with here.tree.by_hand():
        here.tree.git("stash", "-q")
    here.type("a.txt", 5)
    here.by_hand()
    with here.tree.by_hand(known):
        here.tree.git("stash", "pop", "-q")
    (later,) = here.edit("a.txt", 7)
    last = here.commit()
    found = here.verdicts()[last]
    assert here.classes(found, "a.txt") == {mine: "agent", later: "agent"}, told(found)
