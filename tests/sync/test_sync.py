"""Notes between clones and a remote, through real git: nothing is lost, nothing is forced, whatever the remote says."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gittraj.errors import StoreError
from gittraj.flows import sync
from gittraj.flows.current import open_current
from gittraj.store import transfer
from gittraj.store.notes import NoteStore
from tests.support.clones import Clones, key
from tests.support.ids import in_files
from tests.support.repo_builder import Repo


def hook(repo: Repo, name: str, script: str) -> None:
    path = repo.path / "hooks" / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_what_one_clone_pushes_another_fetches(clones: Clones) -> None:
    one, two = clones.clone("one"), clones.clone("two")
    clones.add(one, clones.commit, "x", "y")
    sent = clones.push(one)
    assert [(ref.ref, ref.sent, ref.received) for ref in sent.refs] == [("refs/notes/traj", 1, 0)] and sent.tries == 1
    got = clones.fetch(two)
    assert [(ref.sent, ref.received) for ref in got.refs] == [(0, 1)]
    assert clones.names(two) == clones.names(clones.remote) == {clones.commit: {"x", "y"}}
    assert one.git("rev-parse", "refs/notes/traj") == two.git("rev-parse", "refs/notes/traj")
    assert [(ref.sent, ref.received) for ref in clones.push(two).refs] == [(0, 0)]


def test_a_push_to_a_remote_that_moved_unites_and_tries_again(clones: Clones) -> None:
    one, two = clones.clone("one"), clones.clone("two")
    clones.add(one, clones.commit, "x")
    clones.add(one, key(1), "only one")
    clones.add(two, clones.commit, "y")
    clones.push(one)
    sent = clones.push(two)
    assert sent.tries == 2 and [(ref.sent, ref.received) for ref in sent.refs] == [(1, 2)]
    assert clones.names(clones.remote) == {clones.commit: {"x", "y"}, key(1): {"only one"}}
    assert clones.push(one).tries == 2
    assert one.git("rev-parse", "refs/notes/traj") == clones.remote.git("rev-parse", "refs/notes/traj")


def test_no_push_is_ever_forced(clones: Clones) -> None:
    one, two = clones.clone("one"), clones.clone("two")
    clones.remote.git("config", "receive.denyNonFastForwards", "true")
    clones.add(one, clones.commit, "x")
    clones.push(one)
    before = clones.remote.git("rev-parse", "refs/notes/traj")
    two.git("config", "remote.origin.mirror", "true")
    two.git("config", "push.followTags", "true")
    clones.add(two, clones.commit, "y")
    clones.push(two)
    assert clones.remote.git("merge-base", "--is-ancestor", before, "refs/notes/traj") == ""
    assert clones.remote.git("for-each-ref", "--format=%(refname)").splitlines() == [
        "refs/heads/main",
        "refs/notes/traj",
    ]


def test_notes_of_commits_that_are_nowhere_travel(clones: Clones) -> None:
    one, two = clones.clone("one"), clones.clone("two")
    clones.add(one, key(7), "x")
    clones.add(two, key(8), "y")
    clones.push(one)
    clones.push(two)
    assert clones.names(clones.remote) == {key(7): {"x"}, key(8): {"y"}}


@pytest.mark.parametrize(
    "words",
    [
        "cannot lock ref 'refs/notes/traj': is at 1 but expected 2",
        "failed to update ref",
        "incorrect old value provided",
        "Unable to create 'refs/notes/traj.lock': File exists.",
        "fetch first",
        "non-fast-forward",
        "stale info",
        "reference already exists",
        "something no server has said so far",
    ],
)
def test_a_refusal_in_any_words_is_tried_again(clones: Clones, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = clones.clone("one"), clones.clone("two")
    clones.add(one, clones.commit, "x")
    clones.add(two, clones.commit, "y")
    real, calls = transfer.push, []

    def push(repository, remote, refs, *, ask):
        calls.append(dict(refs))
        if len(calls) == 1:
            clones.push(one)  # which comes back here as the second call
            return [transfer.Refused("refs/notes/traj", f"[remote rejected] ({words})", transfer._is_final(words))]
        return real(repository, remote, refs, ask=ask)

    monkeypatch.setattr(transfer, "push", push)
    sent = clones.push(two)
    assert sent.tries >= 2
    assert clones.names(clones.remote) == {clones.commit: {"x", "y"}}


@in_files
def test_a_lock_that_the_server_still_holds_is_waited_for(clones: Clones) -> None:
    one = clones.clone("one")
    clones.add(one, clones.commit, "x")
    clones.push(one)
    clones.add(one, clones.commit, "y")
    count = clones.folder / "count"
    lock = clones.remote.path / "refs/notes/traj.lock"
    lock.write_text("")
    # the server's own pre-receive hook takes the lock away at the second push: no clock decides
    hook(clones.remote, "pre-receive", f'echo x >> "{count}"\n[ "$(wc -l < "{count}")" -lt 2 ] || rm -f "{lock}"\n')
    assert clones.push(one).tries == 2
    assert clones.names(clones.remote) == {clones.commit: {"x", "y"}}


def test_a_server_that_will_not_take_notes_is_quoted_after_one_try(clones: Clones) -> None:
    one = clones.clone("one")
    clones.add(one, clones.commit, "x")
    count = clones.folder / "count"
    hook(clones.remote, "pre-receive", f'echo x >> "{count}"\necho "notes are not welcome here" >&2\nexit 1\n')
    with pytest.raises(StoreError, match="notes are not welcome here") as caught:
        clones.push(one)
    assert count.read_text() == "x\n" and caught.value.hint
    assert clones.names(one) == {clones.commit: {"x"}}


def test_a_refusal_while_nothing_moves_is_told_and_not_tried_for_ever(
    clones: Clones, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = clones.clone("one")
    clones.add(one, clones.commit, "x")
    monkeypatch.setattr(
        transfer, "push", lambda *_, **__: [transfer.Refused("refs/notes/traj", "[remote rejected] (moon)", False)]
    )
    with pytest.raises(StoreError, match="moon"):
        clones.push(one)


def test_a_remote_that_is_not_there_is_one_clear_line(clones: Clones) -> None:
    one = clones.clone("one")
    clones.add(one, clones.commit, "x")
    one.git("remote", "add", "gone", "https://user:token@localhost:1/gone.git")
    for name in ("gone", str(clones.folder / "nowhere")):
        for act in (clones.push, clones.fetch):
            with pytest.raises(StoreError) as caught:
                act(one, name)
            assert "\n" not in caught.value.message and "token" not in caught.value.message + (caught.value.hint or "")


SERVER = r"""
while read old new ref; do
  for commit in $(git rev-list "$new" $([ "$old" = 0000000000000000000000000000000000000000 ] || echo "^$old")); do
    [ "$(git log -1 --format=%ce "$commit")" = dana@example.org ] || { echo "who is that?"; exit 1; }
    [ "$(git log -1 --format=%an "$commit")" = "Dana Example" ] || { echo "who is that?"; exit 1; }
    [ -n "$(git log -1 --format=%s "$commit")" ] || { echo "no message"; exit 1; }
    [ "$(git log -1 --format=%G? "$commit")" = G ] || { echo "$ref: $commit is not signed"; exit 1; }
  done
done
"""


def test_a_server_that_demands_identity_message_and_signature_is_satisfied(clones: Clones, hermetic_seal: Path) -> None:
    one, two = clones.clone("one"), clones.clone("two")
    secret = hermetic_seal / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(secret)], check=True)
    allowed = clones.folder / "allowed"
    allowed.write_text(f"dana@example.org {secret.with_suffix('.pub').read_text()}")
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", str(secret)), ("commit.gpgSign", "true")):
        one.git("config", "--global", name, value)
    clones.remote.git("config", "gpg.format", "ssh")
    clones.remote.git("config", "gpg.ssh.allowedSignersFile", str(allowed))
    hook(clones.remote, "pre-receive", SERVER)
    clones.add(one, clones.commit, "x")
    clones.push(one)
    clones.add(two, clones.commit, "y")
    clones.push(two)  # its merge commit is signed too
    assert clones.names(clones.remote) == {clones.commit: {"x", "y"}}
    assert int(clones.remote.git("rev-list", "--count", "--merges", "refs/notes/traj")) == 1
    assert one.git("fsck", "--strict", "--no-dangling") == ""


def test_a_key_that_cannot_sign_loses_no_note(clones: Clones) -> None:
    one = clones.clone("one")
    one.git("config", "commit.gpgSign", "true")
    one.git("config", "gpg.format", "ssh")
    one.git("config", "user.signingKey", "/nowhere/key")
    clones.add(one, clones.commit, "x")
    assert clones.names(one) == {clones.commit: {"x"}}
    assert "could not be signed" in (one.path / ".git/gittraj/log").read_text()


def test_a_notes_ref_rewound_on_the_remote_is_united_again(clones: Clones) -> None:
    one, two = clones.clone("one"), clones.clone("two")
    clones.add(one, key(1), "x")
    clones.push(one)
    clones.add(one, key(2), "y")
    clones.push(one)
    clones.fetch(two)
    two.git("push", "-q", "--force", "origin", "refs/notes/traj~1:refs/notes/traj")
    clones.add(one, key(3), "z")
    clones.push(one)
    assert clones.names(clones.remote) == {key(1): {"x"}, key(2): {"y"}, key(3): {"z"}}
    other = two.git("commit-tree", "-m", "another history", two.git("mktree", data=b""))
    two.git("push", "-q", "--force", "origin", f"{other}:refs/notes/traj")
    clones.push(one)
    assert clones.names(clones.remote) == {key(1): {"x"}, key(2): {"y"}, key(3): {"z"}}
    assert clones.remote.git("merge-base", "--is-ancestor", other, "refs/notes/traj") == ""


def test_a_notes_ref_deleted_on_the_remote_is_made_again(clones: Clones) -> None:
    one = clones.clone("one")
    clones.add(one, key(1), "x")
    clones.push(one)
    clones.remote.git("update-ref", "-d", "refs/notes/traj")
    assert clones.fetch(one).refs[0].received == 0
    clones.push(one)
    assert clones.names(clones.remote) == {key(1): {"x"}}


def test_a_mirroring_refspec_that_overwrites_our_notes_is_undone(clones: Clones) -> None:
    one, two = clones.clone("one"), clones.clone("two")
    clones.add(one, key(1), "x")
    clones.push(one)
    clones.add(two, key(2), "y")
    two.git("fetch", "-q", "origin", "+refs/notes/*:refs/notes/*")  # what many guides tell people to type
    assert clones.names(two) == {key(1): {"x"}}
    clones.fetch(two)
    assert clones.names(two) == {key(1): {"x"}, key(2): {"y"}}


def test_a_note_lost_to_a_writer_that_does_not_compare_comes_back(clones: Clones) -> None:
    one = clones.clone("one")
    clones.add(one, key(1), "x")
    old = one.git("rev-parse", "refs/notes/traj")
    clones.add(one, key(2), "ours")
    # what `git notes add` does when it read the ref before our write and moved it after
    blob = one.git("hash-object", "-w", "--stdin", data=b"\x46theirs")
    tree = one.git("mktree", data=one.raw("ls-tree", old) + f"100644 blob {blob}\t{key(3)}\n".encode())
    one.git("update-ref", "refs/notes/traj", one.git("commit-tree", "-p", old, "-m", "theirs", tree))
    assert key(2) not in clones.names(one)
    open_current(str(one.path))
    assert clones.names(one) == {key(1): {"x"}, key(2): {"ours"}, key(3): {"theirs"}}
    clones.add(one, key(4), "z")
    assert clones.names(one) == {key(1): {"x"}, key(2): {"ours"}, key(3): {"theirs"}, key(4): {"z"}}
    assert NoteStore(clones.house(one).repository).overwritten() == ""


def test_a_notes_ref_that_was_deleted_on_purpose_stays_deleted(clones: Clones) -> None:
    one = clones.clone("one")
    clones.add(one, key(1), "x")
    one.git("update-ref", "-d", "refs/notes/traj")
    open_current(str(one.path))
    assert clones.names(one) == {}
    clones.add(one, key(2), "y")
    assert clones.names(one) == {key(2): {"y"}}


def test_a_plain_git_fetch_brings_notes_and_readers_unite_them(clones: Clones) -> None:
    one, two = clones.clone("one"), clones.clone("two")
    two.git("config", "--add", "remote.origin.fetch", transfer.refspec("origin"))
    clones.add(one, clones.commit, "x")
    clones.push(one)
    clones.add(two, clones.commit, "y")
    two.git("fetch", "-q")
    assert clones.names(two) == {clones.commit: {"y"}}
    open_current(str(two.path))
    assert clones.names(two) == {clones.commit: {"x", "y"}}
    tip = two.git("rev-parse", "refs/notes/traj")
    open_current(str(two.path))
    assert two.git("rev-parse", "refs/notes/traj") == tip


def test_two_remotes_a_fork_and_its_source_are_kept_apart_and_united(clones: Clones) -> None:
    fork = Repo.init(clones.folder / "fork.git", "--bare")
    one, two = clones.clone("one"), clones.clone("two")
    two.git("remote", "add", "fork", f"file://{fork.path}")
    clones.add(one, key(1), "source")
    clones.push(one)
    clones.add(two, key(2), "fork")
    clones.push(two, "fork")
    clones.fetch(two, "origin")
    clones.push(two, f"file://{fork.path}")
    assert clones.names(fork) == {key(1): {"source"}, key(2): {"fork"}}
    assert clones.names(clones.remote) == {key(1): {"source"}}
    with pytest.raises(StoreError, match="no remote"):
        sync.push(clones.house(Repo.init(clones.folder / "alone")))


def test_shallow_and_bare_clones_exchange_notes(clones: Clones) -> None:
    one = clones.clone("one")
    one.commit("Second")
    one.git("push", "-q", "origin", "HEAD:main")
    clones.add(one, clones.commit, "x")
    clones.push(one)
    shallow, bare = clones.clone("shallow", "--depth=1"), clones.clone("bare.git", "--bare")
    for number, repo in enumerate((shallow, bare)):
        clones.fetch(repo)
        clones.add(repo, key(number), "y")
        clones.push(repo)
    assert clones.names(clones.remote) == {clones.commit: {"x"}, key(0): {"y"}, key(1): {"y"}}


def test_a_remote_whose_notes_are_no_notes_is_an_error_and_changes_nothing(clones: Clones) -> None:
    one = clones.clone("one")
    clones.add(one, clones.commit, "x")
    blob = clones.remote.git("hash-object", "-w", "--stdin", data=b"junk")
    clones.remote.git("update-ref", "refs/notes/traj", blob)
    with pytest.raises(StoreError, match="not a commit"):
        clones.fetch(one)
    with pytest.raises(StoreError):
        clones.push(one)
    assert clones.names(one) == {clones.commit: {"x"}}


PUSHER = """
import sys
from gittraj.codec import framing
from gittraj.flows import sync
from gittraj.flows.wiring import open_house
folder, name, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
for number in range(rounds):
    house = open_house(folder, interactive=False)
    house.notes.append("ab" * 20, [framing.body(f"{name} {number}".encode())], message="m")
    house.notes.append(f"{number:020x}{int(name):020x}", [framing.body(b"own")], message="m")
    sync.push(house)
    print(number, flush=True)
"""


@pytest.mark.parametrize("count", [2, 4])
def test_clones_that_push_at_once_converge_to_the_union(clones: Clones, count: int) -> None:
    rounds = int(os.environ.get("GITTRAJ_PUSH_ROUNDS", "3"))
    repos = [clones.clone(f"c{number}") for number in range(count)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pushers = [
        subprocess.Popen(
            [sys.executable, "-c", PUSHER, str(repo.path), str(number), str(rounds)],
            env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number, repo in enumerate(repos)
    ]  # fmt: skip
    for each in pushers:
        _, said = each.communicate()
        assert each.returncode == 0, said.decode()
    wanted = {f"{number:020x}{name:020x}": {"own"} for number in range(rounds) for name in range(count)}
    wanted["ab" * 20] = {f"{name} {number}" for number in range(rounds) for name in range(count)}
    assert clones.names(clones.remote) == wanted
    for repo in repos:
        clones.fetch(repo)
        assert clones.names(repo) == wanted
        assert repo.git("rev-parse", "refs/notes/traj") == clones.remote.git("rev-parse", "refs/notes/traj")
    assert clones.remote.git("fsck", "--strict", "--no-dangling") == ""
