"""Changes of trust: a commit that touches the policy or a list of keys goes in; whether somebody trusted before consents comes out.

Who is trusted is what the trusted commit says, from before everything that is judged: a key cannot let itself in.
"""

from gittraj.errors import StoreError
from gittraj.flows.policy import InForce
from gittraj.flows.statements import read_note
from gittraj.model.commit import Commit
from gittraj.model.verdict import Check
from gittraj.policy.claims import consented
from gittraj.policy.file import FILE
from gittraj.store.note_history import descends

NAME = "trust"
Versions = tuple[str | None, ...]


class TrustChanges:
    """Judges commits one after the other, parents first; remembers the versions that were consented to on the way."""

    def __init__(self, in_force: InForce) -> None:
        self._in_force = in_force
        self._repository = in_force.house.repository
        trusted = in_force.policy.trusted
        self._files = (FILE, trusted.signers, trusted.revoked)
        self._known: dict[str, Versions] = {}
        self._agreed: list[set[str | None]] = (
            [{each} for each in self._at(in_force.at.commit)] if in_force.at.commit else []
        )

    def check(self, commit: Commit) -> Check | None:
        """None where the commit changes nothing about trust, or was accepted with the trusted commit."""
        if not self._agreed or not any(each != {None} for each in self._agreed):
            return None  # nobody is trusted by the repository yet, so nobody could be asked
        try:
            changed = self._changed(commit)
            if not changed or descends(self._repository, self._in_force.at.commit, commit.id):
                return None
        except StoreError as error:
            return Check(NAME, "fail", f"what the commit changes about trust cannot be read: {error.message}")
        roles = self._in_force.policy.roles
        note = self._in_force.house.notes.read(commit.id)
        statements = read_note(self._in_force.house, commit, note, self._in_force.keys).statements if note else ()
        who = consented(commit.id, statements, roles, named=bool(roles.roles.get("reviewer")))
        names = ", ".join(self._files[index] for index, _ in changed)
        if not who:
            return Check(NAME, "fail", f"{names} changed without the consent of anybody trusted before")
        for index, version in changed:
            self._agreed[index].add(version)
        return Check(NAME, "pass", f"{names} changed with the consent of {who}")

    def astray(self, tip: str) -> list[str]:
        """The files about trust that the commit `tip` has otherwise than it was ever agreed; asked after `check` of all commits that are new.

        A branch set back to before a change of policy or keys, or beside it, brings no commit that changes them. Raises `StoreError`.
        """
        if not self._agreed or not any(each != {None} for each in self._agreed):
            return []
        return [self._files[index] for index, own in enumerate(self._at(tip)) if own not in self._agreed[index]]

    def _changed(self, commit: Commit) -> list[tuple[int, str | None]]:
        """The files that are neither as in a parent nor as agreed. A merge may choose only among what was agreed."""
        own = self._at(commit.id)
        parents = [self._at(parent) for parent in commit.parents]
        found = []
        for index, version in enumerate(own):
            as_before = len(parents) == 1 and version == parents[0][index]
            if not as_before and version not in self._agreed[index]:
                found.append((index, version))
        return found

    def _at(self, commit: str) -> Versions:
        if commit not in self._known:
            self._known[commit] = tuple(self._repository.entry_at(commit, name) for name in self._files)
        return self._known[commit]
