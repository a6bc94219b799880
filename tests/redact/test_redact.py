"""Redaction of whole records: what goes, what stays, and what is said about it."""

import base64
import copy
import json
import re
from typing import Any

import pytest

from gittraj.errors import RedactError
from gittraj.model.states import Draft
from gittraj.redact import marker
from gittraj.redact.policy import Policy
from gittraj.redact.redact import begin, redact
from tests.redact.measure import edit_content, record, redacted, strings

TOKEN = "gh" + "p_" + "duSAvCE9X7lGydASfpqbWLc0Ig9PTOEyZSIb"
PASSWORD = "Otter-" + "lantern-" + "42!"


def result(output: Any) -> dict[str, Any]:
    return {"type": "tool-result", "call-id": "c1", "output": output, "is-error": False}


def test_a_value_becomes_a_typed_marker_in_its_place() -> None:
    out = redacted([result(f"GITHUB_TOKEN={TOKEN}\nPORT=80\n")])
    text = out["session"]["entries"][0]["output"]
    assert re.fullmatch(
        r"GITHUB_TOKEN=\{redacted: betterleaks\.github-pat, bytes: 40, sha256-salted: [0-9a-f]{32}\}\nPORT=80\n", text
    )
    redaction = out["gittraj"]["redaction"]
    assert redaction["hits"] == [{"entry": 0, "rule": "betterleaks.github-pat", "bytes": 40}]
    assert redaction["reasoning"] == "kept"
    assert redaction["rules"][0].startswith("kingfisher ") and redaction["rules"][1].startswith("gittraj ")
    assert TOKEN not in json.dumps(out)


def test_equal_values_have_equal_markers_under_one_salt_and_others_under_another() -> None:
    entries = [result(f"A_TOKEN={TOKEN}"), {"type": "assistant", "content": f"the token {TOKEN} works"}]
    here = redacted(entries, policy=Policy(salt=b"one"))["session"]["entries"]
    there = redacted(entries, policy=Policy(salt=b"two"))["session"]["entries"]
    (first,), (second,), (other,) = (
        marker.find(here[0]["output"]),
        marker.find(here[1]["content"]),
        marker.find(there[0]["output"]),
    )
    assert first == second
    assert first.digest != other.digest
    assert b"one".hex() not in json.dumps(here)


def test_a_value_found_once_goes_from_everywhere_and_in_every_form() -> None:
    quoted = json.dumps({"a": json.dumps(f'say "{TOKEN}"')})
    entries: list[dict[str, Any]] = [
        result(f"GITHUB_TOKEN={TOKEN}"),
        {"type": "user", "content": [{"type": "text", "text": f"what is {TOKEN}?"}]},
        {"type": "tool-call", "name": "x", "call-id": TOKEN, "input": {"map": {TOKEN: 1}, "list": [f"a{TOKEN}b"]}},
        result(base64.b64encode(f"x{TOKEN}".encode()).decode()),
        result(base64.b64encode(b"\xff\xfe\x00" * 9 + TOKEN.encode() + b"\x00\xff" * 9).decode()),
        result(TOKEN.encode().hex()),
        result(quoted),
        {"type": "system-event", "event-type": "unknown", "data": {"raw": {"deep": [[[{"x": TOKEN}]]]}}},
        {"type": "assistant", "content": "", "children": [{"type": "assistant", "content": TOKEN}]},
        {"type": "reasoning", "content": "", "encrypted": f"blob{TOKEN}blob"},
        result({"bytes": b"\x00" + TOKEN.encode()}),
    ]
    out = redacted(entries)
    for form in (TOKEN, TOKEN[8:30], TOKEN.encode().hex(), base64.b64encode(TOKEN.encode()).decode()[4:40]):
        assert form not in repr(out)
    counted = [row["entry"] for row in out["gittraj"]["redaction"]["hits"]]
    assert set(counted) == set(range(len(entries)))
    inner = json.loads(out["session"]["entries"][6]["output"])  # what was JSON still is
    assert json.loads(inner["a"]).startswith('say "{redacted: ')


def test_metadata_and_paths_are_redacted_too() -> None:
    made = record(
        [{"type": "tool-call", "name": "Write", "input": {"file_path": f"/srv/{TOKEN}/x.py", "content": "x"}}]
    )
    made["session"]["environment"] = {"working-dir": f"/srv/{TOKEN}/app"}
    made["vcs"] = {"type": "git", "repository": f"https://x:{TOKEN}@git.internal.test/a.git"}
    out = redact(
        Draft(made), scan=None, policy=Policy(), edit_content=edit_content, is_public=lambda value: False
    ).record
    assert TOKEN not in json.dumps(out)
    assert {"rule": "betterleaks.github-pat", "bytes": 40, "count": 2} in out["gittraj"]["redaction"]["hits"]


def test_a_common_word_used_as_password_goes_only_where_it_is_one() -> None:
    out = redacted(
        [result("POSTGRES_PASSWORD=postgres\nimage: postgres:16\n"), {"type": "user", "content": "start postgres"}]
    )
    texts = [entry.get("output", entry.get("content")) for entry in out["session"]["entries"]]
    assert texts[0].startswith("POSTGRES_PASSWORD={redacted: ") and texts[0].endswith("\nimage: postgres:16\n")
    assert texts[1] == "start postgres"


def test_public_text_stays_in_edits_and_goes_elsewhere() -> None:
    code = f'TEST_PASSWORD = "{PASSWORD}"\n'
    entries = [
        {"type": "tool-call", "name": "Write", "input": {"file_path": "t.py", "content": code}},
        result(f"+{code}"),
    ]
    out = redacted(entries, is_public=lambda value: value == PASSWORD.encode())
    call, output = out["session"]["entries"]
    assert call["input"]["content"] == code and "redacted-edit" not in call
    assert PASSWORD not in output["output"]
    redaction = out["gittraj"]["redaction"]
    assert [row["entry"] for row in redaction["public"]] == [0]
    assert [row["entry"] for row in redaction["hits"]] == [1]
    assert redaction["public"][0]["bytes"] == len(PASSWORD)


def test_an_edit_that_had_to_be_cut_is_marked() -> None:
    code = f'API_TOKEN = "{TOKEN}"\n'
    child = {"type": "tool-call", "name": "Write", "input": {"content": code}}
    entries = [
        {"type": "tool-call", "name": "Write", "input": {"content": code}},
        {"type": "assistant", "content": "", "children": [child]},
    ]
    first, second = redacted(entries)["session"]["entries"]
    assert first["redacted-edit"] is True and TOKEN not in first["input"]["content"]
    assert second["children"][0]["redacted-edit"] is True and "redacted-edit" not in second


def test_recorded_states_of_files_count_as_edits() -> None:
    made = record([])
    made["gittraj"]["base"] = {
        "files": {".env": {"patch": f"+A_TOKEN={TOKEN}\n"}, "b": {"patch": f'+PASSWORD = "{PASSWORD}"\n'}}
    }
    out = redact(
        Draft(made),
        scan=None,
        policy=Policy(),
        edit_content=edit_content,
        is_public=lambda value: value == PASSWORD.encode(),
    ).record
    files = out["gittraj"]["base"]["files"]
    assert TOKEN not in files[".env"]["patch"] and files[".env"]["redacted-edit"] is True
    assert PASSWORD in files["b"]["patch"] and "redacted-edit" not in files["b"]


def test_dropped_reasoning_leaves_entries_without_words() -> None:
    entries = [
        {"type": "reasoning", "id": "r1", "content": "I think thé", "encrypted": "blob", "subject": "plan"},
        {
            "type": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hidden", "signature": "s"},
                {"type": "text", "text": "hello"},
            ],
        },
    ]
    out = redacted(entries, policy=Policy(reasoning="drop"))
    assert out["session"]["entries"] == [
        {"type": "reasoning", "id": "r1", "content": "", "dropped": True, "bytes": 12},
        {"type": "assistant", "content": [{"type": "thinking", "dropped": True}, {"type": "text", "text": "hello"}]},
    ]
    assert out["gittraj"]["redaction"]["reasoning"] == "dropped"


def test_the_draft_stays_as_it_was() -> None:
    made = record([result(f"A_TOKEN={TOKEN}"), {"type": "reasoning", "content": "x"}])
    before = copy.deepcopy(made)
    redact(
        Draft(made),
        scan=None,
        policy=Policy(reasoning="drop"),
        edit_content=edit_content,
        is_public=lambda value: False,
    )
    assert made == before


def test_what_comes_into_the_record_after_the_scan_began_is_scanned_too() -> None:
    made = record([result("nothing here")])
    running = begin(Draft(made), Policy())
    made["session"]["entries"].append(result(f"A_TOKEN={TOKEN}"))
    made["session"]["entries"][0]["output"] += f" but now {PASSWORD} and password={PASSWORD}"
    out = redact(
        Draft(made), scan=running, policy=Policy(), edit_content=edit_content, is_public=lambda value: False
    ).record
    assert TOKEN not in json.dumps(out) and PASSWORD not in json.dumps(out)


def test_redacting_again_changes_nothing_more() -> None:
    entries = [result(f"A_TOKEN={TOKEN}\npassword: {PASSWORD}\n/home/dana/x dana@host")]
    policy = Policy(home="/home/dana", users=("dana",), salt=b"s")
    once = redacted(entries, policy=policy)
    again = redacted(once["session"]["entries"], policy=policy)
    assert again["session"]["entries"] == once["session"]["entries"]
    assert again["gittraj"]["redaction"]["hits"] == []


def test_values_stay_apart_even_when_one_holds_the_other() -> None:
    out = redacted([result(f"GITHUB_TOKEN={TOKEN}\nurl=https://dana:{TOKEN}@git.internal.test/x\n")])
    assert TOKEN[4:] not in json.dumps(out) and "@git.internal.test/x" in out["session"]["entries"][0]["output"]


def test_a_record_nested_ten_thousand_deep_is_no_traceback() -> None:
    deep: Any = f"A_TOKEN={TOKEN}"
    for _ in range(10_000):
        deep = [deep]
    made = record([result(deep)])
    out = redact(
        Draft(made), scan=None, policy=Policy(), edit_content=edit_content, is_public=lambda value: False
    ).record
    at = out["session"]["entries"][0]["output"]
    while isinstance(at, list):
        at = at[0]
    assert at.startswith("A_TOKEN={redacted: ")


@pytest.mark.parametrize("made", [{}, {"session": 3}, {"session": {"entries": []}, "gittraj": []}])
def test_what_is_no_record_is_refused(made: dict[str, Any]) -> None:
    with pytest.raises(RedactError):
        redact(
            Draft(made),
            scan=None,
            policy=Policy(enabled=False),
            edit_content=edit_content,
            is_public=lambda value: False,
        )


def test_no_salt_and_no_original_place_stands_in_the_record() -> None:
    policy = Policy(salt=b"pepper-and-salt", home="/home/dana", users=("dana",))
    out = redacted([result(f"A_TOKEN={TOKEN} /home/dana/x")], policy=policy)
    text = "\n".join(strings(out)) + repr(out)
    assert "pepper" not in text and "dana" not in text
