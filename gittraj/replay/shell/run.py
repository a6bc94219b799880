"""The walk over a parsed text: lists, pipelines and compound commands go in, their effect on the files comes out.

Three things may be known of a step: that it ended with 0, that it did not, or neither. After ``&&`` a step that may have failed
makes what follows uncertain, unless the whole is known to have ended with 0 (`want`).
"""

from gittraj.replay.shell.files import Doubt, ShellWrite
from gittraj.replay.shell.redirect import Streams, finish, streams
from gittraj.replay.shell.simple import simple
from gittraj.replay.shell.state import DONE, MORE, UNKNOWN, UNSURE, Exit, Outcome, Shell
from gittraj.replay.shell.tree import (
    AndOr,
    Body,
    Command,
    For,
    Group,
    If,
    Pipeline,
    Simple,
    Substitution,
    While,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def run(body: Body, shell: Shell, exit_code: int | None) -> Outcome:
    """Let a whole text happen. Raises `Doubt` where anything may have happened."""
    shell.substitute = _substitute
    shell.script = lambda inner, child, stdin, want: _alone(inner, child, stdin, want, checked=True)
    return _alone(body, shell, b"", 0 if exit_code == 0 else None, checked=True)


def _alone(body: Body, shell: Shell, stdin: bytes | None, want: int | None, *, checked: bool = False) -> Outcome:
    """A list in a process of its own, which may exit."""
    level = shell.level[0]
    try:
        return _list(body, shell, stdin, want, checked=checked)
    except Exit as end:
        shell.level[0] = level
        return Outcome(end.status, None)


def _list(body: Body, shell: Shell, stdin: bytes | None, want: int | None, *, checked: bool = False) -> Outcome:
    """A list; `checked`: no condition lies around it, so that its failures end the shell under ``set -e``."""
    printed: list[bytes | None] = []
    status: int | None = 0
    shell.enter()
    for index, item in enumerate(body):
        last = index == len(body) - 1
        plain = not item.rest and not item.first.negated
        strict = shell.errexit and checked and plain
        outcome = _and_or(item, shell, stdin, want if last or strict else None)
        printed.append(outcome.output)
        status = outcome.status
        if shell.errexit and not last and status != 0 and not (checked and want == 0):
            if strict and status is not None:
                raise Exit(status)
            shell.maybe = shell.exits = True  # it may have ended here
    shell.leave()
    return Outcome(status, joined(printed))


def touched(writes: list[ShellWrite]) -> list[str]:
    """All paths that `writes` changed."""
    return [path for write in writes for path in (write.path, write.moved_from) if path]


def joined(printed: list[bytes | None]) -> bytes | None:
    """All that was printed, None where a part is not known."""
    return None if None in printed else b"".join(part or b"" for part in printed)


def _and_or(item: AndOr, shell: Shell, stdin: bytes | None, want: int | None) -> Outcome:
    if item.background:
        inner = shell.child()
        inner.maybe = True
        _chain(item, inner, b"", None)
        return Outcome(0, None)
    return _chain(item, shell, stdin, want)


def _chain(item: AndOr, shell: Shell, stdin: bytes | None, want: int | None) -> Outcome:
    operators = [operator for operator, _ in item.rest]
    all_and = "||" not in operators
    outcome = _pipeline(item.first, shell, stdin, want if all_and else None)
    for index, (operator, pipeline) in enumerate(item.rest):
        later_or = "||" in operators[index + 1 :]
        wanted = want if not later_or and (operator == "&&" or index == len(item.rest) - 1) else None
        runs = None if outcome.status is None else (outcome.status == 0) == (operator == "&&")
        if runs is None and operator == "&&" and wanted == 0:
            runs = True  # the whole ended with 0, and nothing after could have made up for a failure
        if runs is False:
            continue
        if runs:
            following = _pipeline(pipeline, shell, stdin, wanted)
            outcome = Outcome(following.status, joined([outcome.output, following.output]))
            continue
        maybe, cwd = shell.maybe, shell.cwd
        shell.maybe = True
        if operator == "&&" and shell.hoped:
            shell.cwd = shell.hoped
        following = _pipeline(pipeline, shell, stdin, None)
        shell.maybe = maybe or shell.exits
        shell.hoped, shell.cwd = (shell.cwd or "", None) if shell.cwd != cwd else ("", cwd)
        sure = 0 if operator == "||" and following.status == 0 else None
        outcome = Outcome(sure, outcome.output if following.output == b"" else None)
    return outcome


def _pipeline(pipeline: Pipeline, shell: Shell, stdin: bytes | None, want: int | None) -> Outcome:
    want = None if pipeline.negated else want
    shell.hoped = ""
    if len(pipeline.stages) == 1:
        outcome = _command(pipeline.stages[0], shell, stdin, want)
    else:
        outcome = _stages(pipeline, shell, stdin, want)
    if pipeline.negated:
        shell.hoped = ""
        return Outcome(None if outcome.status is None else int(outcome.status == 0), outcome.output)
    return outcome


def _stages(pipeline: Pipeline, shell: Shell, stdin: bytes | None, want: int | None) -> Outcome:
    files = shell.files
    statuses: list[int | None] = []
    outer, files.read_now = files.read_now, set()
    outcome, level = DONE, shell.level[0]
    for index, stage in enumerate(pipeline.stages):
        last = index == len(pipeline.stages) - 1
        before, read = len(files.writes), set(files.read_now)
        try:
            outcome = _command(stage, shell.child(), stdin, want if last or shell.pipefail else None)
        except Exit as end:
            shell.level[0] = level
            outcome = Outcome(end.status, None)
        written = touched(files.writes[before:])
        now, files.read_now = files.read_now, read
        files.cloud(path for path in written if not last or files.was_read(path))  # stages run at the same time
        files.read_now = now
        stdin = None if pipeline.merged[index] else outcome.output
        statuses.append(outcome.status)
    files.read_now |= outer
    status = statuses[-1]
    if shell.pipefail and status == 0:
        status = 0 if not any(statuses[:-1]) and None not in statuses else None
    return Outcome(status, outcome.output)


def _command(command: Command, shell: Shell, stdin: bytes | None, want: int | None) -> Outcome:
    shell.step()
    if isinstance(command, Simple):
        fields = simple(command, shell)
        return _redirected(command, shell, stdin, want, lambda found: fields(found.stdin, want))
    return _redirected(command, shell, stdin, want, lambda found: _compound(command, shell, found.stdin, want))


def _redirected(
    command: Command, shell: Shell, stdin: bytes | None, want: int | None, inner: "Callable[[Streams], Outcome]"
) -> Outcome:
    """Run `inner` with its streams redirected."""
    if not command.redirects:
        return inner(Streams(stdin))
    files, maybe, before, cwd = shell.files, shell.maybe, len(shell.files.writes), shell.cwd
    outer, files.read_now = files.read_now, set()
    found = streams(command.redirects, shell, stdin, succeeded=want == 0)
    shell.maybe = maybe or not found.certain
    try:
        outcome = inner(found)
    except (Doubt, Exit):
        files.cloud(found.targets)
        raise
    written = touched(files.writes[before:])
    # the files were emptied before the command looked at them
    mixed = any(files.was_read(path) or path in written for path in found.targets)
    if mixed:
        files.cloud(written)
        if written or not isinstance(command, Simple):
            files.cloud(found.targets)
            raise Doubt("a command reads the file that it prints to", unknown=True)
        outcome = UNKNOWN
    outcome = finish(found, outcome, shell, mixed=mixed)
    files.read_now |= outer
    shell.maybe = maybe or shell.exits
    if found.certain:
        return outcome
    shell.hoped, shell.cwd = "", cwd if shell.cwd == cwd else None
    return UNKNOWN


def _compound(command: Command, shell: Shell, stdin: bytes | None, want: int | None) -> Outcome:
    if isinstance(command, Group):
        if command.subshell:
            return _alone(command.body, shell.child(), stdin, want)
        return _list(command.body, shell, stdin, want)
    if isinstance(command, If):
        return _if(command, shell, stdin, want)
    if isinstance(command, For):
        return _for(command, shell, stdin)
    if isinstance(command, While):
        _maybe(command.condition, shell)
        _maybe(command.body, shell)
        return UNKNOWN
    if not isinstance(command, Simple):
        for word in command.words:
            shell.value(word)
    return Outcome(None, b"")


def _if(command: If, shell: Shell, stdin: bytes | None, want: int | None) -> Outcome:
    for index, (condition, body) in enumerate(command.branches):
        outcome = _list(condition, shell, stdin, None)
        if outcome.status == 0:
            following = _list(body, shell, stdin, want)
            return Outcome(following.status, joined([outcome.output, following.output]))
        if outcome.status is None:
            _maybe(body, shell)
            for later, other in command.branches[index + 1 :]:
                _maybe(later, shell)
                _maybe(other, shell)
            _maybe(command.otherwise, shell)
            return UNKNOWN
        if outcome.output != b"":
            raise Doubt("a condition that prints", unknown=True)
    return _list(command.otherwise, shell, stdin, want) if command.otherwise else DONE


def _for(command: For, shell: Shell, stdin: bytes | None) -> Outcome:
    values = [UNSURE] if command.words is None else [field for word in command.words for field in shell.fields(word)]
    if shell.maybe or UNSURE in values or MORE in values:
        shell.variables[command.name] = None
        _maybe(command.body, shell)
        return UNKNOWN
    status: int | None = 0
    printed: list[bytes | None] = []
    for value in values:
        shell.variables[command.name] = value
        outcome = _list(command.body, shell, stdin, None)
        status = outcome.status
        printed.append(outcome.output)
        if shell.errexit and status != 0:
            shell.maybe = shell.exits = True
    return Outcome(status, joined(printed))


def _maybe(body: Body, shell: Shell) -> None:
    """Commands that may run, once, never or several times."""
    maybe, cwd, variables = shell.maybe, shell.cwd, dict(shell.variables)
    shell.maybe = True
    _list(body, shell, None, None)
    shell.maybe = maybe or shell.exits
    shell.cwd = cwd if shell.cwd == cwd else None
    for name in {**shell.variables, **variables}:
        if shell.variables.get(name) != variables.get(name):
            shell.variables[name] = None


def _substitute(part: Substitution, shell: Shell) -> bytes | None:
    before = len(shell.files.writes)
    outcome = _alone(part.body, shell.child(), None, None)
    written = [write.path for write in shell.files.writes[before:]]
    if written:
        shell.files.cloud(written)
        raise Doubt("a substitution that writes", unknown=True)
    return outcome.output if outcome.status == 0 else None
