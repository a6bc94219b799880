"""Sessions and a person in one working tree, by turns: no line may be told of the wrong one, no commit be called reproducible that is not.

The oracle knows each line by its text (`tests/support/shared_tree.py`). What may be unknown: that a person took a line away before
a session replaced, removed or moved the whole file, or put one in that a session wrote again without recording what it met.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import seal
from tests.support import tree_acts
from tests.support.shared_tree import PERSON, SharedTree, check, told, without_scanner
from tests.support.tree_claude import LAYOUTS, ClaudeHand

ACTS = st.lists(
    st.builds(
        tree_acts.Act,
        st.sampled_from(tree_acts.KINDS),
        st.integers(0, 2),
        st.integers(0, 3),
        st.integers(0, 40),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=18,
)
FEW = settings(
    max_examples=int(os.environ.get("TRAJ_TEST_WALKS", "12")), deadline=None, suppress_health_check=list(HealthCheck)
)
TEAMS = (
    ("claude", "claude"),
    ("claude-old", "claude-old"),
    ("claude", "codex"),
    ("claude-progress", "codex-old"),
    ("claude-beside", "claude-sidechain"),
    ("pi", "gemini", "opencode"),
    ("pi-old", "gemini-old", "opencode-old"),
)


@contextmanager
def a_tree(cache: Path, names: Sequence[str]) -> Iterator[tuple[SharedTree, list[tree_acts.Does]]]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        home = Path(folder, "home")
        home.mkdir()
        seal(patch, home, cache)
        without_scanner(patch)
        tree = SharedTree(Path(folder), home, {"a.txt": 6, "b.txt": 4})
        yield tree, [tree_acts.make(tree, name, number + 1) for number, name in enumerate(names)]


@pytest.mark.parametrize("names", TEAMS, ids="+".join)
@given(acts=ACTS)
@FEW
def test_each_line_is_told_of_whoever_made_it(
    names: Sequence[str], acts: list[tree_acts.Act], scanner_cache: Path
) -> None:
    with a_tree(scanner_cache, names) as (tree, hands):
        commits = tree_acts.run(tree, hands, acts)
        verdicts = tree.verdicts() if commits else {}
        for commit in commits:
            check(tree, verdicts[commit], complete=not tree.after[commit])


def acts_of(text: str) -> list[tree_acts.Act]:
    """Acts as one line each: kind, hand, path, at, count."""
    rows = (line.split() for line in text.strip().splitlines())
    return [tree_acts.Act(kind, *map(int, numbers)) for kind, *numbers in rows]


FOUND = (  # by chance, in runs of these tests; each was told wrong once
    # what one session moved, the other only takes lines out of: at a place that was free, and at one that was not
    (("claude", "codex"), True, "remove 0 0 0 0 \n move 0 0 1 0 \n cut 1 0 2 1"),
    (("claude", "codex"), True, "remove 0 0 0 0 \n move 0 0 0 0 \n cut 1 0 0 0"),
    # what one session edits, the other moves away and back; and then it writes over the edit
    (("pi", "gemini"), True, "edit 0 0 0 0 \n move 0 0 0 0 \n edit 1 1 0 0 \n move 0 1 0 0"),
    (("pi", "gemini"), True, "edit 0 0 0 0 \n move 0 0 0 0 \n edit 1 1 0 0 \n move 0 1 0 0 \n edit 0 0 0 0"),
    # an edit does not fit, as a person had changed the file, and the next one fits another line that is much like its own
    (("pi-old", "gemini-old"), True, "person 0 0 0 0 \n edit 0 0 0 2 \n edit 0 0 29 1 \n edit 1 0 12 0"),
    # a person edits a file that lies where no commit has one, a session writes it as a whole, and another moves it
    (
        ("claude", "claude"),
        False,
        "move 0 0 0 0 \n remove 0 0 0 0 \n edit 0 0 0 0 \n person 0 0 0 0 \n write 0 1 7 2 \n move 1 3 0 2",
    ),
)


@pytest.mark.parametrize(("names", "hooks", "acts"), FOUND)
def test_what_was_told_wrong_once_is_told_right(
    names: Sequence[str], hooks: bool, acts: str, scanner_cache: Path
) -> None:
    with a_tree(scanner_cache, names) as (tree, hands):
        tree.hooks = hooks
        commits = tree_acts.run(tree, hands, acts_of(acts))
        tree.attach(*commits)
        verdicts = tree.verdicts()
        assert commits
        for commit in commits:
            check(tree, verdicts[commit], complete=hooks and not tree.after[commit])


@pytest.mark.parametrize("names", TEAMS[:4], ids="+".join)
@given(acts=ACTS)
@FEW
def test_nothing_is_told_wrong_where_sessions_are_attached_later(
    names: Sequence[str], acts: list[tree_acts.Act], scanner_cache: Path
) -> None:
    with a_tree(scanner_cache, names) as (tree, hands):
        tree.hooks = False
        commits = tree_acts.run(tree, hands, acts)
        tree.attach(*commits)
        verdicts = tree.verdicts() if commits else {}
        for commit in commits:
            check(tree, verdicts[commit], complete=False)


def row(tree: SharedTree, path: str, number: int) -> str:
    return (tree.text(path) or "").splitlines(keepends=True)[number]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_sub_agents_their_session_and_another_one_edit_a_file_by_turns(layout: str, scanner_cache: Path) -> None:
    with a_tree(scanner_cache, (f"claude-{layout}", "claude-old")) as (tree, hands):
        one, two = hands
        assert isinstance(one, ClaudeHand)
        one.begin("h1")
        one.begin("h2")
        for turn in range(3):
            for who in ("h1", "h2", "", "other"):
                hand = two if who == "other" else one
                one.act_as("" if who == "other" else who)
                number = (turn * 5 + len(who)) % len((tree.text("a.txt") or "").splitlines())
                hand.edit("a.txt", row(tree, "a.txt", number), "".join(tree.lines(hand.ident, 2)))
            if turn == 1:
                one.act_as("h2")
                first = one.commit()  # a sub-agent commits while all go on
        one.act_as("")
        one.end("h1")
        one.end("h2")
        second = two.commit()
        verdicts = tree.verdicts()
        for made in (first, second):
            assert verdicts[made].status == "reproducible", told(verdicts[made])
            check(tree, verdicts[made])
            sessions = {each.session for file in verdicts[made].files for each in file.ranges}
            assert sessions == {one.ident, two.ident}


@pytest.mark.parametrize("names", [("claude", "claude"), ("claude", "codex"), ("pi", "gemini"), ("opencode", "claude")])
def test_two_sessions_commit_by_turns_and_each_has_its_own_records(names: Sequence[str], scanner_cache: Path) -> None:
    with a_tree(scanner_cache, names) as (tree, hands):
        commits = []
        for turn in range(4):
            for hand in hands:
                hand.edit("a.txt", row(tree, "a.txt", turn % 3), "".join(tree.lines(hand.ident, 1 + turn % 2)))
            hands[turn % 2].edit("b.txt", row(tree, "b.txt", 0), "".join(tree.lines(hands[turn % 2].ident, 1)))
            commits.append(hands[turn % 2].commit())
        verdicts = tree.verdicts()
        for made in commits:
            assert verdicts[made].status == "reproducible", told(verdicts[made])
            check(tree, verdicts[made])


def test_what_a_person_does_to_the_lines_of_one_session_is_never_told_of_the_other(scanner_cache: Path) -> None:
    with a_tree(scanner_cache, ("claude", "codex")) as (tree, hands):
        one, two = hands
        one.edit("a.txt", row(tree, "a.txt", 1), "".join(tree.lines(one.ident, 2)))
        text = (tree.text("a.txt") or "").replace(row(tree, "a.txt", 2), "".join(tree.lines(PERSON, 1)))
        tree.put("a.txt", text, PERSON)
        two.edit("a.txt", row(tree, "a.txt", 1), "".join(tree.lines(two.ident, 1)))
        made = two.commit()
        verdict = tree.verdicts()[made]
        check(tree, verdict, complete=False)
        assert verdict.status == "partial"
