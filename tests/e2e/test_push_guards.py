"""Pushes with real git: what a client's pre-push and a server's pre-receive let through, what they refuse, and what they say."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gittraj.codec.merkle import leaf_hash
from gittraj.store.leaf_log import REF, LeafLog
from tests.conftest import seal
from tests.support.signed_history import NOTES, Clone, Team


@pytest.fixture
def team(tmp_path: Path, made: tuple[Path, Path]) -> Team:
    return Team(tmp_path, made)


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory, made: tuple[Path, Path], scanner_cache: Path) -> Iterator[Team]:
    """A started team that tests work on copies of."""
    with pytest.MonkeyPatch.context() as patch:
        seal(patch, tmp_path_factory.mktemp("home"), scanner_cache)
        yield Team(tmp_path_factory.mktemp("pattern"), made).start()


@pytest.fixture
def started(pattern: Team, tmp_path: Path) -> Team:
    return pattern.copy(tmp_path / "team")


def refused(clone: Clone, *arguments: str, **env: str) -> str:
    done = clone.try_git("push", *arguments, **env)
    assert done.returncode != 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def accepted(clone: Clone, *arguments: str, **env: str) -> str:
    done = clone.try_git("push", *arguments, **env)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_commits_and_their_notes_arrive_with_one_push_and_the_notes_carry_a_head(started: Team) -> None:
    assert started.server.git("rev-parse", "main") == started.first.git("rev-parse", "main")
    assert started.server.git("rev-parse", NOTES) == started.first.git("rev-parse", NOTES)
    verdict = started.server.verify("--all", code=0)
    assert verdict["completeness"]["heads"] == 1 and len(verdict["commits"]) == 6
    commit = started.first.agent_commits("a.txt")
    assert "pushed to" in accepted(started.first, "origin", "main")
    assert started.server.git("rev-parse", "main") == commit
    assert commit in started.server.git("notes", "--ref=traj", "list")


def test_an_agents_commit_without_a_trace_stops_at_the_client_and_at_the_server(started: Team) -> None:
    commit = started.first.agent_commits("a.txt", trace=False)
    said = refused(started.first, "origin", "main")
    for word in (
        "1 of 1 new commit",
        commit[:12],
        "missing",
        f"git traj attach {commit[:12]}",
        "git traj policy explain",
        "--no-verify",
    ):
        assert word in said, said
    said = refused(started.first, "--no-verify", "origin", "main")
    for word in ("remote: ", commit[:12], "missing", "git traj push"):
        assert word in said, said
    assert started.server.git("rev-parse", "main") != commit
    assert "missing" in refused(
        started.first, "origin", "main", GITTRAJ="0"
    )  # the server is not switched off by a client


def test_what_a_tag_a_new_branch_or_a_forced_push_brings_is_judged_and_a_deletion_is_not(started: Team) -> None:
    first = started.first
    good = first.git("rev-parse", "main")
    first.git("checkout", "-q", "-b", "side")
    bad = first.agent_commits("b.txt", trace=False)
    first.git("tag", "light")
    first.git("tag", "-a", "-m", "x", "heavy")
    for ref in ("side", "light", "heavy", "side:refs/heads/other", "+side:main"):
        assert bad[:12] in refused(first, "origin", ref)
        assert bad[:12] in refused(first, "--no-verify", "origin", ref)
    accepted(first, "origin", f"{good}:refs/heads/side", f"{good}:refs/tags/fine")
    assert bad[:12] in refused(first, "--no-verify", "origin", "+side", "main", "+side:refs/tags/fine")
    accepted(first, "origin", ":side", ":refs/tags/fine")
    blob = first.git("rev-parse", "main:.gittraj.toml")
    accepted(first, "origin", f"{blob}:refs/tags/a-blob")


def test_what_came_to_a_side_branch_is_judged_again_where_it_is_merged(started: Team) -> None:
    """A branch whose own policy was weakened must not be a way around the policy of main."""
    first = started.first
    first.git("checkout", "-q", "-b", "side")
    first.person_commits("Weaken", {".gittraj.toml": '[require]\ntrace = "none"\n[trust]\nsources = ["repository"]\n'})
    assert "git traj policy approve" in refused(first, "origin", "side")
    first.traj("policy", "approve", "HEAD")
    accepted(first, "origin", "side")
    bad = first.agent_commits("b.txt", trace=False)
    accepted(first, "--no-verify", "origin", "side")  # by the policy that side had before
    first.git("checkout", "-q", "main")
    first.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    assert bad[:12] in refused(first, "--no-verify", "origin", "main")
    # nor is what else comes in the same push: a tag, for which what any branch has is known, or the side branch itself
    first.git("checkout", "-q", "HEAD^1", "--", ".gittraj.toml")
    first.git("commit", "-q", "--amend", "-m", "Merge, with the policy of main")
    first.git("tag", "v1")
    assert bad[:12] in refused(first, "--no-verify", "origin", "main", "v1")
    first.git("branch", "-f", "side", "main")
    assert bad[:12] in refused(first, "--no-verify", "origin", "main", "side")
    assert bad[:12] in refused(first, "--no-verify", "origin", "main", "side", "v1")


def test_a_forced_push_cannot_take_a_branch_back_to_an_earlier_policy_or_list_of_keys(started: Team) -> None:
    first = started.first
    lax = first.git("rev-parse", "main")
    strict = '[require]\ntrace = "agent"\nchecks = ["edits"]\n[trust]\nsources = ["repository"]\n'
    asked = first.person_commits("Ask for edits", {".gittraj.toml": strict})
    first.traj("policy", "approve", "HEAD")
    accepted(first, "origin", "main")
    person = ("--no-verify", "--force", "origin")
    assert ".gittraj.toml is not what was agreed" in refused(first, *person, f"{lax}:main")
    assert ".gittraj.toml is not what was agreed" in refused(first, "--force", "origin", f"{lax}:main")
    first.git("checkout", "-q", "-b", "beside", lax)
    first.agent_commits("a.txt")
    first.traj("push")
    said = refused(first, *person, "beside:main")
    assert ".gittraj.toml is not what was agreed" in said and "git traj policy approve" in said
    assert started.server.git("rev-parse", "main") == asked
    accepted(first, *person, "beside")  # a branch of its own has the policy that it has
    # rewriting what came before the change is fine where the policy stays what it is
    first.git("checkout", "-q", "main")
    first.git("commit", "-q", "--amend", "-m", "Ask for edits, too")
    first.traj("policy", "approve", "HEAD")
    first.traj("push")
    accepted(first, *person, "main")


def test_a_push_cannot_bring_the_key_that_it_is_judged_by(started: Team, tmp_path: Path) -> None:
    home = tmp_path / "eve"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Eve\n\temail = eve@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    eve = Clone(tmp_path / "eve-clone", home)
    started.first.git("clone", "-q", str(started.server.repo), str(eve.repo))
    eve.traj("init", "--share")
    key = (home / ".config/gittraj/key.pub").read_text()
    eve.person_commits("Add my key", {".gittraj/allowed_signers": f"eve@example.org {key}"})
    commit = eve.agent_commits("e.txt")
    said = refused(eve, "origin", "main")
    assert commit[:12] in said and "untrusted" in said
    eve.traj("push")
    assert "untrusted" in refused(eve, "--no-verify", "origin", "main")


def test_the_notes_of_others_cannot_be_deleted_rolled_back_or_spoiled(started: Team) -> None:
    first = started.first
    first.agent_commits("a.txt")
    accepted(first, "origin", "main")
    before = started.server.git("rev-parse", NOTES)
    for force in ((), ("--no-verify",)):
        assert "would be deleted" in refused(first, *force, "origin", f"+{NOTES}~2:{NOTES}")
        assert "everybody's traces" in refused(first, *force, "origin", f":{NOTES}")
    gone = first.noted()[0]
    first.git("notes", "--ref=traj", "remove", gone)
    assert gone[:12] in refused(first, "--no-verify", "origin", NOTES)
    first.git("update-ref", NOTES, before)
    house = first.house()
    note = house.notes.read(gone)
    for spoiled in (note + b"junk", note + b"\xd2\x84\x43\xa1\x01\x27\xa0\x41x\x41y"):
        house.notes.replace(gone, spoiled)
        said = refused(first, "--no-verify", "origin", f"+{NOTES}")
        assert gone[:12] in said and "would hold" in said
        house.notes.replace(gone, note)
    rewritten = first.git("commit-tree", "-m", "squashed", f"{before}^{{tree}}")
    accepted(first, "--no-verify", "origin", f"+{rewritten}:{NOTES}")  # nothing is lost by it
    assert started.server.verify("--all", code=0)["ok"]


def test_notes_that_git_refuses_after_the_hook_vouch_for_nothing(started: Team) -> None:
    """git makes some updates of a push and not others: a commit must not come in by notes that stay outside."""
    first = started.first
    started.server.git("config", "receive.denyNonFastForwards", "true")
    before = started.server.git("rev-parse", "main")
    first.agent_commits("a.txt")
    rewritten = first.git("commit-tree", "-m", "Rewritten", f"{NOTES}^{{tree}}")  # nothing is lost in it
    said = refused(first, "--no-verify", "--force", "origin", "main", f"{rewritten}:{NOTES}")
    assert "would be rewritten" in said and started.server.git("rev-parse", "main") == before
    accepted(first, "--no-verify", "origin", "main", NOTES)


def test_the_log_of_receipts_only_grows_and_nobody_writes_what_the_server_remembers(started: Team) -> None:
    first = started.first
    repository = first.house().repository
    log, old = LeafLog(repository), [leaf_hash(bytes([number])) for number in range(3)]
    one = log.append(old[:2], message="Two").tip
    accepted(first, "origin", REF)
    two = log.append(old[2:], message="Three").tip
    accepted(first, "origin", REF)
    assert started.server.git("rev-parse", REF) == two
    said = refused(first, "--no-verify", "--force", "origin", f"{one}:{REF}")
    assert "no longer begin with its 3 leaves" in said
    assert "would delete" in refused(first, "--no-verify", "origin", f":{REF}")
    first.git("update-ref", "-d", REF)
    log.append([old[0], leaf_hash(b"another"), *old[2:], leaf_hash(b"more")], message="Another history")
    assert "no longer begin" in refused(first, "--no-verify", "--force", "origin", REF)
    assert "damaged" in refused(first, "--no-verify", "--force", "origin", f"main:{REF}")
    for ref in ("refs/gittraj/seen/here", "refs/gittraj/seen/remotes/x", "refs/gittraj/told/remotes/x"):
        assert "remembers for itself" in refused(first, "--no-verify", "origin", f"{NOTES}:{ref}")
    first.git("update-ref", REF, two)
    log.append([leaf_hash(b"more")], message="Four")
    accepted(first, "origin", REF)
    # a server whose log was set back behind its back says so at the next push
    first.agent_commits("a.txt")
    accepted(first, "origin", "main")
    started.server.git("update-ref", REF, one)
    first.agent_commits("b.txt")
    assert "rollback" in refused(first, "origin", "main")


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({".gittraj.toml": "[require]\ntrace = 'agnet'\n"}, ".gittraj.toml"),
        ({".gittraj/allowed_signers": "# nobody\n"}, "trusts nobody"),
    ],
    ids=["misspelt policy", "no key"],
)
def test_where_nothing_can_be_judged_nothing_passes(started: Team, files: dict[str, str], why: str) -> None:
    first = started.first
    first.person_commits("Break it", files)
    first.traj("policy", "approve", "HEAD")
    accepted(first, "origin", "main")  # judged by what was there before
    first.git("commit", "-q", "--allow-empty", "-m", "next")
    said = refused(first, "origin", "main")
    assert why in said and said.count("git-traj:") == 1
    assert why in refused(first, "--no-verify", "origin", "main")


def test_a_server_that_requires_a_policy_takes_nothing_without_one(team: Team) -> None:
    team.server.traj("init", "--server", "--require-policy")
    assert "no .gittraj.toml" in refused(team.first, "--no-verify", "origin", "main")
    team.policy()
    team.first.traj("push", "origin")
    accepted(team.first, "origin", "main")  # the first push brings it
    team.server.traj("deinit")
    assert not (team.server.repo / "hooks/pre-receive").exists()
    assert team.server.try_git("config", "gittraj.requirePolicy").returncode == 1


def test_hooks_that_were_there_get_the_same_lines_and_may_refuse(started: Team) -> None:
    first = started.first
    first.traj("deinit")
    theirs = first.repo / ".git/hooks/pre-push"
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text('#!/bin/sh\necho "$@" > "$OUT"\ncat >> "$OUT"\nexit "${CODE-0}"\n')
    theirs.chmod(0o755)
    before = theirs.read_bytes()
    first.traj("init", "--share")
    out = first.repo.parent / "out"
    commit = first.agent_commits("a.txt")
    refused(first, "origin", "main", OUT=str(out), CODE="7")
    told = out.read_text().splitlines()
    assert told[0].startswith("origin ") and told[1].split()[:2] == ["refs/heads/main", commit]
    accepted(first, "origin", "main", OUT=str(out))
    accepted(first, "origin", "main", OUT=str(out))
    assert out.read_text().splitlines()[1:] == []  # nothing is pushed, and no empty line is told
    first.traj("deinit")
    assert theirs.read_bytes() == before


def test_a_hook_without_our_program_refuses_and_says_why(started: Team, tmp_path: Path) -> None:
    for shim in (started.first.repo / ".git/hooks/pre-push", started.server.repo / "hooks/pre-receive"):
        text = shim.read_text()
        shim.write_text(
            "".join(
                "interpreter=''\n" if line.startswith("interpreter=") else line
                for line in text.splitlines(keepends=True)
            )
        )
    started.first.agent_commits("a.txt")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("git", "sh", "cat", "git-receive-pack", "git-upload-pack"):
        found = subprocess.run(["which", name], capture_output=True, text=True, check=False).stdout.strip()
        if found:
            (tools / name).symlink_to(found)
    said = refused(started.first, "origin", "main", PATH=str(tools))
    assert "not found" in said and "install gittraj" in said
    assert "not found" in refused(started.first, "--no-verify", "origin", "main", PATH=str(tools))


def test_pre_commit_s_way_of_telling_a_push_leads_to_the_same_verdict(started: Team) -> None:
    first = started.first
    bad = first.agent_commits("a.txt", trace=False)
    env = {
        **first.env, "PRE_COMMIT_FROM_REF": first.git("rev-parse", "origin/main"), "PRE_COMMIT_TO_REF": bad,
        "PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_REMOTE_URL": str(started.server.repo), "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main",
    }  # fmt: skip
    run = [sys.executable, "-m", "gittraj", "hook", "traj-verify"]
    done = subprocess.run(run, cwd=first.repo, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and bad[:12] in done.stderr
    env["PRE_COMMIT_TO_REF"] = env["PRE_COMMIT_FROM_REF"]
    assert subprocess.run(run, cwd=first.repo, env=env, check=False).returncode == 0
    del env["PRE_COMMIT_TO_REF"]
    done = subprocess.run(run, cwd=first.repo, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "pre-commit install -t pre-push" in done.stderr


@pytest.mark.parametrize("text", ["nonsense\n", "a b c d\n", "\x00\n", "x y z\n" * 200])
@pytest.mark.parametrize("name", ["pre-push", "pre-receive"])
def test_lines_that_git_never_writes_are_refused_in_one_line(pattern: Team, name: str, text: str) -> None:
    command = [sys.executable, "-m", "gittraj", "hook", name, "origin", "url"]
    first = pattern.first
    done = subprocess.run(
        command, cwd=first.repo, env=first.env, input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def test_the_environment_of_a_push_reaches_no_other_repository(started: Team) -> None:
    """git tells its hooks where the repository is; a push from elsewhere with -C must not be judged by the current directory."""
    bad = started.first.agent_commits("a.txt", trace=False)
    done = subprocess.run(
        ["git", "-C", str(started.first.repo), "push", "origin", "main"], cwd=os.sep, env=started.first.env,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0 and bad[:12] in done.stderr
