"""Real commands: no text of a real session makes the interpreter raise, and what agents' shells wrote is certain where it can be."""

import json
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gittraj.replay.shell.interpret import Uncertain, interpret

pytestmark = pytest.mark.shared


def loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def documents(path: Path, scratch: Path) -> Iterator[Any]:
    """The JSON values in a session store, whatever the agent."""
    if path.suffix == ".db":
        for part in path.parent.glob(path.name + "*"):  # the store is read-only, and its journal has to be worked in
            shutil.copy(part, scratch / part.name)
        connection = sqlite3.connect(scratch / path.name)
        for (text,) in connection.execute(
            "select json_object('id', json_extract(data, '$.callID'), 'data', json(data)) from part"
        ):
            yield loaded(text)
        connection.close()
        return
    text = path.read_text(errors="replace")
    whole = loaded(text)
    if whole is not None:
        yield whole
        return
    for line in text.splitlines():
        yield loaded(line)


def commands(value: Any, call: str = "") -> Iterator[tuple[str, str]]:
    """(call id, command line) of everything that looks like a shell call."""
    if isinstance(value, dict):
        call = next((value[key] for key in ("call_id", "callID", "id") if isinstance(value.get(key), str)), call)
        for key, inner in value.items():
            if key in ("command", "cmd") and isinstance(inner, (str, list)):
                yield call, inner if isinstance(inner, str) else str(inner[-1]) if inner else ""
            elif key in ("arguments", "input") and isinstance(inner, str) and inner.startswith("{"):
                yield from commands(loaded(inner), call)
            else:
                yield from commands(inner, call)
    elif isinstance(value, list):
        for inner in value:
            yield from commands(inner, call)


def stores(folder: Path) -> list[Path]:
    return sorted(
        p
        for p in folder.rglob("*")
        if p.suffix in (".jsonl", ".json", ".traj", ".db") and "manifest" not in p.name and "derived" not in p.parts
    )


def test_every_real_command_is_harmless_certain_or_in_doubt_and_nothing_raises(shared: Path, tmp_path: Path) -> None:
    share: Counter[str] = Counter()
    for folder in ("sessions", "real"):
        for path in stores(shared / folder):
            texts = {text for document in documents(path, tmp_path) for _, text in commands(document)}
            for text in texts:
                result = interpret(
                    text, "/home/dev/work/repository", {}.get, exit_code=0, root="/home/dev/work/repository"
                )
                kind = "certain" if result else "harmless"
                if isinstance(result, Uncertain):
                    kind = "may write anything" if result.unknown else "in doubt about named files"
                share[kind] += 1
    total = sum(share.values())
    print({kind: f"{number} of {total}" for kind, number in share.most_common()})
    assert total > 500
    assert share["harmless"] > total / 2


class Repository:
    """A commit's first parent, as the shell of the run had it before."""

    def __init__(self, bundle: Path, folder: Path, top: str) -> None:
        subprocess.run(["git", "clone", "-q", "--no-checkout", str(bundle), str(folder)], check=True)
        self.folder = folder
        self.top = top

    def git(self, *args: str) -> bytes:
        return subprocess.run(["git", *args], cwd=self.folder, check=True, capture_output=True).stdout

    def state(self, commit: str) -> dict[str, bytes]:
        names = self.git("ls-tree", "-r", "-z", "--name-only", commit).decode().split("\0")
        return {f"{self.top}/{name}": self.git("show", f"{commit}:{name}") for name in names if name}


def listing(files: dict[str, bytes], folder: str) -> set[str] | None:
    found = set()
    for path in files:
        if path.startswith(folder + "/"):
            name, slash, _ = path[len(folder) + 1 :].partition("/")
            found.add(name + slash)
    return found or None


def test_what_agents_wrote_by_shell_in_real_runs_is_certain_and_is_what_they_committed(
    shared: Path, tmp_path: Path
) -> None:
    checked = 0
    for manifest in sorted((shared / "real").glob("*/manifest.json")):
        truth = json.loads(manifest.read_text())
        steps = [call for session in truth["sessions"] for step in session["steps"] for call in step["calls"]]
        writing = {call["call_id"]: call["touches"] for call in steps if call["via"] == "shell" and call["touches"]}
        if not writing:
            continue
        repository = Repository(
            manifest.parent / "repo.bundle", tmp_path / manifest.parent.name, truth["repo"]["dir_during_run"]
        )
        lines = {
            call: text
            for path in stores(manifest.parent / "home")
            for found in documents(path, tmp_path)
            for call, text in commands(found)
        }
        for call, touches in writing.items():
            commit = next(each for each in truth["commits"] if set(touches) & set(each["files"]))
            before, after = repository.state(commit["parents"][0]), repository.state(commit["sha"])
            written = interpret(
                lines[call],
                repository.top,
                before.get,
                exit_code=0,
                root=repository.top,
                listing=lambda at, files=before: listing(files, at),
            )
            assert not isinstance(written, Uncertain), (lines[call], written)
            paths = {path for write in written for path in (write.path, write.moved_from) if path}
            assert paths == {f"{repository.top}/{name}" for name in touches}, lines[call]
            for write in written:
                name = write.path.removeprefix(repository.top + "/")
                if commit["files"][name]["explained_by"] == "shell":
                    assert write.content == after.get(write.path), lines[call]
                checked += 1
    assert checked >= 8
