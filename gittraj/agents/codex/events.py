"""What happens around the conversation: every other line of a rollout goes in, ``system-event`` entries come out.

Most events repeat the conversation (`user_message`, `agent_message`, `agent_reasoning` and their `item_completed` forms): they are
dropped when the text they repeat is known, and wait until the end of the turn otherwise.
"""

from typing import Any

from gittraj.agents.codex import evidence, usage
from gittraj.agents.codex.state import State, compact, mark
from gittraj.agents.shape import items, mapping, raw, text
from gittraj.model.entry import Entry

_KINDS = {
    "turn_aborted": "interrupted", "error": "error", "stream_error": "error", "warning": "error", "deprecation_notice": "error",
    "thread_rolled_back": "rewind", "sub_agent_activity": "sub-agent", "entered_review_mode": "meta", "exited_review_mode": "meta",
    "thread_name_updated": "title", "hook_started": "hook", "hook_completed": "hook", "plan_update": "meta",
    "web_search_end": "meta", "view_image_tool_call": "meta", "background_event": "meta", "model_reroute": "meta",
    "guardian_assessment": "meta", "thread_goal_updated": "settings", "undo_completed": "rewind", "dynamic_tool_call_request": "meta",
    "collab_agent_spawn_end": "sub-agent", "collab_agent_interaction_end": "sub-agent", "collab_waiting_end": "sub-agent",
    "collab_close_end": "sub-agent", "collab_resume_end": "sub-agent",
}  # fmt: skip
_NEAR = 24  # lines between `compacted` and the event that repeats it


def entries(state: State, payload: dict[str, Any]) -> list[Entry] | None:
    """The entries for one `event_msg`, None where its type is not known. Raises `OddShapeError`."""
    kind = text(payload.get("type"))
    match kind:
        case "user_message" | "agent_message" | "agent_reasoning" | "agent_reasoning_raw_content":
            return _repeated(state, kind, text(payload.get("message", payload.get("text"))), payload)
        case "agent_reasoning_section_break":
            return []
        case "token_count":
            return usage.counted(state, payload)
        case "item_completed":
            return _item(state, mapping(payload.get("item")))
        case "patch_apply_end":
            return evidence.file_change(state, text(payload.get("call_id")), payload)
        case "exec_command_end":
            return evidence.command(state, text(payload.get("call_id")), payload)
        case "mcp_tool_call_end":
            failed = "Err" in payload["result"] if isinstance(payload.get("result"), dict) else False
            return evidence.other(state, text(payload.get("call_id")), {**payload, "error": failed})
        case "dynamic_tool_call_response":
            return evidence.other(state, text(payload.get("call_id")), payload)
        case "image_generation_end":  # its picture stands in the call
            return [event("meta", {"kind": kind, **compact(_rest(payload))})]
        case "task_started" | "turn_started":
            kept = {key: payload[key] for key in ("turn_id", "model_context_window") if payload.get(key) is not None}
            return [*_end_of_turn(state), event("turn-start", kept)]
        case "task_complete" | "turn_complete":
            kept = {key: payload[key] for key in ("turn_id", "duration_ms", "error") if payload.get(key) is not None}
            last = text(payload.get("last_agent_message"))
            if last and mark(last) not in state.recent:
                kept["last_agent_message"] = last
            return [*_end_of_turn(state), event("turn-end", kept)]
        case "turn_aborted":
            return [*_end_of_turn(state), event("interrupted", _rest(payload))]
        case "context_compacted":
            return [] if state.line - state.compacted < _NEAR else [event("compaction", _rest(payload))]
        case "thread_settings_applied":
            return settings(state, mapping(payload.get("thread_settings")), "turn_context")
    return [event(_KINDS[kind], {"kind": kind, **_rest(payload)})] if kind in _KINDS else None


def settings(state: State, values: dict[str, Any], source: str) -> list[Entry]:
    """A ``settings`` event with what changed, and a ``model-change`` where the model did."""
    found: list[Entry] = []
    model = text(values.get("model"))
    if model and model != state.model:
        if state.model:
            found.append(event("model-change", {"from": state.model, "to": model}))
        state.model = model
        if model not in state.models:
            state.models.append(model)
    state.provider = text(values.get("model_provider_id")) or state.provider
    state.cwd = text(values.get("cwd")) or state.cwd
    kept = {key: value for key, value in values.items() if key not in ("turn_id", "root_turn_id", "trace_id")}
    news = state.changed(kept, source)
    if news:
        found.append(event("settings", {"source": source, **news}))
    return found


def world(state: State, values: dict[str, Any]) -> list[Entry]:
    """A ``settings`` event with what changed in Codex's description of its surroundings; the model there is that of the turn."""
    news = state.changed({key: value for key, value in values.items() if key != "model"}, "world_state")
    return [event("settings", {"source": "world_state", **news})] if news else []


def compacted(state: State, payload: dict[str, Any]) -> list[Entry]:
    """A `compacted` line: its summary, and of the history that replaces the old one only what is not a message seen before."""
    state.compacted = state.line
    data = {key: value for key, value in payload.items() if key != "replacement_history" and value is not None}
    history = [mapping(item) for item in items(payload.get("replacement_history"))]
    if history:
        data["replacement-items"] = len(history)
        kept = [raw(item) for item in history if item.get("type") not in ("message", "reasoning")]
        if kept:
            data["replacement"] = kept
    return [event("compaction", data)]


def event(kind: str, data: dict[str, Any]) -> Entry:
    """A ``system-event`` entry."""
    return {"type": "system-event", "event-type": kind, "data": data}


def _item(state: State, item: dict[str, Any]) -> list[Entry] | None:
    kind = text(item.get("type"))
    match kind:
        case "UserMessage" | "AgentMessage":
            parts = [mapping(part) for part in items(item.get("content"))]
            return _repeated(state, kind, "".join(text(part.get("text")) for part in parts), item)
        case "Reasoning":
            texts = [text(part) for key in ("summary_text", "raw_content") for part in items(item.get(key))]
            return [entry for each in texts for entry in _repeated(state, kind, each, item)]
        case "FileChange":
            return evidence.file_change(state, text(item.get("id")), item)
        case "CommandExecution":
            return evidence.command(state, text(item.get("id")), item)
        case "ContextCompaction":
            return [] if state.line - state.compacted < _NEAR else [event("compaction", _rest(item))]
    return evidence.other(state, text(item.get("id")), item) if kind else None


def _repeated(state: State, kind: str, said: str, whole: dict[str, Any]) -> list[Entry]:
    """Nothing, if a message says the same; the event is kept until one does, or until the turn ends without one."""
    key = mark(said)
    if said.strip() and key not in state.recent:
        state.waiting[key] = {"kind": kind, "text": said}
    images = [image for name in ("images", "local_images") for image in items(whole.get(name))]
    return [event("meta", {"kind": kind, "images": raw(images)})] if images else []


def _end_of_turn(state: State) -> list[Entry]:
    found = [event("meta", data) for data in state.waiting.values()]
    state.waiting.clear()
    return [*found, *evidence.flush(state)]


def _rest(payload: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key != "type" and value is not None}
