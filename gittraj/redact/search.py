"""From hits to what must go: the scanner's hits and the texts go in, spans to cut out of each string come out.

A value that was found once and cannot be chance is looked for everywhere, in every view of every string.
"""

from collections.abc import Iterable
from typing import NamedTuple

from gittraj.redact import forms
from gittraj.redact.answer import Hit
from gittraj.redact.marker import OPENING
from gittraj.redact.texts import Texts

SHORTEST = 4  # characters of a value; every rule of ours asks for as many
_AROUND = " \t\r\n\"'`"  # what a rule may have taken along with the value
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")


class Cut(NamedTuple):
    """A span of a string that holds `value`, found by `rule`."""

    start: int
    end: int
    value: str
    rule: str


class Found:
    """`values`: what is looked for everywhere, with its rule. `spans`: string → what is to be cut out of it."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.spans: dict[str, list[Cut]] = {}

    def read(self, texts: Texts, hits: Iterable[Hit]) -> None:
        """Take over hits in `texts`; the more particular rule names the value."""
        for hit in sorted(hits, key=lambda hit: hit.rule.startswith("gittraj.")):
            value = texts.text[hit.start : texts.clip(hit.start, hit.end)]
            start = hit.start + len(value) - len(value.lstrip(_AROUND))
            value = value.strip(_AROUND)
            if len(value) < SHORTEST or OPENING in value:
                continue
            self._add(texts, start, start + len(value), value, hit.rule)
            if forms.distinctive(value):
                self.values.setdefault(value, hit.rule)

    def spread(self, texts: Texts) -> None:
        """Find every value everywhere in `texts`: as it is, escaped, in hexadecimal, inside base64."""
        for value, rule in self.values.items():
            for form in (value, *forms.escaped(value)):
                for start in _places(texts.text, form):
                    self._add(texts, start, start + len(form), value, rule)
            for form in forms.packed(value):
                for start in _places(texts.text, form):
                    first, last = _widened(texts.text, start, start + len(form))
                    self._add(texts, first, last, value, rule)

    def spread_to(self, strings: Iterable[str]) -> None:
        """Find every value in strings that were not scanned: ids, images, plain keys."""
        kept = list(strings)
        together = "\n".join(kept)
        for value, rule in self.values.items():
            for form in (value, *forms.escaped(value), *forms.packed(value)):
                if form in together:
                    for string in kept:
                        cuts = [Cut(start, start + len(form), value, rule) for start in _places(string, form)]
                        if cuts:
                            self.spans.setdefault(string, []).extend(cuts)

    def _add(self, texts: Texts, start: int, end: int, value: str, rule: str) -> None:
        span = texts.locate(start, end)
        if span is not None and span.end > span.start:
            self.spans.setdefault(texts.strings[span.string], []).append(Cut(span.start, span.end, value, rule))


def disjoint(cuts: Iterable[Cut]) -> list[Cut]:
    """`cuts` in order without overlaps: those that overlap become one, named after the longest."""
    result: list[Cut] = []
    for cut in sorted(cuts, key=lambda cut: (cut.start, -cut.end)):
        if not result or cut.start >= result[-1].end:
            result.append(cut)
            continue
        last = result[-1]
        longer = cut if cut.end - cut.start > last.end - last.start else last
        result[-1] = Cut(last.start, max(last.end, cut.end), longer.value, longer.rule)
    return result


def _places(text: str, form: str) -> Iterable[int]:
    start = text.find(form)
    while start >= 0:
        yield start
        start = text.find(form, start + len(form))


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """One character more on both sides where it is base64 too: it holds bits of the value."""
    first = start - 1 if start > 0 and text[start - 1] in _BASE64 else start
    last = end + 1 if end < len(text) and text[end] in _BASE64 else end
    return first, last
