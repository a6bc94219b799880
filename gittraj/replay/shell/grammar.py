"""Shell grammar: a command line goes in, its lists, pipelines and commands come out (POSIX.1-2017 XCU 2.9, 2.10)."""

import re

from gittraj.replay.shell.tree import (
    AndOr,
    Assignment,
    Body,
    Command,
    For,
    Group,
    If,
    Pipeline,
    Redirect,
    Simple,
    Test,
    Text,
    Unreadable,
    While,
    Word,
)  # fmt: skip
from gittraj.replay.shell.words import MAX_NESTING, Scanner

_REDIRECT = re.compile(r"(?:(\d{1,2})(?=[<>]))?(&>>|&>|<<<|<<-|<<|>>|>\||>&|<&|<>|<|>)")
_RESERVED = re.compile(
    r"(if|then|elif|else|fi|for|while|until|do|done|case|esac|function|select|coproc|time|\{|\}|\[\[|!)(?=[\s;&|<>()]|$)"
)
_ENDS = frozenset(("then", "elif", "else", "fi", "do", "done", "esac", "}"))
_ASSIGNS = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")
_BLANK = re.compile(r"(?:[ \t]|\\\n)+")


def parse(text: str, depth: int = 0, *, bash: bool = True) -> Body:
    """The commands of `text`; `depth`: how deep it already lies in others; `bash`: as bash reads it. Raises `Unreadable`."""
    parser = Parser(text, depth, bash=bash)
    body = parser.body(frozenset())
    if parser.pos < len(text):
        raise Unreadable("what stands after the end")
    return body


class Parser(Scanner):
    """Recursive descent over one text."""

    def body_until(self, end: str) -> Body:
        """The commands up to the operator `end`, which is consumed."""
        outer, self.pending = self.pending, []
        body = self.body(frozenset())
        self._expect(end)
        if self.pending:
            raise Unreadable("a here-document does not end")
        self.pending = outer
        return body

    def nested(self, text: str) -> Body:
        """The commands of another text inside this one."""
        return parse(text, self.depth + 1, bash=self.bash)

    def body(self, ends: frozenset[str]) -> Body:
        """A list up to one of the reserved words `ends` (not consumed), a closing parenthesis or the end of the text."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise Unreadable("nested deeper than is looked into")
        items: list[AndOr] = []
        while True:
            self._newlines()
            if self.pos >= len(self.text) or self.peek() == ")":
                break
            word = self.reserved()
            if word in _ENDS:
                if word not in ends:
                    raise Unreadable(f"{word} without its beginning")
                break
            items.append(self._and_or())
        if self.pos >= len(self.text) and (ends or self.pending):
            raise Unreadable("the text ends too early")
        self.depth -= 1
        return tuple(items)

    def _and_or(self) -> AndOr:
        first = self._pipeline()
        rest: list[tuple[str, Pipeline]] = []
        while self.blank().peek(2) in ("&&", "||"):
            operator = self.peek(2)
            self.pos += 2
            self._newlines()
            rest.append((operator, self._pipeline()))
        background = self.peek() == "&"
        if self.peek(2) == ";;":
            raise Unreadable("a case without its beginning")
        if self.peek() in ("&", ";"):
            self.pos += 1
        elif self.peek() not in ("", "\n", ")"):
            raise Unreadable(f"an unexpected {self.peek()}")
        return AndOr(first, tuple(rest), background)

    def _pipeline(self) -> Pipeline:
        negated = False
        while (word := self.blank().reserved()) in ("!", "time"):
            self.pos += len(word)
            negated ^= word == "!"
        stages, merged = [self._command()], []
        while self.blank().peek() == "|" and self.peek(2) != "||":
            merged.append(self.peek(2) == "|&")
            self.pos += 1 + merged[-1]
            if merged[-1]:
                self.only_bash()
            self._newlines()
            stages.append(self._command())
        return Pipeline(tuple(stages), (*merged, False), negated)

    def _command(self) -> Command:
        self.blank()
        if self.peek() == "(":
            if self.peek(2) == "((":
                raise Unreadable("arithmetic")
            self.pos += 1
            return Group(self.body_until(")"), True, self._redirects())
        word = self.reserved()
        if not word:
            return self._simple()
        self.pos += len(word)
        if word == "{":
            body = self.body(frozenset("}"))
            self._keyword("}")
            return Group(body, False, self._redirects())
        if word == "if":
            return self._if()
        if word in ("while", "until"):
            condition = self.body(frozenset(("do",)))
            return While(condition, self._loop(), self._redirects())
        if word == "for":
            return self._for()
        if word == "[[":
            return self._test()
        raise Unreadable(f"{word} is not interpreted")

    def _if(self) -> If:
        branches: list[tuple[Body, Body]] = []
        otherwise: Body = ()
        word = "if"
        while word != "fi":
            if word == "else":
                otherwise = self.body(frozenset(("fi",)))
                self._keyword("fi")
                break
            condition = self.body(frozenset(("then",)))
            self._keyword("then")
            branches.append((condition, self.body(frozenset(("elif", "else", "fi")))))
            word = self.reserved()
            self.pos += len(word)
        return If(tuple(branches), otherwise, self._redirects())

    def _for(self) -> For:
        self.blank()
        name = self.word()
        if len(name) != 1 or not isinstance(name[0], Text) or name[0].quoted:
            raise Unreadable("a loop without a name")
        words: list[Word] | None = None
        self._newlines()
        if re.match(r"in(?=[\s;])", self.text[self.pos : self.pos + 3]):
            self.pos += 2
            words = []
            while self.blank().peek() not in (";", "\n", ""):
                word = self.word()
                if not word:
                    raise Unreadable("an operator among the words of a loop")
                words.append(word)
        if self.peek() == ";":
            self.pos += 1
        self._newlines()
        return For(name[0].text, None if words is None else tuple(words), self._loop(), self._redirects())

    def _loop(self) -> Body:
        self._keyword("do")
        body = self.body(frozenset(("done",)))
        self._keyword("done")
        return body

    def _test(self) -> Test:
        words: list[Word] = []
        self.only_bash()
        while True:
            while self.blank().peek() in tuple("()<>|&\n"):
                self.pos += 1
            word = self.word()
            if not word:
                raise Unreadable("a test does not end")
            if word == (Text("]]", False),):
                return Test(tuple(words), self._redirects())
            words.append(word)

    def _simple(self) -> Simple:
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            self.blank()
            if self.peek() == "#":
                self._comment()
            found = self.redirect()
            if found:
                redirects.append(found)
                continue
            word = self.word()
            if not word:
                break
            assigns = isinstance(word[0], Text) and not word[0].quoted and _ASSIGNS.match(word[0].text)
            if assigns and not words:
                if assigns[2]:
                    self.only_bash()
                rest = Text(word[0].text[assigns.end() :], False)  # type: ignore[union-attr]
                value = ((rest,) if rest.text else ()) + word[1:]
                assignments.append(Assignment(assigns[1], value, assigns[2] == "+"))
            else:
                words.append(word)
        if not (assignments or words or redirects):
            raise Unreadable(f"an unexpected {self.peek() or 'end'}")
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def _redirects(self) -> tuple[Redirect, ...]:
        found: list[Redirect] = []
        while (one := self.blank().redirect()) is not None:
            found.append(one)
        return tuple(found)

    def redirect(self) -> Redirect | None:
        """The redirection that begins here, None where none does."""
        match = _REDIRECT.match(self.text, self.pos)
        if match is None or self.text.startswith(("<(", ">("), match.start(2)):
            return None
        if match[2] in ("&>", "&>>", "<<<"):
            self.only_bash()
        self.pos = match.end()
        self.blank()
        target = self.word()
        if not target:
            raise Unreadable("a redirection without a target")
        operator = match[2]
        redirect = Redirect(int(match[1] or (0 if operator[0] == "<" else 1)), operator, target, [])
        if operator in ("<<", "<<-"):
            texts = [part for part in target if isinstance(part, Text)]
            if len(texts) != len(target):
                raise Unreadable("a here-document with an odd delimiter")
            self.pending.append((redirect, "".join(p.text for p in texts), any(p.quoted for p in texts)))
        return redirect

    def blank(self) -> "Parser":
        """Skip blanks and continued line ends."""
        match = _BLANK.match(self.text, self.pos)
        if match:
            self.pos = match.end()
        return self

    def _comment(self) -> None:
        end = self.text.find("\n", self.pos)
        self.pos = len(self.text) if end < 0 else end

    def _newlines(self) -> None:
        while True:
            self.blank()
            if self.peek() == "#":
                self._comment()
            if self.peek() != "\n":
                return
            self.pos += 1
            self.read_here_documents()

    def reserved(self) -> str:
        """The reserved word that stands here (not consumed), "" for none."""
        match = _RESERVED.match(self.text, self.pos)
        return match[1] if match else ""

    def _keyword(self, word: str) -> None:
        self._newlines()
        if self.reserved() != word:
            raise Unreadable(f"{word} is missing")
        self.pos += len(word)

    def _expect(self, operator: str) -> None:
        if self.peek() != operator:
            raise Unreadable(f"{operator} is missing")
        self.pos += 1
