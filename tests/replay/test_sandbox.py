"""The sandbox against real bubblewrap: what a command tries, and what of it is there afterwards."""

import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gittraj.errors import SandboxError
from gittraj.replay.commands.bubblewrap import Mount
from gittraj.replay.commands.folder import give, remove
from gittraj.replay.commands.limits import Limits, usage
from gittraj.replay.commands.sandbox import Ran, Sandbox, unprivileged
from tests.support.sandboxed import need_sandbox

ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/home/dana", "LANG": "C.UTF-8"}
AT = "/home/dana/work/ledger"
SMALL = Limits(output=1 << 20, disk=8 << 20, files=2000, file=4 << 20, processes=64, pause=0.05)
FORKS = """
import os, time
begun = 0
try:
    for begun in range(300):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
except OSError:
    pass
print(begun)
"""
Run = Callable[..., Ran]


class Cell:
    def __init__(self, folder: Path, limits: Limits = SMALL) -> None:
        self.tree, self.tmp, self.home = (folder / name for name in ("tree", "tmp", "home"))
        for place in (self.tree, self.tmp, self.home):
            place.mkdir(parents=True)
        mounts = [Mount(str(self.tree), AT), Mount(str(self.tmp), "/tmp"), Mount(str(self.home), "/home/dana")]
        self.sandbox = Sandbox(mounts, ENV, limits)

    def run(self, command: str, seconds: float = 20, **options: object) -> Ran:
        return self.sandbox.run(command, AT, seconds, **options)  # type: ignore[arg-type]


@pytest.fixture
def cell(tmp_path: Path) -> Iterator[Cell]:
    need_sandbox()
    yield Cell(tmp_path / "cell")


def test_a_command_prints_and_ends_as_it_would_elsewhere(cell: Cell) -> None:
    assert cell.run("echo out; echo err >&2; pwd; exit 3") == Ran(b"out\nerr\n" + AT.encode() + b"\n", b"", 3)
    assert cell.run("echo out; echo err >&2", apart=True) == Ran(b"out\n", b"err\n", 0)
    assert cell.run("cat", data=b"given").out == b"given" and cell.run("cat").out == b""
    assert cell.run("nosuch", shell="/bin/bash") == Ran(b"/bin/bash: line 1: nosuch: command not found\n", b"", 127)
    assert cell.run("kill -9 $$").code == 137


def test_only_its_own_folders_can_be_written(cell: Cell, tmp_path: Path) -> None:
    secret = tmp_path / "mine.txt"
    secret.write_text("mine\n")
    targets = [str(secret), "/x", "/usr/x", "/etc/x", "/etc/passwd", "/dev/x", "/proc/sys/kernel/hostname", "/home/x"]
    told = cell.run("\n".join(f"{{ : >> {target}; }} 2>/dev/null && echo wrote {target}" for target in targets))
    assert told.out == b"" and secret.read_text() == "mine\n"
    assert cell.run("echo x > in; echo x > /tmp/y; echo x > ~/z; cat /tmp/y").out == b"x\n"
    assert (cell.tree / "in").exists() and (cell.tmp / "y").exists() and (cell.home / "z").exists()


def test_nothing_of_the_user_can_be_read(cell: Cell, tmp_path: Path, hermetic_seal: Path) -> None:
    for place in (hermetic_seal / ".netrc", tmp_path / "secret"):
        place.write_text("machine forge password hunter2\n")
    told = cell.run(
        f"cat {hermetic_seal}/.netrc {tmp_path}/secret /etc/shadow /etc/gitconfig /proc/1/root{tmp_path}/secret; env; "
        "cat /proc/*/environ | tr '\\0' '\\n'; cat /proc/*/cmdline | tr '\\0' ' '; ls -A ~ /root /home /mnt /srv /var; git config --list"
    )
    assert b"hunter2" not in told.out
    assert b"PYTEST_CURRENT_TEST" not in told.out and b"dana@example.org" not in told.out


def test_there_is_no_network_and_no_socket_of_the_outside(cell: Cell) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        port = server.getsockname()[1]
        told = cell.run(
            f"(exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo reached; (exec 3<>/dev/udp/192.0.2.1/53) 2>/dev/null && echo away"
        )
        assert told.out == b""
        with pytest.raises(TimeoutError):
            server.accept()
    assert cell.run("ls /run /var/run 2>/dev/null | head -3; ls /sys 2>/dev/null").out == b""


def test_what_it_leaves_running_ends_with_it(cell: Cell) -> None:
    began = time.monotonic()
    told = cell.run(
        "(while :; do date +%N > beat; sleep 0.02; done) & setsid nohup sh -c 'while :; do date +%N > /tmp/beat; sleep 0.02; done' "
        ">/dev/null 2>&1 & sleep 0.2; echo gone"
    )
    assert told == Ran(b"gone\n", b"", 0) and time.monotonic() - began < 10
    before = [(cell.tree / "beat").read_bytes(), (cell.tmp / "beat").read_bytes()]
    time.sleep(0.3)
    assert [(cell.tree / "beat").read_bytes(), (cell.tmp / "beat").read_bytes()] == before


@pytest.mark.parametrize("command", ["kill -9 $PPID", "kill -9 -1", "kill -9 1", "kill -STOP 1", "pkill -9 bwrap"])
def test_a_command_that_turns_on_what_started_it_harms_nothing(cell: Cell, command: str) -> None:
    cell.run(f"{command}; true", 5)
    assert cell.run("echo on").out == b"on\n"


def test_one_that_takes_too_long_is_stopped_with_all_its_children(cell: Cell) -> None:
    told = cell.run("(trap '' TERM INT HUP; sleep 60) & echo begun; trap '' TERM; sleep 60", 0.7)
    assert told == Ran(b"begun\n", b"", None, "timeout")
    told = cell.run("for i in $(seq 200); do (sleep 60; echo late) & done 2>/dev/null; wait", 1.5)
    assert told.stopped == "timeout"
    assert cell.run("ps ax 2>/dev/null | wc -l; echo on").out.endswith(b"on\n")


def test_processes_without_end_meet_a_bound() -> None:
    need_sandbox()
    folder = Path(tempfile.mkdtemp(prefix="git-traj-test-"))
    try:
        owner = unprivileged()
        if os.geteuid() == 0 and owner is None:
            pytest.skip("root cannot start bubblewrap as nobody here, and no bound on processes holds for root")
        (folder / "tree").mkdir()
        give(str(folder), owner)
        sandbox = Sandbox([Mount(str(folder / "tree"), AT)], ENV, SMALL, owner=owner)
        told = sandbox.run(f"id -u; python3 -c '{FORKS}'", AT, 20)
        user, begun = told.out.split()
        assert user == b"1000" and 0 < int(begun) < SMALL.processes
        assert sandbox.run("echo x > in && cat in", AT, 20).out == b"x\n"
    finally:
        remove(str(folder))
    assert not folder.exists()


def test_output_without_end_is_read_to_a_bound(cell: Cell) -> None:
    told = cell.run("yes", 20)
    assert told.stopped == "output" and len(told.out) < SMALL.output + (1 << 17)
    assert cell.run("head -c 1000000 /dev/zero").stopped == ""


def test_the_disk_is_filled_to_a_bound_only(tmp_path: Path) -> None:
    need_sandbox()
    cell = Cell(tmp_path / "big")
    assert (
        cell.run("head -c 100000000 /dev/zero > big 2>/dev/null; ls -l big | cut -d' ' -f5").out.split()[-1]
        == str(SMALL.file).encode()
    )
    assert (cell.tree / "big").stat().st_size == SMALL.file
    told = Cell(tmp_path / "many").run("i=0; while :; do i=$((i+1)); head -c 1000000 /dev/zero > f$i; sleep 0.01; done")
    assert told.stopped == "disk"
    told = Cell(tmp_path / "small").run("i=0; while :; do i=$((i+1)); : > f$i; done", 20)
    assert told.stopped == "disk"


def test_deep_and_locked_folders_are_counted_and_deleted(cell: Cell, tmp_path: Path) -> None:
    cell.run(
        "p=$(printf 'd/%.0s' $(seq 700)); for i in 1 2; do mkdir -p $p && cd -P $p || exit; done; touch end; cd /tmp; mkdir l; touch l/f; chmod 000 l"
    )
    assert usage([str(cell.tree)], 10_000).files >= 1400
    outside = tmp_path / "kept"
    outside.mkdir()
    (outside / "file").write_text("kept")
    os.symlink(outside, cell.tree / "link")
    remove(str(tmp_path / "cell"))
    assert not (tmp_path / "cell").exists() and (outside / "file").read_text() == "kept"


def test_no_second_sandbox_mount_or_device_is_to_be_had(cell: Cell) -> None:
    told = cell.run(
        "unshare -Ur true 2>/dev/null && echo user; mount -t tmpfs x /tmp 2>/dev/null && echo mount; "
        "mknod /tmp/d b 1 1 2>/dev/null && echo node; ls /dev | grep -E '^(sd|vd|nvme|mem|kmem)'; "
        "for place in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/vm/drop_caches /proc/sysrq-trigger; do "
        "{ : >> $place; } 2>/dev/null && echo $place; done"  # opened for writing, nothing written
    )
    assert told.out == b""


def test_a_link_out_of_the_worktree_leads_nowhere(cell: Cell, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    os.symlink(tmp_path / "mine", cell.tree / "link")
    assert (
        cell.run("cat link 2>/dev/null; (echo x > link) 2>/dev/null").out == b""
        and (tmp_path / "mine").read_text() == "mine"
    )


def test_a_command_that_no_line_can_hold_is_refused(cell: Cell) -> None:
    for command in ("a" * 200_000, "a\0b"):
        with pytest.raises(SandboxError):
            cell.run(command)


def test_without_bubblewrap_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError) as told:
        Sandbox([Mount(str(tmp_path), AT)], ENV, SMALL)
    assert "apt install bubblewrap" in (told.value.hint or "") and "--unsafe-no-sandbox" in (told.value.hint or "")


def test_a_sandbox_that_cannot_be_set_up_says_so(tmp_path: Path) -> None:
    need_sandbox()
    with pytest.raises(SandboxError, match="could not be set up"):
        Sandbox([Mount(str(tmp_path / "nowhere"), AT)], ENV, SMALL).run("true", AT, 5)


def test_without_a_sandbox_the_process_group_still_ends(tmp_path: Path) -> None:
    bare = Sandbox([Mount(str(tmp_path), AT)], dict(ENV, HOME=str(tmp_path)), SMALL, bare=True)
    assert bare.run("pwd; echo $HOME", str(tmp_path), 5).out == f"{tmp_path}\n{tmp_path}\n".encode()
    assert bare.run("sleep 61.5 & sleep 61.5", str(tmp_path), 0.5).stopped == "timeout"
    deadline = time.monotonic() + 20  # a killed process is there until the kernel gets round to it
    while b"sleep\x0061.5\0" in (running := _running()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert b"sleep\x0061.5\0" not in running


def _running() -> list[bytes]:
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(place.read_bytes())
        except OSError:  # gone in between
            continue
    return found


def test_a_sandbox_whose_starter_is_gone_before_it_is_tied_to_it_runs_nothing(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cell.run("ls /proc/self/fd | wc -l") == cell.run("ls /proc/self/fd | wc -l")
    ends: list[int] = []
    real = os.pipe

    def pipe() -> tuple[int, int]:
        both = real()
        ends.extend(both)
        if len(ends) == 4:  # the one that only lives as long as we do
            os.close(both[1])
            return both[0], os.open(os.devnull, os.O_RDONLY)
        return both

    monkeypatch.setattr("os.pipe", pipe)
    assert cell.run("touch ran").code == 125 and not (cell.tree / "ran").exists()
