"""Fetch refspecs: a repository goes in; afterwards a plain `git fetch` brings our notes to tracking refs, or no longer does.

Only remotes that fetch something are touched: where nothing is configured (a bare clone), a refspec of ours would change what
`git fetch` gets.
"""

from gittraj.store.remote import names
from gittraj.store.repository import Repository
from gittraj.store.transfer import TRACKING, refspec


def missing(repository: Repository) -> list[str]:
    """The remotes whose `git fetch` brings branches and not our notes."""
    values = repository.settings.values
    found = []
    for remote in names(values):
        fetched = values.get(f"remote.{remote}.fetch", [])
        mirrored = "true" in values.get(f"remote.{remote}.mirror", [])
        if fetched and not mirrored and refspec(remote) not in fetched:
            found.append(remote)
    return found


def add(repository: Repository) -> list[str]:
    """Add what is `missing`; the remotes changed. Raises `StoreError`."""
    done = missing(repository)
    for remote in done:
        repository.git.run(["config", "--local", "--add", f"remote.{remote}.fetch", refspec(remote)])
    repository.__dict__.pop("settings", None)
    return done


def remove(repository: Repository) -> list[str]:
    """Take ours away from every remote; the remotes changed. Raises `StoreError`."""
    values = repository.settings.values
    done = [remote for remote in names(values) if refspec(remote) in values.get(f"remote.{remote}.fetch", [])]
    for remote in done:
        pattern = f":{TRACKING}/".replace(".", r"\.")
        repository.git.call(["config", "--local", "--unset-all", f"remote.{remote}.fetch", pattern], ok=(0, 5))
    repository.__dict__.pop("settings", None)
    return done
