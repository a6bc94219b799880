"""Notes with anything in them, well signed or not: every command answers, in time, and calls nothing of it verified that is not a record."""

import io
import json
import os
import random
from typing import Any

import pytest

from gittraj.cli import app
from gittraj.codec import cbor, framing
from gittraj.flows import wiring
from gittraj.model.anchor import Anchor
from gittraj.model.states import Redacted
from gittraj.seal import sign
from tests.e2e.test_any_session import DEEP, NASTY, places
from tests.support.note_hands import holding, note, put
from tests.support.workshop import Workshop

SECONDS = 6.0  # of processor time for one command on one hostile note; most take 0.5, what grew with the square would take minutes


@pytest.fixture(scope="module")
def shop(lasting: Workshop) -> Workshop:
    claude = lasting.claude()
    claude.say("Write a file, please.")
    claude.answer("As you wish.", thinking="A file, then.")
    claude.tool("Read", {"file_path": str(lasting.repo / "money.py")}, "1\tdef half(x):")
    claude.write("a.txt", "content\n")
    claude.edit("a.txt", "content", "contents")
    claude.tool("Task", {"prompt": "look"}, "looked")
    claude.tool("Bash", {"command": "false"}, "no", error=True)
    claude.run("git add -A && git commit -qm A")
    return lasting


HOSTILE: dict[str, bytes] = {
    "a string of 2^63 bytes": b"\x5b\x7f" + b"\xff" * 7,
    "a string of 2^64-1 bytes": b"\x5b" + b"\xff" * 8 + b"x",
    "an array of 2^32 items": b"\x9b\0\0\0\1\0\0\0\0",
    "a map of 2^64-1 pairs": b"\xbb" + b"\xff" * 8,
    "a statement of hostile lengths": b"\xd2\x84\x5b" + b"\xff" * 8,
    "a header that is longer than the note": b"\xd2\x84\x5a\x7f\xff\xff\xff\xa0\x40\x40",
    "arrays ten thousand deep": b"\x81" * 10_000,
    "arrays in a statement": b"\xd2\x84\x40" + b"\xa1\x01\x81" * 3000 + b"\x40\x40",
    "tags a hundred thousand deep": b"\xc6" * 100_000,
    "maps ten thousand deep in a body": framing.body(b"\xa1\x61a" * 10_000 + b"\xf6"),
    "indefinite lengths": b"\x9f" * 1000 + b"\xff" * 1000,
    "reserved heads": b"\x1c\x3d\x5e\x7f\x9c\xdd\xfe" * 1000,
    "statement heads only": b"\xd2\x84" * 50_000,
    "body heads only": b"\x59\x01\x00\xa4\x62" * 20_000,
    "a hundred thousand empty items": b"\x40" * 100_000,
    "four megabytes of noise": random.Random(5).randbytes(4_000_000),
    "four megabytes of nothing": b"\0" * 4_000_000,
    "four megabytes of newlines": b"\n" * 4_000_000,
    "text": b"Notes added by 'git notes add'\n",
    "nothing": b"",
}


def timed(shop: Workshop, *arguments: str) -> tuple[int, str, float]:
    begun = os.times()
    done = shop.git("traj", *arguments, check=False)
    ended = os.times()
    took = ended.children_user + ended.children_system - begun.children_user - begun.children_system
    assert "Traceback" not in done.stderr and "unexpected" not in done.stderr, done.stderr[:900]
    return done.returncode, done.stdout, took


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_note_is_answered_in_time(shop: Workshop, name: str) -> None:
    head = shop.out("rev-parse", "HEAD")
    with holding(shop, head, HOSTILE[name]):
        for arguments, codes in (
            (("verify",), (1,)),
            (("show",), (0, 1)),
            (("log",), (0,)),
            (("show", "--diag"), (0, 1)),
        ):
            code, output, took = timed(shop, *arguments)
            assert code in codes and took < SECONDS, (arguments, code, took)
            assert "verified." not in output and len(output) < 9_000_000


def signed(shop: Workshop, commit: str, record: Any, **changes: Any) -> bytes:
    """A note that the user's own key signed, whatever the record."""
    house = wiring.open_house(str(shop.repo), {**os.environ, **shop.env})
    found = house.repository.commit(commit)
    anchor = Anchor(
        **{
            "commit": commit,
            "tree": found.tree,
            "parents": found.parents,
            "session_id": "s",
            "seq": 0,
            "entries": 1,
            **changes,
        }
    )
    sealed = sign.seal(Redacted(record), anchor, wiring.signer(house), 1_700_000_000)
    return sealed.statement + framing.body(sealed.body)


def altered(record: dict[str, Any], chance: random.Random, where: list[tuple[Any, ...]]) -> dict[str, Any]:
    record = cbor.decode(cbor.encode(record))
    for _ in range(chance.choice((1, 1, 2, 5))):
        *path, key = chance.choice(where)
        target: Any = record
        try:
            for step in path:
                target = target[step]
            if chance.random() < 0.1:
                del target[key]
            else:
                target[key] = chance.choice([*NASTY, DEEP, b"", b"\xff\n", {1: 2}, {b"x": b"y"}, {-1: [b""]}])
        except (KeyError, IndexError, TypeError):
            continue
    return record


def test_any_record_that_somebody_signs_can_be_shown_listed_and_judged(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = shop.out("rev-parse", "HEAD")
    record = cbor.decode(framing.content(framing.read(note(shop, head)).items[1]))
    where, chance = list(places(record)), random.Random(11)
    monkeypatch.chdir(shop.repo)
    for name, value in shop.env.items():
        monkeypatch.setenv(name, value)
    with holding(shop, head, b""):
        for number in range(60):
            notes = [signed(shop, head, altered(record, chance, where)) for _ in range(5)]
            put(shop, head, b"".join(notes))
            for arguments in (
                ["show"],
                ["show", "--full"],
                ["show", "--json"],
                ["log"],
                ["log", "--json"],
                ["verify"],
                ["show", "--diag"],
            ):
                code, errors = run(monkeypatch, arguments)
                assert code in (0, 1) and not errors.startswith("git-traj: unexpected"), (number, arguments, errors)
    for value in (
        None,
        7,
        "x",
        [],
        {},
        b"",
        {"session": None},
        {"session": {"entries": [7]}},
        {"session": {"entries": [{}]}},
    ):
        with holding(shop, head, signed(shop, head, value)):
            for arguments in (["show"], ["log"], ["verify"]):
                code, errors = run(monkeypatch, arguments)
                assert code in (0, 1) and not errors.startswith("git-traj: unexpected"), (value, arguments, errors)
            assert run(monkeypatch, ["verify"])[0] == 1


def run(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> tuple[int, str]:
    """The command in this process: 400 starts of Python would take minutes."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", out)
        patch.setattr("sys.stderr", err)
        code = app.run(arguments)
    data = out.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]
    assert "\x1b" not in data
    if "--json" in arguments and data:
        json.loads(data)
    return code, err.getvalue()
