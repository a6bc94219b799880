"""git's own file commands against the interpreter, in a real repository."""

import shutil
import subprocess
from pathlib import Path

import pytest

from gittraj.replay.shell.interpret import Uncertain, interpret

START = {"a.py": b"one\ntwo\n", "b.txt": b"text\n", "d/c.py": b"c\n", "d/e.py": b"e\n"}
COMMANDS = [
    "git mv a.py z.py", "git mv a.py d/", "git mv a.py b.txt d", "git mv d f", "git mv -f a.py b.txt", "git rm -q a.py", "git rm -r d", "git rm --cached a.py", "git rm -f b.txt d/c.py",
    "git restore a.py", "git checkout -- a.py", "git checkout a.py", "git checkout HEAD -- a.py b.txt", "git restore --staged a.py", "git restore --source=HEAD~1 b.txt", "git checkout HEAD~1 -- b.txt",
    "git add -A && git commit -qm done", "git -C d mv c.py x.py", "git mv a.py z.py && sed -i s/one/1/ z.py && git add z.py", "git status --short; git diff | cat", "git checkout -b other",
    "git stash list && git log --oneline | head -1", 'git commit -qam "$(cat <<\'EOF\'\nA subject\n\nA body with `code`\nEOF\n)"', "git reset -q HEAD a.py && rm a.py", "cd d && git mv c.py ../top.py", "git mv a.py nowhere/a.py",
    "git rm a.py && git commit -qm gone && echo x > a.py", "git checkout no-such-branch", "git rm no-such-file",
]  # fmt: skip


def git(folder: Path, *args: str) -> bytes:
    return subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("git") / "repository"
    git(top.parent, "init", "-q", str(top))
    for number in (1, 2):
        for name, content in START.items():
            (top / name).parent.mkdir(exist_ok=True)
            (top / name).write_bytes(content + b"more\n" * (number == 1 and name == "b.txt"))
        git(top, "add", "-A")
        git(top, "-c", "user.name=Dana", "-c", "user.email=dana@example.org", "commit", "-qm", f"commit {number}")
    return top


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "repository"))


@pytest.fixture(scope="module")
def revisions(template: Path) -> dict[tuple[str, str], bytes]:
    return {(rev, name): git(template, "show", f"{rev}:{name}") for rev in ("", "HEAD", "HEAD~1") for name in START}


def photograph(top: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in top.rglob("*") if p.is_file() and ".git" not in p.parts}


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_certain_is_what_git_did(
    repository: Path, revisions: dict[tuple[str, str], bytes], command: str, changed: bool
) -> None:
    if changed:
        (repository / "a.py").write_bytes(b"changed\none\n")
    before = photograph(repository)
    folders = {str(repository): {"a.py", "b.txt", "d/"}, str(repository / "d"): {"c.py", "e.py"}}

    def committed(path: str, revision: str) -> bytes | None:
        return revisions.get((revision, str(Path(path).relative_to(repository))))

    code = subprocess.run(["bash", "-c", command], cwd=repository, capture_output=True).returncode
    after = photograph(repository)
    for known in (code, None):
        result = interpret(
            command,
            str(repository),
            before.get,
            exit_code=known,
            listing=folders.get,
            committed=committed,
            root=str(repository),
        )
        if isinstance(result, Uncertain) and result.unknown:
            assert known is None or code or not command.startswith(("git mv", "git rm", "git restore"))
            continue
        doubtful = set(result.named) if isinstance(result, Uncertain) else set()
        claimed = dict(before)
        for write in result.certain if isinstance(result, Uncertain) else result:
            if write.moved_from:
                del claimed[write.moved_from]
            if write.content is None:
                del claimed[write.path]
            else:
                claimed[write.path] = write.content
        wrong = {path for path in {*claimed, *after} if claimed.get(path) != after.get(path)} - doubtful
        assert not wrong, result
        if code == 0 and known == 0:
            assert not isinstance(result, Uncertain), result
