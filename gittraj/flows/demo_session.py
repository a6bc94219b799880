"""A small session in Claude Code's format: a working directory and a time go in; the files of the demo and the session's lines come out.

Written by hand for `git traj demo`; no agent and no model ran. What the commands in it print is what they print when run there.
"""

import datetime
import json
from typing import Any

SESSION = "0d5c1f6e-7a43-4b8e-9a51-6f1e2c7d9b30"
VERSION = "2.1.63"
MODEL = "claude-sonnet-4-5"
MESSAGE = "Round half a cent to the even neighbour"
COMMIT = f'git commit -a -m "{MESSAGE}"'
TEST = "python3 test_money.py"

_DOWN = 'ROUNDING = "ROUND_DOWN"\n'
_EVEN = '# Half a cent goes to the even neighbour, as the bank does it.\nROUNDING = "ROUND_HALF_EVEN"\n'
MONEY = f'''"""Money as whole cents."""

from decimal import Decimal

{_DOWN}

def cents(amount: str) -> int:
    """`amount` in whole cents."""
    return int((Decimal(amount) * 100).quantize(Decimal(1), ROUNDING))
'''
TESTS = """from money import cents

CASES = {"0.125": 12, "0.135": 14}
failed = 0
for amount, expected in CASES.items():
    found = cents(amount)
    print(amount, found, "ok" if found == expected else f"FAILED, expected {expected}")
    failed += found != expected
raise SystemExit(failed)
"""
FILES = {"money.py": MONEY, "test_money.py": TESTS}
EDITED = MONEY.replace(_DOWN, _EVEN)
PROMPT = "The test in test_money.py fails. Find the cause in money.py, fix it and commit."

_FAILING = "Exit code 1\n0.125 12 ok\n0.135 13 FAILED, expected 14"
_PASSING = "0.125 12 ok\n0.135 14 ok"


class Session:
    """Lines as Claude Code appends them; `before_commit` ends with the open call of the commit, `after_commit` is the rest."""

    def __init__(self, cwd: str, started: datetime.datetime, branch: str = "main") -> None:
        self._common = {
            "isSidechain": False,
            "userType": "external",
            "cwd": cwd,
            "sessionId": SESSION,
            "version": VERSION,
            "gitBranch": branch,
        }
        self._cwd = cwd
        self._moment = started
        self._count = 0

    def before_commit(self) -> list[str]:
        """From the prompt to the call of ``git commit``."""
        money = f"{self._cwd}/money.py"
        return [
            self._user(PROMPT),
            *self._assistant(
                [{"type": "thinking", "thinking": "The test names the rule.\nI need the module and the failure.", "signature": ""},
                 {"type": "text", "text": "I'll read the module, then run the failing test."},
                 _call("toolu_01", "Read", {"file_path": money})], 2140, 96),
            self._result("toolu_01", _numbered(MONEY), {"type": "text", "file": {"filePath": money, "content": MONEY}}),
            *self._assistant([_call("toolu_02", "Bash", {"command": TEST, "description": "Run the failing test"})], 2490, 61),
            self._result("toolu_02", _FAILING, f"Error: {_FAILING}", failed=True),
            *self._assistant(
                [{"type": "text", "text": "ROUND_DOWN cuts half a cent off; the bank rounds half to even."},
                 _call("toolu_03", "Edit", {"file_path": money, "old_string": _DOWN, "new_string": _EVEN, "replace_all": False})],
                2780, 142),
            self._result("toolu_03", f"The file {money} has been updated.",
                         {"filePath": money, "oldString": _DOWN, "newString": _EVEN, "originalFile": MONEY, "structuredPatch": [],
                          "userModified": False, "replaceAll": False}),
            *self._assistant([_call("toolu_04", "Bash", {"command": TEST, "description": "Run the test again"})], 3010, 58),
            self._result("toolu_04", _PASSING, {"stdout": _PASSING, "stderr": "", "interrupted": False}),
            *self._assistant(
                [{"type": "text", "text": "Green. Committing."},
                 _call("toolu_05", "Bash", {"command": COMMIT, "description": "Commit the fix"})], 3190, 74),
        ]  # fmt: skip

    def after_commit(self, output: str) -> list[str]:
        """The commit's result, with what git printed, and the closing words."""
        return [
            self._result("toolu_05", output, {"stdout": output, "stderr": "", "interrupted": False}),
            *self._assistant(
                [{"type": "text", "text": "`cents` now rounds half to even, and the fix is committed."}], 3300, 40
            ),
        ]

    def _user(self, text: str) -> str:
        return self._line({"type": "user", "message": {"role": "user", "content": text}})

    def _result(self, call: str, text: str, detail: Any, *, failed: bool = False) -> str:
        block = {"tool_use_id": call, "type": "tool_result", "content": text, "is_error": failed}
        return self._line({"type": "user", "message": {"role": "user", "content": [block]}, "toolUseResult": detail})

    def _assistant(self, blocks: list[dict[str, Any]], given: int, written: int) -> list[str]:
        """One line per content block, all with the same message id and usage, as Claude Code writes them."""
        usage = {
            "input_tokens": 6,
            "cache_read_input_tokens": given,
            "cache_creation_input_tokens": 0,
            "output_tokens": written,
        }
        identity = f"msg_{self._count:02}"
        return [
            self._line(
                {
                    "type": "assistant",
                    "requestId": f"req_{identity}",
                    "message": {
                        "id": identity, "type": "message", "role": "assistant", "model": MODEL, "content": [block],
                        "stop_reason": "tool_use" if blocks[-1]["type"] == "tool_use" else "end_turn", "usage": usage,
                    },
                }
            )
            for block in blocks
        ]  # fmt: skip

    def _line(self, fields: dict[str, Any]) -> str:
        parent = _uuid(self._count) if self._count else None
        self._count += 1
        self._moment += datetime.timedelta(milliseconds=70)
        stamp = f"{self._moment:%Y-%m-%dT%H:%M:%S}.{self._moment.microsecond // 1000:03d}Z"
        return json.dumps(
            {"parentUuid": parent, **self._common, **fields, "uuid": _uuid(self._count), "timestamp": stamp}
        )


def folder(cwd: str) -> str:
    """The folder under ``~/.claude/projects`` in which Claude Code keeps the sessions of `cwd`."""
    return "".join(character if character.isascii() and character.isalnum() else "-" for character in cwd)


def _call(identity: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
    return {"type": "tool_use", "id": identity, "name": name, "input": given}


def _numbered(text: str) -> str:
    return "\n".join(f"{number:>6}→{line}" for number, line in enumerate(text.splitlines(), 1))


def _uuid(number: int) -> str:
    return f"5e551011-0000-4000-8000-{number:012d}"
