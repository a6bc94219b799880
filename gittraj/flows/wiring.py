"""The one place where rooms are joined: a directory and the environment go in, an opened `House` with its ports comes out."""

import functools
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gittraj.keyring import places
from gittraj.keyring.allowed_signers import AllowedSigners
from gittraj.keyring.allowed_signers_file import Line
from gittraj.keyring.signers import KeySettings, KeySigner, choose
from gittraj.store.notes import NoteStore
from gittraj.store.repository import Repository, open_repository
from gittraj.store.settings import Settings

if TYPE_CHECKING:
    from gittraj.redact.scanner import Scanner

GENERATED = "generated"  # as the value of gittraj.key: sign with the key that `init` makes, whatever signs the commits


class House(NamedTuple):
    """An opened repository with what every flow needs of it.

    `ask`: takes a prompt, gives a passphrase; None where nobody can be asked. `scanner`: one that began early; None: each scan starts its own.
    """

    repository: Repository
    notes: NoteStore
    env: Mapping[str, str]
    ask: Callable[[str], str | None] | None = None
    scanner: "Scanner | None" = None

    @property
    def settings(self) -> Settings:
        """Git's configuration as it holds here."""
        return self.repository.settings

    @property
    def worktree(self) -> str:
        """The worktree's real path; for a bare repository its own directory."""
        return os.path.realpath(self.repository.workdir or self.repository.git_dir)


class Keychain(NamedTuple):
    """What verification asks: the key for a kid, and whether a key may sign for a principal."""

    signers: AllowedSigners

    def key(self, kid: bytes) -> bytes | None:
        """The SSH wire-format key of which `kid` is the fingerprint, if any trust file names it."""
        return self.signers.key_for(kid)

    def lines(self) -> list[tuple[str, Line]]:
        """Every line of every trust file, with the place where it stands."""
        return self.signers.keys()


def open_house(
    directory: str | None = None,
    env: Mapping[str, str] | None = None,
    *,
    interactive: bool = True,
    scanner: "Scanner | None" = None,
) -> House:
    """Open the repository around `directory` (None: the current one) as git would. Raises `StoreError` where there is none."""
    environment = os.environ if env is None else env
    repository = open_repository(directory, environment)
    ask = _ask if interactive and sys.stdin is not None and sys.stdin.isatty() else None
    return House(repository, NoteStore(repository), environment, ask, scanner)


def key_settings(house: House) -> KeySettings:
    """Where this user's signing key is looked for: `gittraj.key`, else what signs their commits, else the generated one."""
    settings = house.settings
    own = settings.values.get("gittraj.key", [""])[-1]
    return KeySettings(
        signing_key="" if own == GENERATED else own or settings.signing_key,
        gpg_format="ssh" if own else settings.gpg_format,
        config_dir=places.config_dir(house.env),
        email=settings.user_email,
        ask=house.ask,
    )


def signer(house: House) -> KeySigner:
    """The key that signs here. Raises `KeyUnavailableError` where it cannot sign now, `KeyringError` where it never can."""
    return choose(key_settings(house), house.env)


def keychain(house: House) -> Keychain:
    """Whom this user trusts, by the policy of the repository's trusted ref; see `flows.trust`. For pages: verdicts ask `policy_at`.

    A policy that cannot be read narrows nothing here, because it says nothing.
    """
    from gittraj.errors import PolicyError
    from gittraj.flows import policy, trust

    try:
        return policy.policy_at(house).keys
    except PolicyError:
        return trust.keychain_at(house, trust.Anchor("", ""))


def worktrees_of(house: House, cwd: str) -> tuple[str, ...]:
    """The places under which this session's absolute paths may lie: this worktree, and the repository as the session saw it."""
    here = house.worktree
    places = [here]
    if cwd and not (cwd == here or cwd.startswith(here + os.sep)):
        places.append(cwd)  # the session ran in another clone or on another machine: its own directory stands for ours
    return tuple(places)


@functools.cache
def _ask(prompt: str) -> str | None:
    """One passphrase is asked for once, however many records it signs; it is forgotten with the process."""
    import getpass

    try:
        return getpass.getpass(prompt)
    except (EOFError, KeyboardInterrupt):
        return None
