"""sed: a call goes in, its certain output or its certain writes (``-i``) come out."""

import re

from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.sed_script import Dialect, Run, parse
from gittraj.replay.shell.state import DONE, UNKNOWN, Call, Outcome

_MAY_WRITE = re.compile(r"(?:^|[;{}\n!$/\d])\s*[weW](?:\s|$)|[^\w\s][gpiImM0-9]*[weW](?:\s|[;}]|$)", re.MULTILINE)
_MAC_HOMES = "/Users/"


class Options:
    """The command line of sed. `suffix`: None without ``-i``; `mac`: the ``-i ''`` of BSD was used."""

    def __init__(self, args: list[str]) -> None:
        self.quiet = self.extended = self.mac = self.from_file = False
        self.suffix: str | None = None
        self.script = ""
        self.names: list[str] = []
        scripts: list[str] = []
        rest = list(args)
        while rest:
            arg = rest.pop(0)
            if arg == "--":
                self.names += rest
                break
            if not arg.startswith("-") or arg == "-":
                self.names.append(arg)
            elif arg.startswith("--"):
                self._long(arg, scripts)
            else:
                self._short(arg[1:], rest, scripts)
        if not scripts and not self.from_file:
            if not self.names:
                raise Doubt("sed without a script")
            scripts.append(self.names.pop(0))
        self.script = "\n".join(scripts)

    def _long(self, arg: str, scripts: list[str]) -> None:
        if arg in ("--quiet", "--silent"):
            self.quiet = True
        elif arg == "--regexp-extended":
            self.extended = True
        elif arg.startswith("--expression="):
            scripts.append(arg[13:])
        elif arg == "--in-place" or arg.startswith("--in-place="):
            self.suffix = arg[11:]
        elif arg not in ("--posix", "--separate"):
            raise Doubt(f"sed {arg} is not interpreted", unknown=True)

    def _short(self, flags: str, rest: list[str], scripts: list[str]) -> None:
        for at, flag in enumerate(flags):
            if flag == "i":
                self.suffix = flags[at + 1 :]
                if not self.suffix and rest[:1] == [""]:
                    self.mac = True
                    del rest[0]
                return
            if flag in "ef":
                value = flags[at + 1 :] or (rest.pop(0) if rest else "")
                scripts.append(value)
                self.from_file |= flag == "f"
                return
            if flag == "n":
                self.quiet = True
            elif flag in "Er":
                self.extended = True
            elif flag not in "su":
                raise Doubt(f"sed -{flag} is not interpreted", unknown=True)


def sed(call: Call) -> Outcome:
    """Prints what the script makes of the input, or with ``-i`` writes it to the files."""
    options = Options(call.args)
    if options.suffix is None:
        return _filter(call, options)
    if options.from_file or "*" in options.suffix or "/" in options.suffix:
        raise Doubt("sed with a script or a backup that is not plain", unknown=options.from_file)
    paths = [call.shell.path(name) for name in options.names]
    touched = paths + [path + options.suffix for path in paths if options.suffix]
    if len(set(touched)) < len(touched) or any(name.endswith("/") for name in options.names):
        raise Doubt("one file twice, or a folder", touched)
    gnu = not options.mac
    if options.mac or (call.shell.cwd or "").startswith(_MAC_HOMES):
        by_success = not options.mac and not options.suffix and _gnu_by_its_success(call)
        if not call.succeeded or not (options.mac or options.suffix or by_success):
            raise Doubt("GNU and BSD read these options each in its own way", touched)
        gnu = by_success
    try:
        changed = [(path, _edited(call, options, path, gnu=gnu)) for path in paths]
    except Doubt as doubt:
        raise Doubt(doubt.reason, None if doubt.unknown or call.more else touched, unknown=doubt.unknown) from None
    for path, content in changed:
        if options.suffix:
            call.shell.write(path + options.suffix, call.shell.files.content(path), mode_from=path)
        call.shell.write(path, content)
    return UNKNOWN if call.more else DONE


def _gnu_by_its_success(call: Call) -> bool:
    """``sed -i SCRIPT FILE``: BSD would take SCRIPT for a suffix and FILE for a script, and fail."""
    if len(call.args) != 3 or call.args[0] != "-i" or call.args[1].startswith("-"):
        return False
    return "." in call.args[2] and not call.args[2].startswith(("/", "s"))


def _filter(call: Call, options: Options) -> Outcome:
    try:
        if options.from_file or call.more:
            return UNKNOWN
        parse(options.script, Dialect(options.extended, True))
        parts = [call.shell.files.content(call.shell.file(name)) for name in options.names]
        text = b"".join(parts) if parts else call.stdin
        if text is None or any(not part.endswith(b"\n") for part in parts[:-1]):
            return UNKNOWN
        output = _edit(text, options, gnu=True)
    except Doubt as doubt:
        if doubt.unknown and _MAY_WRITE.search(options.script):
            raise
        return UNKNOWN
    call.shell.files.produce(len(output))
    return Outcome(0, output)


def _edited(call: Call, options: Options, path: str, *, gnu: bool) -> bytes:
    content = call.shell.files.content(path)
    if not gnu and not content.endswith(b"\n"):
        raise Doubt("BSD may add the missing end of the last line")
    result = _edit(content, options, gnu=gnu)
    call.shell.files.produce(len(result))
    return result


def _edit(content: bytes, options: Options, *, gnu: bool) -> bytes:
    """What the script makes of `content`, the same whether characters or bytes are counted: the locale is not known."""
    script = options.script
    try:
        wide = content.decode()
    except UnicodeDecodeError:
        raise Doubt("bytes that are no text") from None
    if "\0" in wide:
        raise Doubt("bytes that are no text")
    commands = parse(script, Dialect(options.extended, gnu))
    result = Run(commands, options.quiet).over(wide).encode()
    if not (content.isascii() and script.isascii()):
        narrow = parse(script.encode().decode("latin-1"), Dialect(options.extended, gnu, wide=False))
        if Run(narrow, options.quiet).over(content.decode("latin-1")).encode("latin-1") != result:
            raise Doubt("the outcome depends on the locale")
    return result
