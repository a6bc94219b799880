"""Local state: what is written is read back, half a file is never seen, and damage is survived."""

import os
import resource
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.errors import StoreError
from gittraj.store import files
from gittraj.store.locks import Lock
from gittraj.store.state import LOG_LIMIT, SessionState, State, file_name, position_hint, position_hints

TEXT = st.text(max_size=30)
PATH = st.binary(max_size=40).map(lambda data: data.replace(b"\0", b"").decode("utf-8", "surrogateescape"))


def as_dict(state: SessionState) -> dict[str, object]:
    return {name: getattr(state, name) for name in SessionState.__slots__}


@given(agent=TEXT, session=TEXT, path=PATH, consumed=st.integers(0, 10**15), commit=TEXT)
@settings(max_examples=60, deadline=None)
def test_a_session_is_read_back_as_saved(
    tmp_path_factory: pytest.TempPathFactory, agent: str, session: str, path: str, consumed: int, commit: str
) -> None:
    common = str(tmp_path_factory.mktemp("g"))
    state = SessionState(agent, session, path=path, consumed=consumed, seq=3, entry=9, state={"a": [1]}, commit=commit)
    State(common).save(state)
    found = State(common).session(agent, session)
    assert found is not None and as_dict(found) == as_dict(state)
    assert position_hint(common, agent, session) == (consumed, path)
    assert position_hints(common) == {path: consumed}
    assert [as_dict(each) for each in State(common).sessions()] == [as_dict(state)]


def test_the_first_line_tells_the_hint_without_json(tmp_path: Path) -> None:
    State(str(tmp_path)).save(SessionState("pi", "s-1", path="/home/x/a b.jsonl", consumed=42))
    assert (tmp_path / "gittraj/sessions/pi-s-1").read_bytes().startswith(b"42\t/home/x/a b.jsonl\n{")
    assert position_hint(str(tmp_path), "pi", "other") is None


@given(data=st.binary(max_size=80))
@settings(max_examples=80, deadline=None)
def test_a_damaged_session_file_counts_as_absent(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    common = tmp_path_factory.mktemp("g")
    state = State(str(common))
    state.save(SessionState("pi", "s"))
    (common / "gittraj/sessions/pi-s").write_bytes(data)
    found = state.session("pi", "s")
    assert found is None or found.agent == "pi"
    position_hint(str(common), "pi", "s")


def test_a_torn_session_file_and_one_of_wrong_types_count_as_absent(tmp_path: Path) -> None:
    state = State(str(tmp_path))
    state.save(SessionState("pi", "s", path="/x", consumed=1))
    path = tmp_path / "gittraj/sessions/pi-s"
    whole = path.read_bytes()
    for bad in (
        whole[:-1],
        whole.replace(b'"seq": 0', b'"seq": "0"'),
        whole.replace(b'"pi"', b'"codex"'),
        b"[" * 99999,
    ):
        path.write_bytes(bad)
        assert state.session("pi", "s") is None
    state.forget("pi", "s")
    state.forget("pi", "s")
    assert state.session("pi", "s") is None


def test_session_ids_cannot_leave_the_folder_nor_meet() -> None:
    names = [file_name("pi", each) for each in ("../../x", "a/b", "a_b", "a\0b", "x" * 500, "x" * 501, "..", "")]
    assert len(set(names)) == len(names)
    assert all(len(name) < 200 and not set(name) & set("/\\\0\n") and not name.startswith(".") for name in names)


def test_pending_records_wait_until_removed(tmp_path: Path) -> None:
    state = State(str(tmp_path))
    assert state.pending() == []
    first, second = state.add_pending(b"one"), state.add_pending(b"two\0")
    assert state.add_pending(b"one") == first and sorted(state.pending()) == sorted([first, second])
    assert state.read_pending(second) == b"two\0"
    assert stat.S_IMODE(os.stat(tmp_path / "gittraj/pending" / first).st_mode) == 0o600
    state.remove_pending(first)
    state.remove_pending(first)
    assert state.pending() == [second]
    with pytest.raises(StoreError):
        state.read_pending(first)


def test_the_salt_is_the_same_for_all_who_ask_at_once(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(State(str(tmp_path)).salt())) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16 and len(set(found)) == 1 and len(found[0]) == 32
    path = tmp_path / "gittraj/salt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and os.listdir(tmp_path / "gittraj") == ["salt"]
    path.write_bytes(b"short")
    with pytest.raises(StoreError):
        State(str(tmp_path)).salt()


def test_problems_are_kept_for_doctor_but_not_without_end(tmp_path: Path) -> None:
    state = State(str(tmp_path))
    assert state.problems() == []
    for number in range(200):
        state.note_problem(f"number {number}\n" + "x" * 900)
    assert state.problems()[-1].partition("Z ")[2].startswith("number 199 xxx")
    assert (tmp_path / "gittraj/log").stat().st_size <= LOG_LIMIT + 3000
    assert all(line[:2] == "20" for line in state.problems())
    state.clear_problems()
    assert state.problems() == []


def test_where_nothing_can_be_written_the_error_is_ours_and_problems_are_swallowed(tmp_path: Path) -> None:
    (tmp_path / "gittraj").write_text("a file where the folder should be")
    state = State(str(tmp_path))
    for write in (lambda: state.add_pending(b"x"), lambda: state.save(SessionState("a", "b")), state.salt,
                  lambda: state.lock("x").__enter__()):  # fmt: skip
        with pytest.raises(StoreError):
            write()
    state.note_problem("lost")


def test_a_full_disk_leaves_the_old_content_and_no_scraps(tmp_path: Path) -> None:
    path = tmp_path / "d" / "file"
    files.write(str(path), b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (1000, hard)
    )  # Python ignores SIGXFSZ, so the write fails as on a full disk
    try:
        with pytest.raises(StoreError):
            files.write(str(path), b"new" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"old" and os.listdir(path.parent) == ["file"]


def test_a_lock_lets_one_in_and_dies_with_its_owner(tmp_path: Path) -> None:
    path = str(tmp_path / "locks" / "x")
    code = (
        f"import os, time\nfrom gittraj.store.locks import Lock\nlock = Lock({path!r}).__enter__()\n"
        "lock.mark('busy')\nprint('held', flush=True)\ntime.sleep(60)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env) as owner:
        assert owner.stdout is not None and owner.stdout.readline() == b"held\n"
        with pytest.raises(StoreError), Lock(path, timeout=0.05):
            pass
        owner.kill()
    with Lock(path, timeout=30) as lock:
        assert lock.left == "busy"
        lock.mark("mine")
    with Lock(path, timeout=30) as lock:
        assert lock.left == ""


def test_the_light_files_import_nothing_heavy() -> None:
    code = (
        "import sys; before = set(sys.modules); from gittraj.store import gitdir, state\n"
        "print(*sorted(name for name in set(sys.modules) - before if not name.startswith('gittraj')))"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, text=True, check=True)
    assert set(done.stdout.split()) <= {"time", "os", "stat"}
