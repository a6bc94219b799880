"""Home directory and user name: text goes in, the same text with placeholders in their place comes out.

``/home/dana/work`` becomes ``/home/_user_/work``: still an absolute path, still one word for a shell. Placeholders hold
nothing of what they replace, so that doing it twice changes nothing more.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

USER = "_user_"
HOME = "/home/_user_"
SHORTEST_NAME = 4  # letters; a shorter name is replaced only where it is certainly a name
# names of accounts and programs that are also words, folders or hosts: only their home directory is replaced
COMMON = frozenset(
    """root user users admin administrator owner dev devel developer git node test tester tests testing ubuntu debian fedora
    centos alpine arch runner build builder ci cd docker vscode codespace gitpod jenkins gitlab github bitbucket actions agent
    agents claude codex gemini cursor opencode copilot python python3 java ruby rust golang main master home work workspace app
    apps web www data demo guest default system service server client local public private shared staff wheel daemon nobody mail
    mysql postgres postgresql redis mongo nginx apache pi vagrant ansible deploy deployer ec2-user azureuser core container sandbox
    code coder coding base bash shell root0 temp tmp var usr opt bin lib src mnt media host hosts network name config project
    projects repo repos source team dana-example model models entry type text json none null true false linux windows macos darwin
    session sessions tool tools user1 default-user oracle hadoop spark airflow jupyter jovyan rstudio me my new old self this that
    file files path paths note notes line lines word words long short time date make read write edit open close list find show""".split()  # noqa: SIM905 - a list of words reads better as one
)
_STANDARD = re.compile(
    r"(?:(?P<drive>[A-Za-z]:|/mnt/[a-z]|/[a-z]|//wsl[^/]*/[^/]+|/var|/usr|/export|/private)?[\\/]+"
    r"(?:home|Users|users|Documents and Settings)[\\/]+)(?P<name>[^\\/]+)"
)
_PATCH_HEADER = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: .*$|^\*\*\* Move to: .*$", re.MULTILINE)
# what stands before a name where it begins a word: also after an escaped newline or an encoded slash
_BEFORE = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt])|(?<=%2[Ff])|(?<=%5[Cc]))"
_AFTER = r"(?![A-Za-z0-9_])"
_SEPARATOR = r"(?:\\{1,4}/?|/|%2[Ff]|%5[Cc]|-{1,2})"


class Places:
    """What is replaced for one record. `used` holds the kinds ("home", "user") that were met."""

    def __init__(self, homes: Iterable[str], users: Iterable[str]) -> None:
        self.used: set[str] = set()
        whole: set[str] = set()
        named: set[str] = set()
        for home in homes:
            home = home.rstrip("/\\")
            match = _STANDARD.fullmatch(home)
            if match:
                named.add(match["name"])
            elif len(home) > 1 and HOME not in home:
                whole.add(home)
        known = (named | {user for user in users if user}) - {USER, ""}
        words = {name for name in known if len(name) >= SHORTEST_NAME and name.lower() not in COMMON}
        self._certain = sorted(words)
        self._words = _compiled(words, _BEFORE + "(?:%s)" + _AFTER)
        self._homes = _compiled(
            named - words - {USER}, "(" + _SEPARATOR + "(?:home|Users|users)" + _SEPARATOR + ")(?:%s)" + _AFTER
        )
        short = {name for name in known - words if name.lower() not in COMMON and len(name) > 1}
        self._short = _compiled(
            short, r"(?:(?<=[/\\])(?:%s)(?=[/\\])|(?<![\w./-])(?:%s)(?=@[A-Za-z])|(?<=[0-9] )(?:%s)(?= +\S+ +[0-9]))"
        )
        self._whole = [form for home in sorted(whole, key=len, reverse=True) for form in _forms(home)]
        self._needles = sorted(known - {USER}) + [form for form, _ in self._whole]

    def __bool__(self) -> bool:
        return bool(self._needles)

    def originals(self) -> list[str]:
        """What may not be left anywhere: the home directories and the names that are nobody else's."""
        return [*self._certain, *(form for form, _ in self._whole if len(form) > 6)]

    def apply(self, text: str) -> str:
        """`text` with placeholders; markers in it stay as they are."""
        if not any(needle in text for needle in self._needles):
            return text
        if "{redacted: " in text:
            from gittraj.redact.marker import PATTERN

            parts: list[str] = []
            done = 0
            for match in PATTERN.finditer(text):
                parts += (self._replace(text[done : match.start()]), match.group())
                done = match.end()
            return "".join([*parts, self._replace(text[done:])])
        return self._replace(text)

    def apply_to_edit(self, text: str) -> str:
        """`text` of an edit: only the paths in the headers of a patch are places, the rest is content."""
        if "*** " not in text or not any(needle in text for needle in self._needles):
            return text
        return _PATCH_HEADER.sub(lambda match: self._replace(match.group()), text)

    def declared(self) -> list[dict[str, str]]:
        """The substitutions that were made, for the record; the originals are not told."""
        return [{"placeholder": HOME if kind == "home" else USER, "kind": kind} for kind in sorted(self.used)]

    def _replace(self, text: str) -> str:
        """Until nothing changes: a placeholder may make a new beginning for what stands behind it."""
        while True:
            new = self._replace_once(text)
            if new == text:
                return text
            text = new

    def _replace_once(self, text: str) -> str:
        for form, placeholder in self._whole:
            if form in text:
                new = re.sub(_left(form) + re.escape(form) + _AFTER, lambda _, put=placeholder: put, text)  # type: ignore[misc]
                if new != text:
                    self.used.add("home")
                    text = new
        for pattern in (self._homes, self._words, self._short):
            if pattern is not None:
                new = pattern.sub(lambda match: (match.group(1) if match.lastindex else "") + USER, text)
                if new != text:
                    self.used.add("user")
                    text = new
        return text


def implied_homes(cwd: str) -> list[str]:
    """The home directory in which a session's working directory lies, as far as the path tells."""
    match = _STANDARD.match(cwd)
    if match:
        return [match.group(0)]
    return ["/root"] if cwd == "/root" or cwd.startswith("/root/") else []


def _compiled(names: set[str], pattern: str) -> re.Pattern[str] | None:
    if not names:
        return None
    choice = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(pattern.replace("%s", choice))


def _forms(home: str) -> list[tuple[str, str]]:
    """A home directory of no usual form, as it is written: plain, escaped, percent-encoded, and as agents name folders after it."""
    slash = home.replace("\\", "/")
    forms = [
        (home, HOME),
        (home.replace("\\", "\\\\"), HOME),
        (slash, HOME),
        (slash.replace("/", "\\/"), HOME.replace("/", "\\/")),
        (quote(slash, safe=""), quote(HOME, safe="")),
        (slash.replace("/", "-"), HOME.replace("/", "-")),
        (re.sub(r"[^A-Za-z0-9]", "-", slash), HOME.replace("/", "-")),
    ]
    return list(dict.fromkeys((form, place) for form, place in forms if len(form) > 3 and form not in place))


def _left(form: str) -> str:
    """A short path such as /root is also the end of others; a long one is nobody else's."""
    return (
        r"(?<![A-Za-z0-9_.~-])"
        if form.count("/") + form.count("-") <= 1
        else r"(?<![A-Za-z0-9])"
        if form[0] == "-"
        else ""
    )
