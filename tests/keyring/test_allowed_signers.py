"""Allowed signers: read as OpenSSH reads them, asked in the namespace of gittraj, never a crash over a bad line."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec.patterns import matches
from gittraj.errors import KeyringError
from gittraj.keyring.allowed_signers import AllowedSigners, Source, read_source
from gittraj.keyring.allowed_signers_file import FILE_LIMIT, parse
from gittraj.keyring.keys import parse_line
from gittraj.keyring.revocation import Revoked
from tests.keyring.fixed_keys import ed25519_line, line_of

LINE = ed25519_line()
KEY = parse_line(LINE).blob
NOW = 1_700_000_000  # 2023-11-14T22:13:20Z


def _signers(text: str | bytes) -> AllowedSigners:
    return AllowedSigners([Source("file", text if isinstance(text, bytes) else text.encode())])


@pytest.mark.parametrize(
    "line",
    [
        f"dana@example.org {LINE}", f"dana@example.org {LINE} a comment here", f"  dana@example.org\t{LINE}  ", f"dana@example.org {LINE}\r",
        f"*@example.org {LINE}", f"d?na@* {LINE}", f"eve@x,dana@example.org {LINE}", f"*,!eve@example.org {LINE}", f'"dana@example.org" {LINE}',
        f'dana@example.org namespaces="gittraj" {LINE}', f'dana@example.org NameSpaces="git,gittraj" {LINE}',
        f'dana@example.org namespaces="git*,!git" {LINE}', f'dana@example.org valid-after="20231114" {LINE}',
        f'dana@example.org valid-after="20231114221320Z" {LINE}', f'dana@example.org valid-before="202311142214Z" {LINE}',
        f'dana@example.org valid-before="20231114221320UTC",namespaces="gittraj" {LINE}',
        f'dana@example.org valid-after="2023",x {LINE}\ndana@example.org {LINE}',
    ],
)  # fmt: skip
def test_a_line_that_allows(line: str) -> None:
    judgement = _signers(line).judge(KEY, "dana@example.org", NOW)
    assert judgement.trusted, judgement.reason
    assert "file:" in judgement.reason


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "no allowed_signers line"),
        (f"# dana@example.org {LINE}", "no allowed_signers line"),
        (f"dana@example.org {ed25519_line(2)}", "no allowed_signers line"),
        (f"eve@example.org {LINE}", "not for dana@example.org"),
        (f"*@example.org,!dana@* {LINE}", "not for dana@example.org"),
        (f"DANA@EXAMPLE.ORG {LINE}", "not for dana@example.org"),
        (f'dana@example.org namespaces="git" {LINE}', "namespaces git only"),
        (f'dana@example.org namespaces="*,!gittraj" {LINE}', "only, not in gittraj"),
        (f"dana@example.org cert-authority {LINE}", "cert-authority"),
        (f'dana@example.org valid-after="20231115" {LINE}', "not yet valid"),
        (f'dana@example.org valid-before="20231114221319Z" {LINE}', "no longer valid"),
    ],
)
def test_a_line_that_does_not_allow_says_why(line: str, why: str) -> None:
    judgement = _signers(line).judge(KEY, "dana@example.org", NOW)
    assert not judgement.trusted
    assert why in judgement.reason


def test_where_a_key_is_valid_for_a_time_the_verdict_says_whose_word_the_time_is() -> None:
    bounded, open_ended = (f"dana@example.org {option}{LINE}" for option in ('valid-before="20300101Z" ', ""))
    assert "signer's own claim" in _signers(bounded).judge(KEY, "dana@example.org", NOW).reason
    assert "claim" not in _signers(open_ended).judge(KEY, "dana@example.org", NOW).reason


def test_a_key_that_is_valid_for_a_time_needs_a_time() -> None:
    signers = _signers(f'dana@example.org valid-before="20300101Z" {LINE}')
    assert "claims none" in signers.judge(KEY, "dana@example.org", None).reason
    assert _signers(f"dana@example.org {LINE}").judge(KEY, "dana@example.org", None).trusted


def test_times_without_z_are_local(monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be changed here")
    try:
        for zone, offset in (("UTC", 0), ("XXX-5", -5 * 3600), ("XXX+7", 7 * 3600)):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            (local, utc), _ = parse(f'd valid-after="20240301" {LINE}\nd valid-after="20240301z" {LINE}'.encode())
            assert local.valid_after is not None and utc.valid_after == 1_709_251_200
            assert local.valid_after - utc.valid_after == offset
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "line",
    [
        "dana@example.org", f"dana@example.org ssh-rsa {LINE.split()[1]}", f'"dana {LINE}', f"dana@example.org namespaces=git {LINE}",
        f'dana@example.org namespaces="" {LINE}', f'dana@example.org namespaces="git {LINE}', f'dana@example.org nonsense="x" {LINE}',
        f'dana@example.org namespaces="a",namespaces="b" {LINE}', f'dana@example.org namespaces="a", {LINE}', f'dana@example.org valid-after="soon" {LINE}',
        f'dana@example.org valid-after="20231399" {LINE}', f'dana@example.org valid-after="20240101",valid-before="20230101" {LINE}',
        f"dana@example.org cert-authority=x {LINE}", f'dana@example.org namespaces="a"namespaces="b" {LINE}', "dana@example.org\u00a0" + LINE,
    ],
)  # fmt: skip
def test_a_bad_line_is_reported_with_its_number_and_the_others_count(line: str) -> None:
    signers = _signers(f"# first\n{line}\n\neve@example.org {ed25519_line(2)}\n")
    assert [problem.split(": ")[0] for problem in signers.problems] == ["file:2"]
    assert signers.principals(KEY, "gittraj", NOW) == []
    assert signers.principals(parse_line(ed25519_line(2)).blob, "gittraj", NOW) == ["eve@example.org"]


def test_keys_that_cannot_sign_statements_are_good_lines_all_the_same() -> None:
    """The file is git's too: RSA and security keys sign commits."""
    signers = _signers(
        f"a@x {line_of('ssh-rsa', b'123', b'456')}\nb@x {line_of('sk-ssh-ed25519@openssh.com', bytes(32), b'ssh:')}\n"
    )
    assert signers.problems == []
    assert len(signers.keys()) == 2


def test_a_line_that_is_not_utf8_is_reported() -> None:
    signers = _signers(b"dana\xff " + LINE.encode() + b"\ndana@example.org " + LINE.encode())
    assert signers.problems == ["file:1: not UTF-8"]
    assert signers.judge(KEY, "dana@example.org", NOW).trusted


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert "more than" in _signers(b"#" * (FILE_LIMIT + 1)).problems[0]


def test_several_sources_add_up_and_the_verdict_names_the_one() -> None:
    signers = AllowedSigners(
        [
            Source("user", f"eve@example.org {LINE}\n".encode()),
            Source("repository", f"\ndana@example.org {LINE}\n".encode()),
        ]
    )
    assert "(repository:2)" in signers.judge(KEY, "dana@example.org", NOW).reason
    assert signers.principals(KEY, "gittraj", NOW) == ["eve@example.org", "dana@example.org"]


def test_a_key_is_found_by_its_fingerprint() -> None:
    signers = _signers(f"dana@example.org {LINE}")
    assert signers.key_for(parse_line(LINE).fingerprint) == KEY
    assert signers.key_for(b"") is None


def test_a_revoked_key_is_trusted_for_nobody_at_no_time() -> None:
    signers = AllowedSigners([Source("file", f"* {LINE}".encode())], Revoked(frozenset({KEY}), name="revoked"))
    for at in (None, 0, NOW):
        assert signers.judge(KEY, "dana@example.org", at)[:2] == (False, signers.judge(KEY, "x", NOW).reason)
    assert "is revoked (revoked)" in signers.judge(KEY, "dana@example.org", NOW).reason
    assert signers.principals(KEY, "gittraj", NOW) == []


def test_a_source_that_is_not_there_is_none_and_one_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    assert read_source(str(tmp_path / "none")) is None
    with pytest.raises(KeyringError, match="cannot be read"):
        read_source(str(tmp_path))
    (tmp_path / "file").write_text("x")
    assert read_source(str(tmp_path / "file"), "name") == Source("name", b"x")


@pytest.mark.parametrize(
    ("text", "patterns", "expected"),
    [
        ("abc", "abc", True), ("abc", "ABC", False), ("abc", "a*", True), ("abc", "*c", True), ("abc", "a?c", True), ("abc", "a?", False),
        ("", "*", True), ("", "?", False), ("abc", "x,abc", True), ("abc", "!abc", False), ("abc", "!x", False), ("abc", "*,!abc", False),
        ("abc", "!abc,*", False), ("a*c", "a\\*c", False), ("aXbXc", "a*b*c", True), ("abc", "", False), ("a" * 1025, "*", False),
    ],
)  # fmt: skip
def test_patterns_match_as_those_of_openssh(text: str, patterns: str, expected: bool) -> None:
    assert matches(text, patterns) is expected


def test_a_pattern_of_many_stars_takes_no_exponential_time() -> None:
    started = time.process_time()
    assert not matches("a" * 1000, "*a" * 500 + "b")
    assert time.process_time() - started < 2


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"dana {text} {LINE}".encode("utf-8", "replace"))
)
def test_random_files_never_crash(data: bytes) -> None:
    signers = _signers(data)
    assert isinstance(signers.judge(KEY, "dana", NOW).trusted, bool)


def _ssh_keygen_accepts(allowed: Path, principal: str, signature: Path, message: bytes, at: str) -> bool:
    command = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", principal, "-n", "gittraj", "-s", str(signature)]
    command += [f"-Overify-time={at}"]
    return subprocess.run(command, input=message, capture_output=True, timeout=30).returncode == 0


AT = "20231114221320"
CROSS = [
    "{p} {k}", "{p} namespaces=\"gittraj\" {k}", "{p} namespaces=\"git\" {k}", "{p} namespaces=\"g*,!git\" {k}", "{p} NAMESPACES=\"gittraj\" {k}",
    "*@example.org {k}", "*@EXAMPLE.org {k}", "*,!{p} {k}", "!eve,{p} {k}", "\"{p}\" {k} comment", "\"{p} {k}", "{p} valid-after=\"20231114\" {k}",
    "{p} valid-after=\"20231115\" {k}", "{p} valid-before=\"20231114221320\" {k}", "{p} valid-before=\"20231114221319\" {k}",
    "{p} valid-after=\"20231114221320\" {k}", "{p} valid-after=\"202311142214\" {k}", "{p} cert-authority {k}", "{p} bogus {k}", "{p} namespaces=gittraj {k}",
    "{p}  \t {k}", "{p} valid-after=\"20230101\",valid-before=\"20240101\",namespaces=\"gittraj\" {k}", "{p} namespaces=\"gittraj\", {k}",
    "{p} valid-after=\"20240101\",valid-before=\"20230101\" {k}", "{p} valid-after=\"2023\" {k}", "{p} namespaces=\"\" {k}", "# {p} {k}", "{p},{k}",
    "{p} namespaces=\"a\\\"b,gittraj\" {k}", "{p} valid-after=\"20231114\"namespaces=\"gittraj\" {k}", "{p} namespaces=\"a\",namespaces=\"gittraj\" {k}",
]  # fmt: skip


def test_ssh_keygen_answers_the_same(tmp_path: Path, ssh_keygen: Callable[..., Path]) -> None:
    """Line by line against `ssh-keygen -Y verify`: where it refuses, we must, and where it accepts, we do."""
    path = ssh_keygen("k")
    key = parse_line(path.with_name("k.pub").read_text())
    message = b"message"
    signed = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-f", str(path), "-n", "gittraj"],
        input=message,
        capture_output=True,
        check=True,
        timeout=30,
    )
    signature = tmp_path / "signature"
    signature.write_bytes(signed.stdout)
    allowed = tmp_path / "allowed"
    answers = []
    for template in CROSS:
        text = template.format(p="dana@example.org", k=key.line)
        allowed.write_text(f"{text}\n")
        theirs = _ssh_keygen_accepts(allowed, "dana@example.org", signature, message, AT)
        ours = _signers(allowed.read_bytes()).judge(key.blob, "dana@example.org", NOW).trusted
        answers.append((template, theirs, ours))
    assert [answer for answer in answers if answer[1] != answer[2]] == []
    assert {answer[1] for answer in answers} == {True, False}


def test_ssh_keygen_finds_the_same_principals(tmp_path: Path, ssh_keygen: Callable[..., Path]) -> None:
    path = ssh_keygen("k")
    key = parse_line(path.with_name("k.pub").read_text())
    signed = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-f", str(path), "-n", "gittraj"],
        input=b"m",
        capture_output=True,
        check=True,
        timeout=30,
    )
    (tmp_path / "signature").write_bytes(signed.stdout)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"eve@x {ed25519_line()}\ndana@example.org,d@x {key.line}\n")
    command = ["ssh-keygen", "-Y", "find-principals", "-f", str(allowed), "-s", str(tmp_path / "signature")]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.split()
    assert _signers(allowed.read_bytes()).principals(key.blob, "gittraj", NOW) == [",".join(found)]
    assert os.environ["TZ"] == "UTC"  # the times of this module are written for it
