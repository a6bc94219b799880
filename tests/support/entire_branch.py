"""A branch of checkpoints as the Entire CLI leaves it, built with git's own plumbing from texts."""

import json
from typing import Any

from tests.support.workshop import Workshop

REF = "refs/heads/entire/checkpoints/v1"


class EntireBranch:
    """Checkpoints are collected by `keep` and written by `write`."""

    def __init__(self, shop: Workshop, ref: str = REF) -> None:
        self.shop = shop
        self.ref = ref
        self.files: dict[str, bytes] = {}

    def keep(
        self, checkpoint: str, transcript: bytes | None, *, session: str, created: str, number: int = 0, label: str = "Claude Code",
        sub_agents: dict[str, bytes] | None = None, **more: Any,
    ) -> None:  # fmt: skip
        """One session of one checkpoint; `transcript` None: only its metadata."""
        place = f"{checkpoint[:2]}/{checkpoint[2:]}/{number}"
        told = {"checkpoint_id": checkpoint, "session_id": session, "created_at": created, "agent": label, **more}
        self.files[f"{place}/metadata.json"] = json.dumps(told).encode()
        if transcript is not None:
            self.files[f"{place}/full.jsonl"] = transcript
        for name, data in (sub_agents or {}).items():
            self.files[f"{place}/tasks/toolu_1/{name}"] = data

    def write(self) -> None:
        """Commit all that was collected to the branch."""
        import os
        import subprocess

        def git(*arguments: str, data: bytes = b"") -> str:
            done = subprocess.run(
                ["git", *arguments], cwd=self.shop.repo, input=data, capture_output=True, check=True, env=index
            )
            return done.stdout.decode().strip()

        index = {**os.environ, "GIT_INDEX_FILE": str(self.shop.repo / ".git" / "entire-index")}
        lines = [
            f"100644 {git('hash-object', '-w', '--stdin', data=data)}\t{path}"
            for path, data in sorted(self.files.items())
        ]
        git("read-tree", "--empty")
        git("update-index", "--index-info", data="\n".join(lines).encode() + b"\n")
        commit = git("commit-tree", git("write-tree"), "-m", "Checkpoint")
        git("update-ref", self.ref, commit)
