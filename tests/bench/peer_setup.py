"""Peers: tools from PyPI with a comparable job; a cache folder goes in, their programs in a virtual environment of their own come out.

They run in a network namespace without any interface and in a scratch HOME: one of them posts whole sessions to a server. Versions
are pinned to those whose code was read before they were run.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PINNED = {"reproducible-trajectories": "0.15.0", "trajectoriz": "0.10003.0", "opentraces": "0.4.13"}
WITHOUT_NETWORK = ("unshare", "--net", "--map-root-user")


def install(cache: Path) -> tuple[Path | None, list[str]]:
    """The environment's `bin` (None where nothing could be installed), and what is to be told."""
    bin_folder = cache / "peers" / ("Scripts" if os.name == "nt" else "bin")
    stamp = cache / "peers" / "installed"
    wanted = "\n".join(f"{name}=={version}" for name, version in PINNED.items())
    if stamp.exists() and stamp.read_text() == wanted:
        return bin_folder, []
    cache.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(cache / "peers")], check=True)
    told = []
    for requirement in wanted.splitlines():
        command = [
            str(bin_folder / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            requirement,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            told.append(
                f"{requirement} could not be installed: {(done.stderr.strip().splitlines() or ['pip failed'])[-1]}"
            )
    if len(told) == len(PINNED):
        return None, told
    if not told:
        stamp.write_text(wanted)
    return bin_folder, told


def sealed() -> tuple[str, ...] | None:
    """What to put before a command so that it has no network; None where this system cannot."""
    if not shutil.which("unshare"):
        return None
    tried = subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True, check=False)
    return WITHOUT_NETWORK if tried.returncode == 0 else None
