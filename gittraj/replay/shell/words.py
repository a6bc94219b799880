"""Shell words: a text and a position go in, one word in parts comes out (quotes, variables, substitutions, here-documents).

After the Shell Command Language of POSIX.1-2017 (XCU 2.2, 2.3, 2.6) and what bash adds to it.
"""

import re

from gittraj.replay.shell.escapes import ansi_c
from gittraj.replay.shell.tree import Body, Opaque, Part, Redirect, Substitution, Text, Unreadable, Variable, Word

MAX_TEXT = 1_000_000  # no one types a longer command; a hostile trace may hold one
MAX_NESTING = 50  # bounds the recursion of parser and interpreter, far below Python's own limit

_PLAIN = re.compile(r"[^\s;&|<>()'\"\\$`]+")
_IN_QUOTES = re.compile(r"[^\"\\$`]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ARITHMETIC = re.compile(r"[\w\s$+\-*/%<>!&|^?:,{}()]*")
_META = frozenset(" \t\n;&|<>()")


class Scanner:
    """Reads words from `text`; `depth` counts how deep this text already lies in others; `bash`: what only bash knows is read."""

    def __init__(self, text: str, depth: int = 0, *, bash: bool = True) -> None:
        if len(text) > MAX_TEXT:
            raise Unreadable("longer than is looked into")
        self.text = text
        self.pos = 0
        self.depth = depth
        self.bash = bash
        self.pending: list[tuple[Redirect, str, bool]] = []

    def only_bash(self) -> None:
        """What follows has a meaning in bash and another, or none, elsewhere. Raises `Unreadable` where bash is not certain."""
        if not self.bash:
            raise Unreadable("a form that shells do not agree about")

    def body_until(self, end: str) -> Body:
        """The commands up to the operator `end`, which is consumed."""
        raise NotImplementedError

    def nested(self, text: str) -> Body:
        """The commands of another text inside this one (backquotes)."""
        raise NotImplementedError

    def peek(self, count: int = 1) -> str:
        """The next characters, fewer at the end."""
        return self.text[self.pos : self.pos + count]

    def word(self) -> Word:
        """One word; () where none starts here."""
        parts: list[Part] = []
        while self.pos < len(self.text):
            char = self.text[self.pos]
            if char in "<>" and not parts and self.peek(2) in ("<(", ">("):
                parts.append(self._process(char))
            elif char in _META:
                if char == "(" and parts:
                    raise Unreadable("a function, an array or an extended glob")
                break
            elif char == "'":
                parts.append(Text(self._single(), True))
            elif char == '"':
                self.pos += 1
                parts.extend(self.quoted('"'))
            elif char == "\\":
                if self.peek(2) != "\\\n":
                    parts.append(Text(self.peek(2)[1:] or "\\", True))
                self.pos += 2
            elif char == "$":
                parts.append(self._dollar(False))
            elif char == "`":
                parts.append(self._backquote(False))
            else:
                plain = _PLAIN.match(self.text, self.pos)
                if plain is None:  # a kind of white space that separates no words
                    raise Unreadable("white space that shells do not agree about")
                self.pos = plain.end()
                parts.append(Text(plain[0], False))
        return tuple(parts)

    def quoted(self, end: str) -> list[Part]:
        """The parts up to the closing double quote; with `end` "" up to the end of the text (a here-document)."""
        parts: list[Part] = []
        run: list[str] = []
        special = '$`"\\\n' if end else "$`\\\n"
        while True:
            if self.pos >= len(self.text):
                if end:
                    raise Unreadable("a quote is not closed")
                break
            char = self.text[self.pos]
            if char == end:
                self.pos += 1
                break
            if char == "\\":
                follow = self.peek(2)[1:]
                if follow == "\n":
                    pass
                elif follow and follow in special:
                    run.append(follow)
                else:
                    run.append("\\" + follow)
                self.pos += 2
            elif char in "$`":
                parts.append(Text("".join(run), True))
                run = []
                parts.append(self._dollar(True) if char == "$" else self._backquote(True))
            elif char == '"':  # in a here-document
                run.append(char)
                self.pos += 1
            else:
                plain = _IN_QUOTES.match(self.text, self.pos)
                assert plain is not None
                run.append(plain[0])
                self.pos = plain.end()
        parts.append(Text("".join(run), True))
        return parts

    def read_here_documents(self) -> None:
        """The bodies of the here-documents announced on the line that just ended."""
        for redirect, delimiter, literal in self.pending:
            redirect.here.append(self._here(delimiter, literal, redirect.operator == "<<-"))
        self.pending.clear()

    def _here(self, delimiter: str, literal: bool, strip_tabs: bool) -> Word:
        lines: list[str] = []
        while self.pos < len(self.text):
            end = self.text.find("\n", self.pos)
            end = len(self.text) if end < 0 else end
            line = self.text[self.pos : end]
            self.pos = min(end + 1, len(self.text))
            if strip_tabs:
                line = line.lstrip("\t")
            if line == delimiter:
                body = "".join(lines)
                if literal:
                    return (Text(body, True),)
                inner = type(self)(body, self.depth + 1, bash=self.bash)
                return tuple(inner.quoted(""))
            if not literal and (len(line) - len(line.rstrip("\\"))) % 2:
                raise Unreadable("a continued line in a here-document")
            lines.append(line + "\n")
        raise Unreadable("a here-document does not end")

    def _single(self) -> str:
        end = self.text.find("'", self.pos + 1)
        if end < 0:
            raise Unreadable("a quote is not closed")
        inner = self.text[self.pos + 1 : end]
        self.pos = end + 1
        return inner

    def _process(self, direction: str) -> Part:
        self.only_bash()
        if direction == ">":
            raise Unreadable("a process substitution that is written to")
        self.pos += 2
        return Substitution(self.body_until(")"), True, False)

    def _backquote(self, quoted: bool) -> Part:
        inner: list[str] = []
        self.pos += 1
        while (char := self.peek()) != "`":
            if not char:
                raise Unreadable("a backquote is not closed")
            if char == "\\" and self.peek(2)[1:] in tuple('$`\\"' if quoted else "$`\\"):
                self.pos += 1
                char = self.peek()
            inner.append(char)
            self.pos += 1
        self.pos += 1
        return Substitution(self.nested("".join(inner)), quoted)

    def _dollar(self, quoted: bool) -> Part:
        follow = self.peek(2)[1:]
        if self.peek(3) == "$((":
            return self._arithmetic()
        if follow == "(":
            self.pos += 2
            return Substitution(self.body_until(")"), quoted)
        if follow == "{":
            return self._braces(quoted)
        name = _NAME.match(self.text, self.pos + 1)
        if name:
            self.pos = name.end()
            return Variable(name[0], quoted)
        if follow and follow in "?#@*$!-0123456789":
            self.pos += 2
            return Opaque()
        if follow == "'" and not quoted:
            self.only_bash()
            decoded, self.pos = ansi_c(self.text, self.pos + 2)
            return Text(decoded, True)
        if follow == '"' and not quoted:
            raise Unreadable("a translated string")
        if follow == "[":
            raise Unreadable("old arithmetic")
        self.pos += 1
        return Text("$", True)

    def _arithmetic(self) -> Part:
        end = self.text.find("))", self.pos)
        inner = self.text[self.pos + 3 : end]
        if end < 0 or not _ARITHMETIC.fullmatch(inner) or "$(" in inner or "++" in inner or "--" in inner:
            raise Unreadable("arithmetic with side effects")
        self.pos = end + 2
        return Opaque()

    def _braces(self, quoted: bool) -> Part:
        depth, end = 0, self.pos + 1
        while True:
            char = self.text[end : end + 1]
            if not char or char in "'\"\\`\n" or self.text.startswith("$(", end):
                raise Unreadable("a parameter expansion that is not simple")
            depth += (char == "{") - (char == "}")
            end += 1
            if not depth:
                break
        inner = self.text[self.pos + 2 : end - 1]
        self.pos = end
        if _NAME.fullmatch(inner):
            return Variable(inner, quoted)
        if "=" in inner.split("/", 1)[0] or "?" in inner:
            raise Unreadable("a parameter expansion with side effects")
        return Opaque()
