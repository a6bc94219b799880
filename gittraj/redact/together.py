"""Several records scanned in one run: their texts go in, each one's hits come out.

Starting the scanner costs 0.35 s, whatever it reads; an import has hundreds of records. What one record is redacted by does not
depend on its neighbours, but for values that cannot be chance: found in one of them, they are cut out of all.
"""

from collections.abc import Sequence

from gittraj.redact import forms
from gittraj.redact.answer import Hit
from gittraj.redact.scanner import Scan, Scanner
from gittraj.redact.texts import APART


class Part:
    """One record's share of a run; to be used as its own `Scan` would be."""

    def __init__(self, run: "Run", start: int, text: str) -> None:
        self._run = run
        self._start = start
        self._text = text

    def finish(self) -> list[Hit]:
        """As `Scan.finish`, for this record's text alone."""
        end = self._start + len(self._text)
        own: list[Hit] = []
        known: set[str] = set()
        for hit in self._run.hits():
            if self._start <= hit.start < end:
                own.append(Hit(hit.rule, hit.value, hit.start - self._start, min(hit.end, end) - self._start))
                known.add(hit.value)
        for hit in self._run.hits():
            if hit.value not in known and forms.distinctive(hit.value):
                known.add(hit.value)
                place = self._text.find(hit.value)
                if place >= 0:
                    own.append(Hit(hit.rule, hit.value, place, place + len(hit.value)))
        return own

    def version(self) -> str:
        """As `Scan.version`."""
        return self._run.version()


class Run:
    """One run of the scanner over the texts of several records. `parts`: one for each, in their order. Raises `RedactError`."""

    def __init__(self, texts: Sequence[str], scanner: Scanner | None = None) -> None:
        self.parts: list[Part] = []
        at = 0
        for text in texts:
            self.parts.append(Part(self, at, text))
            at += len(text) + len(APART)
        self._scan: Scan = (scanner or Scanner()).start(APART.join(texts))
        self._hits: list[Hit] | None = None

    def hits(self) -> list[Hit]:
        """All hits, once the scanner is done. Raises `RedactError`."""
        if self._hits is None:
            self._hits = self._scan.finish()
        return self._hits

    def version(self) -> str:
        """Name and version of the scanner."""
        return self._scan.version()
