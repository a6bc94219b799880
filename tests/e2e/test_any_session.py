"""Sessions with any value in any place: what is not refused becomes a record that holds its own rules, and a page that can be shown."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gittraj.agents import registry
from gittraj.capture import outputs
from gittraj.capture.record import Place, build
from gittraj.cli import shapes
from gittraj.cli.columns import width
from gittraj.cli.show import story
from gittraj.codec import cbor, invariants, schema
from gittraj.errors import AgentError
from gittraj.flows.progress import Progress
from gittraj.flows.tail import Tail
from gittraj.model.states import Verified
from gittraj.redact.policy import Policy
from gittraj.redact.redact import redact
from tests.cli import samples
from tests.support.workshop import Workshop

FIXTURES = Path(__file__).resolve().parents[1] / "agents" / "fixtures"
SESSIONS = {
    "claude": "5b1d3c9e-0000-4000-8000-00000000aaaa.jsonl",
    "codex": "tools.jsonl",
    "pi": "2026-03-01T08-00-00-000Z_0195f000-0000-7000-8000-000000000001.jsonl",
    "gemini": "home/tmp/demo/chats/session-2026-03-01T11-00-aaaaaaaa.jsonl",
    "opencode": "rounding.export.json",
    "cursor": "3f1c.jsonl",
}
NASTY: list[Any] = [
    None, True, 0, -1, 1.5, 1e300, -(2**63), 2**64 - 1, 2**70, "", " ", "\ud83d", "a\udc00b", "\0", "\n\n", "\x1b[2J", "9" * 40,
    "x" * 70_000, "é" * 40_000, [], {}, [[]], [None], {"": {}}, {"a": [{"b": None}]}, ["x", 7], {"type": "text"}, [{"type": 3}],
    {"text": 5}, [{"text": "\ud800"}], "2026-02-30T00:00:00Z", "2026-01-01", 99999999999999999, "../../..", "/", "~", "*** Begin Patch",
]  # fmt: skip
DEEP = json.loads("[" * 200 + "]" * 200)
ROUNDS = 220  # of each agent


def lines_of(agent: str) -> list[Any]:
    text = (FIXTURES / agent / SESSIONS[agent]).read_text()
    return (
        [json.loads(text)]
        if agent == "opencode"
        else [json.loads(line) for line in text.splitlines() if line[:1] == "{"]
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(part, (*path, key))


def changed(lines: list[Any], chance: random.Random, where: list[tuple[Any, ...]]) -> list[Any]:
    """`lines` with a nasty value somewhere (or a key gone, or one more)."""
    lines = copy.deepcopy(lines)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        *path, key = chance.choice(where)
        target: Any = lines
        try:
            for step in path:
                target = target[step]
            kind = chance.random()
            if kind < 0.08:
                del target[key]
            elif kind < 0.14 and isinstance(target, dict):
                target[chance.choice(("\ud83d", "\0", "", "x" * 3000, "type", "id"))] = chance.choice(NASTY)
            elif kind < 0.16:
                target[key] = DEEP
            else:
                target[key] = copy.deepcopy(chance.choice(NASTY))
        except (KeyError, IndexError, TypeError):
            continue
    return lines


@pytest.mark.parametrize("name", SESSIONS)
def test_whatever_is_attached_holds_our_own_rules_and_can_be_shown(name: str, tmp_path: Path) -> None:
    agent = next(each for each in registry.built_in() if name in each.__name__)
    lines, chance, read = lines_of(name), random.Random(f"any {name}"), 0
    where = list(places(lines))
    path = tmp_path / Path(SESSIONS[name]).name
    for number in range(ROUNDS):
        path.write_text("".join(json.dumps(line) + "\n" for line in changed(lines, chance, where)))
        try:
            tail = Tail(agent, str(path), "", Progress())
            segment, _ = tail.take(len(tail.entries))
        except AgentError:
            continue
        read += 1
        cuts = outputs.limit(segment.entries, 256 * 1024)
        place = Place(samples.commit(), "main", "", "sha1", "", {})
        draft = build(
            segment, place, cuts, record_id="01a1fbac-0000-7000-8000-000000000000", created="2026-01-01T00:00:00.000Z"
        )
        policy = Policy(enabled=False, home="/home/dana", users=("dana",), salt=b"s" * 32)
        body = cbor.encode(
            redact(draft, scan=None, policy=policy, edit_content=agent.edit_content, is_public=bool).record
        )
        record = cbor.decode(body)
        assert [f"{number} {each}" for each in schema.validate(record)] == []
        assert [f"{number} {each}" for each in invariants.check(record)] == []
        shown = samples.shown(Verified(samples.statement(), samples.checks(), record, "dana@example.org", True))
        json.dumps(shapes.show(shown), allow_nan=False)
        for full in (False, True):
            page = samples.text(story(shown, full=full, columns=80), 80)
            assert page.encode() and (full or max(map(width, page.splitlines())) <= 80)
    assert read > ROUNDS * 0.8


@pytest.mark.parametrize(
    "names", [("codex/tools.jsonl", "codex/codemode.jsonl"), ("cursor/3f1c.jsonl", "cursor/3f1c.jsonl")]
)
def test_two_sessions_whose_entries_are_only_numbered_do_not_take_each_other_for_copies(
    lasting: Workshop, tmp_path: Path, names: tuple[str, str]
) -> None:
    for number, name in enumerate(names):
        path = tmp_path / f"session{number}.jsonl"
        path.write_bytes((FIXTURES / name).read_bytes())
        lasting.git("commit", "-q", "--allow-empty", "-m", f"{name} {number}")
        lasting.git("traj", "attach", "--session", str(path))
        (statement,) = lasting.json("show")["statements"]
        assert statement["record"]["gittraj"]["segment"]["first"] == 0
        whole = registry.recognise(str(path)).read(str(path))
        assert len(statement["record"]["session"]["entries"]) == len(whole.entries)
