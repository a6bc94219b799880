"""Looking for lines: a file's lines and those of a patch go in, where they stand comes out, strictest way of comparing first."""

from collections.abc import Callable, Sequence

# Comparing whole blocks again and again is quadratic on hostile patches; real ones need a few thousand comparisons.
MAX_COMPARED = 20_000_000


class TooMuchWorkError(Exception):
    """The search was given up; never leaves the room."""


class Lines:
    """The lines of a file, kept in each normalised form that was asked for, and how much work may still be done on them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = list(texts)
        self._forms: dict[int, list[str]] = {}
        self._left = MAX_COMPARED

    def seek(
        self, wanted: Sequence[str], start: int, forms: Sequence[Callable[[str], str] | None], at_end: bool
    ) -> tuple[int, bool] | None:
        """(where `wanted` stands from `start` on, whether the text is the very same); only as the last lines with `at_end`.

        Raises `TooMuchWorkError`.
        """
        if len(wanted) > len(self.texts):
            return None
        first = len(self.texts) - len(wanted) if at_end else start
        for number, form in enumerate(forms):
            texts = self.texts if form is None else self._form(number, form)
            found = self._find(texts, list(wanted) if form is None else [form(line) for line in wanted], first)
            if found >= 0:
                return found, self.texts[found : found + len(wanted)] == list(wanted)
        return None

    def _form(self, number: int, form: Callable[[str], str]) -> list[str]:
        if number not in self._forms:
            self._forms[number] = [form(text) for text in self.texts]
        return self._forms[number]

    def _find(self, texts: list[str], wanted: list[str], start: int) -> int:
        last = len(texts) - len(wanted)
        while start <= last:
            self._spend(1)
            try:
                start = texts.index(wanted[0], start, last + 1)
            except ValueError:
                return -1
            self._spend(len(wanted))
            if texts[start : start + len(wanted)] == wanted:
                return start
            start += 1
        return -1

    def _spend(self, work: int) -> None:
        self._left -= work
        if self._left < 0:
            raise TooMuchWorkError
