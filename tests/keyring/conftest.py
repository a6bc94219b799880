"""Real keys made by ssh-keygen, and a real ssh-agent, for every test of the room; skipped visibly where OpenSSH is absent."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def ssh_keygen(tmp_path: Path) -> Callable[..., Path]:
    """Make a key file with ssh-keygen; returns the path of the private half."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")

    def make(name: str, type: str = "ed25519", passphrase: str = "", *more: str) -> Path:
        path = tmp_path / name
        command = ["ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", f"{name}@test", "-f", str(path), *more]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        return path

    return make


class RealAgent:
    """An ssh-agent of this test alone, with ssh-add in its environment."""

    def __init__(self, socket: Path, folder: Path) -> None:
        self.socket = str(socket)
        self.env = {"SSH_AUTH_SOCK": self.socket}
        self._folder = folder

    def add(self, *arguments: object, answer: str = "") -> None:
        """Run ssh-add; `answer` is given to every question it asks."""
        script = self._folder / "askpass"
        script.write_text(f"#!/bin/sh\necho '{answer}'\n")
        script.chmod(0o700)
        env = {**os.environ, **self.env, "SSH_ASKPASS": str(script), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}
        subprocess.run(["ssh-add", "-q", *map(str, arguments)], env=env, check=True, capture_output=True, timeout=30)


@pytest.fixture
def ssh_agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAgent]:
    if shutil.which("ssh-agent") is None or shutil.which("ssh-add") is None:
        pytest.skip("ssh-agent is not installed")
    folder = tmp_path_factory.mktemp("a")
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(folder / "s")], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()  # it speaks once it listens
        yield RealAgent(folder / "s", folder)
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout:
            process.stdout.close()
