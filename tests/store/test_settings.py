"""Settings and configuration: what git says is understood, what we write can be taken back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.errors import StoreError
from gittraj.store.config import configure, covers, deconfigure, display_warnings
from gittraj.store.repository import Repository, open_repository
from gittraj.store.settings import Settings, boolean, integer
from tests.support.repo_builder import Repo


def test_settings_hold_what_git_says_here(repo: Repo) -> None:
    for key, value in (
        ("user.signingKey", "~/.ssh/id"), ("gpg.format", "ssh"), ("gpg.ssh.allowedSignersFile", "/x"),
        ("gittraj.maxOutput", "64k"), ("gittraj.attach", "no"), ("gittraj.catchup", "0"), ("gittraj.bodies", "Detached"),
        ("gittraj.reasoning", "perhaps"), ("gittraj.colour", "red"), ("notes.displayRef", "refs/notes/*"),
    ):  # fmt: skip
        repo.git("config", key, value)
    found = open_repository(str(repo.path)).settings
    assert (found.user_name, found.user_email) == ("Dana Example", "dana@example.org")
    assert (found.signing_key, found.gpg_format, found.allowed_signers_file) == ("~/.ssh/id", "ssh", "/x")
    assert (found.max_output, found.attach, found.catchup, found.bodies) == (65536, False, 0, "detached")
    assert found.reasoning == "keep" and found.invalid == (("gittraj.reasoning", "perhaps"),)
    assert found.unknown == ("gittraj.colour",)


def test_defaults_hold_where_git_says_nothing() -> None:
    assert Settings.parse(b"") == Settings()
    assert Settings().max_output == 262144 and Settings().attach and Settings().catchup == 5


def test_the_command_lines_own_settings_count(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'gittraj.attach'='false'")
    assert open_repository(str(repo.path)).settings.attach is False


@given(data=st.binary(max_size=120))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_settings_or_our_error(data: bytes) -> None:
    try:
        Settings.parse(data)
    except StoreError:
        pass


@given(text=st.text(max_size=12))
@settings(max_examples=100, deadline=None)
def test_numbers_and_switches_are_understood_or_none(text: str) -> None:
    assert integer(text) is None or integer(text) >= 0  # type: ignore[operator]
    assert boolean(text) in (True, False, None)


def test_numbers_have_gits_units() -> None:
    assert [integer(each) for each in ("1", "2k", "3M", "1g", "-1", "", "k", "1.5", "٣")] == [
        1, 2048, 3 << 20, 1 << 30, None, None, None, None, None,
    ]  # fmt: skip


def config_bytes(repo: Repo) -> bytes:
    return (repo.path / ".git/config").read_bytes()


def test_configuring_twice_and_taking_it_back_leaves_the_file_as_it_was(repo: Repo, opened: Repository) -> None:
    before = config_bytes(repo)
    assert configure(opened) == ["notes.rewriteRef = refs/notes/traj", "notes.rewriteMode = concatenate"]
    once = config_bytes(repo)
    assert configure(opened) == [] and config_bytes(repo) == once
    assert repo.git("config", "--get-all", "notes.rewriteRef") == "refs/notes/traj"
    assert repo.git("config", "--get-all", "notes.displayRef", check=False) == ""
    assert deconfigure(opened) and config_bytes(repo) == before
    assert deconfigure(opened) == [] and config_bytes(repo) == before


def test_what_others_set_stays_and_comes_back(repo: Repo, opened: Repository) -> None:
    repo.git("config", "notes.rewriteRef", "refs/notes/commits")
    repo.git("config", "notes.rewriteMode", "cat_sort_uniq")
    before = config_bytes(repo)
    configure(opened)
    assert repo.git("config", "--get-all", "notes.rewriteRef").split() == ["refs/notes/commits", "refs/notes/traj"]
    assert open_repository(str(repo.path)).settings.rewrite_mode == "concatenate"
    deconfigure(opened)
    assert repo.git("config", "--get-all", "notes.rewriteRef") == "refs/notes/commits"
    assert repo.git("config", "notes.rewriteMode") == "cat_sort_uniq"
    assert config_bytes(repo) == before


def test_a_wildcard_that_covers_us_is_enough(repo: Repo, opened: Repository) -> None:
    repo.git("config", "notes.rewriteRef", "refs/notes/*")
    repo.git("config", "notes.rewriteMode", "concatenate")
    assert configure(opened) == []
    assert deconfigure(opened) == [] and repo.git("config", "notes.rewriteRef") == "refs/notes/*"


def test_a_note_follows_an_amended_commit_and_keeps_its_bytes(repo: Repo, opened: Repository) -> None:
    from gittraj.store.notes import NoteStore

    configure(opened)
    store = NoteStore(opened)
    store.append(repo.git("rev-parse", "HEAD"), [b"\x43a\n\n"], message="m")
    repo.git("commit", "-q", "--amend", "-m", "Better")
    assert store.read(repo.git("rev-parse", "HEAD")) == b"\x43a\n\n"


def test_a_wildcard_that_would_print_binary_is_told(repo: Repo) -> None:
    assert display_warnings(open_repository(str(repo.path))) == []
    for value in ("refs/notes/commits", "refs/notes/*", "refs/notes/tr*"):
        repo.git("config", "--add", "notes.displayRef", value)
    assert display_warnings(open_repository(str(repo.path))) == ["refs/notes/*", "refs/notes/tr*"]
    assert covers("notes/traj", "refs/notes/traj") and not covers("refs/notes/trajectory", "refs/notes/traj")
