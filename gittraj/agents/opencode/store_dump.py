"""A file of OpenCode's JSON: an exported session, or the documents of a storage folder one after the other; messages come out.

``opencode export`` writes ``{info, messages: [{info, parts}]}``. Published collections hold the storage tree's files joined
into one. Both, JSON lines of either, and a file that breaks off are read: what is not JSON is skipped to the next document.
"""

import json
import re
from typing import Any

from gittraj.agents.opencode.shape import listing, load, mapping, moment, scrub, text
from gittraj.agents.opencode.store import Message
from gittraj.codec.digest import sha256_hex
from gittraj.errors import AgentError

_NEXT = re.compile(r"^[\[{]", re.MULTILINE)
_SPACE = re.compile(r"[\s\ufeff]*")
_DAMAGE_LIMIT = 1000  # stretches that are not JSON; a file with more is not a session with a few bad bytes


class DumpStore:
    """Holds the whole file; every session in it without a parent in it is a root."""

    live = False

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            data = file.read()
        self.sha256 = sha256_hex(data)
        self.damage: list[str] = []
        self.torn = 0
        self.format = "opencode-dump"
        self._infos: dict[str, dict[str, Any]] = {}
        self._messages: dict[str, dict[str, Any]] = {}
        self._parts: dict[str, dict[str, Any]] = {}
        self._met: dict[str, int] = {}  # how often an id stood in an export
        try:
            value = load(data)
        except ValueError:
            self._documents(data.decode("utf-8", "replace"))
        else:
            self._take(value)
        del data
        if not self._messages and not self._parts and not self._infos:
            raise AgentError(f"{path}: no OpenCode session: neither an export nor documents of its storage")

    def roots(self) -> list[str]:
        """See `Store`."""
        known = dict.fromkeys([*self._infos, *(_session(info) for info in self._messages.values())])
        roots = [key for key in known if text(self.info(key).get("parentID")) not in known]
        return sorted(
            roots or known, key=lambda key: (moment(mapping(self.info(key).get("time")).get("created")) or 0, key)
        )

    def info(self, session: str) -> dict[str, Any]:
        """See `Store`."""
        return self._infos.get(session, {})

    def children(self, session: str) -> list[str]:
        """See `Store`."""
        return [key for key, info in self._infos.items() if info.get("parentID") == session]

    def messages(self, session: str, after: tuple[float, str], also: frozenset[str]) -> list[Message]:
        """See `Store`."""
        found = []
        for key, info in self._messages.items():
            if _session(info) == session:
                order = moment(mapping(info.get("time")).get("created")) or 0
                if (order, key) > after or key in also:
                    found.append(Message(order, key, info, list(self._parts.get(key, {}).values())))
        return sorted(found, key=lambda message: message[:2])

    def close(self) -> None:
        """See `Store`."""

    def _documents(self, data: str) -> None:
        decode = json.JSONDecoder().raw_decode
        at = _end_of_space(data, 0)
        while at < len(data):
            try:
                value, end = decode(data, at)
                value = scrub(value)
            except (ValueError, RecursionError):
                following = _NEXT.search(data, at + 1) if len(self.damage) < _DAMAGE_LIMIT else None
                end = following.start() if following else len(data)
                if following:
                    self.damage.append(data[at:end])
                else:
                    self._broken_off(data[at:])
            else:
                self._take(value)
            at = _end_of_space(data, end)

    def _broken_off(self, rest: str) -> None:
        """An export that ends early (a pipe cuts it at 64 KiB) still has whole messages."""
        self.torn = len(rest.encode("utf-8", "replace"))
        start = re.match(r'\{\s*"info"\s*:\s*', rest)
        if not start:
            return
        decode = json.JSONDecoder().raw_decode
        try:
            info, at = decode(rest, start.end())
            session = self._session(scrub(info))
            opening = re.compile(r'\s*,\s*"messages"\s*:\s*\[\s*').match(rest, at)
            at = opening.end() if opening else len(rest)
            while at < len(rest):
                value, at = decode(rest, at)
                self._message(scrub(value), session, listed=True)
                self.torn = len(rest[at:].encode("utf-8", "replace"))
                following = re.compile(r"\s*,\s*").match(rest, at)
                at = following.end() if following else len(rest)
        except (ValueError, RecursionError):
            return

    def _take(self, value: Any) -> None:
        """Sort one document in by what it has: a label or a place in the file is not needed."""
        item = mapping(value)
        if isinstance(item.get("messages"), list):
            self.format = "opencode-export"
            session = self._session(item.get("info"))
            for message in item["messages"]:
                self._message(message, session, listed=True)
        elif isinstance(item.get("info"), dict) and isinstance(item.get("parts"), list):
            self._message(item, "")
        elif isinstance(item.get("part"), dict):
            self._part(item["part"])
        elif "messageID" in item and "type" in item:
            self._part(item)
        elif "role" in item and "sessionID" in item:
            self._message({"info": item}, "")
        elif text(item.get("id")).startswith("ses_"):
            self._session(item)
        elif not _derived(value):
            self.damage.append(json.dumps(value, ensure_ascii=False))

    def _session(self, value: Any) -> str:
        info = mapping(value)
        key = text(info.get("id"))
        self._infos[key] = info
        return key

    def _message(self, value: Any, session: str, listed: bool = False) -> None:
        """`listed`: the message stands in an export, which tells each once; a document may be told again, changed."""
        info = mapping(value).get("info")
        if not isinstance(info, dict):
            info = {"damaged": value}
        key = text(info.get("id"))
        key = (self._own(key) if listed and key else key) or f"{session}:{len(self._messages)}"
        self._messages[key] = {"sessionID": session, **info} if session else info
        for part in listing(mapping(value).get("parts")):
            name = text(mapping(part).get("id"))
            self._part({**part, "id": self._own(name)} if listed and name else part, key)

    def _own(self, name: str) -> str:
        """An id of an export, with a number behind it where another message or part has it too: redactors write one word over many."""
        self._met[name] = self._met.get(name, 0) + 1
        return name if self._met[name] == 1 else f"{name}@{self._met[name]}"

    def _part(self, part: Any, message: str = "") -> None:
        item = part if isinstance(part, dict) else {"damaged": part}
        message = message or text(item.get("messageID"))
        parts = self._parts.setdefault(message, {})
        parts[text(item.get("id")) or f"{message}:{len(parts)}"] = item
        if message not in self._messages:  # a collection may lack the message's own document, or have it later
            self._messages[message] = {"id": message, "sessionID": text(item.get("sessionID")), "role": "assistant"}


def _session(info: dict[str, Any]) -> str:
    return text(info.get("sessionID"))


def _end_of_space(data: str, at: int) -> int:
    found = _SPACE.match(data, at)
    return found.end() if found else at


def _derived(value: Any) -> bool:
    """Whether the document only repeats others: a project, a share link, the difference of a whole session."""
    if isinstance(value, list):
        return all({"file", "additions"} <= mapping(item).keys() for item in value)
    return {"id", "worktree"} <= mapping(value).keys() or {"id", "secret", "url"} == mapping(value).keys()
