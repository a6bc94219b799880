"""Which key signs: the user's settings go in, a signer that implements `gittraj.model.ports.Signer` goes out."""

from collections.abc import Mapping
from typing import NamedTuple

from gittraj.errors import KeyringError, KeyUnavailableError
from gittraj.keyring import certificates, files, places
from gittraj.keyring.agent import Agent, from_environment
from gittraj.keyring.files import Ask, PrivateKeyFile
from gittraj.keyring.keys import PublicKey, parse_line

_LITERALS = ("key::", "ssh-", "ecdsa-", "sk-")  # git takes the first two; nobody keeps a key in a file called "ecdsa-…"


class KeySettings(NamedTuple):
    """`signing_key`, `gpg_format`: git's user.signingKey and gpg.format. `email`: becomes the principal.

    `config_dir`: where the generated key lies. `ask`: takes a prompt and gives a passphrase; None without a terminal.
    """

    signing_key: str
    gpg_format: str
    config_dir: str
    email: str
    ask: Ask | None = None


class KeySigner:
    """A key that can sign now, for a principal; `source` tells where the private half lies, in words for the user.

    `certificate`: an OpenSSH certificate for the key in wire format, b"" for none.
    """

    __slots__ = ("_private", "certificate", "principal", "public", "source")

    def __init__(
        self,
        principal: str,
        public: PublicKey,
        private: "Agent | PrivateKeyFile",
        source: str,
        certificate: bytes = b"",
    ) -> None:
        self.certificate = certificate
        self.principal = principal
        self.public = public
        self.source = source
        self._private = private

    @property
    def public_key(self) -> bytes:
        """SSH wire-format public key."""
        return self.public.blob

    @property
    def kid(self) -> bytes:
        """SHA-256 of `public_key`."""
        return self.public.fingerprint

    @property
    def algorithm(self) -> int:
        """COSE identifier, -8 or -7."""
        return self.public.algorithm

    def sign(self, data: bytes, /) -> bytes:
        """The raw COSE signature, 64 bytes. Raises `KeyUnavailableError` where the agent does not sign."""
        if isinstance(self._private, Agent):
            return self._private.sign(self.public, data)
        return self._private.sign(data)


def choose(settings: KeySettings, env: Mapping[str, str]) -> KeySigner:
    """The signer of this user: user.signingKey where gpg.format is ssh (agent first, then file), else the generated key.

    Raises `KeyUnavailableError` where the key cannot sign now, `KeyringError` where it never can.
    """
    if not settings.email:
        raise KeyringError(
            "nobody to sign for: git has no user.email", hint="git config --global user.email YOU@EXAMPLE.ORG"
        )
    public, path = own_key(settings, env)
    certificate = _certificate(settings, env, public)
    agent = from_environment(env)
    why = "SSH_AUTH_SOCK names no ssh-agent"
    if agent and path != places.key_path(settings.config_dir):
        try:
            if any(held.blob == public.blob for held in agent.identities()):
                return KeySigner(settings.email, public, agent, "ssh-agent", certificate)
            why = "the ssh-agent does not hold it, or is locked"
        except KeyUnavailableError as error:
            why = error.message
    if path:
        private = files.load(path, settings.ask)
        if private.public.blob != public.blob:
            raise KeyringError(f"{path}: not the private half of {path}.pub")
        return KeySigner(settings.email, private.public, private, path, certificate)
    raise KeyUnavailableError(
        f"the signing key {public!r} of {settings.email} cannot be used: {why}",
        hint="add it to the agent (ssh-add), then: git traj finish",
    )


def own_key(settings: KeySettings, env: Mapping[str, str]) -> tuple[PublicKey, str]:
    """The public key to sign with, and the path of its private file, "" where there is none; nothing is opened for signing.

    Raises as `choose`.
    """
    if settings.signing_key and settings.gpg_format == "ssh":
        return _configured(settings.signing_key, env)
    path = places.key_path(settings.config_dir)
    if not files.exists(path):
        raise KeyUnavailableError(
            "there is no key to sign with: neither user.signingKey with gpg.format=ssh, nor a generated one",
            hint="make one: git traj init",
        )
    return files.public_half(files.read(path), path)[0], path


def _configured(value: str, env: Mapping[str, str]) -> tuple[PublicKey, str]:
    if value.startswith(_LITERALS):
        return parse_line(value.removeprefix("key::").strip()), ""
    path = places.expand(value, env)
    data = files.read(path)
    if b"-----BEGIN" in data[:64]:
        return files.public_half(data, path)[0], path
    try:
        plain, _ = certificates.certified(data.decode("utf-8", "replace").strip().split("\n", 1)[0])
        public = parse_line(plain)
    except KeyringError as error:
        raise KeyringError(f"{path}: {error.message}", hint=error.hint) from None
    private = (
        path.removesuffix(".pub").removesuffix("-cert") if path.endswith("-cert.pub") else path.removesuffix(".pub")
    )
    return public, private if private != path and files.exists(private) else ""


def _certificate(settings: KeySettings, env: Mapping[str, str], public: PublicKey) -> bytes:
    """The certificate that lies beside the key as OpenSSH has it (`KEY-cert.pub`); b"" for none, or one that is not for this key."""
    configured = settings.signing_key and settings.gpg_format == "ssh"
    if configured and settings.signing_key.startswith(_LITERALS):
        return b""
    path = places.expand(settings.signing_key, env) if configured else places.key_path(settings.config_dir)
    stem = path.removesuffix(".pub").removesuffix("-cert")
    if not files.exists(f"{stem}-cert.pub"):
        return b""
    try:
        text = files.read(f"{stem}-cert.pub").decode("utf-8", "replace").strip().split("\n", 1)[0]
        blob = certificates.in_line(text)
    except KeyringError:  # the plain key signs all the same
        return b""
    return blob if certificates.read(blob).key == public.blob else b""
