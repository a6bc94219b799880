"""A log of receipts against real git: growing is silent, going back or changing is named, and two states are compared without the log."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gittraj.codec.merkle import leaf_hash
from gittraj.seal import receipts
from gittraj.seal.statement import parse
from gittraj.store.leaf_log import LeafLog
from gittraj.store.repository import open_repository
from tests.e2e.test_receipts import LOG, believe, issue, key_of_the_log, statements, three_commits
from tests.support.workshop import Workshop

REF = "refs/gittraj/log"
NOTES = "refs/notes/traj"


class Grown:
    """A shop whose three commits were registered one after the other: `tips` of the log and `notes` after each, `sizes` of the log."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        three_commits(shop)
        believe(shop)
        self.tips, self.notes, self.sizes = [""], [shop.out("rev-parse", NOTES)], [0]
        for revision in ("HEAD~2", "HEAD~1", "HEAD"):
            self.sizes.append(issue(shop, revision)[-1]["size"])
            self.tips.append(shop.out("rev-parse", REF))
            self.notes.append(shop.out("rev-parse", NOTES))

    def at(self, log: int, notes: int = 3, *, forget: bool = False) -> None:
        if self.tips[log]:
            self.shop.out("update-ref", REF, self.tips[log])
        else:
            self.shop.git("update-ref", "-d", REF)
        self.shop.out("update-ref", NOTES, self.notes[notes])
        # what git traj wrote there last would come back with its next write
        shutil.rmtree(self.shop.repo / ".git" / "gittraj" / "written", ignore_errors=True)
        if forget:
            shutil.rmtree(self.shop.repo / ".git" / "gittraj" / "log-heads", ignore_errors=True)

    def traj(self, *arguments: str) -> tuple[int, str]:
        done = self.shop.git("-c", f"gittraj.key={key_of_the_log(self.shop)}", "traj", *arguments, check=False)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    def check(self) -> Any:
        return json.loads(self.traj("receipt", "check", "--log", LOG, "--json")[1])

    def findings(self, *arguments: str) -> list[tuple[str, str]]:
        """What completeness says of a log, for everything."""
        found = self.shop.json(*(arguments or ("verify", "--all")), check=False)
        assert found["ok"] == (not found["completeness"]["findings"])
        return [(each["kind"], each["detail"]) for each in found["completeness"]["findings"]]

    def rewrite(self, change: dict[int, bytes]) -> None:
        """The log with other leaves at some places, as whoever may write the ref can make it."""
        repository = open_repository(str(self.shop.repo))
        leaves = LeafLog(repository).leaves()
        self.shop.git("update-ref", "-d", REF)
        LeafLog(repository).append([change.get(at, leaf) for at, leaf in enumerate(leaves)], message="Rewritten")


@pytest.fixture(scope="module")
def built(lasting: Workshop) -> Iterator[Grown]:
    yield Grown(lasting)


@pytest.fixture
def log(built: Grown) -> Grown:
    built.at(3, forget=True)
    return built


def test_a_log_that_only_grew_passes_silently_and_is_remembered(log: Grown) -> None:
    log.at(1, forget=True)
    assert log.findings() == []
    log.at(3)
    assert log.findings() == [] and log.findings("audit") == []
    found = log.check()
    assert found["ok"] and found["problems"] == [] and found["remembered"]["leaves"] == log.sizes[3]
    assert found["receipts"] == found["leaves"] == log.sizes[3]
    heads = log.shop.repo / ".git" / "gittraj" / "log-heads" / "here"
    before = heads.read_bytes()
    assert log.findings() == [] and heads.read_bytes() == before


def test_a_log_set_back_to_an_older_value_is_named_and_nothing_more_is_signed(log: Grown, tmp_path: Path) -> None:
    assert log.check()["ok"]
    log.at(2)
    found = log.check()
    assert [each["kind"] for each in found["problems"]][:1] == ["rollback"] and not found["ok"]
    assert f"went back to {log.sizes[2]}" in found["problems"][0]["reason"]
    assert found["remembered"]["leaves"] == log.sizes[3] and found["leaves"] == log.sizes[2]
    for command in (("verify", "--all"), ("verify", "HEAD~2..HEAD"), ("audit",)):
        (kind, detail), *more = log.findings(*command)
        assert kind == "rollback" and REF in detail and not more
    assert log.traj("verify", "HEAD")[0] == 0  # about one commit, the log is not the question
    code, said = log.traj("receipt", "check", "--log", LOG)
    assert code == 1 and "✗" in said and "rollback" in said
    for command in (("receipt", "issue", "HEAD", "--log", LOG), ("receipt", "consistency", "1", str(tmp_path / "x"))):
        code, said = log.traj(*command)
        assert code == 1 and "nothing is signed" in said and "rollback" in said
    assert not (tmp_path / "x").exists()
    log.at(3)
    assert log.findings() == []
    log.at(2)
    assert log.traj("verify", "--all", "--accept-notes")[0] == 0  # meant so
    log.at(3)
    assert log.findings() == []


def test_a_log_that_is_gone_or_no_log_any_more_is_named(log: Grown) -> None:
    assert log.findings() == []
    log.at(0)
    assert [kind for kind, _ in log.findings()] == ["removed"] and not log.check()["ok"]
    log.shop.git("update-ref", REF, "HEAD")
    ((kind, detail),) = log.findings()
    assert kind == "broken" and "damaged" in detail


def test_a_log_with_one_leaf_replaced_shows_another_history(log: Grown) -> None:
    assert log.findings() == []
    log.rewrite({1: leaf_hash(b"another statement")})
    ((kind, detail),) = log.findings()
    assert kind == "equivocation" and "up to leaf 1 at most" in detail
    found = log.check()
    assert next(each["kind"] for each in found["problems"]) == "equivocation"
    assert {"moved", "rewritten"} <= {each["kind"] for each in found["problems"]}
    log.at(3, forget=True)  # a clone that remembers nothing still has the receipts
    log.rewrite({1: leaf_hash(b"another statement")})
    assert {each["kind"] for each in log.check()["problems"]} == {"moved", "rewritten"}


def test_a_memory_without_the_old_objects_names_it_too(log: Grown) -> None:
    assert log.findings() == []
    heads = log.shop.repo / ".git" / "gittraj" / "log-heads" / "here"
    size, root, _ = heads.read_text().split()
    heads.write_text(f"junk\n{size} {root} {'1' * 40}\n-1 {root} -\n7 {root}")
    log.rewrite({1: leaf_hash(b"another statement")})
    assert [kind for kind, _ in log.findings()] == ["equivocation"]
    log.at(2)
    assert [kind for kind, _ in log.findings()] == ["rollback"]
    log.at(3)
    assert log.findings() == []


def elsewhere(log: Grown, folder: Path, notes: str = NOTES) -> Workshop:
    """A clone of code and notes, without the log."""
    other = Workshop(folder, log.shop.home)
    other.env = {**other.env, **{name: value for name, value in log.shop.env.items() if name != "PATH"}}
    folder.mkdir(exist_ok=True)
    log.shop.git("clone", "-q", str(log.shop.repo), str(other.repo))
    other.git("fetch", "-q", "origin", f"{notes}:{NOTES}")
    return other


def test_two_states_are_led_to_each_other_without_the_log(log: Grown, tmp_path: Path) -> None:
    far, near = tmp_path / "far.cose", tmp_path / "near.cose"
    code, said = log.traj("receipt", "consistency", "HEAD~2", str(near), "--log", LOG, "--json")
    assert code == 0, said
    made = json.loads(said)
    assert (made["older"], made["newer"]) == (log.sizes[1], log.sizes[3]) and made["older_root"] != made["newer_root"]
    reader = elsewhere(log, tmp_path / "reader")
    assert reader.git("rev-parse", "-q", "--verify", REF, check=False).returncode != 0
    found = reader.json("receipt", "compare", "HEAD~2", "HEAD", "--proof", str(near))
    (one,) = found["logs"]
    assert found["ok"] and one["result"] == "grown" and one["trusted"] and one["log"] == LOG
    assert (one["older"], one["newer"]) == (log.sizes[1], log.sizes[3])
    assert (one["older_root"], one["newer_root"]) == (made["older_root"], made["newer_root"])
    assert "grew from" in reader.out("traj", "receipt", "compare", "HEAD", "HEAD~2", "--proof", str(near))
    # files with statements do as well as commits
    (tmp_path / "old").write_bytes(statements(reader, "HEAD~2")[0])
    (tmp_path / "new").write_bytes(statements(reader, "HEAD")[0])
    files = ("receipt", "compare", str(tmp_path / "old"), str(tmp_path / "new"))
    assert reader.json(*files, "--proof", str(near))["ok"]
    same = reader.json("receipt", "compare", "HEAD", "HEAD")["logs"][0]
    assert same["result"] == "same"

    def unproven(*arguments: str) -> str:
        done = reader.git("traj", "receipt", "compare", *arguments, check=False)
        assert done.returncode == 1 and "Traceback" not in done.stderr
        return done.stdout + done.stderr

    assert "no proof from" in unproven("HEAD~2", "HEAD")
    data = bytearray(near.read_bytes())
    data[-1] ^= 1
    far.write_bytes(data)
    assert "its signature does not hold" in unproven("HEAD~2", "HEAD", "--proof", str(far))
    far.write_bytes(b"junk")
    assert "malformed receipt" in unproven("HEAD~2", "HEAD", "--proof", str(far))
    assert "neither a file nor a commit" in unproven("HEAD~2", "nowhere")
    # two proofs in a row do what one does
    log.at(2, forget=True)
    assert log.traj("receipt", "consistency", str(log.sizes[1]), str(far), "--log", LOG)[0] == 0
    log.at(3)
    assert log.traj("receipt", "consistency", str(log.sizes[2]), str(near), "--log", LOG)[0] == 0
    assert reader.json("receipt", "compare", "HEAD~2", "HEAD", "--proof", str(near), "--proof", str(far))["ok"]
    assert "no proof from" in unproven("HEAD~2", "HEAD", "--proof", str(far))
    trust = log.shop.home / ".config/gittraj/allowed_signers"
    text = trust.read_text()
    try:  # a key that nobody vouches for as a log's
        trust.write_text("".join(line for line in text.splitlines(True) if "gittraj-log" not in line))
        assert "nobody here vouches" in unproven("HEAD~2", "HEAD", "--proof", str(near), "--proof", str(far))
    finally:
        trust.write_text(text)


def test_a_proof_is_refused_for_what_is_no_older_state(log: Grown, tmp_path: Path) -> None:
    path = str(tmp_path / "proof")
    for since, words in (
        ("0", "nothing to prove"),
        (str(log.sizes[3]), "nothing to prove"),
        ("99", "nothing to prove"),
    ):
        code, said = log.traj("receipt", "consistency", since, path)
        assert code == 1 and words in said
    log.at(3, notes=0, forget=True)
    code, said = log.traj("receipt", "consistency", "HEAD", path)
    assert code == 1 and "no receipt in it" in said
    log.at(3, forget=True)
    log.rewrite({0: leaf_hash(b"another statement")})
    code, said = log.traj("receipt", "consistency", "HEAD~2", path)
    assert code == 1 and "does not lead to the tree" in said
    assert not Path(path).exists()


def test_two_readers_shown_two_logs_are_told_when_their_notes_meet(log: Grown, tmp_path: Path) -> None:
    log.at(1, notes=1, forget=True)  # the log's machine shows others an older state, and goes on from there
    issue(log.shop, "HEAD")
    log.shop.out("update-ref", "refs/notes/second", NOTES)
    log.at(3)
    first, second = elsewhere(log, tmp_path / "one"), elsewhere(log, tmp_path / "two", "refs/notes/second")
    assert first.json("verify", "--all")["ok"] and second.json("verify", "--all")["ok"]
    done = first.git("traj", "receipt", "compare", "HEAD~1", "HEAD", check=False)
    assert done.returncode == 1 and "unproven" in done.stdout
    first.git("fetch", "-q", "origin", "refs/notes/second:refs/notes/second")
    first.git("notes", "--ref=traj", "merge", "-q", "-s", "union", "refs/notes/second")
    found = first.json("verify", "--all", check=False)
    told = found["completeness"]["findings"]
    assert not found["ok"] and {each["kind"] for each in told} == {"equivocation"}
    assert all(f"{LOG} signed two" in each["detail"] for each in told)
    assert not first.json("verify", "HEAD~2..HEAD", check=False)["ok"]
    done = first.git("traj", "receipt", "compare", "HEAD~1", "HEAD", check=False)
    assert done.returncode == 1 and "forked" in done.stdout
    # who met a tree of the first log remembers it, although its receipts are not in the notes
    heads = next((second.repo / ".git/gittraj/log-heads").iterdir())
    size, _, _ = heads.read_text().split()[:3]
    heads.write_text(f"\n{size} {'0' * 64} -")
    told = second.json("verify", "--all", check=False)["completeness"]["findings"]
    assert [each["kind"] for each in told] == ["equivocation"] and "what this clone remembers" in told[0]["detail"]


def test_receipts_of_a_key_that_nobody_trusts_cannot_cry_wolf(log: Grown, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(stranger)], check=True)
    log.at(1, notes=1, forget=True)
    issue(log.shop, "HEAD", key=stranger)  # in the log's name
    log.shop.out("update-ref", "refs/notes/other", NOTES)
    log.at(3, forget=True)
    log.shop.git("notes", "--ref=traj", "merge", "-q", "-s", "union", "refs/notes/other")
    assert len(receipts.of(parse(statements(log.shop)[0]))) + len(receipts.of(parse(statements(log.shop)[-1]))) >= 2
    assert log.findings() == [] and log.check()["ok"]
