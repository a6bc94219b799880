"""Receipts of a log, against real git: registered, carried in the note, believed only from a log that is named as one."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gittraj.codec import framing
from gittraj.seal import receipts
from gittraj.seal.statement import parse
from tests.support.workshop import Workshop

LOG = "log.example.org"


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    shop = Workshop(tmp_path, hermetic_seal).start()
    three_commits(shop)
    return shop


def three_commits(shop: Workshop) -> None:
    """A session writes three files and commits each."""
    claude = shop.claude()
    for number in range(3):
        claude.say(f"Write {number}")
        claude.write(f"{number}.txt", "content\n")
        claude.run(f"git add -A && git commit -qm 'Write {number}'")
    shop.out("traj", "finish")


def key_of_the_log(shop: Workshop) -> Path:
    key = shop.home / "log-key"
    if not key.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    return key


def believe(shop: Workshop, options: str = 'namespaces="gittraj-log" ') -> None:
    public = key_of_the_log(shop).with_suffix(".pub").read_text()
    with (shop.home / ".config/gittraj/allowed_signers").open("a") as file:
        file.write(f"{LOG} {options}{public}")


def issue(shop: Workshop, *revisions: str, key: Path | None = None) -> list[dict[str, Any]]:
    where = ("-c", f"gittraj.key={key or key_of_the_log(shop)}")
    done = shop.git(*where, "traj", "receipt", "issue", *revisions, "--log", LOG, "--json")
    found: list[dict[str, Any]] = json.loads(done.stdout)["receipts"]
    return found


def receipt(shop: Workshop, revision: str = "HEAD") -> list[dict[str, Any]]:
    commit = shop.json("verify", revision, check=False)["commits"][0]
    return [each["checks"]["receipt"] for each in commit["statements"] if "receipt" in each["checks"]]


def statements(shop: Workshop, revision: str = "HEAD") -> list[bytes]:
    blob = shop.out("notes", "--ref=traj", "list", revision)
    data = subprocess.run(["git", "cat-file", "blob", blob], cwd=shop.repo, capture_output=True, check=True).stdout
    return [item.raw for item in framing.read(data).items if item.kind == "statement"]


def test_a_statement_that_was_never_registered_has_no_such_check(shop: Workshop) -> None:
    assert receipt(shop) == []


def test_registered_statements_carry_receipts_that_a_trusted_log_stands_for(shop: Workshop) -> None:
    believe(shop)
    before = statements(shop, "HEAD~1")
    found = issue(shop, "--all")
    assert len(found) >= 3 and all(each["fresh"] for each in found)
    assert sorted(each["index"] for each in found) == list(range(len(found)))
    for revision in ("HEAD", "HEAD~1", "HEAD~2"):
        told = receipt(shop, revision)
        assert told and all(each["result"] == "pass" and LOG in each["detail"] for each in told)
    assert shop.json("verify", "--all")["ok"] is True
    after = statements(shop, "HEAD~1")
    assert [receipts.entry(parse(each)) for each in after] == [receipts.entry(parse(each)) for each in before]
    again = issue(shop, "--all")
    assert not any(each["fresh"] for each in again) and statements(shop, "HEAD~1") == after
    assert shop.out("fsck", "--strict") == ""


def test_a_log_that_is_not_named_as_one_proves_nothing(shop: Workshop) -> None:
    believe(shop, "")  # a person whose signatures count
    issue(shop)
    told = receipt(shop)
    assert told[0]["result"] == "skip" and "gittraj-log" in told[0]["detail"]
    assert shop.json("verify")["ok"] is True


def test_a_receipt_by_the_signers_own_key_is_no_independent_time(shop: Workshop) -> None:
    with (shop.home / ".config/gittraj/allowed_signers").open("a") as file:
        file.write(f'{LOG} namespaces="gittraj-log" {(shop.home / ".config/gittraj/key.pub").read_text()}')
    issue(shop, key=shop.home / ".config/gittraj/key")
    assert receipt(shop)[0]["result"] == "skip" and "the signer's own" in receipt(shop)[0]["detail"]


def test_a_receipt_of_another_statement_fails(shop: Workshop) -> None:
    believe(shop)
    issue(shop, "--all")
    theirs = receipts.of(parse(statements(shop, "HEAD~1")[0]))
    note = shop.repo / ".git" / "other-note"
    items = [receipts.with_receipts(parse(each), theirs) for each in statements(shop)]
    blob = shop.out("notes", "--ref=traj", "list", "HEAD")
    data = subprocess.run(["git", "cat-file", "blob", blob], cwd=shop.repo, capture_output=True, check=True).stdout
    rest = [item.raw for item in framing.read(data).items if item.kind != "statement"]
    note.write_bytes(framing.write([*items, *rest]))
    other = shop.out("hash-object", "-w", str(note))
    shop.out("notes", "--ref=traj", "add", "-f", "-C", other, "HEAD")
    found = shop.json("verify", check=False)
    assert found["commits"][0]["status"] == "failed" and found["commits"][0]["reason"].startswith("receipt: ")


def test_copies_with_and_without_receipts_are_one_statement(shop: Workshop) -> None:
    believe(shop)
    tip = shop.out("rev-parse", "refs/notes/traj")
    issue(shop)
    shop.out("update-ref", "refs/notes/other", tip)
    shop.git("notes", "--ref=traj", "merge", "-q", "-s", "union", "refs/notes/other")
    found = shop.json("verify")["commits"][0]
    assert found["status"] == "verified"
    assert len(found["statements"]) == len({each["digest"] for each in found["statements"]})
    assert receipt(shop)[0]["result"] == "pass"


def test_a_log_that_was_cut_or_rewritten_is_found_out(shop: Workshop) -> None:
    issue(shop, "HEAD~1")
    first = shop.out("rev-parse", "refs/gittraj/log")
    issue(shop)
    fine = shop.json("receipt", "check", "--log", LOG)
    assert fine["ok"] and fine["problems"] == [] and fine["receipts"] == fine["leaves"] >= 2
    shop.out("update-ref", "refs/gittraj/log", first)
    cut = shop.json("receipt", "check", "--log", LOG, check=False)
    assert not cut["ok"] and [each["kind"] for each in cut["problems"]][:2] == ["rollback", "cut"]
    assert "it was cut" in cut["problems"][1]["reason"]
    shop.out("update-ref", "-d", "refs/gittraj/log")
    shop.git("traj", "verify", "--accept-notes", check=False)  # else nothing is signed over a log that went back
    issue(shop, "HEAD~2")
    other = shop.git("traj", "receipt", "check", "--log", LOG, check=False)
    assert other.returncode == 1 and "✗" in other.stdout


def test_statements_go_out_for_registration_and_come_back_with_receipts(shop: Workshop, tmp_path: Path) -> None:
    believe(shop)
    found = shop.json("receipt", "export", str(tmp_path / "out"), "--all")["exported"]
    path = Path(found[0]["path"])
    assert parse(path.read_bytes()).unprotected == {}
    refused = shop.git("traj", "receipt", "import", str(path), check=False)
    assert refused.returncode == 1 and "no receipt in it" in refused.stderr
    notes = shop.out("rev-parse", "refs/notes/traj")
    issue(shop, found[0]["commit"])
    back = tmp_path / "back.cose"
    back.write_bytes(statements(shop, found[0]["commit"])[0])
    shop.out("update-ref", "refs/notes/traj", notes)
    taken = shop.json("receipt", "import", str(back))["receipts"]
    assert [each["fresh"] for each in taken] == [True] and receipt(shop, found[0]["commit"])[0]["result"] == "pass"
    back.write_bytes(b"junk")
    assert shop.git("traj", "receipt", "import", str(back), check=False).returncode == 1
