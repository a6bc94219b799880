"""The repository against real git: the same place, the same commits, the same changes, the same patch-id; clear refusals."""

import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.errors import StoreError, UnsupportedRepositoryError
from gittraj.store import commits, gitdir, trees
from gittraj.store.repository import Repository, open_repository
from tests.support.ids import WIDTH, in_files, numbered
from tests.support.repo_builder import Repo


def place(path: Path, **env: str) -> tuple[str, str, str | None] | None:
    found = gitdir.find(str(path), env)
    return (found.git_dir, found.common_dir, found.worktree) if found else None


def as_git(path: Path, **env: str) -> tuple[str, str, str | None]:
    here = Repo(path)
    top = here.git("rev-parse", "--show-toplevel", check=False, **env)
    names = [here.git("rev-parse", option, **env) for option in ("--git-dir", "--git-common-dir")]
    return os.path.realpath(path / names[0]), os.path.realpath(path / names[1]), top or None


def test_the_repository_is_found_where_git_finds_it(repo: Repo, tmp_path: Path) -> None:
    sub = repo.path / "deep" / "er"
    sub.mkdir(parents=True)
    other = repo.worktree(tmp_path / "other", "other")
    bare = Repo.init(tmp_path / "bare.git", "--bare")
    inner = Repo.init(tmp_path / "module")
    inner.commit("m", {"x": "1"})
    repo.git("submodule", "--quiet", "add", str(inner.path), "mod")
    separate = Repo.init(tmp_path / "separate", f"--separate-git-dir={tmp_path / 'elsewhere'}")
    for path in (repo.path, sub, other.path, bare.path, bare.path / "refs", repo.path / "mod", separate.path):
        assert place(path) == as_git(path), path
        opened = open_repository(str(path), {**os.environ})
        assert (opened.git_dir, opened.common_dir, opened.workdir) == as_git(path)
    for env in (
        {"GIT_DIR": str(repo.path / ".git")},
        {"GIT_DIR": "../.git"},
        {"GIT_DIR": str(repo.path / ".git"), "GIT_WORK_TREE": str(repo.path)},
        {"GIT_DIR": str(bare.path)},
        {"GIT_DIR": str(repo.path / ".git/modules/mod")},
        {"GIT_DIR": str(repo.path / ".git/worktrees/other")},
    ):
        assert place(repo.path / "deep", **env) == as_git(repo.path / "deep", **env), env
    assert place(tmp_path) is None
    assert place(sub, GIT_CEILING_DIRECTORIES=str(repo.path / "deep")) is None
    assert place(sub, GIT_DIR=str(tmp_path)) is None


def test_no_repository_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / ".git").write_bytes(b"gitdir: /nowhere\0\xff")
    with pytest.raises(StoreError, match="not a git repository") as caught:
        open_repository(str(tmp_path))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("refstorage", "tables", "reftable"),
        pytest.param("future", "x", "extensions.future", marks=in_files),
    ],
)
def test_what_cannot_be_served_is_refused_in_one_sentence(
    repo: Repo, key: str, value: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITTRAJ_STORE", raising=False)  # what is told in one sentence is what libgit2 says
    repo.git("config", "core.repositoryformatversion", "1")
    repo.git("config", f"extensions.{key}", value)
    with pytest.raises(UnsupportedRepositoryError, match=word):
        open_repository(str(repo.path))


def test_a_sha256_repository_is_served_through_git(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "r", "--object-format=sha256")
    opened = open_repository(str(repo.path))
    assert opened.object_format == "sha256" and opened.width == 64
    blob = opened.write("blob", b"content\n")
    assert opened.blob(blob) == b"content\n" and len(blob) == 64 and opened.has_object(blob)


def test_extensions_that_change_nothing_for_us_are_accepted(repo: Repo) -> None:
    repo.git("config", "core.repositoryformatversion", "1")
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("config", "extensions.worktreeConfig", "true")
    assert open_repository(str(repo.path)).head()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files to somebody else")
def test_somebody_elses_repository_is_refused_unless_git_was_told(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (repo.path, repo.path / ".git"):
        shutil.chown(path, 12345)
    with pytest.raises(UnsupportedRepositoryError, match="another user") as caught:
        open_repository(str(repo.path))
    assert "safe.directory" in (caught.value.hint or "")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "*")  # libgit2 does not read this; git does
    assert open_repository(str(repo.path)).head() == repo.git("rev-parse", "HEAD")


def test_a_commit_is_told_as_its_object_says(repo: Repo) -> None:
    env = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_AUTHOR_DATE": "1600000000 -0330"}
    head = repo.commit("Subject\n\nBody é\n", {"a.txt": "two\n"}, **env)
    commit = open_repository(str(repo.path)).commit(head)
    assert (commit.author_name, commit.author_email, commit.author_time) == ("Ada", "ada@example.org", 1600000000)
    assert (commit.committer_name, commit.committer_time, commit.committer_offset) == ("Dana Example", 1700000000, 0)
    assert commit.subject == "Subject" and commit.message == "Subject\n\nBody é\n"
    assert commit.tree == repo.git("rev-parse", "HEAD^{tree}") and commit.parents == (repo.git("rev-parse", "HEAD^"),)


def test_replace_refs_and_grafts_change_nothing(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    second, third = repo.commit("Second", {"a.txt": "2\n"}), repo.commit("Third", {"a.txt": "3\n"})
    opened = open_repository(str(repo.path))
    before = (opened.commit(third), opened.changes(third), opened.patch_id(third), opened.revisions())
    repo.git("replace", third, first)
    (repo.path / ".git/info/grafts").write_text(f"{third}\n{second} {third}\n")
    opened = open_repository(str(repo.path))
    assert (opened.commit(third), opened.changes(third), opened.patch_id(third), opened.revisions()) == before
    assert opened.resolve("HEAD") == third and opened.resolve("HEAD~2") == first


def test_other_encodings_and_nonsense_become_text() -> None:
    tree = b"tree " + b"a" * 40 + b"\n"
    latin = commits.parse("x", tree + b"author J\xf6rg <j> 5 +0100\ncommitter <> \nencoding ISO-8859-1\n\n\xfcber\n")
    assert (latin.author_name, latin.message, latin.committer_time) == ("Jörg", "über\n", 0)
    for encoding in (
        b"klingon",
        b"hex",
        b"unicode_escape",
        b"utf-16",
        b"idna",
        b"\0",
        b"raw-unicode-escape",
        b"undefined",
    ):
        commit = commits.parse("x", tree + b"author \xff <b> 1 +0000\nencoding " + encoding + b"\n\n\\ud800\\d\xff")
        commit.message.encode("utf-8")


@given(data=st.binary(max_size=200) | st.binary(max_size=120).map(lambda rest: b"tree " + b"a" * 40 + b"\n" + rest))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_commit_or_our_error(data: bytes) -> None:
    try:
        commits.parse("x", data).message.encode("utf-8")
    except StoreError:
        pass


@given(data=st.binary(max_size=100) | st.binary(max_size=60).map(lambda rest: b"100644 a\0" + b"i" * 20 + rest))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_tree_or_our_error(data: bytes) -> None:
    try:
        nodes = trees.parse(data)
    except StoreError:
        return
    assert all(trees.text(node.name).encode("utf-8") for node in nodes)
    if len({node.name for node in nodes}) == len(nodes):
        assert sorted(trees.parse(trees.serialise(nodes))) == sorted(nodes)


def test_resolve_takes_what_git_takes_and_says_what_is_wrong(repo: Repo, opened: Repository) -> None:
    head = repo.git("rev-parse", "HEAD")
    repo.git("tag", "-a", "v1", "-m", "x")
    for rev in ("HEAD", head, head[:8], "v1", "main", "@", "HEAD^{/First}", ":/First", "v1^{}", head.upper()):
        assert opened.resolve(rev) == head, rev
    for rev in ("", "nope", "HEAD~9", "-h", "--all", "a\0b", "HEAD:a.txt", "..", "f" * 40, "\n", "HEAD^{tree}"):
        with pytest.raises(StoreError):
            opened.resolve(rev)


def test_an_ambiguous_abbreviation_is_said_to_be_one(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "r")
    marks = tmp_path / "marks"
    stream = b"".join(
        b"commit refs/heads/x\nmark :%d\ncommitter D <d@e> %d +0000\ndata 0\n\n" % (n, n) for n in range(1, 1500)
    )
    repo.raw("fast-import", "--quiet", f"--export-marks={marks}", data=stream)
    seen: set[str] = set()
    short = next(p for line in marks.read_text().split("\n") if (p := line.split()[1][:4]) in seen or seen.add(p))  # type: ignore[func-returns-value]
    with pytest.raises(StoreError, match="ambiguous"):
        open_repository(str(repo.path)).resolve(short)


def test_revisions_are_those_of_git_newest_first(repo: Repo, opened: Repository) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.git("branch", "old")
    second = repo.commit("2", GIT_COMMITTER_DATE="1700000001 +0000")
    third = repo.commit("3", GIT_COMMITTER_DATE="1700000002 +0000")
    assert opened.revisions() == [third, second, first]
    assert (
        opened.revisions("old..main") == [third, second] == opened.revisions("^old HEAD") == opened.revisions("old...")
    )
    assert opened.revisions("--all", limit=2) == [third, second]
    assert opened.revisions("old") == [first]
    for bad in ("nope..main", "--output=x", "--exec=x", "-n1", "a.txt"):
        with pytest.raises(StoreError):
            opened.revisions(bad)


def test_a_repository_without_commits_has_no_head(tmp_path: Path) -> None:
    opened = open_repository(str(Repo.init(tmp_path / "r").path))
    assert (opened.head(), opened.branch(), opened.revisions()) == (None, "main", [])
    with pytest.raises(StoreError, match="no commit yet"):
        opened.resolve("HEAD")


def test_a_detached_head_is_on_no_branch(repo: Repo, opened: Repository) -> None:
    assert opened.branch() == "main"
    repo.git("checkout", "-q", "--detach")
    assert opened.branch() == "" and opened.head() == repo.git("rev-parse", "HEAD")


def test_objects_are_given_or_refused(repo: Repo, opened: Repository) -> None:
    head = repo.commit("x", {"dir/ü.txt": "u\n", "b": "b"})
    assert opened.blob_at(head, "dir/ü.txt") == b"u\n"
    for path in ("", "dir", "dir/", "b/c", "nope", "dir/nope", "../b"):
        assert opened.blob_at(head, path) is None
    blob = repo.git("rev-parse", "HEAD:b")
    assert (
        opened.blob(blob) == b"b"
        and opened.has_object(blob)
        and not opened.has_commit(blob)
        and opened.has_commit(head)
    )
    for bad in ("", "x", "f" * 40, head[:10], "é" * 40):
        assert not opened.has_object(bad) and not opened.has_commit(bad)
    for bad in ("", "f" * 40, "zz", head):
        with pytest.raises(StoreError):
            opened.blob(bad)


def shuffle(repo: Repo, chance: random.Random) -> None:
    """Any change that git knows: text, binary, modes, links, moves, deletions, missing newlines, odd names."""
    names = ["a", "b c", "ü", "dir/x", "dir/y\tz", 'q"r', "sp ace/é", "z.bin"]
    words = [
        b"alpha",
        b"  beta",
        b"}",
        b"",
        b"\treturn 1",
        b"x\r",
        b"@@ -1 +1 @@",
        b"--- a",
        b"\xff\xfe",
        b"diff --git a/x b/x",
    ]
    path = repo.path / chance.choice(names)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = chance.random()
    exists = os.path.lexists(path)
    if exists and kind < 0.4:
        if kind < 0.15 or path.is_symlink():
            path.unlink()
        elif kind < 0.25:
            path.chmod(chance.choice([0o755, 0o644]))
        else:
            other = repo.path / chance.choice(names)
            other.parent.mkdir(parents=True, exist_ok=True)
            path.rename(other)
    else:
        if exists:
            path.unlink()
        if kind < 0.5:
            path.symlink_to(f"to{kind}")
        elif kind < 0.6:
            path.write_bytes(chance.randbytes(200))
        else:
            end = b"\n" if chance.random() < 0.7 else b""
            path.write_bytes(b"\n".join(chance.choice(words) for _ in range(chance.randrange(40))) + end)


def test_changes_and_patch_ids_are_gits_own(repo: Repo) -> None:
    chance = random.Random(5)
    for number in range(60):
        for _ in range(chance.randrange(1, 4)):
            shuffle(repo, chance)
        repo.git("add", "-A")
        if number % 9 == 0:
            repo.git("update-index", "--add", "--cacheinfo", f"160000,{numbered(number + 1)},sub")
        repo.git("commit", "-q", "--allow-empty", "-m", f"c{number}")
    opened = open_repository(str(repo.path))
    seen_modes = set()
    for commit in opened.revisions():
        patch = repo.raw("diff-tree", "--root", "-p", "--full-index", commit)
        expected = repo.git("patch-id", "--stable", data=patch).partition(" ")[0]
        assert opened.patch_id(commit) == expected
        raw = repo.raw("diff-tree", "--root", "-r", "-z", "--no-commit-id", "--no-renames", commit).split(b"\0")[:-1]
        told = []
        for head, path in zip(raw[::2], raw[1::2], strict=True):
            old_mode, new_mode, old, new, _ = head[1:].split(b" ")
            blank = lambda oid: oid.decode().strip("0") and oid.decode()  # noqa: E731
            told.append((path.decode(), blank(old), blank(new), int(old_mode, 8), int(new_mode, 8)))
        changes = opened.changes(commit)
        assert sorted((c.path, c.old, c.new, c.old_mode, c.new_mode) for c in changes) == sorted(told)
        seen_modes |= {change.new_mode for change in changes}
    assert seen_modes >= {0, 0o100644, 0o100755, 0o120000, 0o160000}


def test_a_patch_id_does_not_depend_on_attributes_nor_configuration(repo: Repo) -> None:
    head = repo.commit("x", {"a.txt": "one\ntwo\n", "b.lock": "x\n"})
    expected = open_repository(str(repo.path)).patch_id(head)
    assert len(expected) == WIDTH
    repo.commit("attributes", {".gitattributes": "*.lock -diff\n*.txt diff=odd\n"})
    for key, value in (("diff.noprefix", "true"), ("diff.external", "false"), ("diff.odd.textconv", "rev"),
                       ("diff.odd.command", "false"), ("diff.algorithm", "patience"), ("diff.context", "0")):  # fmt: skip
        repo.git("config", key, value)
    assert open_repository(str(repo.path)).patch_id(head) == expected
    bare = Repo(repo.path.parent / "bare")
    repo.git("clone", "-q", "--bare", str(repo.path), str(bare.path))
    assert open_repository(str(bare.path)).patch_id(head) == expected


def test_merges_and_empty_commits_have_no_patch_id(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", {"b": "1"})
    repo.git("checkout", "-q", "main")
    repo.commit("main", {"c": "1"})
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    opened = open_repository(str(repo.path))
    assert opened.patch_id(opened.resolve("HEAD")) == ""
    assert [change.path for change in opened.changes(opened.resolve("HEAD"))] == ["b"]
    empty = repo.commit("empty")
    assert opened.patch_id(empty) == "" and opened.changes(empty) == []
    with pytest.raises(StoreError):
        opened.patch_id("f" * 40)


def test_a_shallow_clone_says_that_the_parent_is_missing(repo: Repo, tmp_path: Path) -> None:
    head = repo.commit("2", {"b": "1"})
    repo.git("clone", "-q", "--depth=1", repo.path.as_uri(), str(tmp_path / "shallow"))
    opened = open_repository(str(tmp_path / "shallow"))
    assert opened.commit(head).parents and opened.revisions() == [head]
    for ask in (opened.changes, opened.patch_id):
        with pytest.raises(StoreError):
            ask(head)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://user:pw@example.org/x.git", "https://example.org/x.git"),
        ("https://tok@example.org:8443/x?access_token=1#f", "https://example.org:8443/x"),
        ("ssh://git:pw@example.org/x", "ssh://git@example.org/x"),
        ("git@example.org:x/y.git", "git@example.org:x/y.git"),
        ("/srv/git/x", "/srv/git/x"),
        ("https://[bad", ""),
    ],
)
def test_a_remote_url_is_told_without_credentials(repo: Repo, url: str, told: str) -> None:
    assert open_repository(str(repo.path)).remote_url() == ""
    repo.git("remote", "add", "zeta", url)
    assert open_repository(str(repo.path)).remote_url() == told
    repo.git("remote", "add", "origin", "https://o/x")
    assert open_repository(str(repo.path)).remote_url() == "https://o/x"


def test_a_deleted_worktree_still_opens(repo: Repo, tmp_path: Path) -> None:
    other = repo.worktree(tmp_path / "other", "other")
    git_dir = repo.path / ".git/worktrees/other"
    shutil.rmtree(other.path)
    opened = open_repository(str(repo.path), {**os.environ, "GIT_DIR": str(git_dir)})
    assert opened.revisions() and opened.settings.user_name == "Dana Example"


def test_only_a_file_of_the_worktree_that_git_does_not_ignore_may_be_added(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "r")
    repo.commit("one", {"tracked": "t\n", ".gitignore": "*.log\n"})
    names = ("new", ":(glob)new", "*.txt", "ü/new", "a.log")
    for name in names:
        repo.write(name, "x\n")
    store = open_repository(str(repo.path))
    assert [store.may_be_added(name) for name in names] == [True, True, True, True, False]
    assert store.may_be_added("tracked") and not store.may_be_added("gone")
    bare = Repo.init(tmp_path / "b", "--bare")
    assert not open_repository(str(bare.path)).may_be_added("new")
