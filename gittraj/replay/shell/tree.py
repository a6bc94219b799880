"""What a parsed shell text consists of: words in parts, commands, pipelines, lists; structs only."""

from typing import NamedTuple, TypeAlias


class Unreadable(Exception):
    """The text is not shell as this room understands it, or larger than it looks into."""


class Text(NamedTuple):
    """Literal text; unquoted text may still hold a glob or a tilde."""

    text: str
    quoted: bool


class Variable(NamedTuple):
    """``$name``."""

    name: str
    quoted: bool


class Substitution(NamedTuple):
    """``$(…)``, backquotes or ``<(…)``; `value` tells whether its output is the text (not so for ``<(…)``)."""

    body: "Body"
    quoted: bool
    value: bool = True


class Opaque(NamedTuple):
    """A part without side effect whose value cannot be told (``$((…))``, ``${a:-b}``, ``$?``)."""


Part: TypeAlias = Text | Variable | Substitution | Opaque
Word: TypeAlias = tuple[Part, ...]


class Redirect(NamedTuple):
    """`here` holds the body of a here-document (one word) once it has been read."""

    fd: int
    operator: str
    target: Word
    here: list[Word]


class Assignment(NamedTuple):
    """``name=value`` or ``name+=value``."""

    name: str
    value: Word
    append: bool


class Simple(NamedTuple):
    """A simple command."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


class Group(NamedTuple):
    """``( … )`` or ``{ …; }``."""

    body: "Body"
    subshell: bool
    redirects: tuple[Redirect, ...]


class If(NamedTuple):
    """``if … then … elif … else … fi``; `branches` are pairs of condition and body."""

    branches: tuple[tuple["Body", "Body"], ...]
    otherwise: "Body"
    redirects: tuple[Redirect, ...]


class For(NamedTuple):
    """``for name in words; do … done``; `words` None: the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: "Body"
    redirects: tuple[Redirect, ...]


class While(NamedTuple):
    """``while …; do … done`` or ``until``."""

    condition: "Body"
    body: "Body"
    redirects: tuple[Redirect, ...]


class Test(NamedTuple):
    """``[[ … ]]``; only the words are kept, for the substitutions in them."""

    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


Command: TypeAlias = Simple | Group | If | For | While | Test


class Pipeline(NamedTuple):
    """Commands joined by ``|``; `merged[i]`: the i-th also sends its errors on (``|&``)."""

    stages: tuple[Command, ...]
    merged: tuple[bool, ...]
    negated: bool


class AndOr(NamedTuple):
    """A pipeline and what follows after ``&&`` or ``||``."""

    first: Pipeline
    rest: tuple[tuple[str, Pipeline], ...]
    background: bool


Body: TypeAlias = tuple[AndOr, ...]
