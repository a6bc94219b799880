"""New entries of one session in a store: what earlier readings emitted goes in, items and what to remember come out.

Stores change in place: a running call ends, a text grows. So a position is not an offset but a mark: everything up to it is
emitted (but for results of calls still open), and of the one message after it the keys of the items that were.
"""

from typing import Any

from gittraj.agents.opencode.evidence import attach, settle
from gittraj.agents.opencode.items import Carry, Item, message_items
from gittraj.agents.opencode.message_entries import session_entry
from gittraj.agents.opencode.shape import listing, mapping, moment, text
from gittraj.agents.opencode.store import Message, Store
from gittraj.agents.shape import raw
from gittraj.codec.digest import git_blob_id


class Segment:
    """Read what is new in `session`; `items` are in the order of time, `every` are also those emitted before."""

    def __init__(self, store: Store, session: str, state: dict[str, Any]) -> None:
        self.store, self.session = store, session
        mark = listing(state.get("mark"))
        self.mark = (moment(mark[0]) or 0, text(mark[1])) if len(mark) == 2 else (-1.0, "")
        self.begun = state.get("begun") is True
        self.emitted = [key for key in listing(state.get("emitted")) if isinstance(key, str)]
        rows = [listing(row) for row in listing(state.get("open"))]
        self.open = {row[0]: row for row in rows if len(row) == 3 and all(isinstance(item, str) for item in row)}
        self.known = {key: value for key, value in mapping(state.get("known")).items() if isinstance(value, str)}
        self.carry = Carry(mapping(state.get("carry")))
        self.models: dict[str, None] = {}
        self.answer: dict[str, Any] = {}
        messages = store.messages(session, self.mark, frozenset(row[2] for row in self.open.values()))
        self.every = self._late([message for message in messages if message[:2] <= self.mark])
        tail = self._fresh([message for message in messages if message[:2] > self.mark])
        self.every.sort(key=lambda item: item.time)
        before = set(self.emitted)
        self.items = [item for item in self.every if item.ready and item.key not in before]
        self._evidence()
        if tail:
            self.emitted = [key for key in self.emitted if key in tail] + [
                item.key for item in self.items if item.key in tail
            ]
        for item in self.items:
            for name, value in item.entry.items():
                if isinstance(value, (dict, list)):
                    kept = raw(value)
                    item.entry[name] = {"raw": kept} if name == "data" and isinstance(kept, str) else kept
        self.unknown = sum(item.unknown for item in self.items)

    def state(self) -> dict[str, Any]:
        """What the next reading needs, as JSON."""
        return {
            "mark": list(self.mark), "begun": self.begun, "emitted": self.emitted, "open": list(self.open.values()),
            "known": self.known, "carry": self.carry_at_mark,
        }  # fmt: skip

    def _late(self, messages: list[Message]) -> list[Item]:
        """Results of calls that were open when the mark passed their message."""
        found = []
        for message in messages:
            for item in message_items(message, Carry({}), False):
                if item.key in self.open:
                    item.entry["call-id"] = self.open.pop(item.key)[1]
                    found.append(item)
        return found

    def _fresh(self, messages: list[Message]) -> set[str]:
        """Items of the messages after the mark; the mark moves on to the last but one. Returns the last one's keys."""
        if not self.begun and (messages or self.store.info(self.session)):
            self.begun = True
            info = self.store.info(self.session)
            at = moment(mapping(info.get("time")).get("created")) or (messages[0].order if messages else 0)
            self.every.append(Item(at, f"{self.session}:start", True, session_entry(info, self.session)))
        tail: set[str] = set()
        self.carry_at_mark = self.carry.state()
        for index, message in enumerate(messages):
            model = text(message.info.get("modelID"))
            if model:
                self.models[model] = None
                self.answer = self.answer or message.info
            last = index + 1 == len(messages)
            found = message_items(message, self.carry, last and self.store.live)
            self.every += found
            tail = {item.key for item in found}
            if not last:
                self.mark = (message.order, message.id)
                self.carry_at_mark = self.carry.state()
                for item in found:
                    result = f"{item.key}:result"
                    if item.entry["type"] == "tool-call" and result not in tail:
                        self.open[result] = [result, item.entry["call-id"], message.id]
        return tail

    def _evidence(self) -> None:
        """File states, also of items emitted before: the blob ids they left decide what later ones must keep."""
        for item in self.every:
            if item.states:
                attach(item.entry, list(settle(item.states, self.known)))
            if item.entry["type"] == "tool-result" and "diagnostics" in item.entry.get("metadata", {}):
                _news(item.entry["metadata"], self.known)


def _news(metadata: dict[str, Any], known: dict[str, str]) -> None:
    """Each edit repeats what the language servers say of every file of the project: only what is new is kept."""
    told = metadata["diagnostics"]
    if not isinstance(told, dict):
        return
    for path in list(told):
        name = f"diagnostics:{path}"
        digest = git_blob_id(repr(told[path]).encode("utf-8", "replace"))
        if known.get(name) == digest:
            del told[path]
        known[name] = digest
    if not told:
        del metadata["diagnostics"]
