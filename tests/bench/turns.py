"""A coding session as a stream of steps: a seed goes in; asking, thinking, reading, editing, running, answering come out, without end.

Texts differ throughout, as in real sessions; equal seeds give equal steps.
"""

import datetime
import hashlib
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

CWD = "/home/dana/ledger"
BEGAN = 1_769_904_000  # 2026-02-01
SESSION = "0b16b16b-0000-4000-8000-000000000001"
Line = dict[str, Any]
_NAMES = ["entry", "session", "commit", "tree", "blob", "note", "seal", "verify", "replay", "edit", "line", "file", "state", "ledger", "amount", "total", "rounding", "parse", "format", "index", "value", "result", "error", "option", "branch", "remote", "worker", "queue", "cache", "header", "footer", "reader", "writer"]  # fmt: skip


class Step(NamedTuple):
    """One thing that happened. `kind`: ask, think, read, edit, run, answer; `text`: said, shown or printed; `before`: an edited file."""

    kind: str
    number: int
    text: str
    path: str = ""
    old: str = ""
    new: str = ""
    before: str = ""


def steps(seed: str, *, foreign: str = "→", share: float = 0.2) -> Iterator[Step]:
    """Turns without end. `share` of the texts hold `foreign`: Python keeps such a text in two bytes a character, or four.

    In the real sessions of six agents, 3 to 22 % of the text stands beside a character that needs two, up to 1.3 % four.
    """
    chance = random.Random(seed)
    pool = [_line(chance) for _ in range(6000)]
    number = 0

    def some(least: int, most: int) -> str:
        told = "\n".join(chance.choices(pool, k=chance.randrange(least, most)))
        return f"{told} {foreign}" if chance.random() < share else told

    while True:
        number += 10
        path = f"{CWD}/part{chance.randrange(200)}.py"
        content = some(60, 300)
        yield Step("ask", number, f"Please change {path}. {some(1, 4)}")
        yield Step("think", number + 1, some(2, 8))
        yield Step("read", number + 2, content, path)
        for edit in range(3):
            old = chance.choice(content.split("\n"))
            new = f"{chance.choice(pool)}  # {number}"
            yield Step("edit", number + 3 + edit, f"The file {path} has been updated.", path, old, new, content)
            content = content.replace(old, new, 1)
        yield Step("run", number + 6, some(20, 250))
        yield Step("answer", number + 7, some(1, 6))


def call_of(step: Step, *, edit: str, read: str, run: str) -> tuple[str, Line]:
    if step.kind == "edit":
        return edit, {"path": step.path, "file_path": step.path, "oldText": step.old, "newText": step.new}
    return (read, {"path": step.path}) if step.kind == "read" else (run, {"command": "python -m pytest -q"})


def _line(chance: random.Random) -> str:
    """A line of code, of a log, of a listing, or of prose."""
    names = chance.choices(_NAMES, k=9)
    digest = chance.randbytes(20).hex()
    return chance.choice(
        (
            f"    {names[0]}_{names[1]} = {names[2]}({names[3]}, {chance.randrange(900)}, key={names[4]!r})",
            f"        if {names[0]}.{names[1]} is None or {names[2]} > {chance.random():.4f}:",
            f"2026-02-{chance.randrange(1, 28):02d} 12:{chance.randrange(60):02d}:07 INFO {names[0]} handled {digest[:12]} in {chance.randrange(900)} ms",
            f"tests/test_{names[0]}.py::test_{names[1]}_{names[2]} PASSED [{chance.randrange(100):3d}%]",
            f"-rw-r--r-- 1 dana dana {chance.randrange(90000):6d} Feb  1 12:00 src/{names[0]}/{names[1]}.py",
            f"{digest} {names[0]} {names[1]} {names[2]}",
            " ".join(names).capitalize() + ".",
            " ".join(chance.choices(_NAMES, k=16)),
        )
    )


def stamp(number: int, now: float = 0.0) -> str:
    """`number` seconds after `now`, as agents write times."""
    moment = datetime.datetime.fromtimestamp((now or BEGAN) + number, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def uuid_of(of: str) -> str:
    digest = hashlib.sha256(of.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def opaque(number: int) -> str:
    """Something opaque, as a provider signs its model's reasoning with."""
    return "".join(chr(65 + ord(each) % 26) for each in hashlib.sha512(str(number).encode()).hexdigest()) * 3
