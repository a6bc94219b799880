"""Commit objects: raw bytes go in, a `Commit` goes out.

By hand because libgit2 applies grafts and shallow boundaries to the parents it tells; what is signed must be what the object says.
"""

from gittraj.errors import StoreError
from gittraj.model.commit import Commit

HEX = b"0123456789abcdef"


def parse(commit_id: str, data: bytes) -> Commit:
    """The commit in `data`; text in other encodings than it declares is kept with replacement characters.

    Raises `StoreError` where the bytes are no commit.
    """
    head, _, message = data.partition(b"\n\n")
    tree = ""
    parents: list[str] = []
    author = committer = b""
    encoding = "utf-8"
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")  # lines that continue a signature begin with a space: key is empty
        if key == b"tree" and not tree:
            tree = _id(value)
        elif key == b"parent":
            parents.append(_id(value))
        elif key == b"author" and not author:
            author = value
        elif key == b"committer" and not committer:
            committer = value
        elif key == b"encoding":
            encoding = value.decode("ascii", "replace")
    if not tree:
        raise StoreError(f"commit {commit_id} names no tree", hint="git fsck")
    author_name, author_email, author_time, author_offset = _person(author, encoding)
    name, email, time, offset = _person(committer, encoding)
    return Commit(
        id=commit_id,
        tree=tree,
        parents=tuple(parents),
        author_name=author_name,
        author_email=author_email,
        author_time=author_time,
        committer_name=name,
        committer_email=email,
        committer_time=time,
        committer_offset=offset,
        message=_text(message, encoding),
        author_offset=author_offset,
    )


def _id(value: bytes) -> str:
    if len(value) not in (40, 64) or value.strip(HEX):
        raise StoreError("a commit object of the repository is damaged", hint="git fsck")
    return value.decode("ascii")


def _person(value: bytes, encoding: str) -> tuple[str, str, int, int]:
    """``NAME <EMAIL> SECONDS ±HHMM``; what is missing or malformed (old imports have all of it) is empty or 0."""
    front, _, rest = value.rpartition(b">")
    name, _, email = front.partition(b"<")
    words = rest.split()
    seconds = _number(words[0]) if words else 0
    offset = 0
    if len(words) > 1 and len(words[1]) == 5 and words[1][:1] in (b"+", b"-") and words[1][1:].isdigit():
        minutes = int(words[1][1:3]) * 60 + int(words[1][3:5])
        offset = -minutes if words[1][:1] == b"-" else minutes
    return _text(name.strip(), encoding), _text(email.strip(), encoding), seconds, offset


def _number(word: bytes) -> int:
    digits = word[1:] if word[:1] == b"-" else word
    return int(word) if digits.isdigit() and len(digits) < 19 else 0


def _text(data: bytes, encoding: str) -> str:
    """Never a lone surrogate, which no record could hold; the escape codecs of Python, which make some, are no encodings."""
    if "escape" not in encoding.lower():
        try:
            return data.decode(encoding, "replace").encode("utf-8", "replace").decode("utf-8")
        except (LookupError, UnicodeError, ValueError):  # one Python does not know, or no text encoding at all
            pass
    return data.decode("utf-8", "replace")
