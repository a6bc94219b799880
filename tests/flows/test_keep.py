"""A record is kept: everything in it is looked over by one run of the secret scanner, before it is sealed."""

from pathlib import Path

import pytest

from gittraj.flows.attach import attach
from gittraj.flows.show import show
from gittraj.redact import scanner
from tests.support.workshop import Workshop


def test_one_run_of_the_scanner_reads_a_record_with_all_that_replay_adds_to_it(
    tmp_path: Path, hermetic_seal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second run takes as long as the first, and a commit waits for it."""
    shop = Workshop(tmp_path, hermetic_seal).start()
    shop.git("traj", "deinit")
    claude = shop.claude()
    claude.say("Round half to even, please.")
    claude.edit("money.py", "x / 2", "round(x / 2)")
    shop.git("commit", "-qam", "Round half to even")
    read: list[str] = []
    start = scanner.Scanner.start

    def counted(self: scanner.Scanner, text: str) -> scanner.Scan:
        read.append(text)
        return start(self, text)

    monkeypatch.setattr(scanner.Scanner, "start", counted)
    attach(sessions=[str(claude.path)], directory=str(shop.repo))
    assert len(read) == 1
    (statement,) = show("HEAD", directory=str(shop.repo)).statements
    (file,) = statement.record["file-attribution"]["files"]
    assert file["path"] == "money.py" and "money.py" in read[0]
