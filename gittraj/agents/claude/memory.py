"""What a reading of Claude Code's session carries to the next one: a `Position.state` goes in, a struct comes out, and back."""

import hashlib
from typing import Any

import msgspec

from gittraj.agents.carry import dump, load
from gittraj.agents.seen import Seen

# How much is remembered, so that the state stays small in sessions of any length. What falls out is old: a message's lines,
# a call's progress and a sub-agent's chain stand close together.
MESSAGES = 64
SIDE_MESSAGES = 4096  # a sub-agent's own file may be read long after its progress was seen
LINKS = 512
THREADS = 64


class Thread(msgspec.Struct):
    """One chain of lines: the session itself, or one sub-agent.

    `shown`: uuid of the last line that became an entry. `model`: the last model. `fields`: last value of each field that is
    kept on an entry only where it changes. `reminders`: call by digest of the reminder that its output ended with. `blobs`: the
    blob id that each edited path has now, "" where unknown. `apart`: the thread is read from a file of its own, in no order with
    the session's, so it has blob ids of its own; else those of the session count.
    """

    shown: str = ""
    model: str = ""
    fields: dict[str, str] = {}
    reminders: dict[str, str] = {}
    blobs: dict[str, str] = {}
    apart: bool = False


class Running(msgspec.Struct):
    """A call without its result yet: how many lines of progress it had, and the hooks that ran for it."""

    lines: int = 0
    hooks: list[str] = []


class Memory(msgspec.Struct):
    """The state, all of it JSON.

    `session`, `started`, `models`, `parent`: for the head. `main`, `threads`: the session's thread, the sub-agents' by key.
    `counted`, `counted_side`: usage already reported, by message id. `links`: call by agent id. `prompts`: call by digest of the prompt it gave a sub-agent. `sides`: thread key
    by uuid of a sub-agent's line in this file. `aliases`: parent by uuid of a line that no entry bears. `running`: calls
    without a result. `contexts`: digests of what hooks added to the conversation. `backups`: name of the kept copy by path. `files`: bytes read of each sub-agent's file. `horizon`: latest timestamp. `seen`: see `Seen`.
    """

    version: int = 1
    session: str = ""
    started: str = ""
    parent: str = ""
    main: Thread = msgspec.field(default_factory=Thread)
    threads: dict[str, Thread] = {}
    counted: dict[str, dict[str, int]] = {}
    counted_side: dict[str, dict[str, int]] = {}
    links: dict[str, str] = {}
    prompts: dict[str, str] = {}
    sides: dict[str, str] = {}
    aliases: dict[str, str] = {}
    running: dict[str, Running] = {}
    contexts: dict[str, str] = {}
    backups: dict[str, str] = {}
    files: dict[str, int] = {}
    horizon: str = ""
    seen: str = ""


def restore(state: dict[str, Any]) -> tuple[Memory, Seen]:
    """The memory in `state` ({}: a fresh one). Raises `AgentError` where it is not one."""
    memory = load(state, Memory)
    return memory, Seen(memory.seen)


def store(memory: Memory, seen: Seen) -> dict[str, Any]:
    """The state to go on from later."""
    memory.seen = seen.pack()
    return dump(memory)


def remember(table: dict[str, Any], key: str, value: Any, most: int) -> None:
    """Put `value` under `key` as the newest; the oldest goes where there are more than `most`."""
    table.pop(key, None)
    table[key] = value
    if len(table) > most:
        del table[next(iter(table))]


def thread(memory: Memory, key: str, *, apart: bool = False) -> Thread:
    """The sub-agent's thread called `key`, a new one where it is not known."""
    known = memory.threads.get(key) or Thread(apart=apart)
    remember(memory.threads, key, known, THREADS)
    return known


def digest(told: str) -> str:
    """What a text is remembered by."""
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
