"""The agent: keys and signatures of a real one; no hang and no crash with one that is dead, locked or hostile."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.errors import KeyringError, KeyUnavailableError
from gittraj.keyring import agent as agent_module
from gittraj.keyring.agent import MESSAGE_LIMIT, Agent, from_environment
from gittraj.keyring.keys import PublicKey, parse_line
from gittraj.keyring.wire import string
from tests.keyring.conftest import RealAgent
from tests.keyring.fixed_keys import ed25519_line
from tests.keyring.signatures import holds

KEY = parse_line(ed25519_line())

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets here")


@pytest.mark.parametrize("type", ["ed25519", "ecdsa"])
def test_a_real_agent_lists_its_key_and_signs_with_it(
    ssh_agent: RealAgent, ssh_keygen: Callable[..., Path], type: str
) -> None:
    path = ssh_keygen("k", type)
    ssh_agent.add(path)
    agent = Agent(ssh_agent.socket)
    (key,) = agent.identities()
    assert key.blob == parse_line(path.with_name("k.pub").read_text()).blob
    for size in range(0, 200, 8):  # ECDSA: now and then r or s is short, and must be padded
        data = bytes(size)
        assert holds(key, data, agent.sign(key, data))


def test_keys_that_cannot_sign_statements_are_left_out(ssh_agent: RealAgent, ssh_keygen: Callable[..., Path]) -> None:
    ssh_agent.add(ssh_keygen("rsa", "rsa", "", "-b", "2048"))
    ssh_agent.add(ssh_keygen("good"))
    assert [key.comment for key in Agent(ssh_agent.socket).identities()] == ["good@test"]


def test_an_empty_agent_has_no_keys(ssh_agent: RealAgent) -> None:
    assert Agent(ssh_agent.socket).identities() == []


def test_a_locked_agent_shows_no_keys_and_signs_nothing(ssh_agent: RealAgent, ssh_keygen: Callable[..., Path]) -> None:
    path = ssh_keygen("k")
    ssh_agent.add(path)
    ssh_agent.add("-x", answer="lock")
    agent = Agent(ssh_agent.socket)
    assert agent.identities() == []
    with pytest.raises(KeyUnavailableError, match="refused to sign") as caught:
        agent.sign(parse_line(path.with_name("k.pub").read_text()), b"data")
    assert "git traj finish" in (caught.value.hint or "")
    ssh_agent.add("-X", answer="lock")
    assert len(agent.identities()) == 1


def test_a_key_that_the_agent_does_not_hold_is_not_available(ssh_agent: RealAgent) -> None:
    with pytest.raises(KeyUnavailableError):
        Agent(ssh_agent.socket).sign(KEY, b"data")


def test_what_is_too_large_for_an_agent_is_not_sent(ssh_agent: RealAgent) -> None:
    with pytest.raises(KeyringError, match="too many"):
        Agent(ssh_agent.socket).sign(KEY, bytes(MESSAGE_LIMIT))


@pytest.mark.parametrize("path", ["/nonexistent/socket", "x" * 300, "a\0b", ""])
def test_a_path_where_no_agent_is_says_so(path: str) -> None:
    with pytest.raises(KeyUnavailableError, match="no ssh-agent answers"):
        Agent(path).identities()


def test_a_socket_that_nobody_listens_on_says_so(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    path = os.path.relpath(tmp_path / "dead")
    listener.bind(path)
    listener.close()
    with pytest.raises(KeyUnavailableError, match="no ssh-agent answers"):
        Agent(path).identities()


def test_the_environment_names_the_agent() -> None:
    assert from_environment({}) is None
    assert from_environment({"SSH_AUTH_SOCK": ""}) is None
    agent = from_environment({"SSH_AUTH_SOCK": "/run/agent"})
    assert agent and agent.path == "/run/agent"


class Scripted:
    """An agent that answers every connection with the same bytes, then hangs up (or hangs, or drips)."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.answer = b""
        self.hang = False
        self.drip = False
        self._stop = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    if self._stop.is_set():
                        return
                    connection.recv(1 << 20)
                    for byte in self.answer if self.drip else b"":
                        connection.sendall(bytes([byte]))
                        if not self.drip or self._stop.wait(0.05):
                            return
                    if not self.drip:
                        connection.sendall(self.answer)
                    while self.hang and not self._stop.wait(0.01):
                        pass
                except OSError:
                    pass

    def close(self) -> None:
        self._stop.set()
        try:
            with socket.socket(socket.AF_UNIX) as last:  # wakes the accept
                last.connect(self.path)
        except OSError:
            pass
        self._thread.join(10)
        self._listener.close()


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    agent = Scripted(str(tmp_path_factory.mktemp("h") / "s"))
    yield agent
    agent.close()


def _frame(kind: int, body: bytes) -> bytes:
    return string(bytes([kind]) + body)


NONSENSE = {
    "nothing": b"",
    "half a length": b"\0\0",
    "a length of zero": bytes(4),
    "a length of 4 GiB": b"\xff" * 4,
    "a length over the limit": (MESSAGE_LIMIT + 1).to_bytes(4, "big") + b"x" * 100,
    "less than announced": b"\0\0\0\x10\x0c",
    "failure": _frame(5, b""),
    "an unknown message": _frame(99, b"x"),
    "keys without number": _frame(12, b"\0\0"),
    "4 billion keys": _frame(12, b"\xff" * 4),
    "a million keys": _frame(12, (1_000_000).to_bytes(4, "big")),
    "a key longer than the answer": _frame(12, b"\0\0\0\1\xff\xff\xff\xff"),
    "bytes after the keys": _frame(12, bytes(4) + b"x"),
    "a signature that is none": _frame(14, b"\xff\xff\xff\xff"),
    "a signature of another type": _frame(14, string(string(b"ssh-rsa") + string(bytes(64)))),
    "a short signature": _frame(14, string(string(b"ssh-ed25519") + string(bytes(63)))),
    "bytes after the signature": _frame(14, string(string(b"ssh-ed25519") + string(bytes(64))) + b"x"),
    "a signature in a signature": _frame(14, string(string(b"ssh-ed25519") + string(bytes(64)) + b"x")),
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_an_agent_that_answers_nonsense_is_unavailable(scripted: Scripted, answer: bytes) -> None:
    scripted.answer, scripted.hang, scripted.drip = answer, False, False
    for ask in (lambda agent: agent.identities(), lambda agent: agent.sign(KEY, b"data")):
        with pytest.raises(KeyUnavailableError):
            ask(Agent(scripted.path))


@pytest.mark.parametrize(
    "numbers",
    [b"", string(b"\x01"), string(b"\x81") + string(b"\x01"), string(b"\x01" * 33) + string(b"\x01"), string(b"") * 3],
    ids=["none", "one", "negative", "too large", "three"],
)
def test_ecdsa_numbers_that_are_none_are_refused(scripted: Scripted, numbers: bytes) -> None:
    blob = string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(b"\x04" + bytes(64))
    scripted.answer = _frame(14, string(string(b"ecdsa-sha2-nistp256") + string(numbers)))
    scripted.hang = scripted.drip = False
    with pytest.raises(KeyUnavailableError, match="nonsense"):
        Agent(scripted.path).sign(PublicKey("ecdsa-sha2-nistp256", blob), b"data")


def test_a_malformed_key_among_good_ones_is_left_out(scripted: Scripted) -> None:
    scripted.answer = _frame(
        12, b"\0\0\0\2" + string(b"\0\0\0\xffx") + string(b"") + string(KEY.blob) + string(b"\xff")
    )
    scripted.hang = scripted.drip = False
    assert [key.blob for key in Agent(scripted.path).identities()] == [KEY.blob]


@pytest.mark.parametrize("drip", [False, True], ids=["silent", "dripping"])
def test_an_agent_that_does_not_finish_its_answer_is_left_after_the_time_out(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, drip: bool
) -> None:
    monkeypatch.setattr(agent_module, "LIST_SECONDS", 0.3)
    scripted.answer, scripted.hang, scripted.drip = b"\0\0\1\0" + bytes(200), True, drip
    if not drip:
        scripted.answer = b""
    started = time.monotonic()
    with pytest.raises(KeyUnavailableError, match=r"did not answer within 0\.3 s"):
        Agent(scripted.path).identities()
    assert time.monotonic() - started < 30
    scripted.hang = scripted.drip = False


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from([5, 12, 14]), body=st.binary(max_size=60))
def test_random_answers_are_an_error_of_ours_or_no_keys(scripted: Scripted, kind: int, body: bytes) -> None:
    scripted.answer, scripted.hang, scripted.drip = _frame(kind, body), False, False
    agent = Agent(scripted.path)
    try:
        assert agent.identities() == []
    except KeyUnavailableError:
        pass
    with pytest.raises(KeyUnavailableError):
        agent.sign(KEY, b"data")
