"""Whatever text a session, a commit or a setting holds, a terminal is never made to obey it."""

import os
import pty
import re
import select
import subprocess
import unicodedata

import pytest

from tests.support.workshop import Workshop

NASTY = (
    "\x1b[2J\x1b[31mred\x1b[m\x1b]8;;http://evil.example\x07link\x1b]8;;\x07\x1b]52;c;ZXZpbA==\x07\x1b]0;title\x07\x1bP1$r\x1b\\"
    "\rback\b\b\b\bgone\x7f\x0b\x0c\x00\u202eesrever\u202c\u2066iso\u2069\u200b\u200f\ufeff\u009b31m\u0085\u2028next\u00ad\U000e0041"
)
IN_A_REF = "".join(each for each in NASTY if each > "\x7f")  # git keeps the others out of ref names
OURS = re.compile(
    r"\x1b\[\d*(?:;\d+)*m"
)  # colours; only on a terminal, only ours (the test's nasty red is visible text by then)


@pytest.fixture(scope="module")
def shop(lasting: Workshop) -> Workshop:
    """A commit whose every word, and a session whose every field, is hostile."""
    shop = lasting
    shop.git("checkout", "-qb", f"b{IN_A_REF}")
    shop.git("config", "remote.origin.url", f"https://host.example/{NASTY.replace(chr(0), '')}")
    shop.git("config", f"gittraj.x{IN_A_REF}y".encode("ascii", "ignore").decode(), "1")
    shop.git("config", "gittraj.reasoning", NASTY.replace("\0", ""))
    claude = shop.claude()
    clean = NASTY.replace("\0", "")
    claude.say(NASTY)
    claude.answer(NASTY, thinking=NASTY)
    claude.tool(NASTY, {NASTY: NASTY, "path": NASTY, "list": [NASTY, {NASTY: NASTY}]}, NASTY)
    claude.tool("Bash", {"command": NASTY, "description": NASTY}, NASTY, error=True)
    claude.tool("Read", {"file_path": f"/{clean}"}, NASTY, error=True)
    claude.tool("Task", {"prompt": NASTY, "subagent_type": NASTY}, NASTY)
    claude._line(NASTY, {"role": "user", "content": NASTY})
    claude._line("system", {}, subtype=NASTY, content=NASTY, level=NASTY)
    claude._line("summary", {}, summary=NASTY)
    claude._line(
        "user", {"role": "user", "content": [{"type": NASTY, NASTY: NASTY}, {"type": "image", "source": NASTY}]}
    )
    claude._line(
        "user",
        {"role": "user", "content": f"<command-name>/{NASTY}</command-name><command-args>{NASTY}</command-args>"},
    )
    claude.write(f"f{IN_A_REF}.txt", NASTY.replace("\r", "") + "\n")
    claude.edit(f"f{IN_A_REF}.txt", "red", f"green{NASTY}".replace("\r", ""))
    lines = claude.path.read_text().replace(
        "claude-scripted-1", NASTY.encode("unicode-escape").decode().replace("\\x", "\\u00").replace("\\U000e0041", "")
    )
    claude.path.write_text(
        lines.replace('"2.1.40"', '"2.1.40\\u001b[31m\\u202e"').replace(
            '"gitBranch": "main"', '"gitBranch": "\\u001b]0;x\\u0007"'
        )
    )
    message = shop.repo.parent / "message"
    message.write_text(f"S{clean}\n\nbody {clean}\n")
    claude.run(
        f"git add -A && git commit -q --cleanup=verbatim -F '{message}'",
        env={"GIT_AUTHOR_NAME": f"A{clean}".replace("\n", ""), "GIT_COMMITTER_NAME": f"C{clean}"},
    )
    assert len(shop.noted()) == 1
    return shop


def harmless(output: str, *, colours: bool = False) -> bool:
    text = OURS.sub("", output) if colours else output
    bad = {c for c in text if (unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") and c not in "\n\t")}
    assert not bad, sorted(map(hex, map(ord, bad)))
    return True


def on_a_terminal(shop: Workshop, *arguments: str) -> str:
    """What the command writes to a terminal of its own, with colours."""
    ours, theirs = pty.openpty()
    env = {**os.environ, **shop.env, "TERM": "xterm-256color", "COLUMNS": "90", "GIT_PAGER": "cat"}
    env.pop("NO_COLOR")
    process = subprocess.Popen(["git", *arguments], cwd=shop.repo, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    data = b""
    while select.select([ours], [], [], 20)[0]:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end was closed
            break
        data += piece
        if not piece:
            break
    process.wait()
    os.close(ours)
    return data.decode().replace("\r\n", "\n")


COMMANDS = [
    ("traj", "show"),
    ("traj", "show", "--full"),
    ("traj", "show", "--json"),
    ("traj", "show", "--diag"),
    ("traj", "log"),
    ("traj", "log", "--json"),
    ("traj", "verify"),
    ("traj", "verify", "--all", "--json"),
    ("traj", "doctor"),
    ("traj", "doctor", "--json"),
    ("traj", "keys"),
    ("traj", "init"),
    ("traj", "attach", "HEAD~1"),
    ("traj", "attach", f"no{NASTY}".replace("\0", "")),
    ("traj", "verify", f"no{NASTY}..HEAD".replace("\0", "")),
    ("traj", "attach", "--session", f"/no/{NASTY}".replace("\0", "")),
    ("traj", "attach", "--agent", NASTY.replace("\0", "")),
    ("traj", "keys", "trust", NASTY.replace("\0", ""), "ssh-ed25519 x"),
]


@pytest.mark.parametrize(
    "command", COMMANDS, ids=lambda command: " ".join(command[1:3]).encode("ascii", "ignore").decode()[:20]
)
def test_no_command_passes_on_what_a_terminal_would_obey(shop: Workshop, command: tuple[str, ...]) -> None:
    done = shop.git(*command, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert (done.stdout + done.stderr) and harmless(done.stdout) and harmless(done.stderr)
    if "--json" in command:
        assert done.stdout.isascii()
    elif "HEAD~1" not in command:
        assert harmless(on_a_terminal(shop, *command), colours=True)
