"""The three dialects of patterns: the text of a basic, extended or perl expression goes in, a `Pattern` comes out."""

import re
from collections.abc import Callable

from gittraj.replay.shell.classes import Brackets, is_word, lettered
from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.regex import MAX_REPEAT, Atom, Element, Pattern

_SPECIAL = {"basic": ".[*^$\\", "extended": ".[*^$\\+?(){}|", "perl": ".[*^$\\+?(){}|"}
_INTERVAL = re.compile(r"([0-9]{1,5})?(,)?([0-9]{1,5})?")


def compile_pattern(text: str, dialect: str, *, fold: bool = False, wide: bool = True, gnu: bool = True) -> Pattern:
    """The pattern `text` of `dialect` ("basic", "extended" or "perl"). Raises `Doubt` where its meaning is not simple and plain.

    `wide`: characters beyond ASCII count as letters where Unicode says so. `gnu`: what GNU adds to POSIX is understood.
    """
    if fold and re.search(r"\\[A-Z]", text):  # folding would make another escape of it
        raise Doubt("an escape in capitals where letter case does not matter")
    reader = _Reader(text.lower() if fold else text, dialect, fold, wide, gnu)
    elements = reader.read()
    pattern = Pattern(elements, longest=dialect != "perl", fold=fold)
    pattern.quantified = reader.quantified
    return pattern


class _Reader:
    def __init__(self, text: str, dialect: str, fold: bool, wide: bool, gnu: bool) -> None:
        self.text = text
        self.pos = 0
        self.dialect = dialect
        self.fold = fold
        self.wide = wide
        self.gnu = gnu
        self.groups = 0
        self.quantified: set[int] = set()

    def read(self) -> list[Element]:
        if not self.text:
            raise Doubt("an empty pattern")
        branches = [self._sequence(top=True)]
        while self._sign() == "|":
            self._take("|")
            branches.append(self._sequence(top=True))
        if self.pos < len(self.text):
            raise Doubt("a parenthesis too many")
        return branches[0] if len(branches) == 1 else [Element("one", Atom(_all_literal(branches)))]

    def _sign(self) -> str:
        """The operator at this place without its backslash, "" for anything else."""
        two = self.text[self.pos : self.pos + 2]
        if self.dialect == "basic":
            if two in ("\\(", "\\)", "\\{") or (self.gnu and two in ("\\+", "\\?", "\\|")):
                return two[1]
            return "*" if two[:1] == "*" else ""
        return two[:1] if two[:1] and two[:1] in "()*+?{|" else ""

    def _take(self, sign: str) -> None:
        self.pos += 2 if self.dialect == "basic" and sign != "*" else 1

    def _sequence(self, *, top: bool) -> list[Element]:
        elements: list[Element] = []
        while self.pos < len(self.text):
            sign = self._sign()
            if sign in ("|", ")"):
                break
            if sign == "(":
                elements += self._group()
                continue
            if sign:
                raise Doubt("a repetition of nothing")
            start = self.pos
            char = self.text[start]
            if char == "^" and top and start == 0:
                self.pos += 1
                elements.append(Element("at", place=_at_start))
                if self._sign() == "*":
                    raise Doubt("a repeated anchor")
            elif char == "$" and self.pos == len(self.text) - 1 and top:
                self.pos += 1
                elements.append(Element("at", place=_before_last if self.dialect == "perl" else _at_end))
            elif place := self._place():
                elements.append(Element("at", place=place))
            else:
                elements += self._repeated(self._atom(), 0)
        return elements

    def _group(self) -> list[Element]:
        self._take("(")
        if self.dialect == "perl" and self.text.startswith("?", self.pos):
            raise Doubt("an extended group of perl")
        self.groups += 1
        number = self.groups
        branches = [self._sequence(top=False)]
        while self._sign() == "|":
            self._take("|")
            branches.append(self._sequence(top=False))
        if self._sign() != ")":
            raise Doubt("a group does not end")
        self._take(")")
        inner = branches[0]
        if len(branches) > 1:
            inner = [Element("one", Atom(_all_literal(branches)))]
        if self._sign() not in ("*", "+", "?", "{"):
            return [Element("open", group=number), *inner, Element("close", group=number)]
        if number != self.groups:
            raise Doubt("a repeated group around a group")
        self.quantified.add(number)
        if len(inner) == 1 and inner[0].kind == "one" and inner[0].atom:
            return self._repeated(inner[0].atom, number)
        return self._repeated(Atom(_all_literal([inner])), number)

    def _repeated(self, atom: Atom, group: int) -> list[Element]:
        sign = self._sign()
        if sign not in ("*", "+", "?", "{"):
            return [Element("one", atom)]
        self._take(sign)
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1), "{": (0, 0)}[sign]
        if sign == "{":
            low, high = self._interval()
        if self._sign() in ("*", "+", "?", "{"):
            raise Doubt("a repetition of a repetition")
        elements = [Element("one", atom)] * low
        if high is None:
            return [*elements, Element("many", atom)]
        return elements + [Element("maybe", atom)] * (high - low)

    def _interval(self) -> tuple[int, int | None]:
        match = _INTERVAL.match(self.text, self.pos)
        end = "\\}" if self.dialect == "basic" else "}"
        if not match or not match[1] or not self.text.startswith(end, match.end()):
            raise Doubt("an interval that is not plain")
        self.pos = match.end() + len(end)
        low = int(match[1])
        high = int(match[3]) if match[3] else (None if match[2] else low)
        if max(low, high or 0) > MAX_REPEAT or (high is not None and high < low) or high == 0:
            raise Doubt("an interval that is not plain")
        return low, high

    def _place(self) -> "Callable[[str, int], bool] | None":
        two = self.text[self.pos : self.pos + 2]

        def word(text: str, at: int) -> bool:
            return is_word(text, at, self.wide)

        if two == "\\b" and self.gnu:
            found = lambda text, at: word(text, at - 1) != word(text, at)  # noqa: E731
        elif two == "\\<" and self.gnu and self.dialect != "perl":
            found = lambda text, at: not word(text, at - 1) and word(text, at)  # noqa: E731
        elif two == "\\>" and self.gnu and self.dialect != "perl":
            found = lambda text, at: word(text, at - 1) and not word(text, at)  # noqa: E731
        else:
            return None
        self.pos += 2
        if self._sign() in ("*", "+", "?", "{"):
            raise Doubt("a repeated anchor")
        return found

    def _atom(self) -> Atom:
        char = self.text[self.pos]
        self.pos += 1
        if char == "[":
            brackets = Brackets(self.text, self.pos, perl=self.dialect == "perl", fold=self.fold, wide=self.wide)
            test = brackets.read()
            self.pos = brackets.pos
            return Atom((), test)
        if char == ".":
            return Atom((), (lambda c: c != "\n") if self.dialect == "perl" else (lambda c: True))
        if char == "\\":
            return self._escaped()
        if char in "^$" and self.dialect == "basic" and 1 < self.pos < len(self.text) and not self._beside_group():
            return Atom((char,))
        if char == "}" or char not in _SPECIAL[self.dialect]:
            if char == "@" and self.dialect == "perl":
                raise Doubt("perl may take it for a variable")
            if char == "}" and self.dialect == "extended":
                raise Doubt("a brace too many")
            return Atom((char,))
        raise Doubt("an anchor or an operator at an odd place")

    def _beside_group(self) -> bool:
        around = self.text[max(self.pos - 3, 0) : self.pos - 1], self.text[self.pos : self.pos + 2]
        return around[0] in ("\\(", "\\|") or around[1] in ("\\)", "\\|") or self.text[self.pos] == "*"

    def _escaped(self) -> Atom:
        char = self.text[self.pos : self.pos + 1]
        self.pos += 1
        if not char or (char.isalnum() and char not in "wWsSdDtn") or not char.isascii():
            raise Doubt("an escape that is not plain")
        if char in "wWsSdDtn":
            if not self.gnu or self.fold or (char in "dDn" and self.dialect != "perl"):
                raise Doubt("an escape that is not plain")
            return {"t": Atom(("\t",)), "n": Atom(("\n",))}.get(char) or Atom((), lettered(char, self.wide))
        if (
            self.dialect == "perl"
            or char in '.[]*^$/\\"#,!~@%&=:;-_ '
            or (self.dialect == "extended" and char in "+?(){}|")
        ):
            return Atom((char,))
        raise Doubt("an escape that is not plain")


def _all_literal(branches: list[list[Element]]) -> tuple[str, ...]:
    found = []
    for branch in branches:
        text = ""
        for element in branch:
            if element.kind != "one" or not element.atom or len(element.atom.literals) != 1:
                raise Doubt("alternatives or repeated groups that are not literal")
            text += element.atom.literals[0]
        if not text:
            raise Doubt("an empty alternative")
        found.append(text)
    return tuple(found)


def _at_start(_text: str, at: int) -> bool:
    return at == 0


def _at_end(text: str, at: int) -> bool:
    return at == len(text)


def _before_last(text: str, at: int) -> bool:
    return at == len(text) or (at == len(text) - 1 and text[at] == "\n")
