"""Keys: the repository's settings go in; which key signs here and which are trusted comes out; one is made, another's is trusted."""

from collections.abc import Mapping

from gittraj.codec.digest import sha256
from gittraj.errors import KeyringError
from gittraj.flows.wiring import key_settings, keychain, open_house
from gittraj.keyring import files, keys, places, signers, trust
from gittraj.model.report import KeyLine


def list_keys(*, directory: str | None = None) -> list[KeyLine]:
    """The key that signs here first, then every key that is trusted, each with the place where that stands."""
    house = open_house(directory)
    settings = key_settings(house)
    lines = []
    try:
        public, path = signers.own_key(settings, house.env)
        lines.append(told(settings.email, public, path or "ssh-agent", "signs", _usable(settings, house.env)))
    except KeyringError as error:
        lines.append(
            KeyLine(
                settings.email, "", "", "", "signs", f"{error.message}; {error.hint}" if error.hint else error.message
            )
        )
    trusted = keychain(house).signers
    for place, line in trusted.keys():  # noqa: SIM118 - not a dict
        lines.append(
            KeyLine(
                line.principals,
                keys.fingerprint_text(sha256(line.blob)),
                keys.blob_type(line.blob),
                place,
                "authority" if line.authority else "trusted",
                trusted.standing(line),
            )
        )
    return lines


def new_key(*, directory: str | None = None) -> KeyLine:
    """Make the user's own key and trust it. Raises `KeyringError` where there is one already."""
    house = open_house(directory)
    settings = key_settings(house)
    path = places.key_path(settings.config_dir)
    if files.exists(path):
        raise KeyringError(f"{path}: there is a key already", hint="git traj keys")
    public = files.generate(path, settings.email)
    trust.trust_own_key(settings.config_dir, settings.email, public)
    return told(settings.email, public, path, "signs", "")


def trust_key(principal: str, key_text: str, *, directory: str | None = None) -> KeyLine:
    """Trust another's key, at user level: `key_text` is a public key line, or the path of a file that holds one."""
    house = open_house(directory)
    settings = key_settings(house)
    public = public_key_in(key_text)
    trust.trust_own_key(settings.config_dir, principal, public)
    return told(principal, public, places.allowed_signers_path(settings.config_dir), "trusted", "")


def public_key_in(key_text: str) -> keys.PublicKey:
    """The key that a text is, or that stands in the file it names. Raises `KeyringError`."""
    literal = key_text.startswith(("ssh-", "ecdsa-", "sk-"))
    return keys.parse_line(key_text) if literal else _in_file(key_text)


def _in_file(path: str) -> keys.PublicKey:
    data = files.read(path)
    if b"-----BEGIN" in data[:64]:  # the private half holds the public one in the clear
        return files.public_half(data, path)[0]
    try:
        return keys.parse_line(data.decode("utf-8", "replace").strip().split("\n", 1)[0])
    except KeyringError as error:
        raise KeyringError(f"{path}: {error.message}", hint=error.hint) from None


def _usable(settings: signers.KeySettings, env: Mapping[str, str]) -> str:
    try:
        signers.choose(settings._replace(ask=None), env)
    except KeyringError as error:
        return error.message
    return ""


def told(principal: str, public: keys.PublicKey, source: str, role: str, usable: str = "") -> KeyLine:
    """A key as reports tell it."""
    return KeyLine(principal, keys.fingerprint_text(public.fingerprint), public.type, source, role, usable)
