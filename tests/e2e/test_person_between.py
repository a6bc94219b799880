"""A person commits by hand between the commits of one session, with all means of git: whose each line is stays told, and right.

``GITTRAJ_BETWEEN=FIRST-LAST`` asks for random seeds beyond the fixed ones. Every failure that was found is a named case here.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gittraj.model.report import ReplayedCommit
from tests.support import tree_acts
from tests.support.between_acts import BetweenActs
from tests.support.between_tree import BetweenTree, rows, told
from tests.support.shared_tree import PERSON

TEAMS = (
    ("claude",), ("claude-old",), ("claude", "codex"), ("claude-old", "codex-old"), ("claude-progress", "pi"), ("pi-old", "gemini"),
    ("gemini-old", "opencode"), ("opencode-old", "claude-sidechain"), ("claude", "claude"),
)  # fmt: skip
FIRST = {"a.txt": 9, "b.txt": 5, "dir/c.txt": 5}
KINDS = ("claude", "claude-old", "codex", "pi-old", "opencode-old")  # of them only the first tells what it met


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


class Scene:
    """A tree and one or two sessions; `edit`, `type`: a line becomes another by the session's (a person's) hand. Lines are counted from 0."""

    def __init__(self, tree: BetweenTree, *names: str) -> None:
        self.tree = tree
        self.hands = [tree_acts.make(tree, name, at + 1) for at, name in enumerate(names)]
        self.one = self.hands[0]
        for at, hand in enumerate(self.hands):  # each has committed something before all that follows
            self.edit("b.txt", at, at)
            self.commit(at)
            assert hand.ident

    def edit(self, path: str, line: int, who: int = 0, count: int = 1) -> list[bytes]:
        old = (self.tree.text(path) or "").splitlines(keepends=True)[line]
        new = self.tree.lines(self.hands[who].ident, count)
        self.hands[who].edit(path, old, "".join(new))
        return [each.encode() for each in new]

    def type(self, path: str, line: int) -> bytes:
        found = rows(self.tree.data(path))
        end = b"\r\n" if found[line].endswith(b"\r\n") else b"\n"
        (fresh,) = self.tree.lines(PERSON, 1)
        found[line] = fresh.encode().replace(b"\n", end)
        self.tree.tick()
        self.tree.lay(path, b"".join(found), PERSON)
        return found[line]

    def commit(self, who: int = 0, *paths: str) -> str:
        self.tree.around = dict(self.hands[who].env)
        made = self.hands[who].commit(*paths)
        self.tree.around = {}
        return made

    def by_hand(self, *paths: str) -> str:
        self.tree.tick()
        return self.tree.commit(*paths)

    def hunk(self, path: str, *lines: bytes) -> str:
        """`git add -p`: only these lines of the file, each in place of the one that stood there."""
        self.tree.tick()
        old, now = rows(self.tree.raw("show", f"HEAD:{path}")), rows(self.tree.data(path))
        assert len(old) == len(now)
        staged = b"".join(there if there in lines else was for was, there in zip(old, now, strict=True))
        place = self.tree.repo / ".git" / "part"
        place.write_bytes(staged)
        blob = self.tree.git("hash-object", "-w", "--no-filters", str(place)).strip()
        self.tree.git("update-index", "--cacheinfo", f"100644,{blob},{path}")
        return self.tree.staged()

    def verdicts(self) -> dict[str, ReplayedCommit]:
        """All are held against the truth."""
        found = self.tree.replayed()
        for each in found.values():
            self.tree.audit(each)
        return found

    def classes(self, verdict: ReplayedCommit, path: str) -> dict[bytes, str]:
        """Line of the commit that it adds → class."""
        (file,) = [each for each in verdict.files if each.path == path]
        new = rows(self.tree.raw("show", f"{verdict.commit.id}:{path}"))
        return {new[at - 1]: each.kind for each in file.ranges for at in range(each.start, each.end + 1)}


Make = Callable[..., Scene]


@pytest.fixture
def scene(tmp_path: Path, hermetic_seal: Path) -> Make:
    def make(*names: str, crlf: tuple[str, ...] = (), cut: tuple[str, ...] = ()) -> Scene:
        return Scene(BetweenTree(tmp_path, hermetic_seal, FIRST, crlf, cut), *names)

    return make


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


@pytest.mark.parametrize("how", ["merge", "rebase", "pick"])
def test_a_persons_commit_comes_in_from_elsewhere_beside_uncommitted_lines(scene: Make, how: str) -> None:
    here = scene("claude-old")
    tree = here.tree
    tree.git("checkout", "-qb", "side")
    here.type("a.txt", 5)
    aside = here.by_hand()
    tree.git("checkout", "-q", "main")
    here.type("b.txt", 4)
    here.by_hand()
    (mine,) = here.edit("a.txt", 1)
    tree.tick()
    command = {"merge": ("stash", "-q"), "rebase": ("rebase", "-q", "--autostash", "side"), "pick": ("stash", "-q")}[
        how
    ]
    with tree.by_hand():
        tree.git(*command)
        if how != "rebase":
            tree.git(*(("cherry-pick", aside) if how == "pick" else ("merge", "-q", "--no-edit", "side")))
            tree.git("stash", "pop", "-q")
    (later,) = here.edit("a.txt", 7)
    last = here.commit()
    found = here.verdicts()[last]
    assert found.status == "reproducible", told(found)
    assert here.classes(found, "a.txt") == {mine: "agent", later: "agent"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_renames_a_file_in_which_the_session_left_lines_and_it_goes_on_there(scene: Make, kind: str) -> None:
    here = scene(kind)
    tree = here.tree
    (mine,) = here.edit("a.txt", 1)
    tree.tick()
    tree.git("mv", "a.txt", "z.txt")
    between = tree.staged()
    (later,) = here.edit("z.txt", 7)
    last = here.commit()
    found = here.verdicts()
    assert found[between].status == "no_trace"  # the bytes of a renamed file are nobody's work
    assert here.classes(found[last], "z.txt") == {mine: "agent", later: "agent"}, told(found[last])
    assert found[last].status == "reproducible"


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_deletes_a_file_and_the_session_writes_it_anew(scene: Make, kind: str) -> None:
    here = scene(kind)
    here.edit("dir/c.txt", 1)
    with here.tree.by_hand():
        here.tree.git("rm", "-q", "-f", "dir/c.txt")
    here.tree.staged()
    content = here.tree.lines(here.one.ident, 3)
    here.one.write("dir/c.txt", "".join(content))
    last = here.commit()
    found = here.verdicts()[last]
    assert found.status == "reproducible", told(found)
    assert set(here.classes(found, "dir/c.txt").values()) == {"agent"}


def test_a_person_amends_the_sessions_commit_and_it_goes_on(scene: Make) -> None:
    here = scene("claude-old")
    (mine,) = here.edit("a.txt", 1)
    (left,) = here.edit("dir/c.txt", 1)
    here.commit(0, "a.txt")
    theirs = here.type("a.txt", 5)
    here.tree.tick()
    here.tree.git("commit", "-q", "--amend", "--no-edit", "a.txt")
    amended = here.tree.learn()
    (later,) = here.edit("a.txt", 8)
    last = here.commit()
    found = here.verdicts()
    assert here.classes(found[amended], "a.txt") == {mine: "agent", theirs: "unexplained"}
    assert found[last].status == "reproducible", told(found[last])
    assert here.classes(found[last], "a.txt") | here.classes(found[last], "dir/c.txt") == {
        later: "agent",
        left: "agent",
    }


@pytest.mark.parametrize("command", ["rm dir/c.txt", "mv dir/c.txt e.txt"])
def test_a_file_that_the_session_removed_or_moved_before_a_persons_commit_is_still_its_doing(
    scene: Make, command: str
) -> None:
    here = scene("claude")
    tree, ident = here.tree, here.one.ident
    here.edit("a.txt", 1)
    if command.startswith("mv"):
        tree.move("dir/c.txt", "e.txt", ident)
    else:
        tree.lay("dir/c.txt", None, ident)
    here.one.shell(command)
    here.by_hand("a.txt")
    here.edit("b.txt", 3)
    last = here.commit()
    found = here.verdicts()[last]
    assert found.status == "reproducible", told(found)


def test_lines_that_one_session_added_and_another_removed_are_told_of_each_after_a_persons_commit(scene: Make) -> None:
    here = scene("claude-old", "codex")
    (mine,) = here.edit("a.txt", 1, 0, 1)
    here.edit("a.txt", 5, 1, 1)
    theirs = here.type("dir/c.txt", 2)
    here.by_hand("dir/c.txt")
    here.edit("b.txt", 3, 0)
    here.edit("b.txt", 4, 1)
    last = here.commit(1)
    found = here.verdicts()
    assert found[last].status == "reproducible", told(found[last])
    assert theirs and mine in here.classes(found[last], "a.txt")


def test_a_merge_whose_lines_are_all_of_the_other_side_is_not_called_reproducible(scene: Make) -> None:
    here = scene("claude")
    tree = here.tree
    tree.git("checkout", "-qb", "side")
    here.type("a.txt", 5)
    here.by_hand()
    tree.git("checkout", "-q", "main")
    here.edit("dir/c.txt", 1)
    tree.tick()
    made = here.one
    tree.around = dict(made.env)
    tree.git("merge", "-q", "--no-ff", "--no-edit", "side")
    tree.around = {}
    merge = tree.learn()
    found = here.verdicts()[merge]
    assert found.status in ("no_operations", "no_trace"), told(found)


@pytest.mark.parametrize(
    ("crlf", "cut"), [((), ()), (("a.txt",), ()), ((), ("a.txt",))], ids=["lf", "crlf", "no final newline"]
)
@pytest.mark.parametrize("byte", [0, -3])
def test_one_byte_that_a_person_changed_is_found_in_its_file_and_in_no_other(
    scene: Make, crlf: tuple[str, ...], cut: tuple[str, ...], byte: int
) -> None:
    here = scene("claude", crlf=crlf, cut=cut)
    tree = here.tree
    here.edit("a.txt", 1)
    theirs = here.type("a.txt", 4)
    here.hunk("a.txt", theirs)
    here.edit("a.txt", 7)
    here.edit("dir/c.txt", 2)
    data = tree.data("a.txt") or b""
    tree.lay("a.txt", (b"#" + data[1:]) if byte == 0 else data[:byte] + b"#" + data[byte + 1 :], PERSON)
    tree.lay("unseen.txt", b"a file that no trace mentions\n", PERSON)
    last = here.commit()
    found = here.verdicts()[last]
    status = {file.path: file.status for file in found.files}
    assert status == {"a.txt": "mismatch", "dir/c.txt": "match", "unseen.txt": "untraced"}, told(found)
    assert list(here.classes(found, "a.txt").values()).count("unexplained") == 1
    assert found.status == "partial"
