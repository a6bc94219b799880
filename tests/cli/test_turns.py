from gittraj.cli.tally import every_step, failed, short, tally
from gittraj.cli.turns import turns

from .samples import call, result


def _user(text: str) -> dict:
    return {"type": "user", "content": text}


def _assistant(text: str, **more: object) -> dict:
    return {"type": "assistant", "content": text, **more}


def _thought(text: str) -> dict:
    return {"type": "reasoning", "content": text}


def test_a_turn_is_a_message_with_the_steps_it_led_to() -> None:
    told = turns(
        [
            _user("do"),
            _thought("hm"),
            _assistant("ok"),
            call("Bash", {"command": "ls"}),
            result("x"),
            _assistant("done"),
        ]
    )
    assert [(turn.who, turn.texts, len(turn.steps)) for turn in told] == [
        ("user", ["do"], 0), ("assistant", ["ok"], 1), ("assistant", ["done"], 0)]  # fmt: skip
    assert told[1].thoughts == ["hm"]


def test_results_find_their_calls_in_any_order() -> None:
    told = turns([call("A", {}, "1"), call("B", {}, "2"), result("b", "2"), result("a", "1")])
    assert [(step.call["name"], step.result["output"]) for step in told[0].steps] == [("A", "a"), ("B", "b")]


def test_a_result_without_an_id_belongs_to_the_last_call_without_one() -> None:
    told = turns([{"type": "tool-call", "name": "A", "input": {}}, {"type": "tool-result", "output": "a"}])
    assert told[0].steps[0].result == {"type": "tool-result", "output": "a"}


def test_a_thought_that_the_provider_keeps_starts_no_turn() -> None:
    told = turns([_assistant("a"), call("A", {}), result("x"), _thought(""), call("B", {}, "2")])
    assert [len(turn.steps) for turn in told] == [2]


def test_quiet_events_do_not_cut_a_turn_and_loud_ones_do() -> None:
    quiet = {"type": "system-event", "event-type": "usage", "data": {}}
    loud = {"type": "system-event", "event-type": "compaction", "data": {}}
    told = turns([_assistant("a"), quiet, call("A", {}), loud, call("B", {}, "2")])
    assert [turn.who for turn in told] == ["assistant", "event", "event", "assistant"]
    assert [len(turn.steps) for turn in told if turn.who == "assistant"] == [1, 1]


def test_what_a_sub_agent_did_is_inside_its_call() -> None:
    children = [_assistant("sub"), call("Read", {"path": "a"}, "s1"), result("x", "s1")]
    told = turns([call("Task", {"prompt": "look"}, children=children), result("report")])
    [step] = told[0].steps
    assert step.inside[0].texts == ["sub"]
    assert [each.call["name"] for each in every_step(told)] == ["Task", "Read"]


def test_totals_count_sub_agents_and_usage_wherever_it_stands() -> None:
    children = [call("Bash", {"command": "x"}, "s1"), result("", "s1", failed=True, **{"exit-code": 2})]
    entries = [
        _assistant("a", **{"token-usage": {"input": 1200, "output": 30, "cached": 5, "cost": 0.25}}),
        call("Task", {}, children=children),
        {"type": "system-event", "event-type": "usage", "data": {}, "token-usage": {"input": 800, "cost": 0.25}},
        {"type": "system-event", "event-type": "unknown", "data": {"raw": {}}},
    ]
    total = tally(entries, turns(entries), [False, True])
    assert (total.steps, total.commands, total.commands_failed, total.failed) == (2, 1, 1, 1)
    assert (total.input, total.output, total.cached, total.cost) == (2000, 30, 5, 0.5)
    assert (total.edits, total.edits_failed, total.unknown) == (2, 1, 1)


def test_a_non_zero_exit_is_a_failure_even_where_the_agent_calls_it_a_success() -> None:
    assert failed(result("", **{"exit-code": 1}))
    assert not failed(result("", **{"exit-code": 0}))
    assert not failed(None)


def test_large_numbers_are_short() -> None:
    assert [short(number) for number in (0, 999, 1000, 14_200, 3_100_000)] == ["0", "999", "1.0k", "14.2k", "3.1M"]


def test_a_second_message_in_a_row_is_a_turn_of_its_own() -> None:
    assert [turn.texts for turn in turns([_assistant("a"), _assistant("b")])] == [["a"], ["b"]]


def test_a_result_whose_call_is_in_the_segment_before_is_told_but_no_step() -> None:
    told = turns([result("[main abc1234] x", "earlier"), _assistant("Done.")])
    assert told[0].steps[0].call["name"] == "result of a call before this segment"
    assert tally([], told, []).steps == 0
