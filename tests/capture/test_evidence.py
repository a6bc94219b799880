"""Which operations count as evidence that a session belongs to a commit."""

import pytest

from gittraj.capture import evidence
from gittraj.model.commit import Change
from gittraj.model.operation import Delete, Move, Observed, Operation, Patch, Replace, Write

BLOBS = {
    "old": b"alpha one\nbeta two\n}\n",
    "new": b"alpha one\ngamma three\n}\n",
    "crlf": b"alpha one\r\ngamma three\r\n}\r\n",
}
CHANGE = {"src/a.py": Change("src/a.py", "old", "new", 0o100644, 0o100644)}
HERE = ("/home/dana/repo",)


def agree(
    operation: Operation, changes: dict[str, Change] = CHANGE, *, state: str = "applied", cwd: str = "/home/dana/repo"
) -> set[str]:
    return evidence.agreeing([Observed(operation, "c1", state)], changes, BLOBS.__getitem__, cwd, HERE)


@pytest.mark.parametrize(
    "operation",
    [
        Replace("/home/dana/repo/src/a.py", "beta two", "gamma three"),
        Replace("src/a.py", "beta two", "gamma three"),
        Replace("./src/../src/a.py", "  beta two", "  gamma three  "),
        Write("src/a.py", "alpha one\ngamma three\n}\n"),
        Write("src/a.py", "alpha one\r\ngamma three\r\n}\r\n"),
        Patch("src/a.py", "@@\n alpha one\n-beta two\n+gamma three\n", "codex"),
        Replace("src/a.py", "beta two\n", ""),
    ],
)
def test_an_operation_agrees_whose_lines_the_commit_adds_or_removes(operation: Operation) -> None:
    assert agree(operation) == {"src/a.py"}


@pytest.mark.parametrize(
    "operation",
    [
        Replace("src/a.py", "alpha one", "delta four"),
        Replace("src/b.py", "beta two", "gamma three"),
        Replace("/home/dana/other/src/a.py", "beta two", "gamma three"),
        Replace("/home/dana/repository/src/a.py", "beta two", "gamma three"),
        Replace("../repo2/src/a.py", "beta two", "gamma three"),
        Write("src/a.py", "something else entirely\n"),
        Replace("src/a.py", "x", "}"),
        Delete("src/a.py"),
        Patch("src/a.py", "@@\n alpha one\n-gone line\n+other line\n", "codex"),
    ],
)
def test_a_file_that_is_only_named_is_no_agreement(operation: Operation) -> None:
    assert agree(operation) == set()


@pytest.mark.parametrize("state", ["failed", "denied"])
def test_a_refused_operation_is_no_evidence(state: str) -> None:
    assert agree(Replace("src/a.py", "beta two", "gamma three"), state=state) == set()


def test_a_deletion_agrees_with_a_deleted_file_and_a_move_with_both_its_ends() -> None:
    gone = {"src/a.py": Change("src/a.py", "old", "", 0o100644, 0)}
    assert agree(Delete("src/a.py"), gone) == {"src/a.py"}
    assert agree(Move("src/a.py", "src/b.py"), gone) == {"src/a.py"}


def test_no_edit_is_evidence_for_a_file_that_a_commit_only_renames() -> None:
    renamed = {
        "src/a.py": Change("src/a.py", "old", "", 0o100644, 0),
        "src/b.py": Change("src/b.py", "", "old", 0, 0o100644),
    }
    assert agree(Replace("src/a.py", "beta two\n", ""), renamed) == set()
    assert agree(Write("src/a.py", "alpha one\n"), renamed) == set()
    assert agree(Move("src/a.py", "src/b.py"), renamed) == {"src/a.py", "src/b.py"}
    assert agree(Delete("src/a.py"), renamed) == {"src/a.py"}


def test_a_relative_path_starts_from_the_directory_the_session_ran_in() -> None:
    assert agree(Replace("a.py", "beta two", "gamma three"), cwd="/home/dana/repo/src") == {"src/a.py"}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("cat > src/a.py <<'EOF'\nx\nEOF", True),
        ("sed -i 's/x/y/' src/a.py", True),
        ("cd src && echo x >> a.py", True),
        ("git mv src/b.py src/a.py", True),
        ("python -m pytest src/a.py > log.txt", False),
        ("cat src/a.py", False),
        ("grep -n x src/a.py | tee out.txt", False),
        ("rm -rf build", False),
        ("rm src/a.py", False),  # the commit has it
        ("git mv src/a.py src/b.py", False),
        ("mv src/a.py 'src/b.py' && ls", False),
        ("cd src; mv b.py a.py; ls", True),
    ],
)
def test_a_shell_command_counts_only_where_it_plainly_writes_the_file(command: str, says: bool) -> None:
    assert evidence.written_by_shell([command], CHANGE, BLOBS.__getitem__) == ({"src/a.py"} if says else set())


@pytest.mark.parametrize("command", ["rm -f src/a.py", "git rm -q src/a.py", "mv src/a.py src/b.py"])
def test_a_command_that_takes_a_file_away_counts_where_the_commit_does(command: str) -> None:
    gone = {"src/a.py": Change("src/a.py", "old", "", 0o100644, 0)}
    assert evidence.written_by_shell([command], gone, BLOBS.__getitem__) == {"src/a.py"}


def test_a_command_that_takes_a_file_away_counts_where_another_stands_in_its_place() -> None:
    blobs = {**BLOBS, "other": b"nothing of\nwhat was there\n"}
    instead = {"src/a.py": Change("src/a.py", "old", "other", 0o100644, 0o100644)}
    assert evidence.written_by_shell(["rm src/a.py"], instead, blobs.__getitem__) == {"src/a.py"}


def test_what_a_session_put_in_and_took_out_again_does_not_hide_what_else_it_removed() -> None:
    steps = [Replace("src/a.py", "beta two\n", "delta four\n"), Replace("src/a.py", "delta four\n", "")]
    seen = [Observed(operation, "c1", "applied") for operation in steps]
    assert evidence.agreeing(seen, CHANGE, BLOBS.__getitem__, "/home/dana/repo", HERE) == {"src/a.py"}
    assert evidence.agreeing(seen[:1], CHANGE, BLOBS.__getitem__, "/home/dana/repo", HERE) == set()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a line that is long enough to say something\nand another one\n", {"src/new.py"}),
        ("a line that is long enough to say something\nnot this\nnor that\n", set()),  # most of it is not there
        ("and another one\n", set()),  # too little
    ],
)
def test_most_of_what_was_added_elsewhere_is_evidence_in_a_file_that_the_commit_creates(
    text: str, says: set[str]
) -> None:
    blobs = {"new": b"a line that is long enough to say something\nand another one\n"}
    created = {"src/new.py": Change("src/new.py", "", "new", 0, 0o100644)}
    seen = [Observed(Write("src/first.py", text), "c1", "applied")]
    assert evidence.agreeing(seen, created, blobs.__getitem__, "/home/dana/repo", HERE) == says


@pytest.mark.parametrize(
    ("taken", "says"),
    [
        ("another line that is long enough to say something\n", {"src/new.py"}),
        ("a line that is long enough to say something\n", set()),  # it still stands there
        ("short\n", set()),  # too little
        ("a line that no file of the commit ever had in itself\n", set()),
    ],
)
@pytest.mark.parametrize("before", ["", "elsewhere"])
def test_what_was_only_taken_out_of_a_file_is_evidence_where_the_commit_deletes_the_one_it_was_moved_from(
    taken: str, says: set[str], before: str
) -> None:
    blobs = {
        "old": b"a line that is long enough to say something\nanother line that is long enough to say something\nshort\n",
        "new": b"a line that is long enough to say something\n",
        "elsewhere": b"something else\n",
    }
    moved = {
        "src/new.py": Change("src/new.py", before, "new", 0o100644 if before else 0, 0o100644),
        "src/old.py": Change("src/old.py", "old", "", 0o100644, 0),
    }
    seen = [Observed(Replace("src/new.py", taken, ""), "c1", "applied")]
    assert evidence.agreeing(seen, moved, blobs.__getitem__, "/home/dana/repo", HERE) == says


@pytest.mark.parametrize("there", [True, False])
def test_what_was_added_at_a_place_that_the_commit_does_not_have_is_evidence_where_it_adds_the_same(
    there: bool,
) -> None:
    blobs = {"old": b"a first line\n", "new": b"a line that is long enough to say something, for one\n"}
    changed = {"src/a.py": Change("src/a.py", "old", "new", 0o100644, 0o100644)}
    seen = [Observed(Replace("src/b.py", "a first line\n", blobs["new"].decode()), "c1", "applied")]
    found = evidence.agreeing(seen, changed, blobs.__getitem__, "/home/dana/repo", HERE, lambda path: there)
    assert found == (set() if there else {"src/a.py"})
