"""What a reading of a rollout remembers from line to line, and from one reading to the next (JSON values only)."""

from typing import Any

import msgspec

from gittraj.agents.shape import digestible
from gittraj.codec.digest import sha256_hex
from gittraj.model.session import SessionHead

RECENT = 32  # texts remembered to recognise events that repeat a message; they stand within a few lines of it
SHORT = 256  # characters of a setting kept as they are; longer texts are instructions, which the messages hold as well


class State(msgspec.Struct):
    """`open`: calls without a result, with the evidence seen since. `settings`: digests of the last known values."""

    line: int = 0
    session: str = ""
    version: str = ""
    provider: str = ""
    cwd: str = ""
    branch: str = ""
    commit: str = ""
    started: str = ""
    parent: str = ""
    model: str = ""
    models: list[str] = []
    settings: dict[str, str] = {}
    instructions: str = ""
    recent: list[str] = []
    waiting: dict[str, dict[str, Any]] = {}
    open: dict[str, dict[str, Any]] = {}
    total: str = ""
    records: bool = False
    compacted: int = -100
    children: dict[str, dict[str, Any]] = {}

    def head(self) -> SessionHead:
        """The session as known so far."""
        return SessionHead(
            agent="codex",
            session_id=self.session,
            format="codex-jsonl",
            agent_version=self.version,
            model=self.model,
            models=tuple(self.models),
            provider=self.provider,
            cwd=self.cwd,
            branch=self.branch,
            commit=self.commit,
            started=self.started,
            parent_session=self.parent,
        )

    def remember(self, *texts: str) -> None:
        """These texts became entries: events that repeat them are no news, whether they come later or came before."""
        for each in texts:
            key = mark(each)
            self.waiting.pop(key, None)
            if key not in self.recent:
                self.recent.append(key)
        del self.recent[:-RECENT]

    def changed(self, values: dict[str, Any], source: str) -> dict[str, Any]:
        """Those of `values` that differ from what `source` said last, long texts as their digest."""
        news = {}
        for key, value in values.items():
            small = compact(value)
            digest = mark(digestible(small))
            if self.settings.get(f"{source}.{key}") != digest:
                self.settings[f"{source}.{key}"] = digest
                news[key] = small
        return news


def mark(value: str) -> str:
    """A short name for a text, to recognise it again (not for proofs)."""
    return sha256_hex(value.strip().encode("utf-8", "surrogatepass"))[:16]


def compact(value: Any) -> Any:
    """`value` with each long text replaced by its size and SHA-256. `value` nests no deeper than `shape.DEPTH`."""
    if isinstance(value, str) and len(value) > SHORT:
        data = value.encode("utf-8", "surrogatepass")
        return {"bytes": len(data), "sha-256": sha256_hex(data)}
    if isinstance(value, dict):
        return {key: compact(part) for key, part in value.items()}
    if isinstance(value, list):
        return [compact(part) for part in value]
    return value
