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
from tests.support.shared_tree import SharedTree, check, without_scanner

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
