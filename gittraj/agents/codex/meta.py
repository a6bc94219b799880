"""The session itself: `session_meta` and the bare first line of old rollouts go in; what they say of who, where and from which commit comes out."""

from typing import Any

from gittraj.agents.codex.events import event
from gittraj.agents.codex.state import State, compact, mark
from gittraj.agents.shape import mapping, text
from gittraj.model.entry import Entry

_HEAD = (
    "id",
    "session_id",
    "timestamp",
    "cwd",
    "cli_version",
    "model_provider",
    "git",
    "base_instructions",
    "instructions",
)


def entries(state: State, payload: dict[str, Any]) -> list[Entry]:
    """``session-start`` for the first one, a ``settings`` event for what a later one (resumed, copied by a fork) says anew."""
    git = mapping(payload.get("git"))
    instructions = payload.get("base_instructions") or payload.get("instructions")
    said = text(mapping(instructions).get("text")) if isinstance(instructions, dict) else text(instructions)
    source = payload.get("source")
    news = state.changed(
        {key: value for key, value in payload.items() if key not in ("timestamp", *_HEAD[-2:])}, "session_meta"
    )
    if state.session:
        return [event("settings", {"source": "session_meta", **news})] if news else []
    state.session = text(payload.get("id") or payload.get("session_id"))
    state.started = text(payload.get("timestamp"))
    state.cwd = text(payload.get("cwd"))
    state.version = text(payload.get("cli_version"))
    state.provider = text(payload.get("model_provider")) or state.provider
    state.commit = text(git.get("commit_hash"))
    state.branch = text(git.get("branch"))
    state.parent = text(payload.get("parent_thread_id")) or _spawner(source) or text(payload.get("forked_from_id"))
    data = {key: compact(value) for key, value in payload.items() if key not in _HEAD and value is not None}
    if git.get("repository_url"):
        data["repository"] = text(git["repository_url"])
    if said:
        state.instructions = mark(said)
        data["base-instructions"] = said
    return [event("session-start", data)]


def _spawner(source: Any) -> str:
    """The parent's thread id, which some versions write only into `source.subagent.thread_spawn`."""
    for key in ("subagent", "thread_spawn"):
        source = source.get(key) if isinstance(source, dict) else None
    return text(source.get("parent_thread_id")) if isinstance(source, dict) else ""
