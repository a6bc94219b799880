"""OpenCode sessions: a store's path and a position go in, a `Reading` comes out, sub-agents as children of the calls that ran them.

Sources: anomalyco/opencode, packages/opencode/src/session/message-v2.ts and packages/schema/src/session-message.ts.
"""

from typing import Any

from gittraj.agents.opencode.items import Item
from gittraj.agents.opencode.message_entries import named_models
from gittraj.agents.opencode.segment import Segment
from gittraj.agents.opencode.shape import listing, mapping, text
from gittraj.agents.opencode.store import Store, open_store
from gittraj.agents.times import stamp
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.session import Position, Reading, SessionHead

DEPTH_LIMIT = 8  # sub-agents of sub-agents; OpenCode allows fewer, and the record's nesting must stay readable


def read(path: str, start: Position | None = None, *, until: int | None = None, session: str = "") -> Reading:
    """What is new since `start`; `until` means nothing here, a store has no byte order.

    Raises `AgentError` where `path` is no OpenCode store, or holds several sessions and `session` picks none.
    """
    start = start or Position()
    store = open_store(path)
    try:
        return _read(store, path, start, session)
    except RecursionError as error:
        raise AgentError(f"{path}: a value in it is nested too deeply") from error
    finally:
        store.close()


def _read(store: Store, path: str, start: Position, session: str) -> Reading:
    names = [session] if session else store.roots()
    if not names:
        raise AgentError(f"{path}: holds no session")
    if store.live and len(names) > 1:
        latest = ", ".join(names[-3:])
        raise AgentError(f"{path}: holds {len(names)} sessions", hint=f"name one of them; the latest are {latest}")
    states = mapping(start.state.get("sessions"))
    family = _Family(store, states)
    items = [item for name in names for item in family.read(name, ())]
    if not items and not start.entry and not family.seen:
        raise AgentError(f"{path}: holds no session {session}")
    entries = [item.entry for item in items]
    told = start.state.get("damage")
    damage = store.damage[told if isinstance(told, int) else 0 :]
    entries += [{"type": "system-event", "event-type": "unknown", "data": {"raw": raw}} for raw in damage]
    models = dict.fromkeys([*(text(name) for name in listing(start.state.get("models"))), *family.models])
    info, answer = store.info(names[0]), family.answer
    answer = answer or mapping(start.state.get("answer"))
    answer = {name: answer[name] for name in ("modelID", "providerID", "path") if name in answer}
    head = SessionHead(
        agent="opencode",
        session_id=names[0],
        format=store.format,
        agent_version=text(info.get("version")),
        model=text(answer.get("modelID")) or next(iter([*models, *named_models(info)]), ""),
        models=tuple(models),
        provider=text(answer.get("providerID")) or text(mapping(info.get("model")).get("providerID")),
        cwd=text(info.get("directory")) or text(mapping(answer.get("path")).get("cwd")),
        started=stamp(mapping(info.get("time")).get("created")).get("timestamp", ""),
        parent_session=text(info.get("parentID")),
    )
    state = {"sessions": family.states, "models": list(models), "answer": answer, "damage": len(store.damage)}
    position = Position(0, start.entry + len(entries), state)
    unknown = family.unknown + len(damage)
    return Reading(head, entries, [0] * len(entries), position, store.sha256, 0, unknown, store.torn)


class _Family:
    """Sessions of one reading; `states` by session, whether it is named by the user or a sub-agent's."""

    def __init__(self, store: Store, states: dict[str, Any]) -> None:
        self.store = store
        self.states = dict(states)
        self.seen: set[str] = set()
        self.models: dict[str, None] = {}
        self.answer: dict[str, Any] = {}
        self.unknown = 0

    def read(self, session: str, above: tuple[str, ...]) -> list[Item]:
        """New items of the session, its sub-agents' entries in place."""
        state = mapping(self.states.get(session))
        segment = Segment(self.store, session, state)
        if segment.begun:
            self.seen.add(session)
        self.models |= segment.models
        self.answer = self.answer or segment.answer
        self.unknown += segment.unknown
        runs: dict[str, list[Item]] = {}
        for item in segment.every:
            if item.child:
                runs.setdefault(item.child, []).append(item)
        owners = {key: text(value) for key, value in mapping(state.get("owners")).items()}
        new = {item.key for item in segment.items}
        more: list[Item] = []
        for child in dict.fromkeys([*self.store.children(session), *runs, *owners]):
            if child != session and child not in above and len(above) < DEPTH_LIMIT:
                if child in self.seen:
                    continue
                found = self.read(child, (*above, session))
                more += _adopt(found, child, runs.get(child, []), new, owners)
        self.states[session] = {**segment.state(), "owners": owners}
        return sorted([*segment.items, *more], key=lambda item: item.time)


def _adopt(found: list[Item], child: str, calls: list[Item], new: set[str], owners: dict[str, str]) -> list[Item]:
    """Give a sub-agent's entries to the call that ran it; where that call was emitted before, an event brings them.

    One sub-agent may be resumed by a later call: then each has what came between its start and the next one's.
    """
    rest: dict[str, list[Item]] = {}
    for item in found:
        before = [call for call in calls if call.time <= item.time] or calls[:1]
        if before and before[-1].key in new:
            before[-1].entry.setdefault("children", []).append(item.entry)
        else:
            rest.setdefault(before[-1].entry["call-id"] if before else owners.get(child, ""), []).append(item)
    if calls:
        owners[child] = text(calls[-1].entry["call-id"])
    events = []
    for call_id, items in rest.items():
        data = {"session": child, **({"call-id": call_id} if call_id else {})}
        entry: Entry = {"type": "system-event", "id": f"{items[0].key}:more", "event-type": "sub-agent", "data": data}
        entry["children"] = [item.entry for item in items]
        events.append(Item(items[0].time, f"{items[0].key}:more", True, entry))
    return events
