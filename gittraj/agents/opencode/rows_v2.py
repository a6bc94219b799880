"""Rows of OpenCode 2.0 (``session_message``): a row's type and data go in, a message and parts of version 1 come out.

Source: anomalyco/opencode, packages/schema/src/session-message.ts (2026-09); older previews name some fields otherwise.
"""

from typing import Any

from gittraj.agents.opencode.shape import first, listing, mapping, text

_EVENTS = {
    "compaction": "compaction", "idle": "turn-end", "shell": "command", "agent-switched": "settings",
    "location-switched": "settings", "system": "meta", "synthetic": "meta", "skill": "meta",
}  # fmt: skip


def message_of(key: str, kind: str, created: float | None, data: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """`key`, `kind`, `created`: columns of the row; `data`: its JSON."""
    time = {"created": created, **mapping(data.get("time"))}
    if "damaged" in data:
        return data, []
    if kind == "user":
        info = {**data, "role": "user", "time": time}
        parts: list[Any] = [{"type": "text", "text": info.pop("text")}] if "text" in info else []
        parts += [{**mapping(item), "type": "file"} for item in listing(info.pop("files", None))]
        for name in ("agents", "references", "skills"):
            parts += [{"type": "reference", "kind": name, "reference": item} for item in listing(info.pop(name, None))]
        return info, parts
    if kind == "assistant":
        return _assistant(key, {**data, "time": time})
    if kind == "model-switched":
        return {**data, "role": "model", "time": time}, []
    if kind in _EVENTS:
        return {**data, "role": "event", "event": _EVENTS[kind], "kind": kind, "time": time}, []
    return {**data, "role": kind, "time": time}, []


def _assistant(key: str, info: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    model = mapping(info.pop("model", None))
    info |= {"role": "assistant", "modelID": first(model, "id", "modelID"), "providerID": model.get("providerID")}
    if "variant" in model:
        info["variant"] = model["variant"]
    snapshot = mapping(info.pop("snapshot", None))
    parts: list[Any] = []
    if "start" in snapshot:
        parts.append({"id": f"{key}:start", "type": "step-start", "snapshot": snapshot["start"]})
    for index, item in enumerate(listing(info.pop("content", None))):
        part = mapping(item)
        name = f"{key}:{index}"
        if part.get("type") == "tool":
            parts.append(_tool(name, part))
        elif part:
            time = mapping(part.get("time"))
            parts.append({**part, "id": name, "time": {"start": time.get("created"), "end": time.get("completed")}})
        else:
            parts.append({"id": name, "damaged": item})
    if "retry" in info:
        parts.append({"id": f"{key}:retry", "type": "retry", **mapping(info.pop("retry"))})
    if snapshot.keys() - {"start"}:
        end = {name: snapshot[name] for name in snapshot if name not in ("start", "end")}
        parts.append({"id": f"{key}:end", "type": "step-finish", "snapshot": snapshot.get("end"), **end})
    return info, parts


def _tool(name: str, part: dict[str, Any]) -> dict[str, Any]:
    """The tool's times lie beside its state, its output is a list of blocks, and running input may still be text."""
    time = mapping(part.get("time"))
    state = dict(mapping(part.get("state")))
    if state.get("status") == "streaming":
        state["status"] = "pending"
    state["time"] = {"start": first(time, "ran", "created"), "end": time.get("completed")}
    if "pruned" in time:
        state["time"]["compacted"] = time["pruned"]
    blocks = listing(state.pop("content", None))
    texts = [text(mapping(block).get("text")) for block in blocks if mapping(block).get("type") == "text"]
    if "output" not in state and texts:
        state["output"] = "\n".join(texts)
    others = [block for block in blocks if mapping(block).get("type") != "text"]
    if others:
        state["attachments"] = [*listing(state.get("attachments")), *others]
    error = state.get("error")
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        state["error"] = error["message"]
        if error.keys() - {"message", "type"}:
            state["error-data"] = error
    metadata = first(state, "metadata", "structured")
    state.pop("structured", None)
    state["metadata"] = metadata
    known = {"type", "id", "name", "state", "time"}
    native = {field: value for field, value in part.items() if field not in known}
    return {"id": name, "type": "tool", "callID": part.get("id"), "tool": part.get("name"), "state": state, **native}
