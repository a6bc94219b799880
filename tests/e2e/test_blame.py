"""`git traj blame` against real git: the same commits and lines as git blame, and who made them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.workshop import Workshop

ROOT = Path(__file__).resolve().parents[2]
OTHER = "22222222-2222-4333-8444-555555555555"


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


@pytest.fixture(scope="module")
def mixed(lasting: Workshop) -> Workshop:
    """Two sessions and a person write money.py: lines of each of them, and of before."""
    first = lasting.claude()
    first.say("Add a function that doubles.")
    (lasting.repo / "money.py").write_text("import math\n\ndef half(x):\n    return x / 2\n")
    lasting.git("commit", "-qam", "By hand", env={"GIT_AUTHOR_NAME": "Eve"})
    first.edit("money.py", "    return x / 2\n", "    return x / 2\n\ndef double(x):\n    return x * 2\n")
    first.run("git commit -qam 'Double'")
    second = lasting.claude(OTHER, start=1_700_001_000)
    second.say("Use a shift.")
    second.answer("Done?")
    second.say("Go on, please.")
    second.edit("money.py", "    return x * 2\n", "    return x << 1\n")
    second.run("git commit -qam 'Shift'")
    return lasting


def blamed(shop: Workshop, *words: str, cwd: Path | None = None) -> list[dict[str, Any]]:
    done = shop.git("traj", "blame", "--json", *words, cwd=cwd)
    lines: list[dict[str, Any]] = json.loads(done.stdout)["lines"]
    return lines


def without_ours(porcelain: str) -> str:
    return "".join(line for line in porcelain.splitlines(keepends=True) if not line.startswith("gittraj-"))


def test_each_line_has_the_commit_of_git_and_the_session_and_turn_that_made_it(mixed: Workshop) -> None:
    lines = blamed(mixed, "money.py")
    told = [(each["class"], each["session"], each["turn_index"], each["traced"]) for each in lines]
    one, two = "11111111-2222-4333-8444-555555555555", OTHER
    nobody = ("unexplained", None, None, False)
    made = ("agent", one, 1, True)
    assert told == [nobody] * 4 + [made, made, ("agent", two, 2, True)]
    assert [each["line"] for each in lines] == list(range(1, 8))
    assert (
        lines[6]["agent"] == "claude-code" and lines[6]["model"] == "claude-scripted-1" and lines[6]["trusted"] is True
    )
    ids = [line.split()[0] for line in mixed.out("blame", "-l", "-s", "--root", "money.py").splitlines()]
    assert [each["commit"] for each in lines] == [each.removeprefix("^") for each in ids]


def test_the_page_has_gits_shape_and_the_prompts(mixed: Workshop) -> None:
    page = mixed.out("traj", "blame", "--prompt", "money.py")
    assert "22222222:2 Go on, please." in page and "Use a shift." not in page
    assert "11111111:1 Add a function that doubles." in page
    last = page.splitlines()[-1]
    assert last.startswith(mixed.out("rev-parse", "HEAD")[:8] + " (claude-code") and last.endswith(
        "7)     return x << 1"
    )
    assert "Eve" in page.splitlines()[0]
    found = json.loads(mixed.out("traj", "blame", "--json", "--prompt", "-L", "7,7", "money.py"))
    assert found["file"] == "money.py" and found["rev"] is None and found["lines"][0]["prompt"] == "Go on, please."


def test_porcelain_is_gits_with_keys_of_ours_after_its_own(mixed: Workshop) -> None:
    ours = mixed.git("traj", "blame", "--porcelain", "money.py").stdout
    assert without_ours(ours) == mixed.git("blame", "--porcelain", "money.py").stdout
    parts = ours.split("\n\t    return x << 1")[0].rsplit("\n\t", 1)[1].splitlines()[1:]
    keys = [line.split(" ")[0] for line in parts]
    assert keys.index("filename") < keys.index("gittraj-class")
    assert {"gittraj-class agent", f"gittraj-session {OTHER}", "gittraj-turn 2", "gittraj-trusted yes"} <= set(parts)


def test_lines_in_sub_directories_renamed_files_and_the_forms_of_git(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Write it")
    claude.write('deep/er/söme "file".py', "def one():\n    return 1\n\n\ndef two():\n    return 2\n")
    claude.run("git add -A && git commit -qm Deep")
    shop.git("mv", 'deep/er/söme "file".py', "deep/other.py")
    shop.git("commit", "-qm", "Move")
    inside = shop.repo / "deep"
    for words in (("other.py",), ("-L", "2,+2", "other.py"), ("-L", "/two/,+2", "other.py"), ("-L", ":two", "other.py"),
                  ("-L", "1,1", "-L", "5,6", "other.py"), ("-w", "-M", "-C", "other.py")):  # fmt: skip
        lines = blamed(shop, *words, cwd=inside)
        ours = shop.git("traj", "blame", "--porcelain", *words, cwd=inside).stdout
        assert lines and without_ours(ours) == shop.git("blame", "--porcelain", *words, cwd=inside).stdout
        assert {each["class"] for each in lines} == {"agent"}
        assert {each["original_file"] for each in lines} == {'deep/er/söme "file".py'}
    assert shop.json("blame", "deep/other.py", "HEAD")["rev"] == shop.out("rev-parse", "HEAD")
    assert json.loads(shop.out("traj", "blame", "--json", "other.py", cwd=inside))["file"] == "deep/other.py"


def test_a_commit_that_was_rewritten_is_told_as_the_one_it_was_made_of(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Write it")
    claude.write("a.txt", "one\ntwo\n")
    claude.run("git add -A && git commit -qm A")
    before = blamed(shop, "a.txt")
    shop.git("commit", "-q", "--amend", "-m", "Reworded")
    after = blamed(shop, "a.txt")
    assert after[0]["commit"] == shop.out("rev-parse", "HEAD") != before[0]["commit"]
    keys = ("class", "agent", "model", "session", "turn_index", "trusted")
    assert [[each[key] for key in keys] for each in after] == [[each[key] for key in keys] for each in before]
    assert {each["class"] for each in after} == {"agent"}


def test_what_is_not_committed_yet_and_what_is_no_file(mixed: Workshop) -> None:
    kept = (mixed.repo / "money.py").read_bytes()
    (mixed.repo / "money.py").write_bytes(kept + b"new = 1\n")
    last = blamed(mixed, "money.py")[-1]
    assert last["commit"] is None and last["class"] == "unexplained" and last["traced"] is False
    assert "00000000 (" in mixed.out("traj", "blame", "money.py")
    (mixed.repo / "money.py").write_bytes(kept)
    for words in (("nothing.py",), ("money.py", "no-such-rev"), ("-L", "90,95", "money.py"), ("money.py", "--", "-x")):
        done = mixed.git("traj", "blame", *words, check=False)
        assert done.returncode in (1, 2) and not done.stdout and "Traceback" not in done.stderr
    assert mixed.git("traj", "blame", "--json", "--porcelain", "money.py", check=False).returncode == 2


def test_worktrees_bare_repositories_and_git_dir_give_the_same_answer(mixed: Workshop, tmp_path: Path) -> None:
    here = blamed(mixed, "money.py", "HEAD")
    mixed.git("worktree", "add", "-q", str(tmp_path / "linked"))
    assert blamed(mixed, "money.py", cwd=tmp_path / "linked") == here
    mixed.git("clone", "-q", "--mirror", str(mixed.repo), str(tmp_path / "bare.git"))
    assert blamed(mixed, "money.py", cwd=tmp_path / "bare.git") == here
    around = {"GIT_DIR": str(mixed.repo / ".git"), "GIT_WORK_TREE": str(mixed.repo)}
    done = mixed.git("traj", "blame", "--json", "money.py", "HEAD", cwd=mixed.repo, env=around)
    assert json.loads(done.stdout)["lines"] == here
    assert not (tmp_path / "linked" / ".git").is_dir() and (mixed.repo / ".git" / "gittraj" / "index.db").is_file()


def test_text_of_file_author_and_prompt_cannot_reach_the_terminal_as_codes(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Evil \x1b[31m prompt\nwith two lines")
    claude.write("evil.txt", "a\x1b[2Jb\n")
    claude.run("git add -A && git -c user.name=$'E\\e[1mve' commit -qm Evil")
    for words in (("blame", "--prompt", "evil.txt"), ("blame", "evil.txt"), ("blame", "--json", "evil.txt")):
        assert "\x1b" not in shop.git("traj", *words).stdout
    ours = shop.git("traj", "blame", "--porcelain", "--prompt", "evil.txt").stdout
    assert not [line for line in ours.splitlines() if line.startswith("gittraj-") and "\x1b" in line]
    assert without_ours(ours) == shop.git("blame", "--porcelain", "evil.txt").stdout


def test_an_untrusted_signer_is_told_and_trust_is_never_from_the_index(mixed: Workshop) -> None:
    assert blamed(mixed, "money.py")[-1]["trusted"] is True
    trust = next(mixed.home.rglob("allowed_signers"))
    kept = trust.read_bytes()
    trust.write_bytes(b"")
    assert blamed(mixed, "money.py")[-1]["trusted"] is False
    assert "claude-code ?" in mixed.out("traj", "blame", "money.py")
    trust.write_bytes(kept)
    assert blamed(mixed, "money.py")[-1]["trusted"] is True


def test_this_projects_own_files_are_blamed_as_git_blames_them(mixed: Workshop) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("these sources are not in a repository")
    own = mixed.repo.parent / "own.git"  # bare: beside its own sources, Python would run those
    mixed.git("clone", "-q", "--mirror", str(ROOT), str(own))
    for path in ("CHANGELOG.md", "gittraj/cli/app.py"):
        ours = mixed.git("traj", "blame", "--porcelain", path, "HEAD", cwd=own).stdout
        assert ours == mixed.git("blame", "--porcelain", "HEAD", "--", path, cwd=own).stdout
