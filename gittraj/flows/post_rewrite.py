"""What happens after git rewrote commits: the pairs of old and new that git tells the hook go in, carry statements are in the notes afterwards.

The first half is light: nothing but `os` is imported where the repository has no traces.
"""

import os

from gittraj.flows import stops
from gittraj.store import gitdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SWITCH = "GITTRAJ"
PAIRS = 100_000  # lines of git's list that are read; a rebase of more is none that a hook should wait for
SQUASHED = b"Squashed commit of the following:"  # what `git merge --squash` proposes as message
_LINE = (
    1 << 16
)  # of the end of a log that are read; a subject of more is cut, and its beginning is all that is asked for
_PICKS = {"CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert"}
_CONCLUDED = (
    b"commit (cherry-pick): "  # in the log of HEAD, where a conflict was resolved; git has forgotten of what by then
)


def post_rewrite(
    directory: str, command: str, lines: "Iterable[str]", env: "Mapping[str, str]", say: "Callable[[str], None]"
) -> None:
    """`command`: amend or rebase. `lines`: ``OLD NEW …`` as git tells them. Raises `GitTrajError`."""
    if env.get(SWITCH) == "0":
        return
    place = gitdir.find(directory, env)
    if place is None or not has_notes(place.common_dir):
        return
    made: dict[str, list[str]] = {}
    for number, line in enumerate(lines):
        words = line.split()
        if number >= PAIRS:
            break
        if len(words) >= 2:
            made.setdefault(words[1], []).append(words[0])
    if made:
        # in a rebase an agent makes commits only where it stops; one that amends makes the commit
        between: dict[str, list[str]] = {new: [] for new in made} if command == "amend" else {}
        between.update(stops.made(place.git_dir, made))
        _carry(directory, made, command if command in ("amend", "rebase") else "rewrite", env, say, between)


def picked(place: gitdir.Place, env: "Mapping[str, str]") -> "tuple[str, list[str]]":
    """What git is about while it runs post-commit: (cherry-pick | revert | squash, the commits it was made of); ("", []) for a plain commit.

    None are told of a cherry-pick that had a conflict: git takes the name of the original away before the hook.
    """
    in_files = gitdir.keeps_refs_in_files(place.common_dir)
    for name, by in _PICKS.items():
        path = os.path.join(place.git_dir, name)
        found = _first(path).strip().decode("ascii", "replace") if in_files else _asked(place, name, env)
        if found:
            return by, [found]
    message = _first(os.path.join(place.git_dir, "COMMIT_EDITMSG"))
    if SQUASHED not in message:
        return ("cherry-pick" if in_files and _last_logged(place.git_dir).startswith(_CONCLUDED) else ""), []
    rows = message.partition(SQUASHED)[2].splitlines()
    names = [row[7:].strip() for row in rows if row.startswith(b"commit ") and len(row) in (47, 71)]
    return "squash", [name.decode("ascii", "replace") for name in names[::-1]]


def after_pick(
    directory: str, by: str, olds: "list[str]", env: "Mapping[str, str]", say: "Callable[[str], None]"
) -> None:
    """Say of HEAD, just made, what it was made of (`olds` empty: what its content is of). Raises `GitTrajError`.

    Where an agent made it, its own record would be all that its note tells: the originals' records are put beside it, as git does in a rebase.
    """
    _carry(directory, {"": olds}, by, env, say, {"": olds} if by != "revert" else None)


def has_notes(common_dir: str) -> bool:
    """Whether the repository has notes of ours at all; yes where that is not told by looking at files."""
    if not gitdir.keeps_refs_in_files(common_dir):
        return True
    if os.path.exists(os.path.join(common_dir, "refs", "notes", "traj")):
        return True
    return b" refs/notes/traj\n" in _first(os.path.join(common_dir, "packed-refs"), 1 << 24)


def _carry(
    directory: str,
    made: "Mapping[str, list[str]]",
    by: str,
    env: "Mapping[str, str]",
    say: "Callable[[str], None]",
    between: "Mapping[str, list[str]] | None" = None,
) -> None:
    from gittraj.errors import KeyringError
    from gittraj.flows.carrying import carry_rewritten, take_over
    from gittraj.flows.wiring import open_house

    house = open_house(directory, env, interactive=False)
    if not house.settings.attach:
        return
    head = house.repository.head() if "" in made else None
    made = {new or head or "": olds for new, olds in made.items()}
    if between:
        taken = take_over(house, {new or head or "": commits for new, commits in between.items()})
        made = {new: list(dict.fromkeys([*olds, *taken.get(new, ())])) for new, olds in made.items()}
    try:
        carry_rewritten(house, made, by)
    except KeyringError as error:  # nothing is lost: the verifier goes by content
        say(f"no carry statement was signed: {error.message}")


def _asked(place: gitdir.Place, name: str, env: "Mapping[str, str]") -> str:
    """The commit that a ref beside HEAD names, "" where there is none. Raises `StoreError`."""
    from gittraj.store.git import Git

    _, out = Git(place.git_dir, place.git_dir, env).call(["rev-parse", "--verify", "--quiet", name], ok=(0, 1, 128))
    return out.decode("ascii", "replace").strip()


def _last_logged(git_dir: str) -> bytes:
    """What the log of HEAD says of the last change, b"" where there is none."""
    try:
        with open(os.path.join(git_dir, "logs", "HEAD"), "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LINE))
            return file.read().rstrip(b"\n").rpartition(b"\n")[2].partition(b"\t")[2]
    except OSError:
        return b""


def _first(path: str, size: int = 1 << 20) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(size)
    except OSError:
        return b""
