"""Redirections: the redirections of a command go in, where its streams lead comes out, and afterwards what that wrote."""

from typing import NamedTuple

from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.state import MORE, UNSURE, Outcome, Shell
from gittraj.replay.shell.tree import Redirect

_NULL = ("/dev/null", "/dev/tty")


class Sink(NamedTuple):
    """A stream's end: "out" and "err" are inherited, "null" loses everything, "file" is a file."""

    kind: str
    path: str = ""
    append: bool = False


OUT, ERR, NULL = Sink("out"), Sink("err"), Sink("null")


class Streams:
    """Where streams lead. `targets`: all files opened for writing; `certain`: that they could be opened, so the command ran."""

    def __init__(self, stdin: bytes | None) -> None:
        self.stdin = stdin
        self.out = OUT
        self.err = ERR
        self.opened: list[Sink] = []
        self.certain = True

    @property
    def targets(self) -> list[str]:
        """The paths of the files opened for writing."""
        return [sink.path for sink in self.opened]


def streams(redirects: tuple[Redirect, ...], shell: Shell, stdin: bytes | None, *, succeeded: bool) -> Streams:
    """The streams after all redirections. Raises `Doubt` where it is not known which file is meant."""
    found = Streams(stdin)
    for redirect in redirects:
        if redirect.fd > 2:
            raise Doubt("a stream of its own", unknown=True)
        if redirect.operator.startswith("<"):
            _input(redirect, shell, found, succeeded)
        else:
            _output(redirect, shell, found, succeeded)
    return found


def _input(redirect: Redirect, shell: Shell, found: Streams, succeeded: bool) -> None:
    if redirect.fd or redirect.operator in ("<&", "<>"):
        raise Doubt("a stream of its own", unknown=True)
    if redirect.operator in ("<<", "<<-"):
        found.stdin = _encoded(shell.value(redirect.here[0]))
        return
    if redirect.operator == "<<<":
        text = _encoded(shell.value(redirect.target))
        found.stdin = None if text is None else text + b"\n"
        return
    try:
        found.stdin = shell.files.content(shell.file(_target(redirect, shell)))
    except Doubt:
        found.stdin = None
        found.certain &= succeeded


def _output(redirect: Redirect, shell: Shell, found: Streams, succeeded: bool) -> None:
    name = _target(redirect, shell)
    both = redirect.operator in ("&>", "&>>")
    if redirect.operator == ">&":
        if name in ("1", "2"):
            end = found.out if name == "1" else found.err
            if redirect.fd == 1:
                found.out = end
            else:
                found.err = end
            return
        if name.isdigit() or name.startswith("-") or redirect.fd != 1:
            raise Doubt("a stream of its own", unknown=True)
        both = True
    sink = {"/dev/stdout": OUT, "/dev/stderr": ERR}.get(name)
    if name in _NULL:
        sink = NULL
    if sink is None:
        path = shell.path(name)
        if name.endswith("/") or path.startswith(("/dev/", "/proc/")):
            raise Doubt("a target that is no file", unknown=True)
        sink = Sink("file", path, redirect.operator in (">>", "&>>"))
        found.certain &= shell.can_create(path, succeeded)
        found.opened.append(sink)
    if both or redirect.fd == 1:
        found.out = sink
    if both or redirect.fd == 2:
        found.err = sink


def finish(found: Streams, outcome: Outcome, shell: Shell, *, mixed: bool) -> Outcome:
    """Let what was printed reach the files; returns what is left for the outer streams.

    An output that is known means that nothing went to the error stream. `mixed`: the command may have read what it printed.
    """
    targets = found.targets
    for sink in found.opened:
        content = (
            outcome.output
            if sink is found.out
            else b""
            if sink is not found.err or outcome.output is not None
            else None
        )
        try:
            if content is None or targets.count(sink.path) > 1 or mixed:
                raise Doubt("what was written is not known")
            old = (shell.files.read(sink.path) or b"") if sink.append else b""
            shell.write(sink.path, old + content)
        except Doubt as doubt:
            if doubt.unknown:
                raise
            shell.files.cloud([sink.path])
    if found.out == OUT:
        return outcome
    silent = outcome.output is not None or found.err.kind in ("null", "file")
    if found.out == ERR and outcome.output != b"":
        silent = False
    return Outcome(outcome.status, b"" if silent else None)


def _target(redirect: Redirect, shell: Shell) -> str:
    fields = shell.fields(redirect.target)
    if len(fields) != 1 or fields[0] in (UNSURE, MORE):
        raise Doubt("the target of a redirection is not known", unknown=True)
    return fields[0]


def _encoded(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
