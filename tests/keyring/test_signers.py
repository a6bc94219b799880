"""Which key signs, for every way in which git lets a user name one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gittraj.errors import KeyringError, KeyUnavailableError
from gittraj.keyring import files, places
from gittraj.keyring.keys import parse_line
from gittraj.keyring.signers import KeySettings, choose
from tests.keyring.conftest import RealAgent
from tests.keyring.fixed_keys import ed25519_line, line_of
from tests.keyring.signatures import holds


@pytest.fixture
def settings_for(tmp_path: Path) -> Callable[..., KeySettings]:
    def make(signing_key: object = "", gpg_format: str = "ssh", **more: Any) -> KeySettings:
        return KeySettings(str(signing_key), gpg_format, str(tmp_path / "config"), "dana@example.org", **more)

    return make


def _public(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")


def test_a_private_key_file_signs(settings_for: Callable[..., KeySettings], ssh_keygen: Callable[..., Path]) -> None:
    path = ssh_keygen("k")
    signer = choose(settings_for(path), {})
    assert signer.source == str(path)
    assert (signer.principal, signer.algorithm) == ("dana@example.org", -8)
    assert signer.public_key == parse_line(_public(path).read_text()).blob
    assert signer.kid == signer.public.fingerprint
    assert holds(signer.public, b"data", signer.sign(b"data"))


def test_a_public_key_file_stands_for_the_private_one_beside_it(
    settings_for: Callable[..., KeySettings], ssh_keygen: Callable[..., Path]
) -> None:
    path = ssh_keygen("k", "ecdsa")
    signer = choose(settings_for(_public(path)), {})
    assert (signer.source, signer.algorithm) == (str(path), -7)
    assert holds(signer.public, b"data", signer.sign(b"data"))


@pytest.mark.parametrize("form", ["{path}", "{path}.pub", "key::{line}", "{line}"])
def test_the_agent_comes_first_for_every_form(
    settings_for: Callable[..., KeySettings], ssh_keygen: Callable[..., Path], ssh_agent: RealAgent, form: str
) -> None:
    path = ssh_keygen("k")
    ssh_agent.add(path)
    value = form.format(path=path, line=_public(path).read_text().strip())
    signer = choose(settings_for(value), ssh_agent.env)
    assert signer.source == "ssh-agent"
    assert holds(signer.public, b"data", signer.sign(b"data"))


def test_a_literal_ecdsa_key_is_found_in_the_agent(
    settings_for: Callable[..., KeySettings], ssh_keygen: Callable[..., Path], ssh_agent: RealAgent
) -> None:
    path = ssh_keygen("k", "ecdsa")
    ssh_agent.add(path)
    signer = choose(settings_for(_public(path).read_text().strip()), ssh_agent.env)
    assert (signer.source, signer.algorithm) == ("ssh-agent", -7)


def test_an_encrypted_key_signs_through_the_agent_that_holds_it(
    settings_for: Callable[..., KeySettings], ssh_keygen: Callable[..., Path], ssh_agent: RealAgent
) -> None:
    path = ssh_keygen("k", "ed25519", "a passphrase")
    with pytest.raises(KeyUnavailableError):
        choose(settings_for(path), ssh_agent.env)
    ssh_agent.add(path, answer="a passphrase")
    assert choose(settings_for(path), ssh_agent.env).source == "ssh-agent"


def test_a_locked_agent_is_passed_over_for_the_file(
    settings_for: Callable[..., KeySettings], ssh_keygen: Callable[..., Path], ssh_agent: RealAgent
) -> None:
    path = ssh_keygen("k")
    ssh_agent.add(path)
    ssh_agent.add("-x", answer="lock")
    assert choose(settings_for(path), ssh_agent.env).source == str(path)


def test_a_dead_agent_is_passed_over_for_the_file(
    settings_for: Callable[..., KeySettings], ssh_keygen: Callable[..., Path]
) -> None:
    path = ssh_keygen("k")
    assert choose(settings_for(path), {"SSH_AUTH_SOCK": "/nonexistent"}).source == str(path)


@pytest.mark.parametrize(
    ("env", "why"),
    [({}, "names no ssh-agent"), ({"SSH_AUTH_SOCK": "/nonexistent"}, "no ssh-agent answers")],
    ids=["no agent", "dead agent"],
)
def test_a_literal_key_without_agent_waits(
    settings_for: Callable[..., KeySettings], env: dict[str, str], why: str
) -> None:
    with pytest.raises(KeyUnavailableError, match=why) as caught:
        choose(settings_for(f"key::{ed25519_line()}"), env)
    assert "git traj finish" in (caught.value.hint or "")


def test_a_literal_key_that_the_agent_does_not_hold_waits(
    settings_for: Callable[..., KeySettings], ssh_agent: RealAgent
) -> None:
    with pytest.raises(KeyUnavailableError, match="does not hold it, or is locked"):
        choose(settings_for(ed25519_line()), ssh_agent.env)


def test_a_path_with_a_tilde_begins_at_home(
    settings_for: Callable[..., KeySettings], ssh_keygen: Callable[..., Path], tmp_path: Path
) -> None:
    path = ssh_keygen("k")
    assert choose(settings_for("~/k"), {"HOME": str(tmp_path)}).source == str(path)


@pytest.mark.parametrize(("key", "gpg_format"), [("", "ssh"), ("0xABCD", "openpgp"), ("0xABCD", ""), ("", "")])
def test_without_an_ssh_key_in_the_settings_the_generated_one_signs(
    settings_for: Callable[..., KeySettings], key: str, gpg_format: str
) -> None:
    settings = settings_for(key, gpg_format)
    with pytest.raises(KeyUnavailableError, match="there is no key") as caught:
        choose(settings, {})
    assert "git traj init" in (caught.value.hint or "")
    public = files.generate(places.key_path(settings.config_dir))
    signer = choose(settings, {})
    assert signer.public_key == public.blob
    assert holds(public, b"data", signer.sign(b"data"))


@pytest.mark.parametrize(
    "value",
    [line_of("ssh-rsa", b"\x01\x00\x01", bytes(128)), f"key::{line_of('sk-ssh-ed25519@openssh.com', bytes(32), b's')}"],
)
def test_a_key_that_can_never_sign_is_refused_with_the_way_out(
    settings_for: Callable[..., KeySettings], value: str
) -> None:
    with pytest.raises(KeyringError) as caught:
        choose(settings_for(value), {})
    assert not isinstance(caught.value, KeyUnavailableError)
    assert caught.value.hint


def test_a_key_file_that_is_not_there_says_so(settings_for: Callable[..., KeySettings], tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="there is no such key file"):
        choose(settings_for(tmp_path / "none"), {})


def test_a_private_file_that_is_another_key_than_the_public_one_is_refused(
    settings_for: Callable[..., KeySettings], ssh_keygen: Callable[..., Path]
) -> None:
    first, second = ssh_keygen("first"), ssh_keygen("second")
    _public(second).write_text(_public(first).read_text())
    with pytest.raises(KeyringError, match="not the private half"):
        choose(settings_for(_public(second)), {})


def test_without_an_e_mail_address_there_is_nobody_to_sign_for(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match=r"user\.email"):
        choose(KeySettings("", "", str(tmp_path), ""), {})


def test_the_config_directory_follows_the_xdg_specification(tmp_path: Path) -> None:
    assert places.config_dir({"XDG_CONFIG_HOME": str(tmp_path), "HOME": "/h"}) == str(tmp_path / "gittraj")
    for relative in ("", "relative"):
        found = places.config_dir({"XDG_CONFIG_HOME": relative, "HOME": str(tmp_path)})
        assert found == str(tmp_path / ".config" / "gittraj")
