"""NotebookEdit in a real tree: replay comes to the bytes that the tool wrote, or says that it cannot know them."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import notebooks
from tests.support.shared_tree import SharedTree, check, without_scanner
from tests.support.tree_claude import LAYOUTS, ClaudeHand

ME = "aaaaaaaa-1111-4111-8111-111111111111"
OTHER = "bbbbbbbb-2222-4222-8222-222222222222"
CALLS: dict[str, dict[str, Any]] = {
    "replace": {"cell_id": "cell0001", "new_source": "y = 2\nprint(y)"},
    "replace by number": {"cell_id": "cell-2", "new_source": "z = 3", "edit_mode": "replace"},
    "replace past the end": {"cell_id": "cell-3", "new_source": "w = 4"},
    "to markdown": {"cell_id": "cell0000", "new_source": "# Title", "cell_type": "markdown"},
    "insert": {"cell_id": "cell0001", "new_source": "new = 1", "cell_type": "code", "edit_mode": "insert"},
    "insert first": {"new_source": "*Text*", "cell_type": "markdown", "edit_mode": "insert"},
    "delete": {"cell_id": "cell0002", "new_source": "", "edit_mode": "delete"},
}


@pytest.fixture
def tree(tmp_path: Path, hermetic_seal: Path, monkeypatch: pytest.MonkeyPatch) -> SharedTree:
    without_scanner(monkeypatch)
    return SharedTree(tmp_path, hermetic_seal, {"a.txt": 3})


def begin(tree: SharedTree, text: str) -> None:
    (tree.repo / "n.ipynb").write_bytes(text.encode())
    tree.commit()


def edit(hand: ClaudeHand, name: str, number: int = 0, *, state: bool = True) -> None:
    target = hand.tree.repo / "n.ipynb"
    before = target.read_bytes().decode()
    after = notebooks.edited(before, CALLS[name], number)
    # the tool records text with LF, whatever lies on the disk
    hand.notebook("n.ipynb", after.replace("\r\n", "\n"), CALLS[name], state=state, before=before.replace("\r\n", "\n"))
    target.write_bytes(after.encode())


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("shape", [{}, {"minor": 4}, {"indent": 2}, {"end": "\r\n"}, {"indent": "\t"}], ids=str)
def test_each_kind_of_call_is_reproduced_to_the_byte(tree: SharedTree, name: str, shape: dict[str, Any]) -> None:
    if shape.get("minor") == 4 and CALLS[name].get("cell_id", "").startswith("cell0"):
        pytest.skip("cells of this version have no ids")
    begin(tree, notebooks.fresh(**shape))
    hand = ClaudeHand(tree, ME)
    edit(hand, name)
    verdict = commit(tree, hand)
    (file,) = verdict.files
    assert (verdict.status, file.status, file.grade, file.cause) == ("reproducible", "match", "state", "")
    assert {each.session for each in (*file.ranges, *file.removals)} == {ME}


def commit(tree: SharedTree, hand: ClaudeHand) -> Any:
    made = hand.commit()
    return tree.verdicts()[made]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_sub_agent_and_two_sessions_edit_one_notebook_by_turns(tree: SharedTree, layout: str) -> None:
    begin(tree, notebooks.fresh())
    one, two = ClaudeHand(tree, ME, layout), ClaudeHand(tree, OTHER, layout)
    edit(one, "replace")
    with two.helper("h1"):
        edit(two, "insert", 1)
    edit(one, "to markdown", 2)
    first = commit(tree, two)
    assert first.status == "reproducible"
    (file,) = first.files
    assert {each.session for each in file.ranges} == {ME, OTHER}
    edit(two, "delete", 3)
    edit(one, "insert first", 4)
    second = commit(tree, one)
    assert second.status == "reproducible" and {each.session for each in second.files[0].ranges} == {ME}


def test_what_a_person_saved_in_between_is_not_the_agents(tree: SharedTree) -> None:
    begin(tree, notebooks.fresh())
    hand = ClaudeHand(tree, ME)
    edit(hand, "replace")
    target = tree.repo / "n.ipynb"
    target.write_text(target.read_text().replace("x0 = 0", "x0 = 1000"))
    edit(hand, "delete", 1)
    verdict = commit(tree, hand)
    (file,) = verdict.files
    assert verdict.status == "partial" and (file.status, file.cause) == ("match", "external")
    assert file.coverage["unexplained"].added == file.coverage["unexplained"].removed == 1


def test_without_the_recorded_notebook_nothing_is_claimed_until_one_is_recorded_again(tree: SharedTree) -> None:
    begin(tree, notebooks.fresh())
    hand = ClaudeHand(tree, ME)
    edit(hand, "replace", state=False)
    hand.write("a.txt", "".join(tree.lines(ME, 2)))
    first = commit(tree, hand)
    file = next(each for each in first.files if each.path == "n.ipynb")
    assert first.status == "partial" and file.status == "mismatch" and "notebook" in file.reason
    assert not any(each.session for each in file.ranges)
    edit(hand, "delete", 1)
    assert commit(tree, hand).status == "reproducible"


def test_a_failed_call_changes_nothing(tree: SharedTree) -> None:
    begin(tree, notebooks.fresh())
    hand = ClaudeHand(tree, ME)
    given = {"cell_id": "nosuch", "new_source": "x"}
    hand.refused_notebook("n.ipynb", given, 'Cell with ID "nosuch" not found in notebook.')
    edit(hand, "insert")
    hand.refused_notebook("n.ipynb", given, 'Cell with ID "nosuch" not found in notebook.')
    made = hand.commit()
    verdict = tree.verdicts()[made]
    assert verdict.status == "reproducible"
    check(tree, verdict, complete=False)
