"""What a reading of a chat remembers from line to line, and from one reading to the next (JSON values only)."""

import msgspec

from gittraj.model.session import SessionHead


class State(msgspec.Struct):
    """`messages`: id → what of it became entries. `calls`: id → 1 (the call did), 2 (its result too). `files`: path → blob id.

    `fresh`: no message since the last header. `dropped`: messages known to have left the conversation. `claimed`: sub-agents' chats.
    """

    item: int = 0
    format: str = "gemini-jsonl"
    session: str = ""
    started: str = ""
    kind: str = ""
    model: str = ""
    models: list[str] = []
    messages: dict[str, int] = {}
    calls: dict[str, int] = {}
    files: dict[str, str] = {}
    settings: dict[str, str] = {}
    fresh: bool = False
    dropped: int = 0
    claimed: list[str] = []
    cwd: str = ""
    parent: str = ""

    def head(self) -> SessionHead:
        """The session as known so far."""
        return SessionHead(
            agent="gemini-cli",
            session_id=self.session,
            format=self.format,
            model=self.model,
            models=tuple(self.models),
            provider="google",
            cwd=self.cwd,
            started=self.started,
            parent_session=self.parent,
        )


# bits of `State.messages`: the text and the tokens were taken; the number of thoughts taken counts above them
SAID = 1
COUNTED = 2
THOUGHT = 4
