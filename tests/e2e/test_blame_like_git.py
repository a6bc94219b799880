"""`git traj blame --porcelain` without our keys is `git blame --porcelain`, byte for byte: here, in a large public clone, and in odd repositories.

``TRAJ_TEST_CLONE=PATH`` names a clone to compare some hundred files of (``TRAJ_TEST_CLONE_FILES``).
"""

import os
import random
import subprocess
from pathlib import Path

import pytest

from gittraj.cli.blame_shape import porcelain
from gittraj.errors import GitTrajError
from gittraj.flows.blame import blame
from tests.support.repo_builder import Repo
from tests.support.traced_repo import Edited, TracedRepo

ROOT = Path(__file__).resolve().parents[2]
LINES = (
    "{a},+{n}",
    "{a},{b}",
    "{a}",
    ",{a}",
    "{a},",
    "{a},-3",
    "/def /,+3",
    "/^$/,/e/",
    "{a},/x/",
    "^/import/,+2",
    ":main",
    "99999,+1",
)


def alike(repo: Path, name: str, rev: str | None, *options: str) -> bool:
    """Whether both say the same, or both refuse; True where they give lines."""
    words = ["blame", "--porcelain", *options, *([rev] if rev else []), "--", name]
    theirs = subprocess.run(["git", *words], cwd=repo, capture_output=True, check=False)
    try:
        ours = porcelain(blame(name, rev, options=options, directory=str(repo)))
    except GitTrajError:
        assert theirs.returncode, (repo, words)
        return False
    assert not theirs.returncode, (repo, words, theirs.stderr)
    kept = b"\n".join(line for line in ours.split(b"\n") if not line.startswith(b"gittraj-"))
    assert kept == theirs.stdout, (repo, words)
    return bool(kept)


def compared(repo: Path, count: int, chance: random.Random) -> int:
    """How many files of how many commits, asked in how many ways, were blamed alike."""

    def git(*words: str) -> bytes:
        return subprocess.run(["git", *words], cwd=repo, capture_output=True, check=True).stdout

    revs = git("rev-list", "HEAD").decode().split()
    same = 0
    for _ in range(count):
        rev = chance.choice(("HEAD", chance.choice(revs)))
        rows = [row for row in git("ls-tree", "-r", "-z", rev).split(b"\0") if b" blob " in row]
        name = os.fsdecode(chance.choice(rows).partition(b"\t")[2])
        options = [flag for flag in ("-w", "-M", "-C") if chance.random() < 0.2]
        if chance.random() < 0.4:
            start = chance.randint(1, 1 + git("cat-file", "blob", f"{rev}:{name}").count(b"\n"))
            told = chance.choice(LINES).format(a=start, b=start + chance.randint(0, 9), n=chance.randint(1, 30))
            options += ["-L", told]
        same += alike(repo, name, rev, *options)
    return same


def test_files_of_this_project_are_blamed_alike(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("these sources are not in a repository")
    own = tmp_path / "own.git"
    subprocess.run(["git", "clone", "-q", "--mirror", str(ROOT), str(own)], check=True)
    if Repo(own).git("rev-parse", "--is-shallow-repository") == "true":
        pytest.skip("this repository is a shallow clone")
    assert compared(own, 30, random.Random(4)) > 15


def test_files_of_a_large_public_clone_are_blamed_alike() -> None:
    place = os.environ.get("TRAJ_TEST_CLONE", "")
    if not place:
        pytest.skip("TRAJ_TEST_CLONE names no clone to compare with")
    count = int(os.environ.get("TRAJ_TEST_CLONE_FILES", "300"))
    assert compared(Path(place), count, random.Random(5)) > count // 2


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def odd(request: pytest.FixtureRequest, made: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a record, odd names and odd line ends, a merge, a rename, and a commit that blame is told to ignore."""
    place = tmp_path_factory.mktemp("odd") / request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(made[1]))
        patch.setenv("GIT_DEFAULT_HASH", request.param)
        repo = TracedRepo(place)
        first = repo.commit([], {"a.txt": b"one\ntwo\nthree\n"})
        entries, _ = repo.edits("s1", [Edited("a.txt", "one\ntwo\nthree\n", "two\n", "zwei\n")])
        second = repo.commit([first], {"a.txt": b"one\nzwei\nthree\n"})
        repo.trace(second, "s1", entries)
        repo.seal()
        repo.git("reset", "-q", "--hard", second)
        git = Repo(place)
        names = (
            b"with space.txt",
            "gr\u00fc\u00df.txt".encode(),
            b"latin-\xe9.txt",
            b'quote".txt',
            b"tab\there.txt",
            b"deep/er/x.txt",
        )
        for name in names:
            path = os.path.join(os.fsencode(place), name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(b"a\r\nb\rc\nd \xe9\n" + name + b"\nlast without an end")
        git.commit("Odd names", GIT_AUTHOR_NAME="J\u00f6rg \u00c4")
        git.git("mv", "a.txt", "deep/b.txt")
        git.commit("Move")
        git.git("checkout", "-q", "-b", "side", "HEAD~1")
        git.commit("Aside", {"with space.txt": "a\r\nb\rc\nother\n"})
        git.git("checkout", "-q", "main")
        git.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
        ignored = git.commit("Reformat", {"deep/b.txt": "  one\n  zwei\n  three\n"})
        git.write(".git-blame-ignore-revs", ignored + "\n")
        git.commit("Name what to ignore")
    return place


def test_odd_files_are_blamed_alike(odd: Path, made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(made[1]))
    monkeypatch.setenv("GIT_DEFAULT_HASH", odd.name)
    git = Repo(odd)
    listed = [os.fsdecode(name) for name in git.raw("ls-tree", "-r", "-z", "--name-only", "HEAD").split(b"\0")[:-1]]
    assert len(listed) == 8
    for name in listed:
        assert all(alike(odd, name, rev) for rev in (None, "HEAD"))
    assert alike(odd / "deep" / "er", "x.txt", None) and alike(odd / "deep", "b.txt", "HEAD", "-L", "/zwei/,+1")
    assert not alike(odd, "a.txt", "HEAD") and not alike(odd, "no:such.txt", None)
    for key, value in (
        ("ignoreRevsFile", ".git-blame-ignore-revs"),
        ("showRoot", "true"),
        ("markIgnoredLines", "true"),
    ):
        git.git("config", f"blame.{key}", value)
        assert alike(odd, "deep/b.txt", "HEAD") and alike(odd, "deep/b.txt", None, "-w")
    found = blame("deep/b.txt", "HEAD", directory=str(odd))
    assert [told.kind for _, told in found.lines] == ["unexplained", "agent", "unexplained"]  # through what is ignored
    for key in ("ignoreRevsFile", "showRoot", "markIgnoredLines"):
        git.git("config", "--unset", f"blame.{key}")
    git.write("deep/b.txt", "  one\nnot committed\n")
    assert alike(odd, "deep/b.txt", None) and alike(odd, "deep/b.txt", "HEAD")
    git.git("checkout", "-q", "deep/b.txt")


def test_shallow_and_bare_clones_are_blamed_alike(
    odd: Path, made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(made[1]))
    monkeypatch.setenv("GIT_DEFAULT_HASH", odd.name)
    git = Repo(odd)
    for name, words in {"shallow": ["--depth", "3"], "bare": ["--bare"], "mirror": ["--mirror"]}.items():
        git.git("clone", "-q", *words, f"file://{odd}", str(tmp_path / name))
        Repo(tmp_path / name).git("fetch", "-q", "origin", "+refs/notes/traj:refs/notes/traj")
        for path in ("deep/b.txt", "with space.txt", "latin-\udce9.txt"):
            assert alike(tmp_path / name, path, "HEAD") and alike(tmp_path / name, path, "HEAD", "-M", "-C", "-w")
