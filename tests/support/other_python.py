"""A Python of its own beside which the secret scanner can be missing, or be a script of the test's: a folder goes in, an environment comes out."""

import os
import shutil
import sys
import sysconfig
from pathlib import Path


class OtherPython:
    """`git traj` on `env`'s PATH runs with it, and so do the hooks that it installs."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        python = self.bin / "python"
        python.symlink_to(os.path.realpath(sys.executable))
        root = Path(__file__).resolve().parents[2]
        libraries = os.pathsep.join({str(root): 1, sysconfig.get_path("purelib"): 1, sysconfig.get_path("platlib"): 1})
        command = self.bin / "git-traj"
        command.write_text(f'#!/bin/sh\nexec "{python}" -m gittraj "$@"\n')
        command.chmod(0o755)
        others = (each for each in os.environ["PATH"].split(os.pathsep) if not (Path(each) / "kingfisher").exists())
        self.env = {"PATH": os.pathsep.join([str(self.bin), *others]), "PYTHONPATH": libraries}

    def scanner(self, script: str | None) -> None:
        """Let the scanner be missing (None), the real one ("real"), or a shell script."""
        place = self.bin / "kingfisher"
        place.unlink(missing_ok=True)
        if script == "real":
            real = shutil.which("kingfisher", path=os.path.dirname(sys.executable)) or shutil.which("kingfisher")
            assert real, "the tests need kingfisher-bin"
            place.symlink_to(real)
        elif script is not None:
            place.write_text(f"#!/bin/sh\n{script}\n")
            place.chmod(0o755)
