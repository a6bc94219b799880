"""Transcripts apart from their proofs, with real sessions of a scripted agent: detached, attached again, purged, fetched on demand."""

import json
from pathlib import Path

import pytest

from gittraj.codec import framing
from tests.support.note_hands import note, put
from tests.support.workshop import Workshop

BODIES = "refs/notes/traj-bodies"


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    shop = Workshop(tmp_path, hermetic_seal)
    shop.start()
    for name in ("remote", "private"):
        shop.git("init", "-q", "--bare", str(tmp_path / f"{name}.git"))
        shop.git("config", "uploadpack.allowFilter", "true", cwd=tmp_path / f"{name}.git")
        shop.git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=tmp_path / f"{name}.git")
    shop.git("remote", "add", "origin", f"file://{tmp_path / 'remote.git'}")
    shop.git("remote", "add", "private", f"file://{tmp_path / 'private.git'}")
    return shop


def traced(shop: Workshop, name: str, session: str = "11111111-2222-4333-8444-555555555555") -> str:
    claude = shop.claude(session)
    claude.say(f"Write {name}")
    claude.write(name, f"{name}\n")
    assert claude.run(f"git add -A && git commit -qm 'Add {name}'").returncode == 0
    return shop.out("rev-parse", "HEAD")


def kinds(shop: Workshop, commit: str) -> list[str]:
    return sorted(item.kind for item in framing.read(note(shop, commit)).items)


def checks(shop: Workshop, commit: str, where: Path | None = None) -> dict[str, str]:
    """The checks of the record's statement."""
    shown = json.loads(shop.git("traj", "show", "--json", commit, cwd=where).stdout)
    (record,) = (one for one in shown["statements"] if one["kind"] == "record")
    return {name: check["result"] for name, check in record["checks"].items()}


def verdict(shop: Workshop, commit: str, where: Path | None = None) -> tuple[str, str]:
    done = shop.git("traj", "verify", "--json", commit, check=False, cwd=where)
    (found,) = json.loads(done.stdout)["commits"]
    return found["status"], found["reason"]


def test_public_proof_private_transcript(shop: Workshop, tmp_path: Path) -> None:
    shop.git("config", "gittraj.bodies", "detached")
    shop.git("config", "gittraj.bodiesRemote", "private")
    commit = traced(shop, "a.txt")
    assert kinds(shop, commit) == ["statement"] and len(note(shop, commit)) < 1500
    assert verdict(shop, commit) == ("verified", "") and checks(shop, commit)["body"] == "pass"
    shop.git("push", "-q", "origin", "main")
    said = json.loads(shop.git("traj", "push", "--json").stdout)
    assert [(one["ref"], one["remote"]) for one in said["refs"]] == [("refs/notes/traj", "origin"), (BODIES, "private")]
    assert shop.out("ls-remote", "origin", BODIES) == "" != shop.out("ls-remote", "private", BODIES)
    public = tmp_path / "public"
    shop.git("clone", "-q", "-b", "main", f"file://{tmp_path / 'remote.git'}", str(public))
    shop.git("traj", "fetch", cwd=public)
    status, reason = verdict(shop, commit, public)
    assert status == "verified" and reason.startswith("body withheld: kept apart")
    seen = checks(shop, commit, public)
    assert (seen["signature"], seen["binding"], seen["body"], seen["schema"]) == ("pass", "pass", "skip", "skip")
    shop.git("traj", "fetch", f"file://{tmp_path / 'private.git'}", cwd=public)
    assert checks(shop, commit, public)["body"] == "pass"
    # the next segment goes on where the last one ended, although its body is not in the notes
    traced(shop, "b.txt")
    segment = json.loads(shop.git("traj", "show", "--json").stdout)["statements"][0]["record"]["gittraj"]["segment"]
    assert segment["index"] == 1


def test_bodies_move_out_and_back_without_touching_a_signature(shop: Workshop) -> None:
    commit = traced(shop, "a.txt")
    before = framing.read(note(shop, commit)).items
    report = shop.json("bodies", "--detach")
    assert (report["moved"], report["attached"], report["detached"], report["remains"]) == (1, 0, 1, [])
    assert kinds(shop, commit) == ["statement", "statement"] and verdict(shop, commit) == ("verified", "")
    held = {line.split()[0] for line in shop.out("rev-list", "--objects", "refs/notes/traj").splitlines()}
    for oid in held:
        kind = shop.out("cat-file", "-t", oid)
        assert kind != "blob" or "body" not in [one.kind for one in framing.read(blob(shop, oid)).items]
    assert shop.json("bodies", "--detach")["moved"] == 0
    shop.git("update-ref", "refs/kept", BODIES)
    shop.git("update-ref", "-d", BODIES)
    status, reason = verdict(shop, commit)
    assert status == "verified" and reason == "body withheld: detached, says dana@example.org"
    shop.git("update-ref", BODIES, "refs/kept")
    report = shop.json("bodies", "--attach")
    assert (report["moved"], report["attached"], report["detached"]) == (1, 1, 0)
    assert {one.raw for one in before} < {one.raw for one in framing.read(note(shop, commit)).items}
    assert verdict(shop, commit) == ("verified", "")
    assert shop.git("traj", "bodies", "--attach", "--detach", check=False).returncode == 2


def blob(shop: Workshop, oid: str) -> bytes:
    from tests.support.note_hands import _git

    return _git(shop, "cat-file", "blob", oid)


def test_a_body_taken_away_by_somebody_else_is_no_purge(shop: Workshop) -> None:
    commit = traced(shop, "a.txt")
    statement = next(item for item in framing.read(note(shop, commit)).items if item.kind == "statement")
    from gittraj.seal.statement import parse

    for forged in (b"", framing.purged(parse(statement.raw).digest)):
        put(shop, commit, statement.raw + forged)
        assert verdict(shop, commit) == ("failed", "body: withheld")


def test_a_purge_removes_the_body_everywhere_here_and_the_proof_still_verifies(shop: Workshop, tmp_path: Path) -> None:
    first = traced(shop, "a.txt")
    other = traced(shop, "b.txt", "99999999-2222-4333-8444-555555555555")
    shop.git("push", "-q", "origin", "main")
    shop.git("traj", "push")
    assert [one["commit"] for one in shop.json("purge", "--session", "1111", "--dry-run")["purged"]] == [first]
    assert "body" in kinds(shop, first)
    report = shop.json("purge", "--session", "1111")
    assert [one["commit"] for one in report["purged"]] == [first] and report["unsigned"] == ""
    assert report["rewritten"] == ["refs/notes/traj"] and any("origin" in line for line in report["remains"])
    status, reason = verdict(shop, first)
    assert status == "verified" and reason == "body withheld: purged, says dana@example.org"
    assert "withheld" in shop.git("traj", "show", first).stdout
    assert verdict(shop, other) == ("verified", "")
    shop.git("gc", "-q", "--prune=now")
    every = shop.out("cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)").splitlines()
    texts = [blob(shop, line.split()[1]) for line in every if line.startswith("blob")]
    assert not any(b"Write a.txt" in text for text in texts) and any(b"Write b.txt" in text for text in texts)
    assert json.loads(shop.git("traj", "verify", "--all", "--json").stdout)["ok"] is True
    # what the remote still has does not come back, and is never overwritten by us
    refused = shop.git("traj", "push", check=False)
    assert refused.returncode == 1 and "before a purge" in refused.stderr and "--force-with-lease" in refused.stderr
    assert verdict(shop, first)[1].startswith("body withheld")
    shop.git("push", "-q", "--force", "origin", "refs/notes/traj")
    assert shop.git("traj", "sync").returncode == 0
    assert shop.json("purge", "--session", "1111")["purged"] == []
    third = traced(shop, "c.txt")  # the session that was purged goes on
    assert verdict(shop, third) == ("verified", "")


def test_retention_goes_by_the_age_of_the_signature_and_something_must_be_chosen(shop: Workshop) -> None:
    commit = traced(shop, "a.txt")
    assert shop.json("purge", "--older-than", "90d")["purged"] == []
    assert shop.git("traj", "purge", check=False).returncode == 2
    assert shop.git("traj", "purge", "--older-than", "soon", check=False).returncode == 2
    assert shop.git("traj", "purge", commit).stdout.startswith(commit[:8])
    assert kinds(shop, commit) == ["purged", "statement", "statement"]


def test_a_push_that_would_publish_a_private_transcript_is_refused(shop: Workshop) -> None:
    traced(shop, "a.txt")
    shop.git("config", "gittraj.bodiesRemote", "private")
    refused = shop.git("traj", "push", check=False)
    assert refused.returncode == 1 and "git traj bodies --detach" in refused.stderr
    assert shop.out("ls-remote", "origin", "refs/notes/*") == ""
    shop.git("traj", "bodies", "--detach")
    shop.git("traj", "push")
    assert shop.out("ls-remote", "origin", BODIES) == "" != shop.out("ls-remote", "origin", "refs/notes/traj")


def test_a_partial_clone_fetches_bodies_when_they_are_asked_for(shop: Workshop, tmp_path: Path) -> None:
    shop.git("config", "gittraj.bodies", "detached")
    commit = traced(shop, "a.txt")
    shop.git("push", "-q", "origin", "main")
    shop.git("traj", "push")
    part = tmp_path / "part"
    shop.git("clone", "-q", "--filter=blob:none", "-b", "main", f"file://{tmp_path / 'remote.git'}", str(part))
    shop.git("traj", "fetch", cwd=part)
    held = shop.out("rev-list", "--objects", "--missing=print", BODIES, cwd=part).splitlines()
    (missing,) = [line[1:] for line in held if line.startswith("?")]
    assert verdict(shop, commit, part) == ("verified", "")
    assert shop.git("cat-file", "-e", missing, cwd=part, env={"GIT_NO_LAZY_FETCH": "1"}).returncode == 0
    shop.git("remote", "set-url", "origin", "file:///nowhere.git", cwd=part)
    assert verdict(shop, commit, part) == ("verified", "")


def test_gc_packs_and_tells_what_notes_take(shop: Workshop) -> None:
    traced(shop, "a.txt")
    held = len(note(shop, shop.out("rev-parse", "HEAD")))
    report = shop.json("gc")
    assert report["notes"] == 1 and report["bytes"] == held
    assert 0 < report["stored"] <= report["after"] < report["before"]
    assert shop.out("count-objects") == "0 objects, 0 kilobytes"
    assert "1 notes take" in shop.git("traj", "gc").stdout


def test_hands_on_a_detached_body_are_told_although_its_absence_would_be_explained(shop: Workshop) -> None:
    commit = traced(shop, "a.txt")
    shop.git("traj", "bodies", "--detach")
    assert verdict(shop, commit) == ("verified", "")
    good = note(shop, commit, BODIES)
    for bad, why in (
        (good[:-9] + bytes((good[-9] ^ 1,)) + good[-8:], "body: mismatch"),
        (good + good, "the same item twice"),
        (good + b"\n", "newlines"),
        (good + b"junk", "neither a statement nor a body"),
    ):
        put(shop, commit, bad, BODIES)
        status, reason = verdict(shop, commit)
        assert status == "failed" and why in reason and BODIES in reason, (status, reason)
    shop.git("notes", f"--ref={BODIES}", "remove", commit)
    assert verdict(shop, commit)[0] == "verified" and checks(shop, commit)["body"] == "skip"
