from gittraj.cli.diff import Change, change
from gittraj.model.operation import Chmod, Delete, Move, Observed, Operation, Patch, Replace, Write

from .samples import text


def _change(operation: Operation, **more: str) -> Change:
    return change(Observed(operation, "c1", "applied", **more))


def test_a_replacement_shows_only_what_changed() -> None:
    made = _change(Replace("f", "a\nb\nc\nd", "a\nB\nc\nD"), before="x\na\nb\nc\nd\n")
    assert text(made.lines) == "-b\n+B\n⋮\n-d\n+D"
    assert (made.verb, made.path, made.place, made.added, made.removed) == ("edit", "f", 2, 2, 2)


def test_a_new_file_is_all_added() -> None:
    made = _change(Write("f", "a\nb\n"))
    assert text(made.lines) == "+a\n+b"
    assert (made.added, made.removed) == (2, 0)


def test_an_overwritten_file_is_compared_with_what_was_there() -> None:
    assert text(_change(Write("f", "a\nB\n"), before="a\nb\n").lines) == "-b\n+B"


def test_a_patch_shows_its_signed_lines_and_where_it_begins() -> None:
    made = _change(Patch("f", "@@ -7,3 +7,3 @@\n a\n-b\n+B\n c\n@@ -40,1 +40,2 @@\n+z\n", "unified"))
    assert text(made.lines) == "-b\n+B\n⋮\n+z"
    assert made.place == 7


def test_other_operations_say_their_verb() -> None:
    assert [_change(operation).verb for operation in (Delete("f"), Move("f", "g"), Chmod("f", 0o100755))] == [
        "delete",
        "move",
        "chmod",
    ]
    assert _change(Chmod("f", 0o100755)).to == "755"
    assert _change(Patch("f", "", "codex", move_to="g")).to == "g"


def test_a_huge_replacement_does_not_take_forever() -> None:
    old, new = "\n".join(f"a{n}" for n in range(20_000)), "\n".join(f"b{n}" for n in range(20_000))
    made = _change(Replace("f", old, new))
    assert (made.added, made.removed) == (20_000, 20_000)


def test_escapes_in_an_edit_are_made_visible() -> None:
    assert text(_change(Write("f", "\x1b[2J\n")).lines) == "+␛[2J"
