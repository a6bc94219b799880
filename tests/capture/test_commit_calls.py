"""Which call made a commit, and where a past commit's segment ends."""

from typing import Any

from gittraj.capture import commit_calls, cut
from gittraj.model.commit import Commit

COMMIT = Commit("a16309f7" + "0" * 32, "t" * 40, (), "D", "d@x", 0, "D", "d@x", 1700000010, 0, "Round half a cent\n")


def call(number: int, command: str, second: int) -> dict[str, Any]:
    return {
        "type": "tool-call",
        "name": "Bash",
        "input": {"command": command},
        "call-id": f"c{number}",
        "timestamp": stamp(second),
    }


def result(number: int, output: str, second: int) -> dict[str, Any]:
    return {
        "type": "tool-result",
        "output": output,
        "call-id": f"c{number}",
        "is-error": False,
        "timestamp": stamp(second),
    }


def stamp(second: int) -> str:
    return f"2023-11-14T22:13:{20 + second:02d}.500Z"  # 1700000000 is 22:13:20


def test_the_output_that_git_prints_names_the_call() -> None:
    entries = [
        call(1, "git status", 1),
        result(1, "a16309f7 earlier", 2),
        call(2, "git add -A && git commit -m 'x'", 3),
        result(2, "[main a16309f] Round", 4),
    ]
    found = commit_calls.made(entries, COMMIT)
    assert found is not None and (found.place, found.call_id, found.open) == (2, "c2", False)


def test_a_quiet_commit_is_told_by_its_subject_and_its_time() -> None:
    entries = [call(1, "git -C . -c a=b commit -qm 'Round half a cent'", 10), result(1, "", 11)]
    assert commit_calls.made(entries, COMMIT) is not None
    late = [call(1, "git commit -qm 'Round half a cent'", 20), result(1, "", 21)]
    assert commit_calls.made(late, COMMIT) is None
    other = [call(1, "git commit -qm 'Something else'", 10), result(1, "", 11)]
    assert commit_calls.made(other, COMMIT) is None


def test_a_call_without_result_that_runs_git_commit_is_in_flight() -> None:
    entries = [call(1, "git log", 1), call(2, "git commit -am x", 2)]
    assert [one.call_id for one in commit_calls.open_calls(entries)] == ["c2"]
    assert commit_calls.open_calls([*entries, result(2, "[main abc1234] x", 3)]) == []


def test_calls_of_sub_agents_are_seen_at_their_parents_place() -> None:
    parent = {
        "type": "tool-call",
        "name": "Task",
        "input": {},
        "call-id": "p",
        "children": [call(7, "git commit -m x", 1), result(7, "[main a16309f] x", 2)],
    }
    found = commit_calls.made([{"type": "user", "content": "go"}, parent], COMMIT)
    assert found is not None and found.place == 1


def test_the_cut_keeps_the_commit_calls_result_and_what_stands_on_its_line() -> None:
    entries = [
        call(1, "git commit -m x", 1),
        result(1, "[main a16309f] x", 2),
        {"type": "assistant", "content": "done"},
    ]
    found = commit_calls.made(entries, COMMIT)
    assert found is not None
    assert cut.at_call(entries, [10, 20, 30], found) == 2
    assert cut.at_call(entries, [10, 20, 20], found) == 3
    assert cut.at_call(entries, [0, 0, 0], found) == 2


def test_without_a_call_time_decides_and_the_commits_own_second_counts_whole() -> None:
    entries = [call(1, "ls", 9), result(1, "", 10), {"type": "assistant", "content": "no time"}, call(2, "ls", 11)]
    assert cut.at_time(entries, [1, 2, 3, 4], COMMIT) == 3


def test_other_commits_that_git_printed_are_found_with_their_place() -> None:
    entries = [call(1, "git commit", 1), result(1, "[main (root-commit) a16309f] x\n[fix/y bbbbbbb] z", 2)]
    assert commit_calls.mentioned(entries) == [(0, "a16309f"), (0, "bbbbbbb")]
