"""The story in order: a record's entries go in, turns with their steps come out, each call together with its result."""

from collections.abc import Iterable

from gittraj.cli.content import said, text_of
from gittraj.model.entry import Entry


class Step:
    """A tool call with its result (None: none recorded) and what happened inside it (a sub-agent, nested calls)."""

    __slots__ = ("call", "inside", "result")

    def __init__(self, call: Entry, result: Entry | None, inside: "list[Turn]") -> None:
        self.call = call
        self.result = result
        self.inside = inside


class Turn:
    """What one side said and did before the other side, or its own next message, came.

    `who`: "user", "assistant", "given" (put before the agent by a program) or "event". `texts`: messages. `thoughts`: reasoning. `event`: the entry of an event.
    """

    __slots__ = ("event", "inside", "steps", "texts", "thoughts", "who")

    def __init__(self, who: str, event: Entry | None = None) -> None:
        self.who = who
        self.texts: list[str] = []
        self.thoughts: list[str] = []
        self.steps: list[Step] = []
        self.event = event
        self.inside: list[Turn] = []

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        return self.event is None and not (self.steps or self.inside or any(map(str.strip, self.texts + self.thoughts)))


def turns(entries: Iterable[Entry]) -> list[Turn]:
    """Turns in the order of the record; a result belongs to the call with its call-id, else to the last call without one."""
    entries = list(entries)
    results = _results(entries)
    answered = {id(result) for result in results.values()}
    told: list[Turn] = []
    for index, entry in enumerate(entries):
        kind = entry.get("type")
        if kind == "tool-call":
            result = results.get(index)
            inside = turns([*entry.get("children", ()), *((result or {}).get("children", ()))])
            _agent(told, starts=False).steps.append(Step(entry, result, inside))
        elif kind == "tool-result":
            if id(entry) not in answered:
                _agent(told, starts=False).steps.append(Step({**_EARLIER}, entry, turns(entry.get("children", ()))))
        elif kind == "reasoning":
            thought = text_of(entry.get("content"))
            _agent(told, starts=bool(thought.strip())).thoughts.append(thought)
        elif kind == "assistant":
            turn = _agent(told, starts=True)
            turn.texts.append(text_of(entry.get("content")))
            turn.inside += turns(entry.get("children", ()))
        elif kind == "user":
            program, text = said(entry.get("content"))
            told.append(Turn("given" if program or entry.get("is-meta") is True else "user"))
            told[-1].texts.append(text)
        else:
            told.append(Turn("event", entry))
            told[-1].inside = turns(entry.get("children", ()))
    return [turn for turn in told if not turn.empty]


def _agent(told: list[Turn], *, starts: bool) -> Turn:
    """The agent's current turn; a message or a thought after a message or a step starts a new one."""
    for turn in reversed(told):
        if turn.who == "assistant" and not (starts and (turn.steps or turn.texts)):
            return turn
        if turn.who == "event" and not _loud(turn):
            continue
        break
    told.append(Turn("assistant"))
    return told[-1]


# Stands for a call that is in the segment before: its result came after the commit
_EARLIER: Entry = {"type": "tool-result", "name": "result of a call before this segment", "input": None}

# Events that are told; the others only matter to replay and measures
LOUD = ("model-change", "compaction", "rewind", "branch", "error", "interrupted", "sub-agent", "command")


def _loud(turn: Turn) -> bool:
    return turn.event is not None and turn.event.get("event-type") in LOUD


def _results(entries: list[Entry]) -> dict[int, Entry]:
    """Index of each call -> its result."""
    waiting: dict[str, int] = {}
    nameless: list[int] = []
    found: dict[int, Entry] = {}
    for index, entry in enumerate(entries):
        kind = entry.get("type")
        identity = entry.get("call-id")
        if kind == "tool-call":
            if isinstance(identity, str) and identity:
                waiting[identity] = index
            else:
                nameless.append(index)
        elif kind == "tool-result":
            place = waiting.get(identity) if isinstance(identity, str) else None
            if place is None and nameless:
                place = nameless.pop()
            if place is not None:
                found[place] = entry
    return found
