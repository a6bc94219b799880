"""OpenCode's storage folder (before 1.2): ``storage/{session,message,part}`` with one JSON file each go in, messages come out."""

import os
from typing import Any

from gittraj.agents.opencode.shape import load, mapping, moment, text
from gittraj.agents.opencode.store import Message
from gittraj.errors import AgentError


class FolderStore:
    """`path`: the data folder, its ``storage``, or one session's file in it (then only that session is a root)."""

    format = "opencode-storage"
    live = True
    sha256 = ""
    torn = 0

    def __init__(self, path: str) -> None:
        self.damage: list[str] = []
        self._only = ""
        if os.path.isdir(path):
            inner = os.path.join(path, "storage")
            self._root = inner if os.path.isdir(inner) else path
        else:
            self._root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(path))))
            self._only = os.path.basename(path).removesuffix(".json")
        if not os.path.isdir(os.path.join(self._root, "session")):
            raise AgentError(f"{path}: no OpenCode storage: there is no folder named session in it")
        self._infos: dict[str, dict[str, Any]] = {}
        for project in _names(os.path.join(self._root, "session")):
            for name in _names(os.path.join(self._root, "session", project)):
                if name.startswith("ses_") and name.endswith(".json"):
                    value = self._load(os.path.join(self._root, "session", project, name))
                    self._infos[name.removesuffix(".json")] = mapping(value)

    def roots(self) -> list[str]:
        """See `Store`."""
        if self._only:
            return [self._only]
        return [key for key in self._sorted() if text(self._infos[key].get("parentID")) not in self._infos]

    def info(self, session: str) -> dict[str, Any]:
        """See `Store`."""
        return self._infos.get(session, {})

    def children(self, session: str) -> list[str]:
        """See `Store`."""
        return [key for key in self._sorted() if self._infos[key].get("parentID") == session]

    def messages(self, session: str, after: tuple[float, str], also: frozenset[str]) -> list[Message]:
        """See `Store`."""
        folder = os.path.join(self._root, "message", session)
        found = []
        for name in _names(folder):
            if not name.endswith(".json"):
                continue
            key = name.removesuffix(".json")
            info = self._load(os.path.join(folder, name))
            info = info if isinstance(info, dict) else {"damaged": info}
            order = moment(mapping(info.get("time")).get("created")) or 0
            if (order, key) > after or key in also:
                parts_of = os.path.join(self._root, "part", key)
                parts = [
                    self._load(os.path.join(parts_of, part)) for part in _names(parts_of) if part.endswith(".json")
                ]
                found.append(Message(order, key, info, parts))
        return sorted(found, key=lambda message: message[:2])

    def close(self) -> None:
        """See `Store`."""

    def _sorted(self) -> list[str]:
        return sorted(
            self._infos, key=lambda key: (moment(mapping(self._infos[key].get("time")).get("created")) or 0, key)
        )

    def _load(self, path: str) -> Any:
        """The value; a file being written just now is damage this time and whole the next."""
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise AgentError(f"{path}: cannot be read: {error.strerror}") from error
        try:
            return load(data)
        except ValueError:
            return {"damaged": data.decode("utf-8", "replace")}


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
