"""A progress bar on stderr: commits done and to do go in; nothing is written where stderr is no terminal, or where it is soon over."""

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gittraj.cli.console import Console

_COLUMNS = 24
_SOON = 0.4  # seconds before the first sign: most calls are over by then
_PAUSE = 0.1  # seconds between two signs


class Bar:
    """Called with (done, to do); a context manager that takes the bar away again."""

    def __init__(self, console: "Console", label: str) -> None:
        self._err = console.err
        self._label = label
        self._on = console.err.isatty()
        self._full, self._empty = ("#", "-") if console.plain else ("█", "░")
        self._next = time.monotonic() + _SOON
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` are done, where it is time for a sign."""
        now = time.monotonic()
        if not self._on or now < self._next:
            return
        self._next = now + _PAUSE
        filled = _COLUMNS * done // max(total, 1)
        bar = self._full * filled + self._empty * (_COLUMNS - filled)
        self._err.write(f"\r{self._label}  {bar}  {done}/{total}\x1b[K")
        self._err.flush()
        self._shown = True

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *what: object) -> None:
        if self._shown:
            self._err.write("\r\x1b[K")
            self._err.flush()
