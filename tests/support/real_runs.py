"""Runs of real clients, moved to another place: a run's folder goes in, its repository and session store lie under a test's own folders afterwards."""

import json
import os
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

from tests.support.workshop import Workshop


class RealRun:
    """`manifest`: the truth. `shop`: the repository, at its first commit's branch, with the store under the shop's HOME."""

    def __init__(self, source: Path, folder: Path, home: Path) -> None:
        self.source = source
        self.manifest = json.loads((source / "manifest.json").read_text())
        self.recorded = self.manifest["repo"]["dir_during_run"]
        self.shop = Workshop(folder, home)
        self.shop.repo = folder / "moved" / os.path.basename(self.recorded)
        self.shop.repo.parent.mkdir(parents=True)
        branch = self.manifest["repo"]["branch"]
        bundle, repo = str(source / "repo.bundle"), str(self.shop.repo)
        self.shop.git("clone", "-q", "-b", branch, bundle, repo, cwd=self.shop.repo.parent)
        self.shop.git("remote", "remove", "origin")
        self.ids = {session["script"]: session["id"] for session in self.manifest["sessions"]}

    def sessions_of(self, commit: dict[str, Any]) -> set[str]:
        """The ids of the sessions that the truth names for a commit."""
        scripts = {script for file in commit["files"].values() for script in file.get("sessions", [])}
        return {self.ids[script] for script in scripts - {"human"}}

    def bring_store(self) -> None:
        """The whole session store, as the client left it, with our directory in place of the recorded one."""
        for path in sorted((self.source / "home").rglob("*")):
            if path.is_file() and "snapshot" not in path.parts:
                self._bring(path, path.read_bytes())
        for path in self.shop.home.rglob("opencode.db"):
            _replace_in_database(path, self.recorded, str(self.shop.repo))

    def bring_file(self, name: str, before: str = "") -> bool:
        """One session file (a name from the manifest), up to the last line before the one that holds all of `before`.

        Returns whether such a line was there.
        """
        path = self.source / "home" / name
        lines = path.read_bytes().splitlines(keepends=True)
        marks = [mark.encode() for mark in before.split("\n") if mark]
        stop = next((n for n, line in enumerate(lines) if marks and all(mark in line for mark in marks)), None)
        self._bring(path, b"".join(lines[:stop]))
        return stop is not None

    def bring_database(self, sessions: set[str], running: str = "") -> None:
        """OpenCode's store with these sessions only; where a call is `running`, as it was then: no result, nothing after it."""
        for path in self.shop.home.rglob("opencode.db*"):
            path.unlink()
        self.bring_store()
        (path,) = self.shop.home.rglob("opencode.db")
        store = sqlite3.connect(path)
        others = f"NOT IN ({', '.join('?' * len(sessions))})"
        for table, column in (("part", "session_id"), ("message", "session_id"), ("session", "id")):
            store.execute(f"DELETE FROM {table} WHERE {column} {others}", sorted(sessions))
        if running:
            where = "json_extract(data, '$.callID') = ?"
            row = store.execute(f"SELECT session_id, message_id, id FROM part WHERE {where}", (running,)).fetchone()
            store.execute("DELETE FROM message WHERE session_id = ? AND id > ?", row[:2])
            store.execute("DELETE FROM part WHERE session_id = ? AND id > ?", (row[0], row[2]))
            now = "json_set(json_remove(data, '$.state.output', '$.state.time.end'), '$.state.status', 'running')"
            store.execute(f"UPDATE part SET data = {now} WHERE id = ?", row[2:])
            moment = int(time.time() * 1000)  # a session that runs was written to just now
            for table, column in (("part", "session_id"), ("message", "session_id"), ("session", "id")):
                store.execute(f"UPDATE {table} SET time_updated = ? WHERE {column} = ?", (moment, row[0]))
        store.commit()
        store.close()

    def _bring(self, path: Path, data: bytes) -> None:
        here = str(self.shop.repo)
        name = str(path.relative_to(self.source / "home")).replace(_slug(self.recorded), _slug(here))
        target = self.shop.home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in (".jsonl", ".json") or path.name == ".project_root":
            data = data.replace(self.recorded.encode(), here.encode())
        target.write_bytes(data)
        shutil.copymode(path, target)
        target.chmod(0o644)


def _slug(directory: str) -> str:
    """pi's name for the folder of a directory's sessions."""
    return f"--{directory.strip('/').replace('/', '-')}--"


def _replace_in_database(path: Path, old: str, new: str) -> None:
    store = sqlite3.connect(path)
    tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for column in [row[1] for row in store.execute(f'PRAGMA table_info("{table}")')]:
            store.execute(
                f'UPDATE "{table}" SET "{column}" = replace("{column}", ?, ?) WHERE typeof("{column}") = ?',
                (old, new, "text"),
            )
    store.commit()
    store.close()
