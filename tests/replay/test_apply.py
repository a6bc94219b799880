"""One operation on one file: recorded states, redacted texts, hostile sizes, and speed."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.model.operation import Chmod, Delete, Move, Observed, Operation, Patch, Replace, Write
from gittraj.replay import text
from gittraj.replay.apply import apply, apply_call
from gittraj.replay.recorded import agrees, restored
from gittraj.replay.spans import Applied, NotApplicable, Span
from tests.replay.laws import check, done

MARKER = "{redacted: " + "some-rule, bytes: 40, sha256-salted: " + "0" * 32 + "}"
AGENTS = ["claude-code", "codex", "gemini-cli", "opencode", "pi", "cursor", "unheard-of"]


def observed(operation: Operation, **known: Any) -> Observed:
    return Observed(operation, "call", "applied", **known)


def test_a_recorded_state_wins_and_the_operation_tells_the_lines() -> None:
    result = apply(
        observed(Replace("f", "a\na", "a", matching="gemini"), after="a\na\n"), b"a\na\na\n", agent="gemini-cli"
    )
    assert result == Applied(b"a\na\n", (Span(1, 2, 1, 1),), "exact")  # a plain diff would take the third line
    fixed_by_a_model = apply(
        observed(Replace("f", "no such text at all", "x", matching="gemini"), after="a\nx\n"),
        b"a\nb\n",
        agent="gemini-cli",
    )
    assert fixed_by_a_model == Applied(b"a\nx\n", (Span(1, 2, 1, 2),), "exact")


def test_a_near_match_that_a_recorded_state_confirms_is_exact() -> None:
    result = apply(observed(Replace("f", "\ta", "\tb", matching="gemini"), after="  b\n"), b"  a\n", agent="gemini-cli")
    assert result == Applied(b"  b\n", (Span(0, 1, 0, 1),), "exact")


def test_a_recorded_state_gets_the_line_ends_of_the_file() -> None:
    for content in (b"a\r\nb\r\n", b"\xef\xbb\xbfa\r\nb\r\n"):
        for old in ("a", "no such text"):
            result = apply(
                observed(Replace("f", old, "x", matching="gemini"), after="x\nb\n"), content, agent="gemini-cli"
            )
            check(content, result)
            assert done(result) == content.replace(b"a", b"x")
    assert done(apply(observed(Write("f", "a\r\nb"), after="a\nb"), None, agent="gemini-cli")) == b"a\r\nb"
    assert done(apply(observed(Write("f", "x\ny\n"), after="x\ny\n"), b"a\r\n", agent="gemini-cli")) == b"x\r\ny\r\n"
    assert done(apply(observed(Write("f", "x\ny\n"), after="x\ny\n"), b"a\r\n", agent="claude-code")) == b"x\ny\n"


def test_a_recorded_state_with_carriage_returns_is_taken_as_it_is() -> None:
    patch = Patch("f", "@@\n-b\n+x", "codex")
    assert done(apply(observed(patch, after="a\r\nx\nc\r\n"), b"a\r\nb\r\nc\r\n", agent="opencode")) == b"a\r\nx\nc\r\n"
    assert done(apply(observed(patch, after="a\r\nq\nc\r\n"), b"a\r\nb\r\nc\r\n", agent="opencode")) == b"a\r\nq\nc\r\n"


def test_a_recorded_state_agrees_with_a_file_whatever_its_line_ends() -> None:
    assert agrees("a\nb\n", b"a\r\nb\r\n")
    assert agrees("a\n", b"\xef\xbb\xbfa\n")
    assert agrees("", None)
    assert not agrees("", b"a")
    assert not agrees("a\r\n", b"a\n")
    assert not agrees("a\n", b"a\n\n")
    assert agrees("\ufffd\n", b"\xff\n")
    assert restored("a\nb", b"x\r\n") == b"a\r\nb"


def test_a_patch_with_a_recorded_state_can_move() -> None:
    result = apply(observed(Patch("f", "@@\n-a\n+b", "codex", "g"), after="b\n"), b"a\n", agent="opencode")
    assert isinstance(result, Applied) and (result.content, result.moved_to) == (b"b\n", "g")


def test_what_is_redacted_is_neither_applied_nor_wrong() -> None:
    redacted = NotApplicable("redacted")
    for operation in (
        Write("f", f"key = {MARKER}\n"),
        Replace("f", MARKER, "x"),
        Replace("f", "a", MARKER),
        Patch("f", f"@@\n-a\n+{MARKER}", "codex"),
        Patch("f", f"@@ -1 +1 @@\n-a\n+{MARKER}\n", "unified"),
    ):
        for agent in AGENTS:
            assert apply(observed(operation), b"a\n", agent=agent) == redacted
        assert apply_call([observed(operation)] * 2, b"a\n", agent="pi") == redacted
    assert apply(observed(Replace("f", "a", "b"), redacted=True), b"a\n", agent="codex") == redacted
    assert done(apply(observed(Write("f", MARKER), after="whole\n"), None, agent="codex")) == b"whole\n"
    assert apply(observed(Replace("f", MARKER, "b"), after=MARKER), b"a\n", agent="codex") == redacted
    several = [observed(Replace("f", old, "x", batch="original")) for old in ("a", MARKER)]
    assert apply_call(several, b"a\n", agent="pi") == redacted
    assert (
        apply_call([observed(Replace("f", old, "x", batch="original")) for old in "ab"], None, agent="pi") != redacted
    )


def test_a_text_that_a_container_may_have_masked_is_redacted_where_it_does_not_fit() -> None:
    assert apply(observed(Replace("f", "k=REDACTED", "x")), b"k=1\n", agent="claude-code") == NotApplicable("redacted")
    assert done(apply(observed(Replace("f", "k=REDACTED", "x")), b"k=REDACTED\n", agent="claude-code")) == b"x\n"
    several = [observed(Replace("f", old, "x", batch="original")) for old in ("a", "<REDACTED>")]
    assert apply_call(several, b"a\n", agent="pi") == NotApplicable("redacted")


texts = st.text(alphabet="ab\n\r \ufeff\ud800é-+@ *", max_size=30)
operations = st.one_of(
    st.builds(Write, st.just("f"), texts, st.booleans()),
    st.builds(
        Replace,
        st.just("f"),
        texts,
        texts,
        st.booleans(),
        st.sampled_from(["exact", "gemini", "opencode", "pi-whole-file", "pi-touched-lines", "notebook", "new"]),
        st.sampled_from(["sequence", "original"]),
    ),
    st.builds(Patch, st.just("f"), texts, st.sampled_from(["unified", "codex", "new"]), st.sampled_from(["", "g"])),
    st.builds(Patch, st.just("f"), texts.map(lambda body: f"@@\n-{body}"), st.just("codex"), st.just("")),
    st.builds(Delete, st.just("f")),
    st.builds(Move, st.just("f"), st.just("g")),
    st.builds(Chmod, st.just("f"), st.just(0o100755)),
)
anything = st.builds(
    Observed,
    operations,
    st.just("call"),
    st.sampled_from(["applied", "failed", "open", "unknown"]),
    after=st.none() | texts,
    before=st.none() | texts,
    redacted=st.booleans(),
)


@settings(max_examples=1200, deadline=None)
@given(
    st.lists(anything, min_size=1, max_size=3),
    st.none() | st.binary(max_size=30) | texts.map(text.encode),
    st.sampled_from(AGENTS),
)
def test_nothing_that_comes_in_raises(calls: list[Observed], content: bytes | None, agent: str) -> None:
    check(content, apply(calls[0], content, agent=agent))
    check(content, apply_call(calls, content, agent=agent))


def test_replacing_all_cannot_blow_a_file_up(monkeypatch: pytest.MonkeyPatch) -> None:
    large = NotApplicable("the result is larger than a file may be")
    for agent, new in (
        ("claude-code", "x" * 10_000),
        ("gemini-cli", "x" * 10_000),
        ("opencode", "x" * 10_000),
        ("opencode", "$`$'"),
    ):
        operation = Replace("f", "a", new, all=True, matching="opencode" if agent == "opencode" else "exact")
        assert apply(observed(operation), b"a" * 100_000, agent=agent) == large
    monkeypatch.setattr("gittraj.replay.apply.MAX_BYTES", 10)
    assert apply(observed(Write("f", "x" * 11)), None, agent="codex") == large
    assert apply(observed(Write("f", "x"), after="x" * 11), None, agent="codex") == large
    assert isinstance(apply(observed(Write("f", "x")), b"x" * 11, agent="codex"), NotApplicable)


HOSTILE = {
    "the same line again and again": "ab\n" * 100_000,
    "one line without end": "ab " * 300_000,
    "blank lines": "\n" * 300_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("agent", ["claude-code", "codex", "gemini-cli", "opencode", "pi"])
def test_a_hostile_operation_ends_soon(agent: str, content: str) -> None:
    started = time.process_time()
    matching = {"gemini-cli": "gemini", "opencode": "opencode", "pi": "pi-whole-file"}.get(agent, "exact")
    for old in (content[: len(content) // 2] + "c", "ab\n" * 60 + "c", "ba(" * 3_000, " ab\n\nb"):
        check(
            content.encode(), apply(observed(Replace("f", old, "x", matching=matching)), content.encode(), agent=agent)
        )
        body = "@@\n" + "\n".join(f"-{line}" for line in old.split("\n")) + "\n+x"
        check(content.encode(), apply(observed(Patch("f", body, "codex")), content.encode(), agent=agent))
    assert time.process_time() - started < 20


def test_a_thousand_edits_of_a_large_file_take_less_than_two_seconds() -> None:
    content = "".join(f"line {number} of a file with some words in it\n" for number in range(24_000)).encode()
    assert len(content) > 1_000_000
    for agent, matching in (
        ("claude-code", "exact"),
        ("pi", "pi-touched-lines"),
        ("opencode", "opencode"),
        ("gemini-cli", "gemini"),
    ):
        edits = [
            observed(Replace("f", f"line {number} of", f"row {number}", matching=matching))
            for number in range(0, 20_000, 20)
        ]
        fastest = 9.9
        for _ in range(3):  # the machine may be busy with other tests
            started = time.process_time()
            result = apply_call(edits, content, agent=agent)
            fastest = min(fastest, time.process_time() - started)
            if fastest < 2:
                break
        check(content, result)
        assert isinstance(result, Applied) and len(result.spans) == 1_000
        assert fastest < 2, agent
