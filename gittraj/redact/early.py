"""A scanner that began early: nothing goes in, a process that compiles its rules comes out, and takes a text when there is one.

The scanner compiles rules for 0.35 s before it looks into the folder that it was told to scan. The hook finds, reads and records the
session meanwhile. Whether the text was there in time, the scanner says itself: it tells how many bytes it read.
"""

import atexit
import os

from gittraj.redact import program, scratch

_INPUT = "stdin_input"  # as the scanner calls the file that it makes of its stdin


class Early:
    """A scanner without a text. `folder`: its own, in memory; it and `process` are whoever's who put a text in."""

    def __init__(self, command: str, folder: str) -> None:
        """Raises `RedactError` where the program cannot be started, `OSError` where the folder cannot be written."""
        self.folder = folder
        os.mkdir(os.path.join(folder, _INPUT))
        self.process = program.launch(command, os.path.join(folder, _INPUT), folder)
        atexit.register(self.give_up)

    def put(self, data: bytes) -> bool:
        """Lay `data` where the scanner will look; False where there is no room, or the scanner has ended already."""
        atexit.unregister(self.give_up)
        new, whole = os.path.join(self.folder, "new"), os.path.join(self.folder, _INPUT, _INPUT)
        try:
            if self.process.poll() is None and scratch.has_room(len(data)):
                with open(new, "wb") as file:
                    file.write(data)
                os.rename(new, whole)  # all of it or nothing, whenever the scanner looks
                return True
        except OSError:
            pass
        self.give_up()
        return False

    def give_up(self) -> None:
        """End it, and leave nothing."""
        atexit.unregister(self.give_up)
        self.process.kill()
        self.process.communicate()
        scratch.remove(self.folder)
