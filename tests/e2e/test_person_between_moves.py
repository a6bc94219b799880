"""What a person brings in, renames, deletes, amends or alters between two commits of a session; see test_person_between.py."""

import pytest

from tests.support.between_scene import KINDS, Make, scene
from tests.support.between_tree import told
from tests.support.shared_tree import PERSON

__all__ = ["scene"]  # a fixture


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


def test_a_rebase_of_what_the_session_committed_lays_what_it_left_on_the_commits_that_came_in(scene: Make) -> None:
    here = scene("claude-old")
    tree = here.tree
    tree.git("checkout", "-qb", "side")
    here.type("a.txt", 5)
    here.by_hand()
    tree.git("checkout", "-q", "main")
    (mine,) = here.edit("a.txt", 1)
    here.edit("dir/c.txt", 1)
    here.commit(0, "dir/c.txt")
    tree.tick()
    with tree.by_hand():
        tree.git("rebase", "-q", "--autostash", "side")
    tree.saw("HEAD")
    (later,) = here.edit("a.txt", 7)
    last = here.commit()
    found = here.verdicts()[last]
    assert found.status == "reproducible", told(found)
    assert here.classes(found, "a.txt") == {mine: "agent", later: "agent"}


@pytest.mark.parametrize("line_ends", [(), ("a.txt",)], ids=["lf", "crlf"])
def test_a_line_that_a_person_typed_before_the_session_went_on_in_the_file(
    scene: Make, line_ends: tuple[str, ...]
) -> None:
    here = scene("claude", crlf=line_ends)
    theirs = here.type("a.txt", 4)
    (mine,) = here.edit("a.txt", 1)
    last = here.commit()
    found = here.verdicts()[last]
    kinds = {row.replace(b"\r\n", b"\n"): kind for row, kind in here.classes(found, "a.txt").items()}
    assert kinds == {theirs.replace(b"\r\n", b"\n"): "unexplained", mine: "agent"}, told(found)


def test_a_persons_commit_of_a_file_that_the_session_moved_and_a_person_put_back_is_not_the_sessions(
    scene: Make,
) -> None:
    here = scene("claude")
    tree = here.tree
    tree.move("a.txt", "z.txt", here.one.ident)
    here.one.shell("mv a.txt z.txt")
    with tree.by_hand():
        tree.git("checkout", "--", "a.txt")
    here.type("a.txt", 3)
    between = here.by_hand("a.txt")
    assert here.verdicts()[between].status == "no_trace"


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
