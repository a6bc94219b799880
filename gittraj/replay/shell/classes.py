"""Classes of characters in patterns: a bracket expression or the letter of a class goes in, a test for one character comes out."""

import string
from collections.abc import Callable

from gittraj.replay.shell.files import Doubt

Chars = Callable[[str], bool]
_NAMED: dict[str, Chars] = {
    "alpha": str.isalpha, "digit": lambda c: c in string.digits, "alnum": str.isalnum, "upper": str.isupper, "lower": str.islower,
    "space": lambda c: c in " \t\n\r\f\v", "blank": lambda c: c in " \t", "punct": lambda c: c in string.punctuation,
    "xdigit": lambda c: c in string.hexdigits,
}  # fmt: skip
_GNU_ESCAPES = "ntfvrabdocxswWSDE]\\^-["  # after a backslash in brackets: some GNU versions know them, POSIX does not


def is_word(text: str, at: int, wide: bool) -> bool:
    """Whether the character at `at` belongs to a word; `wide`: letters beyond ASCII too."""
    return 0 <= at < len(text) and (wide or text[at].isascii()) and (text[at].isalnum() or text[at] == "_")


def lettered(letter: str, wide: bool) -> Chars:
    r"""The class that ``\w``, ``\s``, ``\d`` or their capitals stand for."""
    tests: dict[str, Chars] = {
        "w": lambda c: is_word(c, 0, wide), "s": lambda c: c in " \t\n\r\f\v", "d": lambda c: c in string.digits,
    }  # fmt: skip
    test = tests[letter.lower()]
    return (lambda c: not test(c)) if letter.isupper() else test


class Brackets:
    """A bracket expression of `text`, from after its opening bracket; `read` leaves `pos` after the closing one."""

    def __init__(self, text: str, pos: int, *, perl: bool, fold: bool, wide: bool) -> None:
        self.text = text
        self.pos = pos
        self.perl = perl
        self.fold = fold
        self.wide = wide

    def read(self) -> Chars:
        """The test for one character. Raises `Doubt` where the expression is not plain."""
        negated = self.text.startswith("^", self.pos)
        self.pos += negated
        tests: list[Chars] = []
        singles: set[str] = set()
        start = self.pos
        while True:
            char = self.text[self.pos : self.pos + 1]
            if not char or (char == "]" and self.pos == start and self.perl):
                raise Doubt("a bracket expression that is not plain")
            self.pos += 1
            if char == "]" and self.pos - 1 > start:
                break
            if char == "[" and self.text[self.pos : self.pos + 1] in (":", ".", "="):
                tests.append(self._named())
                continue
            if char == "\\":
                char = self._escaped(tests)
                if not char:
                    continue
            if self.text.startswith("-", self.pos) and self.text[self.pos + 1 : self.pos + 2] not in ("]", ""):
                tests.append(self._range(char))
            elif char in "$@" and self.perl and self.text[self.pos : self.pos + 1] != "]":
                raise Doubt("perl may take it for a variable")
            else:
                singles.add(char)
        if negated:
            return lambda c: c not in singles and not any(test(c) for test in tests)
        return lambda c: c in singles or any(test(c) for test in tests)

    def _escaped(self, tests: list[Chars]) -> str:
        follow = self.text[self.pos : self.pos + 1]
        if self.perl:
            self.pos += 1
            if follow and follow in "wWsSdD":
                tests.append(lettered(follow, wide=False))
                return ""
            if follow in ("n", "t"):
                return {"n": "\n", "t": "\t"}[follow]
            if follow and not follow.isalnum() and follow.isascii():
                return follow
        elif follow and follow not in _GNU_ESCAPES:
            return "\\"
        raise Doubt("a backslash in a bracket expression")

    def _named(self) -> Chars:
        end = self.text.find(":]", self.pos + 1)
        name = self.text[self.pos + 1 : end] if end > 0 and self.text[self.pos] == ":" else ""
        if name not in _NAMED or self.fold or self.perl:
            raise Doubt("a named class")
        self.pos = end + 2
        test = _NAMED[name]
        return test if self.wide else lambda c: c.isascii() and test(c)

    def _range(self, low: str) -> Chars:
        high = self.text[self.pos + 1]
        self.pos += 2
        kinds = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
        if low > high or not any(low in kind and high in kind for kind in kinds):
            raise Doubt("a range that depends on the locale")
        return lambda c: low <= c <= high
