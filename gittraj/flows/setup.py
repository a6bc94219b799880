"""`git traj init` and `deinit`: a repository goes in; hook, key, trust and note settings are in place (or taken back) afterwards."""

import sys

from gittraj.errors import GitTrajError, KeyringError, StoreError
from gittraj.flows import chain, discover, sync
from gittraj.flows.wiring import House, key_settings, open_house
from gittraj.keyring import files, keys, places, signers, trust
from gittraj.model.report import Step
from gittraj.redact.scanner import Scanner
from gittraj.store import config, hooks_install, refspecs
from gittraj.store.remote import names
from gittraj.store.state import State


def init(*, share: bool = False, remote: str | None = None, directory: str | None = None) -> list[Step]:
    """Set the repository up; doing so again changes nothing. Raises `GitTrajError` where it cannot be done at all.

    `share`: notes go along with every `git push` to `remote` (None: `sync.default_remote`) from now on.
    """
    house = open_house(directory)
    steps = [told_hook(one) for one in hooks_install.install(house.repository, interpreter=sys.executable)]
    steps += [Step(line) for line in config.configure(house.repository)]
    steps += [
        Step(f"git fetch {one} brings notes too", hint="those that are there now: git traj fetch")
        for one in refspecs.add(house.repository)
    ]
    if share:
        steps += _share(house, remote)
    steps += _key(house)
    steps.append(_scanner())
    common = house.repository.common_dir
    State(common).salt()
    discover.note_plugins(common)
    sync.absorb(house)
    chain.catch_up(house)
    steps += [
        Step(
            f"notes.displayRef = {ref} makes plain git log print our binary notes",
            False,
            "git config --unset notes.displayRef",
        )
        for ref in config.display_warnings(house.repository)
    ]
    return steps


def deinit(*, directory: str | None = None) -> list[Step]:
    """Take the hook and the settings back; notes, keys and local state stay."""
    house = open_house(directory)
    steps = [_unhook(one) for one in hooks_install.uninstall(house.repository)]
    steps += [Step(line) for line in config.deconfigure(house.repository)]
    steps += [Step(f"git fetch {one} no longer brings notes") for one in refspecs.remove(house.repository)]
    if config.unrequire_policy(house.repository):
        steps.append(Step("pushes without a policy are no longer refused"))
    if config.unshare(house.repository):
        steps.append(Step("notes no longer go along with git push"))
    return steps or [Step("nothing of gittraj was set up here")]


def _share(house: House, remote: str | None) -> list[Step]:
    remote = remote or sync.default_remote(house)
    if remote not in names(house.settings.values):
        raise StoreError(f"there is no remote called {remote}", hint=f"git remote add {remote} URL")
    config.share(house.repository, remote)
    house.repository.__dict__.pop("settings", None)
    return [
        Step(
            f"notes go to {remote} along with git push: whoever can read {remote} can read the transcripts",
            hint="to keep transcripts apart: git config gittraj.bodies detached, and git config gittraj.bodiesRemote REMOTE",
        )
    ]


_HOOK = {
    "written": "hook {path}",
    "chained": "hook {path}, after the one that was there",
    "legacy": "hook {path}, run by pre-commit",
    "updated": "hook {path} brought up to date",
    "present": "hook {path} is there",
    "manual": "hook not installed: {path} belongs to another tool",
}


def told_hook(one: hooks_install.Installed) -> Step:
    """What became of one hook, in words."""
    return Step(_HOOK[one.how].format(path=one.path), one.how != "manual", one.hint)


def _unhook(one: hooks_install.Installed) -> Step:
    words = {"removed": "hook {path} removed", "restored": "hook {path} is the one from before again"}
    return Step(words.get(one.how, "hook {path} was left").format(path=one.path), one.how != "manual", one.hint)


def _key(house: House) -> list[Step]:
    """The key that will sign, made where the user has none, and trusted at user level."""
    settings = key_settings(house)
    if not settings.email:
        return [
            Step(
                "no signing key: git has no user.email",
                False,
                "git config --global user.email YOU@EXAMPLE.ORG, then: git traj init",
            )
        ]
    steps = []
    try:
        public, path = signers.own_key(settings, house.env)
    except KeyringError as error:
        if settings.signing_key and settings.gpg_format == "ssh":
            return [Step(f"signing key: {error.message}", False, error.hint or "git config user.signingKey PATH")]
        path = places.key_path(settings.config_dir)
        public = files.generate(path, settings.email)
        steps.append(Step(f"signing key made: {path}"))
    name = keys.fingerprint_text(public.fingerprint)
    steps.append(Step(f"signs as {settings.email} with {name} ({path or 'ssh-agent'})"))
    try:
        signers.choose(settings._replace(ask=None), house.env)
    except KeyringError as error:
        steps.append(Step(f"this key cannot sign without you: {error.message}", False, error.hint or ""))
    if trust.trust_own_key(settings.config_dir, settings.email, public):
        steps.append(Step(f"trusted for {settings.email} in {places.allowed_signers_path(settings.config_dir)}"))
    return steps


def _scanner() -> Step:
    """The secret scanner, with its rules compiled now and not at the first commit."""
    try:
        Scanner().warm_up()
    except GitTrajError as error:
        return Step(f"secret scanner: {error.message}", False, error.hint or "")
    return Step("secret scanner is ready")
