"""Peers: the same 1 MB session, and the same commit that it made, given to us and to tools from PyPI."""

import json
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from tests.bench import peer_setup, records, side_by_side, timing
from tests.bench.long_sessions import claude_lines, written
from tests.bench.machine import ROOT
from tests.bench.place import MEGABYTE, Place
from tests.bench.rows import Options, Row

LONG = 20_000_000  # bytes of the session for the speed of reading

# Their pre-commit hook as it is, with a server that answers at once instead of theirs: time on the network is not counted.
COLLECT = """\
import contextlib, types, reproducible_trajectories.hooks.collect_trajectories as hook
answer = lambda *_, **__: contextlib.nullcontext(types.SimpleNamespace(status=200, read=lambda: b"{}"))
hook.urllib.request.urlopen = answer
hook.main()
"""
READERS = {
    "reproducible-trajectories": "from reproducible_trajectories.trajectory import parse_trajectory as p, build_sequence; "
    "read = lambda path: build_sequence(p(path))",
    "trajectoriz": "from pathlib import Path; from trajectoriz import parse_claude_trajectory as p; read = lambda path: p(Path(path))",
    "opentraces": "from pathlib import Path; from opentraces.capture.claude_code.parse import ClaudeCodeParser as C; "
    "read = lambda path: C().parse_session(Path(path))",
    "git traj": "from gittraj.agents.claude.reader import read",
}
TIMED = """\
import json, sys, time
{}
began = time.perf_counter(); result = read(sys.argv[1]); seconds = time.perf_counter() - began
peak = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) * 1024
assert result; print(json.dumps([seconds, peak]))
"""


def run(options: Options, place: Place) -> Iterator[Row]:
    if options.peers == "no" or (options.quick and options.peers == "auto"):
        yield Row("not asked for", None, "", note="skipped: --peers yes")
        return
    seal = peer_setup.sealed()
    if seal is None:
        yield Row(
            "this system cannot run a program without network", None, "", note="skipped: util-linux's unshare is needed"
        )
        return
    programs, told = peer_setup.install(options.cache)
    for line in told:
        yield Row(line, None, "")
    if programs is None or told:
        return
    folder = place.folder / "peers"
    folder.mkdir()
    bench = Peers(Place(folder), programs, seal, options)
    yield from bench.commits()
    yield from bench.commands()
    yield from bench.reading()
    yield from side_by_side.rows(bench.run, folder, quick=options.quick)


class Peers:
    """Runs of ours and theirs, all of them sealed alike, in a HOME of their own."""

    def __init__(self, place: Place, programs: Path, seal: tuple[str, ...], options: Options) -> None:
        self.place, self.programs, self.seal, self.options = place, programs, seal, options
        self.place.env["PATH"] += f":{programs}"
        self.rounds = options.rounds(15)

    def run(self, *command: str, cwd: Path, data: bytes | None = None, env: dict[str, str] | None = None) -> bytes:
        return timing.run([*self.seal, *command], cwd=cwd, env={**self.place.env, **(env or {})}, data=data)

    def commits(self) -> Iterator[Row]:
        """A session of 1 MB that edited a file; the file is committed."""
        repositories = {name: self.place.repository(name) for name in ("plain", "ours", "reproducible", "opentraces")}
        ours, other = repositories["ours"], repositories["opentraces"]
        self.place.git(ours, "traj", "init")
        hook = repositories["reproducible"] / ".git/hooks/pre-commit"
        hook.write_text(f"#!/bin/sh\nexec {self.programs}/python {self._script('collect.py', COLLECT)}\n")
        hook.chmod(0o755)
        self.run("opentraces", "init", "--agent", "claude-code", "--start-fresh", cwd=other)
        self.run("opentraces", "setup", "git", cwd=other)
        ingest = timing.Prepared(
            lambda number: self._session(other, number),
            lambda _: self.run("opentraces", "_ingest-session", str(self.last), "--project", str(other), cwd=other),
        )
        times = timing.interleaved(
            {
                "plain": self._commit(repositories["plain"]),
                "ours": self._commit(ours),
                "reproducible": self._commit(repositories["reproducible"]),
                "ingest": ingest,
                "opentraces": timing.Prepared(lambda _: None, lambda number: self._made(other, number)),
            },
            self.rounds,
        )
        self._check("traj", ours)
        self._check("opentraces", other)
        base, rounds = times["plain"], self.rounds
        yield Row("commit, no hook", base, "ms", rounds)
        yield Row(
            "extra, git traj", times["ours"] - base, "ms", rounds, note="redacted, signed, kept in the repository"
        )
        note = "edits replayed; neither redacted nor signed; posted to a server (that time not counted)"
        yield Row("extra, reproducible-trajectories", times["reproducible"] - base, "ms", rounds, note=note)
        note = "a link in a note; neither redacted nor signed; the session was taken in before, see the next line"
        yield Row("extra, opentraces", times["opentraces"] - base, "ms", rounds, note=note)
        yield Row(
            "opentraces, taking the session in",
            times["ingest"],
            "ms",
            rounds,
            note="in the background at the end of each turn",
        )

    def commands(self) -> Iterator[Row]:
        """What can be asked about that session, and the start of each program."""
        ours, rounds = self.place.folder / "ours", self.rounds
        listed = self.run("trajectoriz-cli", "list", cwd=ours).decode()
        own = next(line.split("`")[1] for line in listed.splitlines() if line.startswith("| `"))
        tagged = self.place.folder / "reproducible"
        self.place.git(
            tagged, "commit", "--amend", "--no-verify", "-qm", f"edit\n\ntrajectory: {self._kept(tagged).stem}"
        )
        text = json.dumps({"row": _plain(records.of_session(self._kept(ours)))}).encode()
        asked = {
            "git traj show HEAD": (ours, b""),
            f"trajectoriz-cli show {own}": (ours, b""),
            f"trajectoriz-cli show {own} --full": (ours, b""),
            "git traj show --full HEAD": (ours, b""),
            "git traj verify HEAD": (ours, b""),
            "git traj replay HEAD": (ours, b""),
            f"reproducible-trajectories verify-trajectories {tagged}": (tagged, b""),
            "opentraces security sanitize --tools regex,entropy": (ours, text),
            "git-traj --version": (ours, b""),
            "reproducible-trajectories --help": (ours, b""),
            "trajectoriz-cli --help": (ours, b""),
            "opentraces --version": (ours, b""),
        }
        notes = {
            f"trajectoriz-cli show {own}": "its first 10 steps, from a cache of the parse",
            "git traj replay HEAD": "edits replayed, after all checks of verify",
            f"reproducible-trajectories verify-trajectories {tagged}": "replays edits, checks no signature",
            "opentraces security sanitize --tools regex,entropy": f"the record of that session, {len(text) / 1e6:.2f} MB",
        }  # fmt: skip
        actions = {
            command: lambda _, command=command, cwd=cwd, data=data: self.run(*command.split(), cwd=cwd, data=data)
            for command, (cwd, data) in asked.items()
        }
        for command, value in timing.interleaved(actions, rounds).items():
            shown = command.replace(own, "ID").replace(str(tagged), "REPOSITORY")
            yield Row(shown, value, "ms", rounds, note=notes.get(command, ""))

    def reading(self) -> Iterator[Row]:
        """One long session of Claude Code through each parser."""
        path = self.place.folder / "long" / f"{uuid.UUID(int=7)}.jsonl"
        written(path, claude_lines(str(uuid.UUID(int=7))), LONG // 10 if self.options.quick else LONG)
        size, rounds = path.stat().st_size, self.options.rounds(5)
        for name, code in READERS.items():
            script = self._script("read.py", TIMED.format(code))
            python = sys.executable if name == "git traj" else str(self.programs / "python")
            told = [
                json.loads(
                    self.run(python, str(script), str(path), cwd=self.place.folder, env={"PYTHONPATH": str(ROOT)})
                )
                for _ in range(rounds)
            ]
            seconds = sorted(each[0] for each in told)[rounds // 2]
            peak = max(each[1] for each in told)
            note = f"{size / 1e6:.0f} MB; peak memory {peak / 1e6:.0f} MB, {peak / size:.1f} x file"
            yield Row(f"reading, {name}", size / 1e6 / seconds, "MB/s", rounds, note=note)

    def _commit(self, repository: Path) -> timing.Prepared:
        return timing.Prepared(
            lambda number: self._session(repository, number), lambda number: self._made(repository, number)
        )

    def _made(self, repository: Path, number: int) -> None:
        inside = {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": self.last.stem}
        self.run("git", "commit", "-q", "-m", f"edit {number}", cwd=repository, env=inside)

    def _session(self, repository: Path, number: int) -> None:
        """A new session instead of the one before, which ends with an edit of the file that is then staged."""
        folder = (
            self.place.home
            / ".claude/projects"
            / "".join(c if c.isalnum() and c.isascii() else "-" for c in str(repository))
        )
        for old in folder.glob("*.jsonl"):
            old.unlink()
        session = str(uuid.uuid4())
        self.last = folder / f"{session}.jsonl"
        target = repository / "a.txt"
        before = target.read_text()
        after = before.replace(f"{number}\n", f"{number + 1}\n")
        target.write_text(after)
        self.place.git(repository, "add", "a.txt")
        lines = claude_lines(
            session, str(repository), seed=session, edits={str(target): (before, after)}, now=time.time() - 600
        )
        written(self.last, lines, MEGABYTE)

    def _kept(self, repository: Path) -> Path:
        slug = "".join(c if c.isalnum() and c.isascii() else "-" for c in str(repository))
        return next((self.place.home / ".claude/projects" / slug).glob("*.jsonl"))

    def _check(self, ref: str, repository: Path) -> None:
        """A hook that did nothing is fast."""
        notes = len(self.place.git(repository, "notes", f"--ref={ref}", "list").splitlines())
        if notes != self.rounds + 1:
            raise SystemExit(f"{ref}: {notes} notes after {self.rounds + 1} commits: the hook did not do its work")

    def _script(self, name: str, text: str) -> Path:
        path = self.place.folder / name
        path.write_text(text)
        return path


def _plain(record: dict) -> dict:
    from gittraj.codec.json import to_json_value

    return to_json_value(record)
