"""Many commits are judged by several processes, and it makes no difference."""

import os
from pathlib import Path

import pytest

from gittraj.flows import verify as flow
from gittraj.flows.policy import policy_at
from gittraj.flows.wiring import open_house
from tests.support.note_hands import put
from tests.support.workshop import Workshop


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not shared out here")
def test_the_verdicts_are_those_of_one_process_in_the_same_order(
    tmp_path: Path, hermetic_seal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Workshop(tmp_path, hermetic_seal).start()
    claude = shop.claude()
    for number in range(3):
        claude.say(f"Write file {number}, please.")
        claude.write(f"f{number}.txt", f"content {number}\n")
        claude.run(f"git add -A && git commit -qm 'Step {number}'")
    for number in range(20):
        shop.git("commit", "-q", "--allow-empty", "-m", f"By hand {number}", env={"GITTRAJ": "0"})
    put(shop, shop.out("rev-parse", "HEAD~5"), b"junk")
    house = open_house(str(shop.repo), {**os.environ, **shop.env})
    commits = house.repository.revisions("HEAD")[::-1]
    alone = flow.verify_commits(policy_at(house), commits)
    monkeypatch.setattr(flow, "_MANY", 10)
    monkeypatch.setattr(flow, "_LEAST", 3)
    monkeypatch.setattr(flow, "workers_for", lambda commits, many: 2)
    together = flow.verify_commits(policy_at(house), commits)
    assert together == alone
    assert [each.status for each in together.commits].count("verified") == 3
    assert [each.status for each in together.commits].count("failed") == 1
    assert all(
        "entries" not in (one.record or {}).get("session", {}) for each in together.commits for one in each.statements
    )
