"""History that the Entire CLI kept becomes records on the commits that name its checkpoints."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.entire_branch import EntireBranch
from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop

FIRST, SECOND, THIRD = "aaaaaaaaaaa1", "aaaaaaaaaaa2", "aaaaaaaaaaa3"


class Story:
    """A session whose commits name checkpoints; the agent's own store stays out of sight."""

    def __init__(self, tmp_path: Path) -> None:
        self.shop = Workshop(tmp_path, tmp_path / "elsewhere").start(init=False)
        self.shop.git("traj", "keys", "new")
        self.agent = ScriptedClaude(self.shop.repo, tmp_path / "kept", "0e0e0e0e-1111-4222-8333-444444444444")
        self.branch = EntireBranch(self.shop)

    def commit(self, subject: str, *checkpoints: str) -> str:
        """Commit all as a person does, right after the agent's last word."""
        self.shop.git("add", ".")
        trailers = "\n".join(f"Entire-Checkpoint: {each}" for each in checkpoints)
        self.agent.clock += 2
        moment = f"{self.agent.clock} +0000"
        dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        self.shop.git("commit", "-qm", f"{subject}\n\n{trailers}", env=dates)
        return self.shop.out("rev-parse", "HEAD")

    def keep(self, checkpoint: str, transcript: bytes | None = None, **more: Any) -> None:
        """The whole transcript up to now, as that tool keeps it."""
        data = self.agent.path.read_bytes() if transcript is None else transcript
        created = datetime.datetime.fromtimestamp(self.agent.clock + 1, datetime.UTC).isoformat()
        self.branch.keep(
            checkpoint, data, **{"session": f"2023-11-14-{self.agent.session}", "created": created, **more}
        )

    def bring(self, *options: str) -> Any:
        self.branch.write()
        options = options or ("--no-redact",)  # the scanner's start, half a second for each record, proves nothing here
        return self.shop.json("import", "--from", "entire", *options)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def three_commits(story: Story) -> list[str]:
    agent, commits = story.agent, []
    for number, checkpoint in enumerate((FIRST, SECOND, THIRD)):
        agent.say(f"Write part {number}, please.")
        agent.write(f"part{number}.py", f"x = {number}\n" * 40)
        if number:
            agent.edit(f"part{number - 1}.py", f"x = {number - 1}\n" * 40, f"y = {number}\n")
        agent.answer("Done.")
        commits.append(story.commit(f"Part {number}", checkpoint))
        story.keep(checkpoint)
    return commits


def test_a_session_over_three_commits_becomes_three_segments_in_one_chain(story: Story) -> None:
    commits = three_commits(story)
    report = story.bring()
    assert [(each["commit"], each["seq"]) for each in report["imported"]] == list(zip(commits, range(3), strict=True))
    records = [story.shop.json("show", commit)["statements"][0] for commit in commits]
    spans = [record["record"]["gittraj"]["segment"] for record in records]
    assert [span["first"] for span in spans] == [0, *(span["last"] + 1 for span in spans[:-1])]
    assert [span["prev"] for span in spans] == [None, *(record["digest"] for record in records[:-1])]
    imported = records[0]["record"]["gittraj"]["imported"]
    assert (imported["from"], imported["evidence"], imported["checkpoints"]) == ("entire", "trailer", [FIRST])


def test_what_was_imported_verifies_and_replays(story: Story) -> None:
    commits = three_commits(story)
    story.bring()
    verdict = story.shop.json("verify", "--all")
    assert verdict["ok"] and {each["status"] for each in verdict["commits"]} == {"verified"}
    replayed = story.shop.json("replay", "--all")["commits"]
    assert {each["commit"]: each["status"] for each in replayed} == dict.fromkeys(commits, "reproducible")


def test_importing_again_adds_nothing(story: Story) -> None:
    three_commits(story)
    story.bring()
    tip = story.shop.out("rev-parse", "refs/notes/traj")
    again = story.bring()
    assert (again["imported"], again["already"]) == ([], 3)
    assert story.shop.out("rev-parse", "refs/notes/traj") == tip


def test_all_of_it_is_one_notes_commit(story: Story) -> None:
    three_commits(story)
    story.bring()
    assert story.shop.out("rev-list", "--count", "refs/notes/traj") == "1"


def test_what_an_interrupted_run_wrote_is_continued_in_the_same_chain(story: Story) -> None:
    commits = three_commits(story)
    story.branch.write()
    story.shop.git("traj", "import", "--from", "entire", "--no-redact", commits[0])
    report = story.bring()
    assert [each["seq"] for each in report["imported"]] == [1, 2]
    first, second = (story.shop.json("show", commit)["statements"][0] for commit in commits[:2])
    assert second["record"]["gittraj"]["segment"]["prev"] == first["digest"]


def test_who_interrupts_keeps_what_is_done(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from gittraj.flows import import_records, importing

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    commits = three_commits(story)
    story.branch.write()
    monkeypatch.setattr(import_records, "QUEUE_RECORDS", 1)
    with pytest.raises(KeyboardInterrupt):
        importing.import_entire_history(redact=False, progress=stop, directory=str(story.shop.repo))
    assert sorted(story.shop.noted()) == sorted(commits[:2])
    report = story.bring()
    assert [(each["commit"], each["seq"]) for each in report["imported"]] == [(commits[2], 2)] and report[
        "already"
    ] == 2
    assert story.shop.json("verify", "--all")["ok"]


def test_a_session_over_many_commits_is_stored_once(story: Story) -> None:
    """Each checkpoint holds the whole session again; the records do not."""
    agent = story.agent
    for number in range(8):
        checkpoint = f"abcdefabcd{number:02}"
        agent.write(f"part{number}.py", f"value = {number}\n" * 400)
        story.commit(f"Part {number}", checkpoint)
        story.keep(checkpoint)
    sizes = [each["body_bytes"] for each in story.bring()["imported"]]
    assert len(sizes) == 8 and max(sizes) < 1.5 * min(sizes)


def test_a_dry_run_writes_nothing(story: Story) -> None:
    three_commits(story)
    report = story.bring("--dry-run")
    assert report["dry_run"] and len(report["imported"]) == 3
    assert story.shop.noted() == []


def test_a_squash_that_names_several_checkpoints_gets_all_their_stretches(story: Story) -> None:
    three_commits(story)
    story.shop.git("checkout", "-qb", "squashed", "HEAD~3")
    story.shop.git("merge", "--squash", "-q", "main", check=False)
    squashed = story.commit("All parts (#1)", FIRST, SECOND, THIRD)
    report = story.bring()
    by_commit = {each["commit"]: each for each in report["imported"]}
    assert by_commit[squashed]["seq"] == 0
    assert by_commit[squashed]["entries"] == sum(each["entries"] for each in report["imported"]) // 2
    assert story.shop.json("replay", squashed)["commits"][0]["status"] == "reproducible"


def test_a_rebased_copy_gets_the_same_stretch_and_follows_its_own_ancestor(story: Story) -> None:
    commits = three_commits(story)
    story.shop.git("checkout", "-q", "-b", "copy", "HEAD~3")
    (story.shop.repo / "other.txt").write_text("a person's\n")
    story.shop.git("add", ".")
    story.shop.git("commit", "-qm", "Other work", env={"GIT_COMMITTER_DATE": f"{story.agent.clock + 50} +0000"})
    story.shop.git("cherry-pick", *commits[:2], env={"GIT_COMMITTER_DATE": f"{story.agent.clock + 60} +0000"})
    copies = [story.shop.out("rev-parse", rev) for rev in ("HEAD~1", "HEAD")]
    report = story.bring()
    assert sorted(each["seq"] for each in report["imported"]) == [0, 0, 1, 1, 2]
    first, second = (story.shop.json("show", commit)["statements"][0] for commit in copies)
    assert second["record"]["gittraj"]["segment"]["prev"] == first["digest"]
    replayed = {each["commit"]: each["status"] for each in story.shop.json("replay", "--all")["commits"]}
    assert {replayed[commit] for commit in copies} == {"reproducible"}
    verdict = story.shop.json("verify", "--all")
    assert verdict["ok"]
    assert {(each["kind"], each["fatal"]) for each in verdict["completeness"]["findings"]} == {("fork", False)}


def test_transcripts_that_hold_only_what_is_new_are_put_together(story: Story) -> None:
    agent = story.agent
    agent.say("Begin.")
    agent.write("a.py", "a = 1\n")
    commits = [story.commit("One", FIRST)]
    story.keep(FIRST)
    seen = len(agent.path.read_bytes())
    agent.edit("a.py", "a = 1", "a = 2")
    commits.append(story.commit("Two", SECOND))
    story.keep(SECOND, agent.path.read_bytes()[seen:])
    report = story.bring()
    assert [(each["commit"], each["seq"]) for each in report["imported"]] == [(commits[0], 0), (commits[1], 1)]
    assert {each["status"] for each in story.shop.json("replay", "--all")["commits"]} == {"reproducible"}


def test_records_are_redacted_like_any_other(story: Story) -> None:
    secret = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
    story.agent.say(f"My token is {secret}, do not tell.")
    story.agent.write("a.py", "a = 1\n")
    commit = story.commit("One", FIRST)
    story.keep(FIRST)
    (report,) = story.bring("HEAD")["imported"]
    assert report["redactions"] == 1
    assert secret.encode() not in story.shop.git("traj", "show", "--json", commit).stdout.encode()


def test_the_agent_is_told_from_the_bytes_not_from_the_label(story: Story) -> None:
    story.agent.write("a.py", "a = 1\n")
    commit = story.commit("One", FIRST)
    story.keep(FIRST, label="Gemini CLI")
    story.bring()
    record = story.shop.json("show", commit)["statements"][0]["record"]
    assert record["session"]["agent-meta"]["cli-name"] == "claude-code"
    assert record["gittraj"]["imported"]["label"] == "Gemini CLI"


def test_entries_after_the_commit_go_to_the_next_one(story: Story) -> None:
    """Newer versions write the whole turn into the checkpoint of a commit that was made in its middle."""
    agent = story.agent
    agent.write("a.py", "a = 1\n")
    first = story.commit("One", FIRST)
    moment = agent.clock
    agent.clock += 10
    agent.edit("a.py", "a = 1", "a = 2")
    story.keep(FIRST)
    second = story.commit("Two", SECOND)
    story.keep(SECOND)
    assert moment < agent.clock
    story.bring()
    replayed = {each["commit"]: each["status"] for each in story.shop.json("replay", "--all")["commits"]}
    assert replayed == {first: "reproducible", second: "reproducible"}


def test_what_is_damaged_is_told_and_the_rest_goes_on(story: Story) -> None:
    commits = three_commits(story)
    branch = story.branch
    branch.keep("bbbbbbbbbbb1", b"this is no session\n", session="s1", created="2023-11-14T22:13:20Z")
    branch.keep("bbbbbbbbbbb2", None, session="s2", created="2023-11-14T22:13:20Z")
    branch.files["bb/bbbbbbbbb3/0/full.jsonl"] = b"{}\n"
    branch.files["bb/bbbbbbbbb3/0/metadata.json"] = b"[[["
    branch.files["bb/bbbbbbbbb4/0/full.jsonl"] = b""
    branch.files["bb/bbbbbbbbb4/0/metadata.json"] = b'{"session_id": 5}'
    (story.shop.repo / "more.txt").write_text("more\n")
    names = [f"bbbbbbbbbbb{number}" for number in range(1, 5)]
    story.commit("Odd ones", *names, "ccccccccccc1")
    report = story.bring()
    assert {each["commit"] for each in report["imported"]} == set(commits)
    told = {each["what"] for each in report["skipped"]}
    assert {f"{name}/0" for name in names} <= told
    assert any("ccccccccccc1" in each["reason"] for each in report["skipped"])


def test_texts_that_the_container_masked_are_redacted_not_a_mismatch(story: Story) -> None:
    """The committed file holds the value, the transcript has only a mask for it."""
    agent = story.agent
    agent.write("conf.py", "NAME = 'kept-out-of-the-transcript'\nPORT = 1\n")
    commit = story.commit("Configure", FIRST)
    story.keep(FIRST, agent.path.read_bytes().replace(b"kept-out-of-the-transcript", b"REDACTED"))
    story.bring()
    (found,) = story.shop.json("replay", commit, check=False)["commits"]
    (file,) = found["files"]
    assert found["status"] != "reproducible"
    assert file["cause"] == "redacted" and file["status"] in ("match", "unverifiable")


@pytest.mark.parametrize("remote", ["origin", "up.stream"])
def test_a_branch_that_only_a_remote_has_is_read_too(story: Story, remote: str) -> None:
    story.shop.git("remote", "add", remote, "https://example.org/x.git")
    story.branch.ref = f"refs/remotes/{remote}/entire/checkpoints/v1"
    commits = three_commits(story)
    assert {each["commit"] for each in story.bring()["imported"]} == set(commits)


def test_sub_agents_of_a_checkpoint_are_children_of_the_session(story: Story) -> None:
    agent = story.agent
    agent.say("Let someone else do it.")
    main = agent.path.read_bytes()
    line = json.loads(main.splitlines()[0])
    child = {**line, "isSidechain": True, "agentId": "7f7f", "uuid": "99999999-0000-4000-8000-000000000001"}
    (story.shop.repo / "a.txt").write_text("a\n")
    commit = story.commit("One", FIRST)
    story.keep(FIRST, sub_agents={"agent-7f7f.jsonl": json.dumps(child).encode() + b"\n"})
    story.bring()
    entries = story.shop.json("show", commit)["statements"][0]["record"]["session"]["entries"]
    assert any(entry.get("children") for entry in entries)


def test_without_checkpoints_the_answer_says_what_to_fetch(story: Story) -> None:
    done = story.shop.git("traj", "import", "--from", "entire", check=False)
    assert done.returncode == 1
    assert "no checkpoints of Entire" in done.stderr and "git fetch origin entire/checkpoints/v1" in done.stderr
