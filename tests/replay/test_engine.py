"""The edit criterion on small worlds: what recorded actions make of files, and what a commit that differs is called."""

from typing import Any

import pytest

from gittraj.codec.digest import git_blob_id
from gittraj.model.operation import Delete, Move, Patch, Replace, Write
from gittraj.replay import engine
from gittraj.replay.steps import Blob, Command, Noticed, sequence
from tests.replay.worlds import SHELL, World, step

A = b"one\ntwo\nthree\n"


def test_a_write_and_an_edit_give_the_committed_bytes() -> None:
    world = World({"a": A}).run(Write("b", "new\n"), Replace("a", "two", "2"))
    found = world.commit({"a": b"one\n2\nthree\n", "b": b"new\n"})
    assert found.status == "reproducible"
    assert found.lines("a") == {"agent": (1, 1)} and found.lines("b") == {"agent": (1, 0)}


def test_a_failed_edit_is_not_applied() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"), step(Replace("a", "three", "3"), state="failed"))
    assert world.commit({"a": b"one\n2\nthree\n"}).status == "reproducible"


@pytest.mark.parametrize("state", ["denied", "open"])
def test_a_call_that_was_refused_or_has_no_result_is_not_applied(state: str) -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"), step(Replace("a", "three", "3"), state=state))
    assert world.commit({"a": b"one\n2\nthree\n"}).status == "reproducible"


def test_an_edit_of_unknown_outcome_that_does_not_fit_failed() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"), step(Replace("a", "nine", "9"), state="unknown"))
    assert world.commit({"a": b"one\n2\nthree\n"}).status == "reproducible"


def test_an_edit_that_was_applied_and_does_not_fit_is_never_skipped_in_silence() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"), Replace("a", "nine", "9"))
    found = world.commit({"a": b"one\n2\nthree\n"})
    assert found.status == "partial" and found["a"].status == "unverifiable" and "does not fit" in found["a"].reason


@pytest.mark.parametrize(("first", "loose"), [("two", True), ("nine", False)])
def test_what_fits_only_loosely_counts_only_where_the_file_is_as_the_tool_saw_it(first: str, loose: bool) -> None:
    row = "a line that is long enough to be nearly the same"
    nearly = Replace("a", f"{row}s\n", "new\n", matching="gemini")
    world = World({"a": f"one\ntwo\n{row}\n".encode()}).run(Replace("a", first, "2"), step(nearly, agent="gemini-cli"))
    assert world.replay.operations == 2 * loose
    assert (b"new\n" in world.replay.files.at("a").now.content) is loose


def test_several_edits_of_one_call_count_as_one_operation() -> None:
    world = World({"a": A}).run(step(Replace("a", "one", "1"), Replace("a", "three", "3")))
    assert world.commit({"a": b"1\ntwo\n3\n"}).status == "reproducible"
    assert world.replay.operations == 1


def test_a_tampered_line_is_a_mismatch_with_its_place() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"))
    found = world.commit({"a": b"one\n2\nthree!\n"})
    assert found.status == "partial" and found["a"].status == "mismatch"
    difference = found["a"].difference
    assert difference and (difference.line, difference.replayed, difference.committed) == (
        3,
        (b"three\n",),
        (b"three!\n",),
    )
    assert found.lines("a") == {"agent": (1, 1), "unexplained": (1, 1)}


def test_a_commit_of_one_tampered_file_is_not_reproducible() -> None:
    world = World().run(Write("a", "mine\n"))
    found = world.commit({"a": b"theirs\n"})
    assert found.status == "not_reproducible" and found["a"].status == "mismatch"


def test_a_file_that_no_trace_mentions_counts_against_the_commit() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"))
    found = world.commit({"a": b"one\n2\nthree\n", "extra": b"x\n"})
    assert found.status == "partial" and found["extra"].status == "untraced"
    assert found.lines("extra") == {"unexplained": (1, 0)}


def test_without_operations_nothing_is_reproducible() -> None:
    assert World({"a": A}).commit({"a": b""}).status == "no_operations"
    assert World({"a": A}).run(Replace("a", "two", "2")).commit({}).status == "no_operations"


def test_a_deleted_and_a_moved_file() -> None:
    world = World({"a": A, "b": b"x\n"}).run(Delete("b"), Move("a", "c"))
    found = world.commit({"b": None, "a": None, "c": A})
    assert found.status == "reproducible"
    assert found.lines("b") == {"agent": (0, 1)}
    assert found.lines("a") == {"agent": (0, 3)} and found.lines("c") == {"agent": (3, 0)}


def test_a_rename_counts_only_the_lines_that_changed() -> None:
    world = World({"a": A}).run(Patch("a", "@@\n-two\n+2\n", "codex", "c"))
    found = world.commit({"c": b"one\n2\nthree\n"}, c="a")
    assert found.status == "reproducible" and found.lines("c") == {"agent": (1, 1)} and found["c"].old_path == "a"


def test_a_rename_whose_old_file_stays_in_the_replay_does_not_match() -> None:
    world = World({"a": A}).run(Write("c", A.decode()))
    found = world.commit({"c": A}, c="a")
    assert found["c"].status != "match"


def test_what_is_written_outside_or_into_git_itself_is_told_and_touches_nothing() -> None:
    world = World({"a": A, "out": (b"/etc", 0o120000)})
    outside = [
        step(Write("/etc/passwd", "x"), path=""),
        step(Write("../x", "x"), path="../x"),
        step(Write(".git/config", "x")),
        step(Write("sub/.GIT/hooks/x", "x")),
        step(Write("out/passwd", "x")),
    ]
    world.run(*outside, Replace("a", "two", "2"))
    assert set(world.replay.outside) == {"/etc/passwd", "../x", ".git/config", "sub/.GIT/hooks/x", "out/passwd"}
    assert world.commit({"a": b"one\n2\nthree\n"}).status == "reproducible"


def test_a_path_through_a_link_of_the_repository_is_the_file_it_leads_to() -> None:
    world = World({"src/a": A, "link": (b"src", 0o120000), "alias": (b"src/a", 0o120000)})
    world.run(Replace("link/a", "two", "2"), Replace("alias", "one", "1"))
    assert world.commit({"src/a": b"1\n2\nthree\n"}).status == "reproducible"


def test_links_in_a_circle_end() -> None:
    world = World({"x": (b"y", 0o120000), "y": (b"x", 0o120000)}).run(Write("x/a", "1\n"))
    assert "x/a" in world.replay.outside


def test_a_recorded_state_that_differs_from_ours_counts_from_there_on() -> None:
    world = World({"a": A}).run(
        Replace("a", "two", "2"), step(Replace("a", "one", "1"), before="one\n2\nthree\nfour\n", entry=2)
    )
    found = world.commit({"a": b"1\n2\nthree\nfour\n"})
    assert found.status == "partial" and (found["a"].status, found["a"].cause) == ("match", "external")
    assert found.lines("a") == {"agent": (2, 2), "unexplained": (1, 0)}


def test_an_external_change_that_did_not_survive_costs_nothing() -> None:
    world = World({"a": A}).run(
        Replace("a", "two", "2"), step(Replace("a", "four", ""), before="one\n2\nthree\nfour", entry=2)
    )
    assert world.commit({"a": b"one\n2\nthree\n"}).status == "reproducible"


def test_only_the_blob_of_the_state_before_is_recorded_and_it_is_known() -> None:
    world = World({"a": A}).run(
        Replace("a", "two", "2"), step(Replace("a", "one", "1"), pre_blob=git_blob_id(A), entry=2)
    )
    found = world.commit({"a": b"1\ntwo\nthree\n"})
    assert found.status == "reproducible" and found.lines("a") == {"agent": (1, 1)}


def test_only_the_blob_is_recorded_and_nobody_has_it() -> None:
    world = World({"a": A}).run(step(Replace("a", "two", "2"), pre_blob="0" * 40))
    found = world.commit({"a": b"one\n2\nthree\nfour\n"})
    assert found["a"].status == "mismatch" and found["a"].cause == "external"


@pytest.mark.parametrize(
    "content",
    [b"one\r\ntwo\r\nthree\r\n", b"one\ntwo\nthree", b"\xef\xbb\xbfone\ntwo\nthree\n", b"one\ntwo\nthr\xe9e\n"],
    ids=["crlf", "no final newline", "bom", "latin-1"],
)
def test_a_recorded_text_is_the_same_state_whatever_the_line_ends_and_bytes_are(content: bytes) -> None:
    recorded = content.decode("utf-8", "replace").replace("\r\n", "\n").removeprefix("\ufeff")
    world = World({"a": content}).run(step(Replace("a", "two", "2"), before=recorded))
    assert world.replay.files.at("a").cause == ""


@pytest.mark.parametrize(
    "content", [b"one\r\ntwo\r\nthree\r\n", b"one\r\ntwo\r\nthree"], ids=["crlf", "no final newline"]
)
def test_the_state_that_a_segment_began_with_has_the_line_ends_of_its_file(content: bytes) -> None:
    """Records hold texts; a person had changed a line before the segment began."""
    met = content.replace(b"\r\n", b"\n").replace(b"three", b"drei")
    world = World({"a": content}).run(step(Replace("a", "two", "2"))._replace(before=met))
    found = world.commit({"a": content.replace(b"two", b"2").replace(b"three", b"drei")})
    assert found["a"].status == "match" and found.lines("a") == {"agent": (1, 1), "unexplained": (1, 1)}


def test_a_session_over_two_commits_carries_on_what_it_left() -> None:
    world = World({"a": A, "b": b"b\n"}).run(Replace("a", "two", "2"), Replace("b", "b", "B"))
    world.land({"a": b"one\n2\nthree\n"})
    world.run(Replace("a", "one", "1"))
    found = world.commit({"a": b"1\n2\nthree\n", "b": b"B\n"})
    assert found.status == "reproducible"
    assert found.lines("a") == {"agent": (1, 1)}


def test_a_commit_of_somebody_else_resets_the_file() -> None:
    world = (
        World({"a": A})
        .run(Replace("a", "two", "2"))
        .land({"a": b"one\ntwo\nthree\nfour\n"})
        .run(Replace("a", "one", "1"))
    )
    found = world.commit({"a": b"1\ntwo\nthree\nfour\n"})
    assert found.status == "reproducible" and found.lines("a") == {"agent": (1, 1)}


def test_a_part_that_was_staged_is_no_mismatch() -> None:
    world = World({"a": A}).run(Replace("a", "one", "1"), Replace("a", "three", "3"))
    found = world.commit({"a": b"1\ntwo\nthree\n"})
    assert found["a"].status == "match" and found.lines("a") == {"agent": (1, 1)} and "part" in found["a"].reason


def test_a_part_may_as_well_be_what_a_person_left_of_it_so_it_is_not_called_reproducible() -> None:
    world = World({"a": A}).run(Replace("a", "one", "1"), Replace("a", "three", "3"))
    assert world.commit({"a": b"1\ntwo\nthree\n"}).status == "partial"
    again = World({"a": A}).run(Replace("a", "two", "2"), Replace("a", "2", "zwei"))
    assert again.commit({"a": b"one\n2\nthree\n"}).status == "partial"


def test_a_part_that_was_staged_is_committed_and_the_rest_comes_later() -> None:
    world = World({"a": A}).run(Replace("a", "one", "1"), Replace("a", "three", "3")).land({"a": b"1\ntwo\nthree\n"})
    found = world.commit({"a": b"1\ntwo\n3\n"})
    assert found.status == "reproducible" and found.lines("a") == {"agent": (1, 1)}


def test_half_of_a_changed_place_is_a_mismatch_not_a_part() -> None:
    world = World({"a": A}).run(Replace("a", "two\n", "2\n2b\n"))
    assert world.commit({"a": b"one\n2\nthree\n"})["a"].status == "mismatch"


def test_a_state_that_was_staged_before_the_last_edit_is_no_mismatch() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"), Replace("a", "2", "zwei"))
    found = world.commit({"a": b"one\n2\nthree\n"})
    assert found["a"].status == "match" and found.lines("a") == {"agent": (1, 1)}


def test_a_new_mode_that_nothing_explains_is_a_mismatch() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"))
    found = world.commit({"a": b"one\n2\nthree\n"}, modes={"a": 0o100755})
    assert found["a"].status == "mismatch" and "mode" in found["a"].reason


def test_a_mode_alone_that_no_trace_mentions_is_untraced() -> None:
    world = World({"a": A, "b": b"b\n"}).run(Replace("a", "two", "2"))
    found = world.commit({"a": b"one\n2\nthree\n", "b": b"b\n"}, modes={"b": 0o100755})
    assert found["b"].status == "untraced" and found.lines("b") == {} and found.status == "partial"


def test_a_submodule_is_one_line_that_nothing_explains() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"))
    found = world.commit({"a": b"one\n2\nthree\n", "lib": None}, modes={"lib": 0o160000})
    assert found.lines("lib") == {"unexplained": (1, 0)} and found["lib"].status == "untraced"


def test_a_binary_file_counts_as_one_line() -> None:
    world = World({"a": A, "x.png": b"\x89\0old"}).run(Replace("a", "two", "2"))
    found = world.commit({"a": b"one\n2\nthree\n", "x.png": b"\x89\0new"})
    assert found.lines("x.png") == {"unexplained": (1, 1)}


def test_an_empty_new_file_has_no_lines_and_still_counts() -> None:
    world = World({"a": A}).run(Write("b", ""))
    assert world.commit({"b": b""}).status == "reproducible"
    assert world.commit({"b": b"", "c": b""}).status != "reproducible"


MARKER = "{redacted: generic.1, bytes: 20, sha256-salted: " + "0" * 32 + "}"


@pytest.mark.parametrize("mask", [MARKER, "REDACTED", "<REDACTED>", "[REDACTED_API_KEY]"])
def test_a_redacted_edit_is_no_mismatch(mask: str) -> None:
    world = World({"a": A}).run(step(Replace("a", "two", f"key = {mask}!"), redacted=True))
    found = world.commit({"a": b"one\nkey = secret!\nthree\n"})
    assert (found["a"].status, found["a"].cause) == ("unverifiable", "redacted") and found.status == "partial"
    assert found.lines("a") == {"agent": (1, 1)}


def test_what_stands_around_a_mask_must_be_the_same() -> None:
    world = World({"a": A}).run(step(Replace("a", "two", f"key = {MARKER}!"), redacted=True))
    found = world.commit({"a": b"one\nkey = secret?\nthree\n"})
    assert found["a"].status == "mismatch" and found.lines("a")["unexplained"] == (1, 0)


def test_an_edit_whose_old_text_is_hidden_cannot_be_verified() -> None:
    world = World({"a": A}).run(step(Replace("a", MARKER, "2"), redacted=True))
    found = world.commit({"a": b"one\n2\nthree\n"})
    assert (found["a"].status, found["a"].cause) == ("unverifiable", "redacted")


def test_what_changed_after_a_proven_state_was_changed_from_outside() -> None:
    world = World({"a": A}).run(step(Replace("a", "two", "2"), before=A.decode()))
    found = world.commit({"a": b"one\n2\nthree\nfour\n"})
    assert (found["a"].status, found["a"].cause) == ("mismatch", "external")


def test_a_change_that_the_agent_was_told_of_is_external() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"), Noticed("a"))
    assert world.commit({"a": b"one\n2\nthree\nfour\n"})["a"].cause == "external"


def test_a_shell_command_whose_effect_is_certain_is_replayed() -> None:
    world = World({"a": A}).run("printf 'x\\n' > b", Replace("a", "two", "2"))
    found = world.commit({"a": b"one\n2\nthree\n", "b": b"x\n"})
    assert found.status == "reproducible" and found.lines("b") == {"shell": (1, 0)}


def test_a_file_of_the_shell_alone_is_enough_for_a_verdict() -> None:
    assert World().run("cat > b <<'E'\nx\nE").commit({"b": b"x\n"}).status == "reproducible"


def test_a_command_that_failed_is_a_hint_only() -> None:
    world = World({"a": A}).run(Command("echo x > b", "/w", "/w", SHELL, 1), Replace("a", "two", "2"))
    found = world.commit({"a": b"one\n2\nthree\n", "b": b"x\n"})
    assert (found["b"].status, found["b"].cause) == ("untraced", "shell") and found["b"].hints == ("echo x > b",)


def test_an_uncertain_command_that_names_the_file_is_the_cause_of_a_mismatch() -> None:
    world = World({"a": A}).run(Replace("a", "two", "2"), "./scripts/bump a --minor")
    found = world.commit({"a": b"one\n2\n3\n"})
    assert (found["a"].status, found["a"].cause) == ("mismatch", "shell")


def test_a_formatter_that_ran_is_the_cause_where_only_blanks_differ() -> None:
    world = World({"a": A}).run(Replace("a", "two", "two  =  2"), "black .")
    found = world.commit({"a": b"one\ntwo = 2\nthree\n"})
    assert (found["a"].status, found["a"].cause, found.status) == ("mismatch", "formatter", "partial")
    assert found.lines("a") == {"formatter": (1, 0), "agent": (0, 1)}


@pytest.mark.parametrize(
    ("events", "committed"),
    [
        ([Replace("a", "two", "two  =  2"), "make all"], b"one\ntwo = 2\nthree\n"),  # nothing says that one ran
        (
            ["black .", step(Write("a", "one\ntwo  =  2\nthree\n"), evidence="state")],
            b"one\ntwo = 2\nthree\n",
        ),  # before
        ([Replace("a", "two", "two  =  2"), "black ."], b"one\ntwo = 3\nthree\n"),  # not only blanks
        (
            [Replace("a", "two", "two  =  2"), Command("black .", "/w", "/w", SHELL, 1)],
            b"one\ntwo = 2\nthree\n",
        ),  # failed
    ],
)
def test_a_line_is_the_formatters_only_where_one_ran_well_afterwards_and_nothing_but_blanks_differ(
    events: list[Any], committed: bytes
) -> None:
    found = World({"a": A}).run(*events).commit({"a": committed})
    assert "formatter" not in found.lines("a") and found.lines("a")["unexplained"][0] == 1


def test_a_write_of_a_gigabyte_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "FILE_LIMIT", 1000)
    world = World({"a": A}).run(step(Write("b", "x" * 1_000_000)), Replace("a", "two", "2"))
    found = world.commit({"a": b"one\n2\nthree\n", "b": b"y\n"})
    assert (found["b"].status, found["b"].cause) == ("unverifiable", "cut") and found["a"].status == "match"


def test_endless_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WORK_LIMIT", 20 * len(A))
    world = World({"a": A})
    for _ in range(30):
        world.run(Replace("a", "one", "ONE"), Replace("a", "ONE", "one"))
    found = world.commit({"a": b"1\ntwo\nthree\n"})
    assert (found["a"].status, found["a"].cause) == ("unverifiable", "cut")


def test_events_of_several_sessions_meet_in_the_order_of_their_times() -> None:
    one, two = step(Write("a", "1\n")), step(Write("a", "2\n"))
    late, early = Blob(b"", 0), None
    assert late != early
    assert sequence([(5.0, one)], [(3.0, two)]) == [two, one]
    assert sequence([(5.0, one), (1.0, two)], []) == [one, two]
