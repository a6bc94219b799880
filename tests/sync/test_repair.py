"""`git traj doctor --repair` after git itself spoiled notes: what they lost is there again and verifies, what nothing explains stays."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gittraj.codec import framing
from gittraj.flows import repair as flow
from gittraj.store import notes_past
from gittraj.store.notes import NoteStore
from tests.support.clones import Clones, item, key
from tests.support.note_hands import note, put
from tests.support.workshop import Workshop

REPAIR = "git traj doctor --repair"


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start(init=False).with_remote()


def traced(shop: Workshop, name: str = "a.txt") -> str:
    claude = shop.claude()
    claude.say(f"Write {name}")
    claude.write(name, f"{name}\nand more\n")
    assert claude.run(f"git add -A && git commit -qm 'Add {name}'").returncode == 0
    return shop.out("rev-parse", "HEAD")


def clone_of(shop: Workshop, folder: Path) -> Workshop:
    """Another clone, with the same hands."""
    other = Workshop(folder.parent / "bin of the clone", shop.home)
    other.env, other.repo = dict(shop.env), folder
    shop.git("push", "-q", "--no-verify", "origin", "main")
    shop.git("clone", "-q", "-b", "main", f"file://{folder.parent / 'remote.git'}", str(folder), cwd=folder.parent)
    return other


def items(shop: Workshop, commit: str) -> set[bytes]:
    return {one.raw for one in framing.read(note(shop, commit)).items}


def findings(shop: Workshop) -> list[str]:
    told = json.loads(shop.git("traj", "doctor", "--json", check=False).stdout)["findings"]
    return [f"{one['what']} → {one['hint']}" for one in told if one["hint"] == REPAIR]


def repaired(shop: Workshop) -> list[str]:
    told: dict[str, Any] = shop.json("doctor", "--repair", check=False)
    return [one["what"] for one in told["repaired"]]


def test_what_two_clones_lost_in_a_sorted_merge_is_restored_and_verifies(shop: Workshop, tmp_path: Path) -> None:
    commit = traced(shop)
    other = clone_of(shop, tmp_path / "other")
    reviewer = other.claude("22222222-2222-4333-8444-555555555555")
    reviewer.say("Is that right?")
    reviewer.answer("It is.")
    other.git("traj", "attach", commit, "--session", str(reviewer.path))
    both = items(shop, commit) | items(other, commit)
    assert len(both) == 4  # two records, each with its body
    other.git("push", "-q", "--no-verify", "origin", "refs/notes/traj")
    shop.git("fetch", "-q", "origin", "refs/notes/traj:refs/notes/theirs")
    shop.git("config", "notes.mergeStrategy", "cat_sort_uniq")
    ours = shop.out("rev-parse", "refs/notes/traj")
    shop.git("notes", "--ref=traj", "merge", "-q", "refs/notes/theirs")
    assert not both & items(shop, commit)
    assert shop.json("verify", commit, check=False)["ok"] is False
    assert findings(shop) == [
        f"notes.mergestrategy = cat_sort_uniq destroys our notes when they are merged → {REPAIR}",
        f"refs/notes/traj: 1 note(s) are damaged → {REPAIR}",
    ]
    spoiled = shop.out("rev-parse", "refs/notes/traj")
    done = repaired(shop)
    assert done[:2] == ["notes.traj.mergeStrategy = union", "notes.traj-bodies.mergeStrategy = union"]
    # the other clone's came back by what its remote had shown already, ours comes out of the history
    assert done[3].startswith(f"the note of {commit[:12]}: 2 item(s) brought back, ")
    assert items(shop, commit) == both and shop.json("show", commit)["damage"] == []
    assert shop.json("verify", commit)["commits"][0]["status"] == "verified" and findings(shop) == []
    assert shop.git("merge-base", "--is-ancestor", spoiled, "refs/notes/traj").returncode == 0
    assert shop.json("verify", "--all")["ok"] is True
    # and once more the same merge: git knows better now
    tip = shop.out("rev-parse", "refs/notes/traj")
    assert "nothing was to repair" in shop.git("traj", "doctor", "--repair").stdout
    assert shop.out("rev-parse", "refs/notes/traj") == tip
    shop.git("update-ref", "refs/notes/traj", ours)
    shop.git("notes", "--ref=traj", "merge", "-q", "refs/notes/theirs")
    assert items(shop, commit) == both
    shop.git("traj", "deinit")
    assert shop.git("config", "--get-regexp", r"notes\.traj.*mergestrategy", check=False).stdout == ""
    assert shop.out("config", "notes.mergeStrategy") == "cat_sort_uniq"


def test_what_a_squash_lost_is_found_in_the_notes_of_the_commits_that_were_squashed(shop: Workshop) -> None:
    first, second = traced(shop, "a.txt"), traced(shop, "b.txt")
    wanted = items(shop, first) | items(shop, second)
    shop.git("config", "notes.rewriteMode", "cat_sort_uniq")
    editor = "sed -i '2s/^pick/squash/'"
    shop.git("rebase", "-q", "-i", "HEAD~2", env={"GIT_SEQUENCE_EDITOR": editor, "GIT_EDITOR": "true"})
    squashed = shop.out("rev-parse", "HEAD")
    assert not wanted <= items(shop, squashed) and shop.json("verify", squashed, check=False)["ok"] is False
    assert findings(shop) == [
        f"notes.rewriteMode = cat_sort_uniq destroys our notes when commits are rewritten → {REPAIR}",
        f"refs/notes/traj: 1 note(s) are damaged → {REPAIR}",
    ]
    assert "notes.rewriteMode = concatenate" in repaired(shop)
    assert wanted <= items(shop, squashed) and findings(shop) == []
    found = shop.json("verify", squashed)["commits"][0]
    assert found["status"] == "carried" and found["carried"]["how"] == "composed"


def test_what_a_person_wrote_into_a_note_stays_and_is_named(shop: Workshop) -> None:
    commit = traced(shop)
    before = note(shop, commit)
    put(shop, commit, before[:300] + b"\n" + b"\xff(see the wiki, page 12)\n")
    done = shop.json("doctor", "--repair", check=False)
    told = [one for one in done["repaired"] if not one["done"]]
    assert len(told) == 1 and "bytes left that no note from before explains" in told[0]["what"]
    assert items(shop, commit) >= {one.raw for one in framing.read(before).items}
    assert b"(see the wiki, page 12)" in note(shop, commit)
    assert findings(shop) == [f"refs/notes/traj: 1 note(s) are damaged → {REPAIR}"]


def test_a_note_that_was_cut_short_is_whole_again(shop: Workshop) -> None:
    commit = traced(shop)
    before = note(shop, commit)
    put(shop, commit, before[: len(before) // 2])
    assert "damage dropped" in repaired(shop)[-1]
    assert note(shop, commit) == before and shop.json("verify", commit)["ok"] is True


def test_items_twice_or_out_of_order_are_put_in_order(shop: Workshop) -> None:
    commit = traced(shop)
    parts = [one.raw for one in framing.read(note(shop, commit)).items]
    put(shop, commit, b"\n\n".join([*reversed(parts), parts[0]]))
    assert findings(shop) == [f"refs/notes/traj: 1 note(s) hold items twice or out of order → {REPAIR}"]
    assert len(repaired(shop)) == 1
    assert note(shop, commit) == b"".join(parts) and shop.json("verify", commit)["ok"] is True


def test_a_purged_transcript_does_not_come_back_by_a_repair(shop: Workshop) -> None:
    commit = traced(shop)
    old = shop.out("rev-parse", "refs/notes/traj")
    shop.git("traj", "purge", commit)
    shop.git("update-ref", "refs/notes/kept", old)  # somebody fetched it under another name
    after = note(shop, commit)
    put(shop, commit, after[:200])
    shop.git("traj", "doctor", "--repair", check=False)
    assert note(shop, commit) == after
    assert shop.json("verify", commit)["commits"][0]["reason"] == "body withheld: purged, says dana@example.org"


def test_detached_bodies_are_mended_in_their_own_ref_and_stay_there(shop: Workshop) -> None:
    commit = traced(shop)
    kept = note(shop, commit)
    shop.git("traj", "bodies", "--detach")
    shop.git("update-ref", "refs/notes/kept/traj", shop.out("rev-parse", "refs/notes/traj"))
    apart, proof = shop.out("notes", "--ref=traj-bodies", "list", commit), note(shop, commit)
    text = shop.git("cat-file", "-s", apart).stdout
    blob = shop.out("hash-object", "-w", "--stdin", env={}, check=True)  # of nothing
    put(shop, commit, kept[:400])
    shop.git("notes", "--ref=traj-bodies", "add", "-f", "--allow-empty", "-C", blob, commit)
    assert repaired(shop) and note(shop, commit) == proof
    assert shop.out("notes", "--ref=traj-bodies", "list", commit) == blob and text  # an empty note is no damage
    shop.git("notes", "--ref=traj-bodies", "add", "-f", "-C", cut(shop, apart), commit)
    repaired(shop)
    assert shop.out("notes", "--ref=traj-bodies", "list", commit) == apart
    assert shop.json("verify", commit)["commits"][0]["status"] == "verified"


def cut(shop: Workshop, blob: str) -> str:
    """The first half of a blob."""
    (shop.repo / "half").write_bytes(_bytes(shop, blob)[:1000])
    made = shop.out("hash-object", "-w", "--no-filters", "half")
    (shop.repo / "half").unlink()
    return made


def _bytes(shop: Workshop, blob: str) -> bytes:
    from tests.support.note_hands import _git

    return _git(shop, "cat-file", "blob", blob)


def test_what_is_written_while_a_repair_looks_is_kept(clones: Clones, monkeypatch: pytest.MonkeyPatch) -> None:
    one = clones.clone("one")
    store = NoteStore(clones.house(one).repository)
    whole = item("x", 20)
    store.append(key(1), [whole], message="m")
    store.replace(key(1), whole[:9])
    real = notes_past.blobs

    def blobs(*given: Any) -> dict[str, list[str]]:
        found: dict[str, list[str]] = real(*given)
        clones.add(one, key(1), "meanwhile")
        clones.add(one, key(2), "elsewhere")
        return found

    monkeypatch.setattr(notes_past, "blobs", blobs)
    steps = flow.repair(directory=str(one.path))
    assert steps and store.read(key(1)) == framing.union(whole, item("meanwhile"))
    assert store.read(key(2)) == item("elsewhere")


@pytest.mark.parametrize("how", ["reflog", "tracking", "other name"])
def test_histories_that_no_longer_lead_to_the_ref_are_read_too(clones: Clones, how: str) -> None:
    one = clones.clone("one")
    clones.add(one, key(1), "x", "y")
    store = NoteStore(clones.house(one).repository)
    whole, tip = store.read(key(1)) or b"", store.tip()
    moves: dict[str, Callable[[], object]] = {
        "reflog": lambda: None,
        "tracking": lambda: one.git("update-ref", "refs/gittraj/remotes/origin/traj", tip),
        "other name": lambda: one.git("update-ref", "refs/notes/origin/traj", tip),
    }
    moves[how]()
    blob = one.git("hash-object", "-w", "--stdin", data=b"\xff" + whole[:2])
    tree = one.git("mktree", data=f"100644 blob {blob}\t{key(1)}\n".encode())
    one.git("update-ref", "refs/notes/traj", one.git("commit-tree", "-m", "another history", tree))
    if how != "reflog":
        one.git("reflog", "expire", "--expire=now", "--all")
    (one.path / ".git/gittraj/written/refs-notes-traj").unlink()  # by which we would unite it ourselves
    flow.repair(directory=str(one.path))
    assert {part.raw for part in framing.read(store.read(key(1)) or b"").items} >= {item("x"), item("y")}
