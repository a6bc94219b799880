"""Notes after somebody laid hands on them: whatever was changed, moved, cut or added, nothing of it is called verified."""

import json
import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gittraj.codec import framing
from gittraj.flows.statements import read_note
from gittraj.flows.tidy import tidy
from gittraj.flows.verify import status_of
from gittraj.flows.wiring import keychain, open_house
from tests.support.note_hands import holding, note
from tests.support.workshop import Workshop

Status = Callable[..., tuple[str, str]]


@pytest.fixture(scope="module")
def shop(lasting: Workshop) -> Workshop:
    """Two signed commits of one session, a third without a trace."""
    claude = lasting.claude()
    for number in range(2):
        claude.say(f"Write file {number}, please.")
        claude.answer("As you wish.", thinking="A file, then.")
        claude.write(f"f{number}.txt", f"content {number}\n")
        claude.run(f"git add -A && git commit -qm 'Step {number}'")
    lasting.git("commit", "-q", "--allow-empty", "-m", "By hand", env={"GITTRAJ": "0"})
    assert lasting.json("verify", "--all")["ok"] is True
    return lasting


@pytest.fixture(scope="module")
def first(shop: Workshop) -> str:
    return shop.out("rev-parse", "HEAD~2")


@pytest.fixture(scope="module")
def second(shop: Workshop) -> str:
    return shop.out("rev-parse", "HEAD~1")


@pytest.fixture(scope="module")
def good(shop: Workshop, first: str) -> bytes:
    return note(shop, first)


@pytest.fixture(scope="module")
def status(shop: Workshop, first: str) -> Status:
    """What `git traj verify` says of the first commit if its note were this blob; without a process for each."""
    house = open_house(str(shop.repo), {**os.environ, **shop.env})
    keys, commit = keychain(house), house.repository.commit(first)

    def judge(blob: bytes, *, allow_untrusted: bool = False) -> tuple[str, str]:
        return status_of(read_note(house, commit, blob, keys), allow_untrusted)

    return judge


def verify(shop: Workshop, commit: str, *more: str, code: int, env: dict[str, str] | None = None) -> dict[str, Any]:
    """The verdict on one commit by the command itself."""
    done = shop.git("traj", "verify", commit, "--json", *more, check=False, env=env)
    assert done.returncode == code, (done.stdout, done.stderr)
    verdict: dict[str, Any] = json.loads(done.stdout)["commits"][0]
    return verdict


def flipped(blob: bytes, place: int, mask: int) -> bytes:
    return blob[:place] + bytes((blob[place] ^ mask,)) + blob[place + 1 :]


def test_every_bit_of_the_statement_counts(good: bytes, status: Status) -> None:
    assert status(good) == ("verified", "")
    statement, body = framing.read(good).items
    assert (statement.kind, body.kind, body.end) == ("statement", "body", len(good))
    chance = random.Random(1)
    wrong = [
        (place, mask)
        for place in range(statement.start, statement.end)
        for mask in {1, 0x80, 0x20, chance.randrange(1, 256)}
        if status(flipped(good, place, mask), allow_untrusted=True)[0] != "failed"
    ]
    assert wrong == []


def test_every_byte_of_the_body_counts(good: bytes, status: Status) -> None:
    body = framing.read(good).items[1]
    chance = random.Random(2)
    edges = [*range(body.start, body.start + 40), *range(body.end - 40, body.end)]
    places = {*edges, *chance.sample(range(body.start, body.end), 500)}
    wrong = [
        p for p in places if status(flipped(good, p, chance.randrange(1, 256)), allow_untrusted=True)[0] != "failed"
    ]
    assert wrong == []


def test_a_byte_more_or_less_anywhere_counts(good: bytes, status: Status) -> None:
    statement, body = framing.read(good).items
    chance = random.Random(3)
    for place in [*range(statement.end + 30), *chance.sample(range(body.start, body.end), 100), len(good)]:
        for other in (good[:place] + good[place + 1 :], *(good[:place] + one + good[place:] for one in (b"\n", b"\0"))):
            assert other == good or status(other, allow_untrusted=True)[0] == "failed", place


def test_a_note_cut_short_anywhere_is_not_verified(good: bytes, status: Status) -> None:
    ends = {*range(0, len(good), 37), *range(len(good) - 40, len(good)), framing.read(good).items[0].end}
    assert [end for end in sorted(ends) if status(good[:end], allow_untrusted=True)[0] != "failed"] == []


def test_junk_around_items_of_a_good_note_is_not_verified(good: bytes, status: Status) -> None:
    statement, body = (item.raw for item in framing.read(good).items)
    for junk in (
        b"\0",
        b"junk",
        b"\xff" * 9,
        b"\x40",
        b"\x44junk",
        b"\xd2\x84\x40\xa0\x40\x40",
        b"\xd9\xff\xff\x01",
        b"\xa0",
    ):
        for blob in (good + junk, junk + good, statement + junk + body, body + junk + statement):
            assert status(blob, allow_untrusted=True)[0] == "failed", (junk, blob[:20])


def test_a_statement_without_its_body_and_a_body_without_its_statement_are_not_verified(
    good: bytes, status: Status
) -> None:
    statement, body = (item.raw for item in framing.read(good).items)
    assert status(statement) == ("failed", "body: withheld")
    assert status(body)[0] == "failed"
    assert status(b"")[0] == status(b"\n\n")[0] == "failed"


def test_items_twice_or_in_another_order_are_told_and_put_in_order_again(
    good: bytes, shop: Workshop, first: str, status: Status
) -> None:
    statement, body = (item.raw for item in framing.read(good).items)
    for blob, why in (
        (statement + body + statement, "the same item twice: somebody put it there again"),
        (statement + statement + body + body, "the same item twice: somebody put it there again"),
        (good + b"\n\n" + good, "the whole note twice"),
        (statement + b"\n" + body, "a body apart from its statement: somebody rewrote this note"),
        (good + b"\n", "newlines where neither git nor git traj puts any"),
        (body + statement, "an item out of order: somebody rewrote this note"),
    ):
        assert status(blob) == ("failed", f"note: {why}")
        assert framing.union(blob, b"") == good
    with holding(shop, first, blob):
        done = shop.git("traj", "verify", "--all", check=False)
        assert done.returncode == 1 and why in done.stdout and "git traj doctor --repair" in done.stderr
        shown = shop.json("show", first)
        assert len(shown["statements"]) == 1 and shown["damage"][0]["reason"] == why
        assert tidy(open_house(str(shop.repo), {**os.environ, **shop.env})).notes == 1
        assert note(shop, first) == good and verify(shop, first, code=0)["status"] == "verified"


def test_bodies_that_changed_places_are_not_verified(
    shop: Workshop, good: bytes, first: str, second: str, status: Status
) -> None:
    mine = framing.read(good).items
    other = framing.read(note(shop, second)).items
    assert status(mine[0].raw + other[1].raw)[0] == "failed"
    with holding(shop, first, mine[0].raw + other[1].raw), holding(shop, second, other[0].raw + mine[1].raw):
        for commit in (first, second):
            checks = verify(shop, commit, code=1)["statements"][0]["checks"]
            assert checks["signature"]["result"] == "pass" and checks["body"]["result"] == "fail"


def test_a_note_on_another_commit_fails_at_its_binding(shop: Workshop, good: bytes, first: str, second: str) -> None:
    for target in (second, shop.out("rev-parse", "HEAD"), shop.out("rev-parse", "HEAD~3")):
        with holding(shop, target, good):
            verdict = verify(shop, target, code=1)
            assert verdict["status"] == "failed" and verdict["reason"].startswith(
                f"binding: signed for another commit, {first[:12]}"
            )
            assert verdict["statements"][0]["checks"]["signature"]["result"] == "pass"
    with holding(shop, second, note(shop, second) + good):  # a good one beside it hides nothing
        assert verify(shop, second, code=1)["status"] == "failed"


def test_the_command_says_no_to_bytes_that_were_changed(shop: Workshop, good: bytes, first: str) -> None:
    chance = random.Random(4)
    for place in [0, 1, 2, len(good) - 1, *chance.sample(range(len(good)), 6)]:
        with holding(shop, first, flipped(good, place, chance.randrange(1, 256))):
            done = shop.git("traj", "verify", first, check=False)
            assert done.returncode == 1 and "failed" in done.stdout and "Traceback" not in done.stderr, place
            assert shop.git("traj", "verify", "--all", check=False).returncode == 1
            assert shop.git("traj", "show", first, check=False).returncode == 0
    assert verify(shop, first, code=0)["status"] == "verified"


def test_a_signer_nobody_vouches_for_is_kept_apart_from_a_bad_signature(
    shop: Workshop, first: str, tmp_path: Path
) -> None:
    stranger = {"HOME": str(tmp_path)}
    verdict = verify(shop, first, code=1, env=stranger)
    assert verdict["status"] == "untrusted" and verdict["reason"].startswith("signer: untrusted")
    checks = verdict["statements"][0]["checks"]
    assert checks["signature"]["result"] == "pass" and checks["binding"]["result"] == "pass"
    said = shop.git("traj", "verify", first, check=False, env=stranger)
    assert "untrusted" in said.stdout and "git traj keys trust" in said.stderr
    assert verify(shop, first, "--allow-untrusted", code=0, env=stranger)["status"] == "verified"
    with holding(shop, first, flipped(note(shop, first), 100, 1)):
        assert verify(shop, first, "--allow-untrusted", code=1, env=stranger)["status"] == "failed"


def test_a_key_that_was_revoked_or_whose_time_is_over_is_not_trusted(
    shop: Workshop, first: str, tmp_path: Path
) -> None:
    key = (shop.home / ".config/gittraj/key.pub").read_text()
    (tmp_path / "revoked").write_text(key)
    krl = tmp_path / "krl"
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", krl, tmp_path / "revoked"], check=True)
    configured = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gpg.ssh.revocationFile"}
    for path in (tmp_path / "revoked", krl):
        verdict = verify(shop, first, code=1, env={**configured, "GIT_CONFIG_VALUE_0": str(path)})
        assert verdict["status"] == "untrusted" and "revoked" in verdict["reason"]
    gone = shop.git(
        "traj", "verify", first, check=False, env={**configured, "GIT_CONFIG_VALUE_0": str(tmp_path / "no-such-file")}
    )
    assert gone.returncode == 1 and "gpg.ssh.revocationFile" in gone.stderr

    signers, stranger = tmp_path / "signers", tmp_path / "elsewhere"
    stranger.mkdir()
    env = {"HOME": str(stranger), "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gpg.ssh.allowedSignersFile"}
    env["GIT_CONFIG_VALUE_0"] = str(signers)
    for options, code, why in (
        ('valid-before="20200101"', 1, "no longer valid"),
        ('valid-after="20990101"', 1, "not yet valid"),
        ('namespaces="git"', 1, "namespaces"),
        ('namespaces="gittraj",valid-after="20200101",valid-before="20990101"', 0, ""),
    ):
        signers.write_text(f"dana@example.org {options} {key}")
        assert why in verify(shop, first, code=code, env=env)["reason"], options
    signers.write_text(f"erin@example.org {key}")
    assert "not for dana@example.org" in verify(shop, first, code=1, env=env)["reason"]
