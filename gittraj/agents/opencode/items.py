"""One message goes in; its entries come out as items: when, under which key, and whether the agent has finished writing it."""

from typing import Any, NamedTuple

from gittraj.agents.opencode.evidence import FileState, recorded
from gittraj.agents.opencode.message_entries import assistant_text, failure, reasoning, usage, user_entry
from gittraj.agents.opencode.shape import mapping, moment, text
from gittraj.agents.opencode.store import Message
from gittraj.agents.opencode.tool_parts import call_entry, child_session, finished, result_entry
from gittraj.agents.times import stamp
from gittraj.model.entry import Entry

_STREAMED = ("text", "reasoning")
_KNOWN = (
    "id", "sessionID", "role", "parentID", "modelID", "providerID", "mode", "agent", "variant", "summary", "path",
    "cost", "tokens", "time", "finish", "error",
)  # fmt: skip
_SNAPSHOTS = ("step-start", "step-finish", "patch", "snapshot")


class Item(NamedTuple):
    """`time`: place among the session's entries. `key`: the same in every reading. `ready`: nothing in it will change."""

    time: float
    key: str
    ready: bool
    entry: Entry
    states: tuple[FileState, ...] = ()
    child: str = ""
    unknown: bool = False


class Carry:
    """What later messages need from earlier ones: the model and settings in force, the prompt, short call ids in use."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.model = text(state.get("model"))
        self.settings = text(state.get("settings"))
        self.prompt = text(state.get("prompt"))
        self.calls = dict.fromkeys(item for item in state.get("calls", []) if isinstance(item, str))

    def state(self) -> dict[str, Any]:
        """As JSON, for `Position.state`."""
        return {"model": self.model, "settings": self.settings, "prompt": self.prompt, "calls": list(self.calls)}

    def call_id(self, native: Any, key: str) -> str:
        """The agent's id, made unique where it counts its calls anew (some local models do)."""
        name = text(native) or key
        if name in self.calls:
            name = f"{name}:{key}"
        if len(name) < 16:  # longer ones are random, and remembering each would make the position grow
            self.calls[name] = None
        return name


def message_items(message: Message, carry: Carry, open_end: bool) -> list[Item]:
    """Items of `message` in the order in which it tells them; `open_end`: the agent may still be writing this message."""
    info = message.info
    role = info.get("role")
    if role == "user":
        return _user(message, carry)
    if role == "assistant":
        return _Assistant(message, carry, open_end).items()
    created = moment(mapping(info.get("time")).get("created")) or 0
    entry: Entry = {"type": "system-event", "id": message.id, **stamp(mapping(info.get("time")).get("created"))}
    data = {name: value for name, value in info.items() if name not in ("id", "sessionID", "role", "event", "time")}
    if role == "event" and isinstance(info.get("event"), str):
        running = open_end and info.get("status") == "running"
        return [Item(created, message.id, not running, {**entry, "event-type": info["event"], "data": data})]
    if role == "model":
        model = mapping(info.get("model"))
        carry.model = text(model.get("id")) or text(model.get("modelID"))
        return [Item(created, message.id, True, {**entry, "event-type": "model-change", "data": data})]
    odd = Item(created, message.id, True, {**entry, "event-type": "unknown", "data": {"raw": info}}, unknown=True)
    parts = message._replace(info={"time": info.get("time")})  # what it did stays readable even if who it was does not
    return [odd, *(_Assistant(parts, carry, open_end).items() if message.parts else [])]


def _user(message: Message, carry: Carry) -> list[Item]:
    created = moment(mapping(message.info.get("time")).get("created")) or 0
    carry.prompt = message.id
    entry, events = user_entry(message)
    items = [Item(created, message.id, True, entry)]
    for name, event, unknown in events:
        items.append(
            Item(created, f"{message.id}:{name}", True, {**event, "id": f"{message.id}:{name}"}, unknown=unknown)
        )
    return items


class _Assistant:
    """The walk over an assistant message's parts; `at` is the time reached, so that the order of the parts is kept."""

    def __init__(self, message: Message, carry: Carry, open_end: bool) -> None:
        self.message, self.info, self.carry = message, message.info, carry
        time = mapping(self.info.get("time"))
        self.created = time.get("created")
        self.at = moment(self.created) or 0
        self.latest = self.at
        self.completed = time.get("completed")
        self.open = open_end and self.completed is None and not self.info.get("error")
        self.found: list[Item] = []
        self.spent = usage(self.info, [part for part in message.parts if isinstance(part, dict)])

    def items(self) -> list[Item]:
        self._switches()
        kinds = [text(mapping(part).get("type")) for part in self.message.parts]
        last_text = len(kinds) - 1 - kinds[::-1].index("text") if "text" in kinds and "tool" not in kinds else -1
        last_step = len(kinds) - 1 - kinds[::-1].index("step-finish") if "step-finish" in kinds else -1
        payer = last_text if last_text >= 0 else last_step
        for index, part in enumerate(self.message.parts):
            # while the message is open, whether a part is the one that bears the usage shows only afterwards
            held = self.open and index in (last_text, last_step)
            followed = index + 1 < len(kinds)
            self._part(index, mapping(part) or {"damaged": part}, followed, held, index == payer)
        others = {name: value for name, value in self.info.items() if name not in _KNOWN and value}
        if others and not self.open:
            self._event("meta", "meta", others)
        error = self.info.get("error")
        content = any(kind in (*_STREAMED, "tool") for kind in kinds)
        if not content and (error or not kinds) and not self.open:
            entry = assistant_text(self.message, {"text": ""}, self.message.id)
            self._bear(entry, payer < 0)
            self._add(self.message.id, True, {**entry, **({"error": error} if error else {})}, self.at)
        elif error:
            self._add(f"{self.message.id}:error", True, failure(self.message, error, self.completed), self.latest)
        elif payer < 0 and self.spent and not self.open:
            entry = {
                "type": "system-event",
                "id": f"{self.message.id}:usage",
                **stamp(self.completed),
                "event-type": "usage",
                "data": {},
            }
            self._bear(entry, True)
            self._add(f"{self.message.id}:usage", True, entry, moment(self.completed) or self.latest)
        return self.found

    def _bear(self, entry: Entry, bears: bool) -> None:
        if not bears:
            return
        if self.spent:
            entry["token-usage"] = self.spent
        for name, value in (("model-id", self.info.get("modelID")), ("stop-reason", self.info.get("finish"))):
            if text(value):
                entry[name] = value

    def _part(self, index: int, part: dict[str, Any], followed: bool, held: bool, bears: bool) -> None:
        key = text(part.get("id")) or f"{self.message.id}:{index}"
        kind = part.get("type")
        time = mapping(part.get("time"))
        if kind in _STREAMED:
            self.at = max(self.at, moment(time.get("start")) or 0)
            ended = not held and (followed or time.get("end") is not None)
            make = assistant_text if kind == "text" else reasoning
            entry = make(self.message, part, key)
            self._bear(entry, bears)
            self._add(key, ended or not self.open, entry, self.at)
        elif kind == "tool":
            self._tool(part, key)
        elif kind in _SNAPSHOTS:
            known = ("id", "sessionID", "messageID", "type", "tokens", "cost")
            data = {"step": kind, **{name: part[name] for name in part if name not in known and part[name] is not None}}
            entry = {"type": "system-event", "id": key, "event-type": "file-snapshot", "data": data}
            self._bear(entry, bears)
            if bears:
                entry |= stamp(self.completed)
            self._add(key, not held, entry, self.at if kind == "step-start" else self.latest)
        elif kind in ("retry", "compaction"):
            data = {name: part[name] for name in part if name not in ("id", "sessionID", "messageID", "type", "time")}
            entry = {"type": "system-event", "id": key, **stamp(time.get("created"))}
            entry |= {"event-type": "error" if kind == "retry" else "compaction", "data": data}
            self._add(key, True, entry, max(self.at, moment(time.get("created")) or 0))
        else:
            entry = {"type": "system-event", "id": key, "event-type": "unknown", "data": {"raw": part}}
            self._add(key, True, entry, self.latest, unknown=True)

    def _tool(self, part: dict[str, Any], key: str) -> None:
        state = mapping(part.get("state"))
        time = mapping(state.get("time"))
        self.at = max(self.at, moment(time.get("start")) or 0)
        call_id = self.carry.call_id(part.get("callID"), key)
        pending = self.open and state.get("status") == "pending"
        call = call_entry(part, key, call_id)
        self._add(key, not pending, call, self.at, child=child_session(part))
        if finished(part):
            states = tuple(
                recorded(text(part.get("tool")), mapping(state.get("input")), mapping(state.get("metadata")))
            )
            ended = max(self.at, moment(time.get("end")) or 0)
            self._add(f"{key}:result", True, result_entry(part, key, call_id), ended, states=states)

    def _switches(self) -> None:
        """Events where this message has another model or other settings than the one before."""
        model = text(self.info.get("modelID"))
        if model and self.carry.model and model != self.carry.model:
            data = {"from": self.carry.model, "to": model, "provider": self.info.get("providerID")}
            self._event("model", "model-change", data)
        self.carry.model = model or self.carry.model
        names = ("agent", "mode", "variant", "summary", "path")
        settings = {name: self.info[name] for name in names if self.info.get(name) not in (None, "")}
        told = repr(sorted(settings.items(), key=lambda item: item[0]))
        if settings and told != self.carry.settings:
            self._event("settings", "settings", settings)
            self.carry.settings = told

    def _event(self, name: str, kind: str, data: dict[str, Any]) -> None:
        key = f"{self.message.id}:{name}"
        entry = {"type": "system-event", "id": key, **stamp(self.created), "event-type": kind, "data": data}
        self._add(key, True, entry, self.at)

    def _add(self, key: str, ready: bool, entry: Entry, at: float, **more: Any) -> None:
        parent = text(self.info.get("parentID"))
        if not self.found and parent and self.carry.prompt and parent != self.carry.prompt:
            entry["parent-id"] = parent
        self.latest = max(self.latest, at)
        self.found.append(Item(at, key, ready, entry, **more))
