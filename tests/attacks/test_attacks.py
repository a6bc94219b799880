"""What somebody who can write to the repository may try: each attack by its number, with the verdict that names it.

docs/security.md has the same list, with what cannot be detected; `test_the_list_is_whole` holds the two together.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gittraj.codec import cbor, framing
from gittraj.flows import wiring
from gittraj.model.anchor import Anchor
from gittraj.model.states import Redacted
from gittraj.seal import sign
from tests.house.conftest import ROOT
from tests.support.note_hands import holding, note, put
from tests.support.workshop import Workshop

DANA = "dana@example.org"


class Place:
    """Two commits of one session, signed by Dana; `policy` makes a branch whose policy and keys may be trusted."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.base = shop.out("rev-parse", "HEAD~2")
        self.first = shop.out("rev-parse", "HEAD~1")
        self.second = shop.out("rev-parse", "HEAD")
        self.key = (shop.home / ".config/gittraj/key.pub").read_text()

    def verify(self, *arguments: str) -> tuple[bool, str, str, dict[str, Any]]:
        """Whether all is well, status and reason of the newest commit, and the whole answer."""
        done = self.shop.json("verify", *arguments, check=False)
        return done["ok"], done["commits"][0]["status"], done["commits"][0]["reason"], done

    def policy(self, text: str, name: str = "policy", signers: str = "") -> str:
        index = {"GIT_INDEX_FILE": str(self.shop.repo / ".git" / "policy-index")}
        self.shop.git("read-tree", self.base, env=index)
        keys = signers or f'{DANA} namespaces="gittraj" {self.key}'
        for path, content in ((".gittraj.toml", text), (".gittraj/allowed_signers", keys)):
            (self.shop.repo / ".git" / "content").write_text(content)
            blob = self.shop.out("hash-object", "-w", str(self.shop.repo / ".git" / "content"))
            self.shop.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=index)
        tree = self.shop.out("write-tree", env=index)
        self.shop.git("branch", "-f", name, self.shop.out("commit-tree", "-m", "Policy", "-p", self.base, tree))
        return name

    def record(self, commit: str) -> dict[str, Any]:
        found: dict[str, Any] = cbor.decode(framing.content(framing.read(note(self.shop, commit)).items[1]))
        found.pop("file-attribution", None)
        return found

    def signed(
        self, commit: str, record: dict[str, Any], *, who: str = DANA, at: int = 1_700_000_000, **anchor: Any
    ) -> bytes:
        """A note that Dana's key signed, whatever the record says."""
        house = wiring.open_house(str(self.shop.repo), {**os.environ, **self.shop.env})
        found = house.repository.commit(commit)
        segment, session = record["gittraj"]["segment"], record["session"]
        facts = {"commit": commit, "tree": found.tree, "parents": found.parents, "session_id": session["session-id"],
                 "seq": segment["index"], "entries": len(session["entries"]),
                 "prev": (segment["prev"] or b"").hex(), "patch_id": house.repository.patch_id(commit)}  # fmt: skip
        key = wiring.signer(house)
        key.principal = who
        sealed = sign.seal(Redacted(record), Anchor(**{**facts, **anchor}), key, at)
        return sealed.statement + framing.body(sealed.body)


@pytest.fixture(scope="module")
def place(lasting: Workshop) -> Place:
    claude = lasting.claude()
    for number in (1, 2):
        claude.say(f"Write file {number}, please.")
        claude.write(f"f{number}.txt", f"first line {number}\nsecond line {number}\n")
        claude.run(f"git add -A && git commit -qm 'Step {number}'")
    found = Place(lasting)
    assert found.verify("--all")[0]
    return found


@pytest.fixture
def branch(place: Place) -> Iterator[str]:
    """A branch of its own to commit on; the repository is as before afterwards."""
    notes = place.shop.out("rev-parse", "refs/notes/traj")
    place.shop.git("checkout", "-q", "-B", "attack", "main")
    yield "attack"
    place.shop.git("checkout", "-q", "-f", "main")
    place.shop.git("update-ref", "refs/notes/traj", notes)
    place.shop.git("traj", "verify", "--accept-notes", check=False)


def test_a01_a_note_moved_to_another_commit_fails_at_its_binding(place: Place) -> None:
    with holding(place.shop, place.second, note(place.shop, place.first)):
        ok, status, reason, _ = place.verify(place.second)
    assert (ok, status) == (False, "failed")
    assert (
        reason.startswith(f"binding: signed for another commit, {place.first[:12]}") and "names another tree" in reason
    )


def test_a02_a_statement_of_another_repository_fails_where_the_policy_names_this_one(place: Place) -> None:
    blob = place.signed(place.second, place.record(place.second), repository="https://fork.example.org/ledger.git")
    with holding(place.shop, place.second, blob):
        ref = place.policy('[require]\ntrace = "agent"\nrepository = ["https://example.org/ledger.git"]\n')
        ok, status, reason, found = place.verify(place.second, "--trust", ref)
        assert (ok, status) == (False, "failed")
        assert reason == "repository: signed in another repository: https://fork.example.org/ledger.git"
        binding = found["commits"][0]["statements"][0]["checks"]["binding"]
        assert binding == {"result": "pass", "detail": "signed in https://fork.example.org/ledger.git"}, (
            "never left unsaid"
        )


def test_a03_a_note_that_was_copied_along_is_never_silently_verified(place: Place, branch: str) -> None:
    (place.shop.repo / "f2.txt").write_text("something else\n")
    place.shop.git("commit", "-qam", "Amended", "--amend", env={"GITTRAJ": "0"})
    assert place.shop.out("rev-parse", "HEAD") in place.shop.noted(), "notes.rewriteRef copied it"
    ok, status, reason, _ = place.verify("HEAD")
    assert (ok, status) == (False, "failed") and reason, reason
    place.shop.git("commit", "-q", "--allow-empty", "-m", "Other", env={"GITTRAJ": "0"})
    place.shop.git("notes", "--ref=traj", "copy", place.second, "HEAD")
    assert place.verify("HEAD")[1] not in ("verified", "carried", "exempt")


def test_a04_a_note_that_is_withheld_is_missing_and_its_successor_has_a_gap(place: Place, branch: str) -> None:
    place.shop.git("notes", "--ref=traj", "remove", place.first)
    ok, _, _, found = place.verify(f"{place.base}..{place.second}")
    assert not ok and {"gap"} <= {each["kind"] for each in found["completeness"]["findings"]}
    ref = place.policy('[require]\ntrace = "all"\n')
    _, status, reason, _ = place.verify(place.first, "--trust", ref)
    assert status == "missing" and reason == "the policy wants a trace of every commit, but it has no trace"


def test_a07_a_tail_cut_off_by_the_signer_leaves_lines_unexplained(place: Place) -> None:
    record = place.record(place.second)
    record["session"]["entries"] = [
        each for each in record["session"]["entries"] if each["type"] in ("user", "assistant")
    ]
    record["gittraj"]["segment"]["last"] = record["gittraj"]["segment"]["first"] + len(record["session"]["entries"]) - 1
    with holding(place.shop, place.second, place.signed(place.second, record)):
        ref = place.policy('[require]\ntrace = "agent"\n[coverage]\nexplained = 90\n')
        ok, status, reason, found = place.verify(place.second, "--trust", ref)
        assert (ok, status) == (False, "failed") and reason == "coverage: 0% explained, 90% demanded"
        checks = found["commits"][0]["statements"][0]["checks"]
        assert {each["result"] for each in checks.values()} == {"pass"}, "the signature itself has nothing to object"


def test_a08_a_session_made_up_for_other_content_does_not_replay(place: Place) -> None:
    record = place.record(place.second)
    text = repr(record)
    for entry in record["session"]["entries"]:
        if entry["type"] == "tool-call" and "content" in entry.get("input", {}):
            entry["input"]["content"] = "what somebody made up\n"
    assert repr(record) != text
    with holding(place.shop, place.second, place.signed(place.second, record)):
        ref = place.policy('[require]\ntrace = "agent"\nchecks = ["edits"]\n')
        ok, status, reason, _ = place.verify(place.second, "--trust", ref)
    assert (ok, status) == (False, "failed") and reason.startswith("edits: f2.txt differs at line 1")


def test_a09_a_backdated_signature_of_an_ended_key_is_unproven(place: Place) -> None:
    ended = f'{DANA} valid-before="20240101Z" {place.key}'
    ref = place.policy('[require]\ntrace = "agent"\n[trust]\nsources = ["repository"]\n', signers=ended)
    with holding(place.shop, place.second, place.signed(place.second, place.record(place.second), at=1_690_000_000)):
        ok, status, reason, _ = place.verify(place.second, "--trust", ref)
    assert (ok, status) == (False, "untrusted") and reason.startswith(
        "time: unproven: the key was valid until 2024-01-01"
    )


def test_a10_a_record_signed_again_by_another_trusted_signer_is_out_of_role(place: Place) -> None:
    keys = f"{DANA},ci@example.org {place.key}"
    ref = place.policy(
        f'[require]\ntrace = "agent"\n[roles]\nrecorder = ["{DANA}"]\nci = ["ci@example.org"]\n', signers=keys
    )
    with holding(
        place.shop, place.second, place.signed(place.second, place.record(place.second), who="ci@example.org")
    ):
        ok, status, reason, _ = place.verify(place.second, "--trust", ref)
    assert (ok, status) == (False, "failed")
    assert reason == "role: ci@example.org may not sign a record: that takes the role recorder"


def test_a11_a_signature_taken_off_or_weakened_is_refused(place: Place) -> None:
    statement, body = (item.raw for item in framing.read(note(place.shop, place.second)).items)
    parts = cbor.decode(statement).value
    header = cbor.decode(parts[0])
    for changes in (
        {3: b""},
        {3: bytes(64)},
        {0: b""},
        {0: cbor.encode({**header, 1: -7})},
        {0: cbor.encode({**header, 1: 5})},
    ):
        stripped = [changes.get(index, part) for index, part in enumerate(parts)]
        with holding(place.shop, place.second, cbor.encode(cbor.Tag(18, stripped)) + body):
            ok, status, reason, _ = place.verify(place.second)
        assert (ok, status) == (False, "failed") and reason.startswith(("signature:", "structure:", "note:"))
    with holding(place.shop, place.second, body):
        assert place.verify(place.second)[1] == "failed"


def test_a12_words_in_the_unprotected_header_are_told_as_nobodys(place: Place) -> None:
    statement, body = (item.raw for item in framing.read(note(place.shop, place.second)).items)
    parts = cbor.decode(statement).value
    altered = cbor.encode(cbor.Tag(18, [parts[0], {100: {"agent-vendor": "someone"}}, *parts[2:]]))
    for blob in (altered + body, statement + altered + body, altered + statement + body):
        with holding(place.shop, place.second, blob):
            ok, status, reason, _ = place.verify(place.second)
        assert (ok, status) == (False, "failed") and "unprotected header holds what nobody signed (label 100)" in reason


def test_a13_anything_appended_to_a_good_note_is_not_hidden_by_it(place: Place) -> None:
    good = note(place.shop, place.second)
    foreign = framing.read(note(place.shop, place.first)).items[0].raw
    for more in (b"junk", b"\x44junk", b"\xa0", foreign, framing.body(b"x")):
        with holding(place.shop, place.second, good + more):
            ok, status, _, _ = place.verify(place.second)
        assert (ok, status) == (False, "failed"), more


def test_a14_a_key_that_comes_with_what_it_signed_is_not_trusted(place: Place, branch: str, tmp_path: Path) -> None:
    ref = place.policy('[require]\ntrace = "agent"\n[trust]\nsources = ["repository"]\n')
    place.shop.git("checkout", "-q", "-B", "attack", ref)
    eve = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "user.email",
        "GIT_CONFIG_VALUE_0": "eve@example.org",
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    place.shop.git("traj", "keys", "new", env=eve)
    place.shop.git("traj", "keys", "add", "eve@example.org", str(tmp_path / "gittraj/key.pub"), env=eve)
    claude = place.shop.claude("33333333-2222-4333-8444-555555555555")
    claude.around.update(eve)
    claude.say("Write a file, please.")
    claude.write("eve.txt", "content\n")
    claude.run("git add -A && git commit -qm 'Key and work'")
    ok, status, reason, found = place.verify(f"{ref}..HEAD", "--trust", ref)
    assert (ok, status) == (False, "failed")
    assert reason == "trust: .gittraj/allowed_signers changed without the consent of anybody trusted before"
    (statement,) = found["commits"][0]["statements"]
    assert statement["checks"]["signer"]["detail"].startswith("untrusted: no allowed_signers line has")


def test_a15_a_commit_of_the_same_id_and_another_tree_fails_at_its_binding(place: Place) -> None:
    other = place.shop.out("rev-parse", f"{place.first}^{{tree}}")
    with holding(place.shop, place.second, place.signed(place.second, place.record(place.second), tree=other)):
        ok, status, reason, _ = place.verify(place.second)
    assert (ok, status) == (False, "failed") and reason == f"binding: names another tree, {other[:12]}"


def test_a16_a_record_that_two_readers_would_read_in_two_ways_is_no_record(place: Place) -> None:
    house = wiring.open_house(str(place.shop.repo), {**os.environ, **place.shop.env})
    found = house.repository.commit(place.second)
    for body, why in (
        (b"\xa2\x61a\x01\x61a\x02", "the same key twice"),
        (b"\xa1\x61a\x18\x01", "not the shortest form"),
        (b"\xbf\xff", ""),
    ):
        from gittraj.codec.digest import sha256
        from gittraj.seal.sign import _signed

        anchor = Anchor(found.id, found.tree, found.parents, "s", 0, 1)
        raw = _signed(sha256(body), anchor, wiring.signer(house), 1_700_000_000, envelope=True)
        with holding(place.shop, place.second, raw + framing.body(body)):
            ok, status, reason, _ = place.verify(place.second)
        assert (ok, status) == (False, "failed") and reason.startswith("schema: ") and why in reason


def test_a17_a_body_that_was_exchanged_or_withheld_is_told(place: Place) -> None:
    statement, _ = framing.read(note(place.shop, place.second)).items
    other = framing.read(note(place.shop, place.first)).items[1]
    with holding(place.shop, place.second, statement.raw + other.raw):
        ok, status, reason, _ = place.verify(place.second)
        assert (ok, status) == (False, "failed") and "body" in reason
    with holding(place.shop, place.second, statement.raw):
        _, status, reason, found = place.verify(place.second)
        assert (status, reason) == ("failed", "body: withheld")
        assert found["commits"][0]["statements"][0]["checks"]["schema"]["result"] == "skip"


def test_a21_replace_refs_and_grafts_do_not_change_what_is_judged(place: Place) -> None:
    place.shop.git("replace", "-f", place.second, place.base)
    grafts = place.shop.repo / ".git/info/grafts"
    grafts.write_text(f"{place.second}\n")
    try:
        assert place.verify(place.second)[:2] == (True, "verified")
    finally:
        place.shop.git("replace", "-d", place.second)
        grafts.unlink()


def test_the_list_is_whole() -> None:
    """Every attack stands in docs/security.md with its verdict, and with a test that is there."""
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    rows = {row[1]: row[0] for row in re.finditer(r"^\| (A\d+) \|.*$", page, re.M)}
    assert sorted(rows, key=lambda name: int(name[1:])) == [f"A{number}" for number in range(1, 22)]
    for name, row in rows.items():
        tests = re.findall(r"`([a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`", row)
        assert tests, name
    for file, test in re.findall(r"`([a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`", page):
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), (file, test)


def test_any_change_to_the_notes_ref_is_seen_over_the_range(place: Place, branch: str) -> None:
    """Removing, exchanging, altering: over the range, `verify` is never green; copies of the same bytes are no change."""
    both = {place.first: note(place.shop, place.first), place.second: note(place.shop, place.second)}
    selection = f"{place.base}..{place.second}"
    assert place.verify(selection)[0]
    for changes in (
        {place.first: both[place.second], place.second: both[place.first]},
        {place.first: both[place.second]},
        {place.second: both[place.first] + both[place.second]},
        {place.first: b""},
    ):
        for commit, blob in changes.items():
            put(place.shop, commit, blob)
        assert not place.verify(selection)[0], changes.keys()
        for commit, blob in both.items():
            put(place.shop, commit, blob)
    for gone in (place.first, place.second):
        place.shop.git("notes", "--ref=traj", "remove", gone)
        assert not place.verify(selection)[0], gone
        put(place.shop, gone, both[gone])
    assert place.verify(selection)[0]
