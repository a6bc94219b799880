"""sed scripts: a script goes in, its commands come out, and what they make of a text (POSIX.1-2017 XCU sed, GNU sed 4)."""

import re
from typing import NamedTuple

from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.pattern import compile_pattern
from gittraj.replay.shell.regex import MAX_CELLS, Pattern
from gittraj.replay.shell.substitute import Substitution, split, substituted

_FLAGS = re.compile(r"[gpIi0-9]*")
_ADDRESS = re.compile(r"[1-9][0-9]{0,8}|\$")


class Dialect(NamedTuple):
    """How a script is read. `gnu`: with GNU's additions, else only what POSIX has. `wide`: characters are more than bytes."""

    extended: bool
    gnu: bool
    wide: bool = True

    def pattern(self, text: str, fold: bool) -> Pattern:
        """A pattern of this dialect."""
        return compile_pattern(text, "extended" if self.extended else "basic", fold=fold, wide=self.wide, gnu=self.gnu)


class Address(NamedTuple):
    """A line number, "$" for the last line, or a pattern; `more`: so many lines after the first address."""

    line: int = 0
    last: bool = False
    pattern: Pattern | None = None
    more: int = -1


class Command(NamedTuple):
    """`name`: s, d, p, i, a or c; `text` for the last three."""

    name: str
    first: Address | None
    second: Address | None
    negated: bool
    text: str = ""
    substitution: Substitution | None = None


def parse(script: str, dialect: Dialect) -> list[Command]:
    """The commands of a script. Raises `Doubt`; with `unknown` where a command may do anything (w, e, what is not understood)."""
    commands: list[Command] = []
    at = 0
    while True:
        while script[at : at + 1] in tuple(" \t\n;"):
            at += 1
        if at >= len(script):
            return commands
        if script[at] == "#":
            if at == 0 and script.startswith("#n\n"):
                raise Doubt("a script that switches printing off")
            end = script.find("\n", at)
            at = len(script) if end < 0 else end
            continue
        command, at = _command(script, at, dialect)
        commands.append(command)


def _command(script: str, at: int, dialect: Dialect) -> tuple[Command, int]:
    first, at = _address(script, at, dialect)
    second = None
    if first is not None and script[at : at + 1] == ",":
        more = re.compile(r"\+(\d{1,9})").match(script, at + 1)
        if more and dialect.gnu:
            second, at = Address(more=int(more[1])), more.end()
        else:
            second, at = _address(script, at + 1, dialect)
        if second is None:
            raise Doubt("an address that is not plain", unknown=True)
    while script[at : at + 1] == " ":
        at += 1
    negated = script[at : at + 1] == "!"
    if negated:
        at += 1
        while script[at : at + 1] == " ":
            at += 1
    name = script[at : at + 1]
    if name in ("d", "p"):
        return Command(name, first, second, negated), _ended(script, at + 1)
    if name == "s":
        substitution, at = _substitution(script, at + 1, dialect)
        return Command(name, first, second, negated, "", substitution), _ended(script, at)
    if name and name in "aic" and dialect.gnu:
        text, at = _text(script, at + 1)
        return Command(name, first, second, negated, text), at
    raise Doubt(f"sed command {name!r} is not interpreted", unknown=True)


def _ended(script: str, at: int) -> int:
    rest = script[at : at + 1]
    if rest and rest not in " ;\n":
        raise Doubt("what follows a sed command is not understood", unknown=True)
    return at


def _address(script: str, at: int, dialect: Dialect) -> tuple[Address | None, int]:
    match = _ADDRESS.match(script, at)
    if match:
        if script[match.end() : match.end() + 1] == "~":
            raise Doubt("an address by steps")
        return (Address(last=True) if match[0] == "$" else Address(line=int(match[0]))), match.end()
    if script[at : at + 1] != "/":
        return None, at
    text = ""
    at += 1
    while (char := script[at : at + 1]) != "/":
        if not char:
            raise Doubt("an address does not end", unknown=True)
        width = 2 if char == "\\" else 1
        part = script[at : at + width]
        text += "/" if part == "\\/" else part
        at += width
    fold = script[at + 1 : at + 2] == "I"
    if fold and not dialect.gnu:
        raise Doubt("a flag of GNU")
    if "\n" in text:
        raise Doubt("a line end in a pattern")
    return Address(pattern=dialect.pattern(text, fold)), at + 1 + fold


def _substitution(script: str, at: int, dialect: Dialect) -> tuple[Substitution, int]:
    pattern, replacement, at = split(script, at)
    match = _FLAGS.match(script, at)
    flags = match[0] if match else ""
    numbers = re.findall(r"\d+", flags)
    fold = "I" in flags or "i" in flags
    if (
        len(numbers) > 1
        or numbers[:1] == ["0"]
        or len("".join(numbers)) > 6
        or (fold and not dialect.gnu)
        or flags.count("g") > 1
    ):
        raise Doubt("flags that are not plain")
    if re.match(r"[wemM]", script[at + len(flags) : at + len(flags) + 1]):
        raise Doubt("a substitution that writes or runs", unknown=True)
    if "\n" in pattern:
        raise Doubt("a line end in a pattern")
    compiled = dialect.pattern(pattern, fold)
    pieces = _pieces(replacement, compiled, dialect)
    return Substitution(compiled, pieces, "g" in flags, int(numbers[0]) if numbers else 1, "p" in flags), at + len(
        flags
    )


def _pieces(replacement: str, pattern: Pattern, dialect: Dialect) -> tuple[str | int, ...]:
    pieces: list[str | int] = []
    at = 0
    while at < len(replacement):
        char = replacement[at]
        at += 1
        if char == "&":
            pieces.append(0)
        elif char == "\n":
            raise Doubt("a line end in a replacement")
        elif char != "\\":
            pieces.append(char)
        else:
            follow = replacement[at : at + 1]
            at += 1
            if follow.isdigit() and follow != "0":
                if int(follow) > pattern.groups or int(follow) in pattern.quantified:
                    raise Doubt("a group that took no part, or several times")
                pieces.append(int(follow))
            elif follow in ("n", "t") and dialect.gnu:
                pieces.append({"n": "\n", "t": "\t"}[follow])
            elif not follow or follow.isalnum() or not follow.isascii():
                raise Doubt("an escape that is not plain")
            else:
                pieces.append(follow)
    return tuple(pieces)


def _text(script: str, at: int) -> tuple[str, int]:
    start = re.compile(r"[ \t]*(?:\\\n)?").match(script, at)
    assert start is not None
    at = start.end()
    end = script.find("\n", at)
    end = len(script) if end < 0 else end
    text = script[at:end]
    while text.endswith("\\") and not text.endswith("\\\\") and end < len(script):
        following = script.find("\n", end + 1)
        following = len(script) if following < 0 else following
        text = text[:-1] + "\n" + script[end + 1 : following]
        end = following
    if "\\" in text or not text or (text[:1] in " \t" and "\\\n" in start[0]):
        raise Doubt("a text with escapes")
    return text, end


class Run:
    """One script over one text."""

    def __init__(self, commands: list[Command], quiet: bool) -> None:
        self._commands = commands
        self._quiet = quiet
        self._until: dict[int, int] = {}  # command -> line where its range ends; 0: at a pattern or the last line
        self._out: list[str] = []
        self._unended = False
        self._budget = [MAX_CELLS]

    def over(self, text: str) -> str:
        """What sed prints for `text`."""
        lines = text.split("\n")
        ended = lines[-1] == ""
        if ended:
            lines.pop()
        for index, line in enumerate(lines):
            last = index == len(lines) - 1
            self._cycle(line, index + 1, last, ended or not last)
        return "".join(self._out)

    def _print(self, line: str, ended: bool) -> None:
        if self._unended:
            self._out.append("\n")
        self._out.append(line + "\n" if ended else line)
        self._unended = not ended

    def _cycle(self, line: str, number: int, last: bool, ended: bool) -> None:
        after: list[str] = []
        kept = True
        for index, command in enumerate(self._commands):
            chosen, closes = self._chosen(index, command, line, number, last)
            if chosen == command.negated:
                continue
            if command.name == "d":
                kept = False
            elif command.name == "c":
                if command.second is None or command.negated or closes:
                    self._print(command.text, True)
                kept = False
            elif command.name == "p":
                self._print(line, ended)
            elif command.name == "i":
                self._print(command.text, True)
            elif command.name == "a":
                after.append(command.text)
            elif command.substitution:
                line, changed = substituted(line, command.substitution, self._budget)
                if changed and command.substitution.prints:
                    self._print(line, ended)
            if not kept:
                break
        if kept and not self._quiet:
            self._print(line, ended)
        for text in after:
            self._print(text, True)

    def _chosen(self, index: int, command: Command, line: str, number: int, last: bool) -> tuple[bool, bool]:
        """Whether the addresses choose this line, and whether their range ends with it."""
        if command.first is None:
            return True, True
        if command.second is None:
            return self._at(command.first, line, number, last), True
        until = self._until.get(index)
        second = command.second
        if until is not None:
            if second.pattern is not None or second.last:
                closes = self._at(second, line, number, last)
            else:
                closes = number >= until
                if number > until:  # the range was left while other commands skipped this one
                    raise Doubt("a range that ends in a line that was not seen")
            if closes:
                del self._until[index]
            return True, closes
        if not self._at(command.first, line, number, last):
            return False, False
        end = number + second.more if second.more >= 0 else second.line
        if (second.last and last) or (not second.last and second.pattern is None and end <= number):
            return True, True
        self._until[index] = end
        return True, False

    def _at(self, address: Address, line: str, number: int, last: bool) -> bool:
        if address.pattern is not None:
            if address.pattern.fold and not line.isascii():
                raise Doubt("letter case beyond ASCII")
            searcher = address.pattern.on(line, self._budget)
            return searcher is not None and searcher.search(0) is not None
        return last if address.last else number == address.line
