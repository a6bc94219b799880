"""What attributes say of a path, against git itself: check-attr for the words, add and checkout for the bytes."""

import random
import subprocess
from pathlib import Path

import pytest

from gittraj.replay import line_ends
from gittraj.replay.line_ends import Ends
from gittraj.store.attributes import Attributes
from gittraj.store.repository import open_repository
from gittraj.store.snapshots import Snapshots

PATHS = ["a.txt", "b.bat", "sub/a.txt", "sub/deep/a.txt", "sub/b.bat", "deep/c.bin", "x/sub/a.txt", "with space.txt"]
LINES = [
    "* text=auto", "*.txt text", "*.bat eol=crlf", "*.bin binary", "sub/*.txt -text", "/a.txt eol=lf", "**/deep/* text eol=crlf",
    "sub/** text", "*.txt !text", "a.txt crlf=input", "*.bat -crlf", '"with space.txt" eol=crlf', "# comment", "[attr]mine text eol=crlf",
    "*.bin mine", "sub/ text", "?.bat text=auto eol=lf", "[ab].* text", "*.txt filter=lfs",
]  # fmt: skip


def git(repo: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=repo, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repo(tmp_path: Path, hermetic_seal: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


def attributes(repo: Path) -> Attributes:
    opened = open_repository(str(repo))
    snapshots = Snapshots(opened)
    return Attributes(snapshots, snapshots.commit(opened.resolve("HEAD")).tree, opened.settings.values)


@pytest.mark.parametrize("seed", range(12))
def test_line_ends_and_filters_are_those_of_git(repo: Path, seed: int) -> None:
    chance = random.Random(seed)
    for folder in ("", "sub/"):
        (repo / folder).mkdir(exist_ok=True)
        (repo / folder / ".gitattributes").write_text("\n".join(chance.choices(LINES, k=6)) + "\n")
    for key in ("core.autocrlf", "core.eol"):
        value = chance.choice(["", "true", "input"] if key == "core.autocrlf" else ["", "lf", "crlf"])
        if value:
            git(repo, "config", key, value)
    for path in PATHS:
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text("x\n")
    git(repo, "config", "filter.lfs.clean", "cat")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "all")
    ours = attributes(repo)
    told = git(repo, "ls-files", "--eol", "--", *PATHS)
    for line in told.splitlines():
        words, _, path = line.partition("\t")
        theirs = words.split("attr/")[1].strip()
        text, crlf = ours.text(path.strip('"'))
        plain = {"": "", "text": "text", "auto": "text=auto"}[text]
        if theirs:
            assert plain == theirs.split()[0].replace("-text", ""), (path, theirs)
            assert ("eol=crlf" not in theirs or crlf) and ("eol=lf" not in theirs or not crlf), (path, theirs)
        else:
            assert plain in ("", "text=auto"), path  # by core.autocrlf alone
    for path in PATHS:
        filtered = git(repo, "check-attr", "filter", "--", path).strip().endswith(": lfs")
        assert (ours.filter(path) == "the filter lfs") == filtered


CONTENTS = [
    b"a\nb\n",
    b"a\r\nb\r\n",
    b"a\r\nb\n",
    b"a\rb\n",
    b"a\0\n",
    b"",
    b"a",
    b"\x01\x02\x03\n",
    b"caf\xc3\xa9\r\n",
    b"caf\xe9\r\n",
]


@pytest.mark.parametrize(
    "words", ["text", "text=auto", "text eol=crlf", "text=auto eol=crlf", "-text", "eol=lf", "!text"]
)
@pytest.mark.parametrize("autocrlf", ["", "true", "input"])
def test_bytes_are_stored_and_checked_out_as_git_does(repo: Path, words: str, autocrlf: str) -> None:
    (repo / ".gitattributes").write_text(f"* {words}\n")
    if autocrlf:
        git(repo, "config", "core.autocrlf", autocrlf)
    for number, content in enumerate(CONTENTS):
        (repo / f"f{number}").write_bytes(content)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "all")
    opened = open_repository(str(repo))
    snapshots = Snapshots(opened)
    tree = snapshots.commit(opened.resolve("HEAD")).tree
    ours, read = attributes(repo), snapshots.reader(tree)
    for number, content in enumerate(CONTENTS):
        path = f"f{number}"
        found = read(path)
        assert found is not None
        ends = Ends(*ours.text(path))
        assert line_ends.stored(ends, content, None) == found[0], (content, ends)
        (repo / path).unlink()
        git(repo, "checkout", "--", path)
        assert line_ends.checked_out(ends, found[0]) == (repo / path).read_bytes(), (content, ends)


def test_a_file_that_is_kept_with_cr_lf_stays_so_where_the_conversion_is_automatic() -> None:
    auto, text = Ends("auto", True), Ends("text", True)
    assert line_ends.stored(auto, b"a\r\nB\r\n", b"a\r\nb\r\n") == b"a\r\nB\r\n"
    assert line_ends.stored(text, b"a\r\nB\r\n", b"a\r\nb\r\n") == b"a\nB\n"
    assert line_ends.stored(auto, b"a\r\nB\r\n", b"a\nb\n") == b"a\nB\n"


def test_hostile_attributes_take_no_time_to_speak_of(repo: Path) -> None:
    lines = ["*a" * 60 + "b text"] + ["**/" * 80 + "x text"] * 100
    (repo / ".gitattributes").write_text("\n".join(lines) + "\n" + "x" * 200_000)
    deep = "/".join(["a" * 40] * 60)
    (repo / "f").write_text("x")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "all")
    assert attributes(repo).text(deep) == ("", False)


def test_an_encoding_and_ident_stand_between_file_and_blob_too(repo: Path) -> None:
    (repo / ".gitattributes").write_text(
        "*.u16 working-tree-encoding=UTF-16\n*.u8 working-tree-encoding=UTF-8\n*.id ident\n"
    )
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "all")
    ours = attributes(repo)
    told = [ours.filter(path) for path in ("a.u16", "sub/a.id", "a.u8", "a.txt")]
    assert told == ["the encoding UTF-16", "ident", "", ""]
