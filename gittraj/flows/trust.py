"""Whom to believe: a repository and a trusted commit go in; the keys that count, and the files they come from, come out.

Trust is read from a commit that is not being judged: what `gittraj.trustedRef` names, else the remote's default branch, else (no
remote) HEAD. Never from the worktree.
"""

from typing import NamedTuple

from gittraj.errors import KeyringError, PolicyError
from gittraj.flows.wiring import House, Keychain
from gittraj.keyring import places
from gittraj.keyring.allowed_signers import AllowedSigners, Source, read_source
from gittraj.keyring.revocation import Revoked
from gittraj.keyring.revocation import parse as parse_revoked
from gittraj.policy.policy import Trusted

SETTING = "gittraj.trustedref"
EVERYWHERE = Trusted()
_GUESSES = ("main", "master")  # a remote's default branch, where no clone has noted it


class Anchor(NamedTuple):
    """The commit that trust is read from ("" where the repository has none yet). `name`: how it was found, for verdicts."""

    name: str
    commit: str


def anchor(house: House, ref: str | None = None) -> Anchor:
    """The trusted commit: `ref` where it is given, else by the rule above.

    Raises `StoreError` where `ref` names none, `PolicyError` where `gittraj.trustedRef` names none.
    """
    repository = house.repository
    if ref is not None:
        return Anchor(ref, repository.resolve(ref))
    named = house.settings.values.get(SETTING, [""])[-1]
    if named:
        commit = (
            repository.ref(named) or repository.ref(f"refs/remotes/{named}") or repository.ref(f"refs/heads/{named}")
        )
        if not commit:
            raise PolicyError(
                f"gittraj.trustedRef names {named}, which is not here: nothing can be trusted",
                hint="git fetch, or git config gittraj.trustedRef REF (a full ref such as refs/remotes/origin/main)",
            )
        return Anchor(named, commit)
    remotes = [
        key[len("remote.") : -len(".url")]
        for key in house.settings.values
        if key.startswith("remote.") and key.endswith(".url")
    ]
    remote = "origin" if "origin" in remotes else remotes[0] if remotes else ""
    for branch in ("HEAD", *_GUESSES) if remote else ():
        commit = repository.ref(f"refs/remotes/{remote}/{branch}")
        if commit:
            return Anchor(f"{remote}/{branch}", commit)
    return Anchor("HEAD", repository.head() or "")


def keychain_at(house: House, at: Anchor, trusted: Trusted = EVERYWHERE) -> Keychain:
    """Everyone whom this user trusts: their own file, git's `gpg.ssh.allowedSignersFile`, and the repository's list at `at`.

    Raises `KeyringError` where a file of keys or of revocations is there and cannot be read, or is configured and not there.
    """
    settings = house.settings
    config = places.config_dir(house.env)
    sources: list[Source | None] = []
    if "user" in trusted.sources:
        sources.append(read_source(places.allowed_signers_path(config), "your own trust"))
    if "git" in trusted.sources and settings.allowed_signers_file:
        path = places.expand(settings.allowed_signers_file, house.env)
        sources.append(read_source(path, "gpg.ssh.allowedSignersFile"))
    if "repository" in trusted.sources:
        sources.append(_in_repository(house, at, trusted.signers))
    return Keychain(AllowedSigners([source for source in sources if source], _revoked(house, at, trusted)))


def _in_repository(house: House, at: Anchor, path: str) -> Source | None:
    data = house.repository.blob_at(at.commit, path) if at.commit else None
    return Source(f"{path} in {at.name}", data) if data is not None else None


def _revoked(house: House, at: Anchor, trusted: Trusted) -> Revoked:
    """What git's list, the user's own and the repository's revoke; a list that is not understood is an error, never skipped."""
    found = Revoked()
    named = house.settings.revocation_file
    if named:
        path = places.expand(named, house.env)
        source = read_source(path)
        if (
            source is None
        ):  # fail closed: a revocation that was configured and is gone must not read as "nothing revoked"
            raise KeyringError(f"{path}: gpg.ssh.revocationFile names it, but it is not there")
        found = parse_revoked(source.data, path)
    own = read_source(places.revoked_path(places.config_dir(house.env)), "your own list of revoked keys")
    for source in (own, _in_repository(house, at, trusted.revoked)):
        if source is not None:
            found |= parse_revoked(source.data, source.name)
    return found
