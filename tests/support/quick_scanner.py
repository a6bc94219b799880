"""The secret scanner with our own rules alone, a tenth of the whole one's start; what it finds nothing in is kept, and the whole catalogue reads all of that at the end.

Most tests record texts in which nobody put a secret. Loading 900 rules for each of them took more than half of the suite's time.
"""

import json
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from gittraj.redact import scanner

# Where our own rules find something, the whole catalogue answers at once: every answer but "nothing" is the real one.
_SCRIPT = """#!/bin/sh
[ "$1 $2" = "scan -" ] || exec {real} "$@"
text=$(mktemp {texts}/XXXXXXXXXX) || exit 99
cat >"$text"
answer=$({real} "$@" --load-builtins=false <"$text")
code=$?
if [ "$code" != 0 ]; then
    {real} "$@" <"$text"
    code=$?
    rm "$text"
    exit "$code"
fi
printf '%s' "$PYTEST_CURRENT_TEST" >{tests}/"${{text##*/}}"
printf '%s\\n' "$answer"
"""


class QuickScanner:
    """A folder that stands before the scanner's package on Python's path; `gittraj` then starts the program in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts = folder / "texts"
        self.tests = folder / "tests"

    @classmethod
    def make(cls) -> "QuickScanner":
        """A new one, in a temporary folder."""
        made = cls(Path(tempfile.mkdtemp(prefix="gittraj-scanner-")))
        real = scanner._command(None)
        program = made.folder / "kingfisher" / "bin" / "kingfisher"
        for folder in (program.parent, made.texts, made.tests):
            folder.mkdir(parents=True)
        version = Path(real).parents[1] / "_version.py"
        if version.exists():
            (made.folder / "kingfisher" / "_version.py").symlink_to(version)
        words = {"real": real, "texts": str(made.texts), "tests": str(made.tests)}
        program.write_text(_SCRIPT.format(**{name: shlex.quote(word) for name, word in words.items()}))
        program.chmod(0o755)
        return made

    def missed(self) -> list[str]:
        """One line for every thing that the whole catalogue finds where the quick scanner found nothing. Raises where it cannot tell."""
        options = [word for word in scanner._OPTIONS if word != "-"]
        real = scanner._command(None)
        done = subprocess.run([real, *options, str(self.texts)], capture_output=True, text=True, check=False)
        items = [json.loads(line) for line in done.stdout.splitlines()]
        audits = [item["audit"] for item in items if "audit" in item]
        read = sum(each["stats"]["bytes_scanned"] for audit in audits for each in audit["repositories"])
        kept = sum(each.stat().st_size for each in self.texts.iterdir())
        if done.returncode not in scanner._ENDINGS or not all(map(scanner._all_scanned, audits)) or read != kept:
            raise AssertionError(f"{read} of {kept} bytes were read ({done.returncode}): {done.stderr[-500:]}")
        found = [(item["rule"]["id"], Path(item["finding"]["path"]).name) for item in items if "finding" in item]
        return [f"{self._test(name)}: {rule}" for rule, name in sorted(set(found), key=lambda each: each[1])]

    def _test(self, name: str) -> str:
        try:
            return (self.tests / name).read_text() or "a test without a name"
        except FileNotFoundError:
            return "a test that was over"


def first_on_path(folder: str, path: str) -> str:
    """A search path that has this folder once, first."""
    return os.pathsep.join([folder, *filter(None, without(folder, path).split(os.pathsep))])


def without(folder: str, path: str) -> str:
    """A search path that does not have this folder."""
    return os.pathsep.join(each for each in path.split(os.pathsep) if each != folder)
