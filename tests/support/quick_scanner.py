"""The secret scanner with our own rules alone, a tenth of the whole one's start; what it finds nothing in is kept, and the whole catalogue reads all of that at the end.

Most tests record texts in which nobody put a secret. Loading 900 rules for each of them took more than half of the suite's time.
"""

import json
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from gittraj.redact import answer, program, scanner

VARIABLE = "TRAJ_TEST_SCANNER"  # names the folder of the one that a whole run uses; "no": none

# Where our own rules find something, the whole catalogue answers at once: every answer but "nothing" is the real one. A scanner that
# is started before there is a text (`scan FOLDER`) has a quarter of a second for the text to come, as the real one has.
_SCRIPT = """#!/bin/sh
[ "$1" = scan ] || exec {real} "$@"
if [ "$2" = - ]; then
    text=$(mktemp {texts}/XXXXXXXXXX) || exit 99
    cat >"$text"
    whole() {{ {real} "$@" <"$text"; }}
else
    text=$2/stdin_input
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
        if [ -e "$text" ] || [ ! -d "$2" ]; then break; fi
        sleep 0.02
    done
    whole() {{ {real} "$@"; }}
fi
answer=$(whole "$@" --load-builtins=false)
code=$?
if [ "$code" != 0 ]; then
    whole "$@"
    code=$?
    [ "$2" != - ] || rm "$text"
    exit "$code"
fi
if [ "$2" != - ] && [ -e "$text" ]; then
    kept=$(mktemp {texts}/XXXXXXXXXX) && cp "$text" "$kept" || exit 99
    text=$kept
fi
[ ! -e "$text" ] || printf '%s' "$PYTEST_CURRENT_TEST" >{tests}/"${{text##*/}}"
printf '%s\\n' "$answer"
"""


class QuickScanner:
    """A folder that stands before the scanner's package on Python's path; `gittraj` then starts the program in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.real = folder / "real"
        self.texts = folder / "texts"
        self.tests = folder / "tests"

    @classmethod
    def make(cls) -> "QuickScanner":
        """A new one, in a temporary folder."""
        made = cls(Path(tempfile.mkdtemp(prefix="gittraj-scanner-")))
        known = "/" in os.environ.get(VARIABLE, "")
        real = cls(Path(os.environ[VARIABLE])).real if known else Path(program.command(None))
        made.real.symlink_to(os.path.realpath(real))
        script = made.folder / "kingfisher" / "bin" / "kingfisher"
        for folder in (script.parent, made.texts, made.tests):
            folder.mkdir(parents=True)
        version = made.real.resolve().parents[1] / "_version.py"
        if version.exists():
            (made.folder / "kingfisher" / "_version.py").symlink_to(version)
        words = {"real": str(made.real), "texts": str(made.texts), "tests": str(made.tests)}
        script.write_text(_SCRIPT.format(**{name: shlex.quote(word) for name, word in words.items()}))
        script.chmod(0o755)
        return made

    def missed(self, cache: Path) -> list[str]:
        """One line for every thing that the whole catalogue finds where the quick scanner found nothing. Raises where it cannot tell.

        `cache`: where the scanner keeps its compiled rules.
        """
        kept = sum(each.stat().st_size for each in self.texts.iterdir())
        if not kept:
            return []
        command = [str(self.real), "scan", str(self.texts), *program._OPTIONS]
        env = {**os.environ, "XDG_CACHE_HOME": str(cache)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        items = [json.loads(line) for line in done.stdout.splitlines()]
        audits = [item["audit"] for item in items if "audit" in item]
        read = sum(each["stats"]["bytes_scanned"] for audit in audits for each in audit["repositories"])
        if done.returncode not in scanner._ENDINGS or not all(map(answer._all_scanned, audits)) or read != kept:
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
