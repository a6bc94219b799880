"""The user's own key is trusted at user level: once, for gittraj only, without touching what else stands there."""

from pathlib import Path

import pytest

from gittraj.errors import KeyringError
from gittraj.keyring.allowed_signers import AllowedSigners, read_source
from gittraj.keyring.keys import parse_line
from gittraj.keyring.places import allowed_signers_path
from gittraj.keyring.trust import trust_own_key
from tests.keyring.fixed_keys import ed25519_line

KEY = parse_line(ed25519_line())


def _file(folder: Path) -> Path:
    return Path(allowed_signers_path(str(folder)))


def test_the_first_time_makes_the_file_and_the_second_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "gittraj"
    assert trust_own_key(str(folder), "dana@example.org", KEY)
    content = _file(folder).read_text()
    assert content == f'dana@example.org namespaces="gittraj" {KEY.line}\n'
    assert not trust_own_key(str(folder), "dana@example.org", KEY)
    assert _file(folder).read_text() == content


def test_the_line_is_what_verification_reads(tmp_path: Path) -> None:
    trust_own_key(str(tmp_path), "dana@example.org", KEY)
    source = read_source(str(_file(tmp_path)))
    assert source
    signers = AllowedSigners([source])
    assert signers.problems == []
    assert signers.judge(KEY.blob, "dana@example.org", 0).trusted
    assert not signers.judge(KEY.blob, "eve@example.org", 0).trusted
    assert signers.principals(KEY.blob, "git", 0) == []


@pytest.mark.parametrize("before", ["# mine\neve@x " + ed25519_line(2), "# mine\n", "broken line\r\n"])
def test_what_stands_in_the_file_stays(tmp_path: Path, before: str) -> None:
    _file(tmp_path).write_bytes(before.encode())
    assert trust_own_key(str(tmp_path), "dana@example.org", KEY)
    after = _file(tmp_path).read_bytes().decode()
    assert after.startswith(before)
    assert after.removeprefix(before).strip() == f'dana@example.org namespaces="gittraj" {KEY.line}'


def test_a_line_that_expires_does_not_stand_for_the_one_wanted(tmp_path: Path) -> None:
    _file(tmp_path).write_text(f'dana@example.org namespaces="gittraj",valid-before="20200101Z" {KEY.line}\n')
    assert trust_own_key(str(tmp_path), "dana@example.org", KEY)


@pytest.mark.parametrize("principal", ["", "*", "a,b", "!a", "a b", 'a"b', "#a", "a\nb * ssh-ed25519", "a\x1bb"])
def test_a_principal_that_would_read_as_something_else_is_refused(tmp_path: Path, principal: str) -> None:
    with pytest.raises(KeyringError, match="cannot be a principal"):
        trust_own_key(str(tmp_path), principal, KEY)
    assert not _file(tmp_path).exists()


def test_a_place_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyringError):
        trust_own_key(str(tmp_path / "file"), "dana@example.org", KEY)
