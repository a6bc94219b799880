"""Whatever lies in another tool's branch or note: a reader answers, or says that it does not understand."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittraj.errors import AgentError
from gittraj.imports import agentnote, claim, entire, git_ai, memento
from gittraj.imports.claim import Claim

JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["v", "agent", "session_id", "files", "path", "by_ai", "attribution", "lines", "ai_added", "prompts", "sessions",
                         "agent_id", "tool", "schema_version", "created_at", "interactions", "model"]), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip
PIECES = st.sampled_from(
    ["a.py\n", "  s_1::t_1 1-4,9\n", "  h_31dce776f88375 5\n", "---\n", '"a b"\n', "  x\n", "../up\n", '{"schema_version": "authorship/3.0.0"}',
     "<!-- git-memento-session:start -->\n", "<!-- git-memento-session:end -->\n", "- Provider: Claude\n", "- Session ID: 1\n", "### x\n", "\x00", "é"]
)  # fmt: skip
NOTES = (
    st.binary(max_size=60)
    | st.lists(PIECES, max_size=9).map("".join).map(str.encode)
    | JSON.map(json.dumps).map(str.encode)
)


@pytest.mark.parametrize("reader", [git_ai, memento, agentnote])
@given(note=NOTES)
def test_a_note_becomes_a_claim_or_is_not_understood(reader: Any, note: bytes) -> None:
    try:
        found = reader.read({reader.REFS[0]: note})
    except AgentError:
        return
    assert found is None or isinstance(found, Claim)
    for path, shares in found.files.items() if found else ():
        assert claim.path(path) == path
        for share in shares:
            assert -1 <= share.agent < len(found.agents)
            assert all(0 < first <= last for first, last in share.lines or ())


@given(st.lists(st.tuples(st.text("0123456789abcdef/.jsonlfumetd-", max_size=40), st.just("0" * 40)), max_size=20))
def test_any_paths_are_checkpoints_or_left_alone(files: list[tuple[str, str]]) -> None:
    for checkpoint, sessions in entire.checkpoints(files).items():
        assert len(checkpoint) == 12 and sessions


@given(st.binary(max_size=60) | JSON.map(json.dumps).map(str.encode))
def test_any_metadata_are_read_or_not_understood(data: bytes) -> None:
    try:
        told = entire.metadata(data)
    except AgentError:
        return
    assert len(told.session) <= 500


def test_checkpoints_are_named_on_lines_of_their_own_each_once() -> None:
    message = "Subject\n\nEntire-Checkpoint: aaaaaaaaaaaa\r\n* more\n\nEntire-Checkpoint: bbbbbbbbbbbb\nEntire-Checkpoint: aaaaaaaaaaaa\n"
    assert entire.named(message) == ("aaaaaaaaaaaa", "bbbbbbbbbbbb")
    assert entire.named("see Entire-Checkpoint: aaaaaaaaaaaa") == () == entire.named("Entire-Checkpoint: AAAAAAAAAAAA")
    many = "".join(f"Entire-Checkpoint: {number:012x}\n" for number in range(500))
    assert len(entire.named(many)) == entire.NAMED_LIMIT


def test_a_large_transcript_goes_on_in_numbered_files_and_older_ones_lie_at_the_top() -> None:
    files = [("aa/bbbbbbbbbb/0/full.jsonl.002", "3"), ("aa/bbbbbbbbbb/0/full.jsonl", "1"), ("aa/bbbbbbbbbb/0/full.jsonl.001", "2"),
             ("aa/cccccccccc/full.jsonl", "4"), ("aa/cccccccccc/metadata.json", "5"), ("aa/bbbbbbbbbb/metadata.json", "6")]  # fmt: skip
    found = entire.checkpoints(files)
    assert [each.transcript for each in found["aabbbbbbbbbb"]] == [("1", "2", "3")]
    assert [(each.transcript, each.metadata) for each in found["aacccccccccc"]] == [(("4",), "5")]


def test_a_claim_has_an_end() -> None:
    lines = "".join(f"f{number}.py\n  s_1::t_1 1\n" for number in range(claim.FILES_LIMIT + 1))
    with pytest.raises(AgentError, match="more than a statement holds"):
        git_ai.read({git_ai.REFS[0]: f'{lines}---\n{{"schema_version": "authorship/3.0.0"}}'.encode()})
    with pytest.raises(AgentError, match="bytes"):
        git_ai.read({git_ai.REFS[0]: b"x" * (claim.NOTE_LIMIT + 1)})
