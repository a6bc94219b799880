"""Each command against reports made by hand: what is printed where, and the exit code."""

import io
import json
from typing import Any

import pytest
from msgspec import structs

from gittraj.cli import attach, doctor, keys, log, setup, show, verify
from gittraj.cli.app import run
from gittraj.errors import StoreError, UsageError
from gittraj.flows.verify import Demands
from gittraj.model.report import (
    Attached,
    AttachReport,
    CommitVerdict,
    Finding,
    KeyLine,
    Lines,
    LogLine,
    NoteDamage,
    Shown,
    Step,
    VerifyReport,
)

from .samples import ID, Captured, checks, commit, shown, text, verified

_USER = {"type": "user", "content": "Please fix it"}


def _flow(monkeypatch: pytest.MonkeyPatch, name: str, answer: Any) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Put a flow that returns `answer` in the place of `name`; returns what it is called with."""
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def flow(*arguments: Any, **options: Any) -> Any:
        calls.append((arguments, options))
        return answer

    monkeypatch.setattr(f"gittraj.flows.{name}", flow)
    return calls


def test_show_tells_the_story_on_stdout_and_the_hint_on_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _flow(monkeypatch, "show.show", shown(verified([_USER])))
    console = Captured()
    assert show.show(console, "HEAD~1") == 0
    assert calls == [(("HEAD~1",), {"replay": True})]
    assert "Please fix it" in console.stdout
    assert console.stderr == "git traj show --full HEAD~1 for outputs and thoughts · git traj show --json HEAD~1\n"


def test_show_of_a_commit_without_trace_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    _flow(monkeypatch, "show.show", shown())
    console = Captured()
    assert show.show(console) == 1
    assert console.stdout == ""
    assert console.stderr.startswith("git-traj: 8b01f28e has no trace\n")


def test_show_raw_writes_the_notes_exact_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    note = bytes(range(256))
    _flow(monkeypatch, "show.show", Shown(commit(), "main", (verified([_USER]),), note=note))
    console = Captured()
    assert show.show(console, raw=True) == 0
    assert console.out.buffer.getvalue() == note


def test_show_diag_tells_items_and_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    _flow(monkeypatch, "show.show", Shown(commit(), "main", (), (NoteDamage(0, 1, "bad"),), note=b"\x43abc\xff\xff"))
    console = Captured()
    assert show.show(console, diag=True) == 0
    assert "h'616263'" in console.stdout
    assert "/ damaged, bytes 4-6" in console.stdout


def test_show_json_has_the_shape_that_scripts_rely_on(monkeypatch: pytest.MonkeyPatch) -> None:
    _flow(monkeypatch, "show.show", shown(verified([{**_USER, "native": b"\x01\xff"}], signer="nobody vouches")))
    console = Captured()
    assert show.show(console, json=True) == 0
    answer = json.loads(console.stdout)
    [statement] = answer["statements"]
    assert answer["commit"] == ID
    assert statement["digest"] == "ab" * 32
    assert statement["kind"] == "record"
    assert statement["signer"] == {"principal": "dana@example.org", "kid": bytes(range(32)).hex(), "trusted": False}
    assert statement["checks"]["signer"] == {"result": "fail", "detail": "nobody vouches"}
    assert {check["result"] for check in statement["checks"].values()} <= {"pass", "fail", "skip"}
    assert statement["record"]["session"]["entries"][0]["native"] == "01ff"


_LINES = [
    LogLine(commit(), 2, ("claude-code", "gemini-cli"), ("2.1.63", "0.61.0"), ("m-1",), ("s-1",), 9, 3, 2, "verified"),
    LogLine(commit("Drop\x1b[2J it\n", "c" * 40), 1, ("pi",), ("0.73",), ("m",), ("s",), 1, 240, 0, "untrusted"),
    LogLine(commit("By hand\n", "d" * 40), 0, (), (), (), (), 0, 0, 7, "missing"),
]


def test_log_is_a_line_per_commit_and_one_more_per_further_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _flow(monkeypatch, "log.log", iter(_LINES))
    console = Captured()
    assert log.log(console, "main..", limit=3) == 0
    assert calls == [(("main..",), {"limit": 3})]
    lines = console.stdout.splitlines()
    assert lines[0].split() == [
        "8b01f28e",
        "claude",
        "2.1",
        "9",
        "steps",
        "+3",
        "−2",
        "✓",
        "Round",
        "half",
        "a",
        "cent",
    ]
    assert lines[1].split() == ["gemini", "0.61"]
    assert "? untrusted Drop␛[2J it" in lines[2]
    assert lines[3].split() == ["dddddddd", "–", "+0", "−7", "–", "By", "hand"]


def test_log_json_has_the_shape_that_scripts_rely_on(monkeypatch: pytest.MonkeyPatch) -> None:
    _flow(monkeypatch, "log.log", iter(_LINES))
    console = Captured()
    assert log.log(console, json=True) == 0
    first = json.loads(console.stdout)["commits"][0]
    assert first["commit"] == ID
    assert first["author"] == "Dana <dana@example.org>"
    assert set(first) >= {
        "commit",
        "subject",
        "author",
        "statements",
        "agents",
        "models",
        "sessions",
        "steps",
        "coverage",
        "verdict",
    }


def _verdict(status: str, reason: str = "", damage: tuple[NoteDamage, ...] = (), **failed: str) -> CommitVerdict:
    statements = () if status in ("missing", "exempt") else (verified([_USER], **failed),)
    return CommitVerdict(commit(), status, statements, damage, reason)


def test_verify_names_the_checks_that_passed_and_ends_with_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _flow(
        monkeypatch, "verify.verify", VerifyReport(True, (_verdict("verified"), _verdict("exempt", "no agent")))
    )
    console = Captured()
    assert verify.verify(console, "main..", allow_untrusted=True) == 0
    assert calls == [(("main..",), {"everything": False, "demands": Demands(allow_untrusted=True), "trusted": None})]
    assert console.stdout.splitlines() == [
        "✓ 8b01f28e  structure signature signer time binding body schema invariants",
        "– 8b01f28e  no trace needed: no agent",
        "2 commits: 1 verified, 1 exempt.   No policy: the default rule.",
    ]


def test_verify_tells_every_reason_once_and_ends_with_no(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = _verdict(
        "failed", "binding: other commit", (NoteDamage(3, 9, "cut off"),), binding="other commit", schema="no id"
    )
    _flow(monkeypatch, "verify.verify", VerifyReport(False, (failed,)))
    console = Captured()
    assert verify.verify(console) == 1
    assert console.stdout.count("other commit") == 1
    assert "✗ schema: no id" in console.stdout
    assert "✗ note, bytes 3–9: cut off" in console.stdout
    assert console.stderr == "what is in it: git traj show 8b01f28e\n"


@pytest.mark.parametrize(
    ("status", "next_step"), [("missing", "git traj attach 8b01f28e"), ("untrusted", "git traj keys trust")]
)
def test_verify_says_what_to_type_next(monkeypatch: pytest.MonkeyPatch, status: str, next_step: str) -> None:
    _flow(monkeypatch, "verify.verify", VerifyReport(False, (_verdict(status, "why"),)))
    console = Captured()
    assert verify.verify(console) == 1
    assert next_step in console.stderr


def test_verify_json_has_the_shape_that_scripts_rely_on(monkeypatch: pytest.MonkeyPatch) -> None:
    _flow(monkeypatch, "verify.verify", VerifyReport(False, (_verdict("failed", "schema: no id", schema="no id"),)))
    console = Captured()
    assert verify.verify(console, json=True) == 1
    answer = json.loads(console.stdout)
    [one] = answer["commits"]
    assert answer["ok"] is False
    assert (one["commit"], one["status"], one["reason"]) == (ID, "failed", "schema: no id")
    assert one["statements"][0]["checks"]["schema"] == {"result": "fail", "detail": "no id"}
    assert "record" not in one["statements"][0]


def test_verify_takes_a_range_or_all_but_not_both() -> None:
    with pytest.raises(UsageError):
        verify.verify(Captured(), "main..", all=True)


_ATTACHED = Attached(ID, "pi", "01a1fbac-aaaa", 0, 12, 34567, 2, 1, 1)


def test_attach_tells_what_was_attached_and_what_was_left(monkeypatch: pytest.MonkeyPatch) -> None:
    report = AttachReport((_ATTACHED,), (("/s.jsonl", "nothing new"),), ("clock odd",))
    calls = _flow(monkeypatch, "attach.attach", report)
    console = Captured()
    assert attach.attach(console, "HEAD~1", session=("a", "b"), agent="pi", no_redact=True) == 0
    assert calls == [(("HEAD~1",), {"sessions": ["a", "b"], "agent": "pi", "redact": False})]
    assert console.stdout.startswith("✓ 8b01f28e  pi 01a1fbac  segment 1, 12 entries, 34,567 bytes, 2 secrets redacted")
    assert "left /s.jsonl: nothing new" in console.stderr
    assert "clock odd" in console.stderr


def test_a_record_that_waits_is_said_with_the_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Attached(ID, "pi", "s", 0, 1, 10, 0, 0, 0, waiting="the key is locked")
    _flow(monkeypatch, "attach.finish", AttachReport((waiting,)))
    console = Captured()
    assert attach.finish(console) == 0
    assert "waits unsigned: the key is locked" in console.stdout
    assert "git traj finish" in console.stderr


def test_attach_missing_looks_at_recent_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _flow(monkeypatch, "attach.attach_missing", AttachReport())
    console = Captured()
    assert attach.attach(console, missing=True, limit=7) == 0
    assert calls == [((), {"count": 7})]
    assert "nothing to attach" in console.stderr


@pytest.mark.parametrize(
    "options", [{"missing": True, "agent": "pi"}, {"missing": True, "commit": "HEAD"}, {"limit": 3}]
)
def test_attach_options_that_make_no_sense_together_are_usage_errors(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        attach.attach(Captured(), **options)


def test_attach_json_has_the_documented_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    _flow(monkeypatch, "attach.attach", AttachReport((_ATTACHED,), (("/s", "why"),)))
    console = Captured()
    attach.attach(console, json=True)
    answer = json.loads(console.stdout)
    assert answer["attached"][0]["body_bytes"] == 34567
    assert answer["skipped"] == [{"path": "/s", "reason": "why"}]
    assert answer["warnings"] == []


_KEY = KeyLine("dana@example.org", "SHA256:abc", "ssh-ed25519", "~/.ssh/id", "signs")


def test_keys_are_a_table_or_json(monkeypatch: pytest.MonkeyPatch) -> None:
    _flow(monkeypatch, "keys.list_keys", [_KEY])
    table, data = Captured(), Captured()
    assert keys.list_keys(table) == 0
    assert table.stdout.split() == ["signs", "dana@example.org", "SHA256:abc", "ssh-ed25519", "~/.ssh/id"]
    assert keys.list_keys(data, json=True) == 0
    assert json.loads(data.stdout)["keys"][0]["fingerprint"] == "SHA256:abc"


def test_trust_hands_name_and_key_on(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _flow(monkeypatch, "keys.trust_key", _KEY)
    assert keys.trust(Captured(), "ana@example.org", "ana.pub") == 0
    assert calls == [(("ana@example.org", "ana.pub"), {})]


def test_doctor_says_no_only_for_what_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [Finding("ok", "hook"), Finding("warning", "odd", "because", "git traj init")]
    _flow(monkeypatch, "doctor.doctor", findings)
    console = Captured()
    assert doctor.doctor(console) == 0
    assert console.stdout.splitlines() == ["✓ hook", "! odd", "  because", "  → git traj init"]
    _flow(monkeypatch, "doctor.doctor", [*findings, Finding("problem", "broken")])
    data = Captured()
    assert doctor.doctor(data, json=True) == 1
    assert json.loads(data.stdout)["findings"][-1] == {"level": "problem", "what": "broken", "why": "", "hint": ""}


def test_init_tells_each_step_and_what_is_left_to_do_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    _flow(monkeypatch, "setup.init", [Step("hook installed"), Step("hooks are lefthook's", False, "add this line: …")])
    console = Captured()
    assert setup.init(console) == 0
    assert console.stdout.splitlines() == ["✓ hook installed", "! hooks are lefthook's", "  add this line: …"]


def test_an_expected_error_of_a_flow_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def flow(*_: Any, **__: Any) -> None:
        raise StoreError("no such commit: x")

    monkeypatch.setattr("gittraj.flows.show.show", flow)
    assert run(["show", "x"]) == 1
    assert capsys.readouterr().err == "git-traj: no such commit: x\n"


@pytest.mark.parametrize("line", [["keys"], ["keys", "--json"], ["keys", "list"]])
def test_keys_alone_lists_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: list[str]
) -> None:
    calls = _flow(monkeypatch, "keys.list_keys", [_KEY])
    assert run(line) == 0
    assert len(calls) == 1
    assert "SHA256:abc" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "code"),
    [([], 2), (["-h"], 0), (["--version"], 0), (["nosuch"], 2), (["show", "--nope"], 2), (["keys", "-h"], 0)],
)
def test_help_and_usage_errors_keep_their_exit_codes(
    capsys: pytest.CaptureFixture[str], line: list[str], code: int
) -> None:
    assert run(line) == code
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err


def test_schema_prints_what_the_package_ships(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    assert "verifiable-agent-record" in capsys.readouterr().out
    assert run(["schema", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"record", "extension", "profile"}


def test_checks_of_the_samples_are_those_of_the_house() -> None:
    assert [check.name for check in checks()] == [
        "structure",
        "signature",
        "signer",
        "time",
        "binding",
        "body",
        "schema",
        "invariants",
    ]
    assert isinstance(Captured().err, io.StringIO)


def test_a_wide_log_tells_what_made_the_lines_and_a_narrow_one_keeps_the_subject() -> None:
    coverage = {"agent": Lines(8, 2), "shell": Lines(3), "unexplained": Lines(0, 1)}
    line = structs.replace(_LINES[0], coverage=coverage)
    assert "agent 71%  shell 21%  ? 7%" not in text(log.commit_lines(line, 80), 80)
    assert "agent 71%  shell 21%" in text(log.commit_lines(line, 120), 120)
    assert log.shares(coverage) == "agent 71%  shell 21%  ? 7%" and log.shares({}) == ""
