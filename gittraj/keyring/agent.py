"""A client of ssh-agent (RFC 9987): the socket's path goes in, the keys it holds and raw signatures of theirs go out."""

import os
import time
from collections.abc import Mapping

from gittraj.errors import KeyringError, KeyUnavailableError
from gittraj.keyring.keys import ED25519, PublicKey, blob_type, parse_blob
from gittraj.keyring.wire import Reader, string

FAILURE, REQUEST_IDENTITIES, IDENTITIES_ANSWER, SIGN_REQUEST, SIGN_RESPONSE = 5, 11, 12, 13, 14  # RFC 9987 6.1
MESSAGE_LIMIT = 256 * 1024  # OpenSSH refuses larger ones in both directions (AGENT_MAX_LEN)
KEYS_LIMIT = 2048  # as OpenSSH's own client
LIST_SECONDS = 3.0  # an agent answers this at once; a commit must not hang on a dead one
SIGN_SECONDS = 30.0  # ssh-add -c asks the user, who needs a moment; still bounded, because a commit waits


class Agent:
    """One agent behind a socket. Each request opens a connection of its own, so nothing is left to close."""

    def __init__(self, path: str) -> None:
        self.path = path

    def identities(self) -> list[PublicKey]:
        """The keys it holds that gittraj can sign with, in its order; a locked agent shows none.

        Raises `KeyUnavailableError` where there is no agent, or it does not answer as RFC 9987 says.
        """
        kind, reader = self._ask(bytes((REQUEST_IDENTITIES,)), LIST_SECONDS)
        if kind != IDENTITIES_ANSWER:
            raise KeyUnavailableError(f"the ssh-agent at {self.path} does not list its keys")
        found = []
        try:
            count = reader.uint32()
            if count > KEYS_LIMIT:
                raise KeyringError(f"it says that it holds {count} keys")
            for _ in range(count):
                blob, comment = reader.string(), reader.string()
                try:
                    found.append(parse_blob(blob, comment.decode("utf-8", "replace")))
                except KeyringError:  # RSA, sk-*, certificates: of no use here, and no fault
                    continue
            reader.end()
        except KeyringError as error:
            raise KeyUnavailableError(f"the ssh-agent at {self.path} answers nonsense: {error.message}") from error
        return found

    def sign(self, key: PublicKey, data: bytes) -> bytes:
        """The raw COSE signature (64 bytes) over `data`; RFC 8709 6 and RFC 5656 3.1.2 say how the agent forms it.

        Raises `KeyUnavailableError` where the agent does not sign (locked, refused by the user, key gone, no answer).
        """
        request = bytes((SIGN_REQUEST,)) + string(key.blob) + string(data) + bytes(4)
        if len(request) > MESSAGE_LIMIT:
            raise KeyringError(f"{len(data)} bytes are too many for an ssh-agent to sign")
        kind, reader = self._ask(request, SIGN_SECONDS)
        if kind == FAILURE:
            raise KeyUnavailableError(
                f"the ssh-agent refused to sign with {key!r}: it is locked, or the key needs a confirmation",
                hint="unlock it (ssh-add -X) or add the key again (ssh-add), then: git traj finish",
            )
        if kind != SIGN_RESPONSE:
            raise KeyUnavailableError(f"the ssh-agent at {self.path} answers a request to sign with message {kind}")
        try:
            signature = reader.string()
            reader.end()
            return _raw(key, signature)
        except KeyringError as error:
            raise KeyUnavailableError(f"the ssh-agent at {self.path} answers nonsense: {error.message}") from error

    def _ask(self, message: bytes, seconds: float) -> tuple[int, Reader]:
        import socket

        if not hasattr(socket, "AF_UNIX"):
            raise KeyUnavailableError(
                "an ssh-agent cannot be asked on this system: Python has no Unix sockets here",
                hint="name a private key file: git config user.signingKey PATH",
            )
        deadline = time.monotonic() + seconds
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(seconds)
                connection.connect(self.path)
                connection.sendall(string(message))
                size = int.from_bytes(_receive(connection, 4, deadline), "big")
                if not 1 <= size <= MESSAGE_LIMIT:
                    raise KeyUnavailableError(f"the ssh-agent at {self.path} announces a message of {size} bytes")
                answer = _receive(connection, size, deadline)
        except TimeoutError:
            raise KeyUnavailableError(f"the ssh-agent at {self.path} did not answer within {seconds:g} s") from None
        except (OSError, ValueError) as error:  # ValueError: a path with NUL or too long for a socket's address
            raise KeyUnavailableError(f"no ssh-agent answers at {self.path}: {error}") from error
        return answer[0], Reader(answer[1:])


def from_environment(env: Mapping[str, str]) -> Agent | None:
    """The agent that `SSH_AUTH_SOCK` names, None where it names none."""
    path = env.get("SSH_AUTH_SOCK", "")
    return Agent(os.path.expanduser(path)) if path else None


def _receive(connection: object, size: int, deadline: float) -> bytes:
    """Exactly `size` bytes before the deadline, however slowly they drip."""
    data = bytearray()
    while len(data) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)  # type: ignore[attr-defined]
        piece = connection.recv(size - len(data))  # type: ignore[attr-defined]
        if not piece:
            raise ConnectionError("it hung up in the middle of an answer")
        data += piece
    return bytes(data)


def _raw(key: PublicKey, signature: bytes) -> bytes:
    """The agent's signature as COSE has it (RFC 9053 2.1, 2.2)."""
    if blob_type(signature) != key.type:
        raise KeyringError("the signature is of another type than the key")
    reader = Reader(signature)
    reader.string()
    value = reader.string()
    reader.end()
    if key.type == ED25519:
        if len(value) != 64:
            raise KeyringError(f"an Ed25519 signature of {len(value)} bytes")
        return value
    numbers = Reader(value)
    r, s = numbers.mpint(), numbers.mpint()
    numbers.end()
    if max(r, s) >> 256:
        raise KeyringError("a P-256 signature out of range")
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
