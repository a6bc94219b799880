"""`git traj audit`: one report in three forms, the same bytes for the same input, signed and checked, and looked at with a real browser."""

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gittraj.cli import audit_html, audit_md
from gittraj.flows.audit import check_report
from tests.support.signed_history import Clone

HOSTILE = (
    "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">\x1b]0;ran\x07\u202e"
    "![x](http://127.0.0.1:9/x)</details></style>\" onclick='x' |`a`| {{7*7}} [y](javascript:1)\n# h"
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture
def clone(made: tuple[Path, Path], tmp_path: Path) -> Clone:
    repo, home = made
    subprocess.run(["cp", "-R", str(repo), str(tmp_path / "clone")], check=True)
    return Clone(tmp_path / "clone", home)


@pytest.fixture
def attacked(clone: Clone) -> Clone:
    """The history, then a commit whose texts attack the reader, and one note with a byte changed."""
    clone.git(
        "-c",
        f"user.name=<b>{HOSTILE[:30]}",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        HOSTILE + "\n\nCo-authored-by: Claude <x@y>",
    )
    house = clone.house()
    note = house.notes.read(clone.noted()[0])
    house.notes.replace(clone.noted()[0], note[:700] + bytes((note[700] ^ 1,)) + note[701:])
    return clone


def test_the_same_input_gives_the_same_bytes_in_every_form(clone: Clone, tmp_path: Path) -> None:
    for form in ("--json", "--md"):
        first = clone.traj("audit", "--all", form).stdout
        assert first == clone.traj("audit", "--all", form).stdout and len(first) > 1000
    pages = []
    for name in ("a.html", "b.html"):
        clone.traj("audit", "--all", "--html", str(tmp_path / name))
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]
    other = tmp_path / "other"
    clone.git("clone", "-q", str(clone.repo), str(other))
    clone.git("-C", str(other), "fetch", "-q", "origin", "refs/notes/traj:refs/notes/traj")
    clone.git("-C", str(other), "remote", "remove", "origin")
    assert (
        Clone(other, Path(clone.env["HOME"])).traj("audit", "--all", "--json").stdout
        == clone.traj("audit", "--all", "--json").stdout
    )


def test_the_report_tells_what_verify_tells(clone: Clone) -> None:
    told = json.loads(clone.traj("audit", "--all", "--json").stdout)
    verdict = clone.verify("--all", code=0)
    assert [(one["commit"], one["status"]) for one in told["commits"]] == [
        (one["commit"], one["status"]) for one in verdict["commits"]
    ]
    assert told["ok"] and told["completeness"] == verdict["completeness"] and told["policy"] == verdict["policy"]
    assert told["totals"]["statuses"] == {"verified": 6}
    assert told["totals"]["agents"] == [{"agent": "claude-code", "commits": 6, "sessions": 1}]
    assert [one["statements"] for one in told["totals"]["signers"]] == [6]
    assert told["totals"]["lines"]["agent"] == {"added": 6, "removed": 6}
    history = json.loads(clone.traj("audit", "--json").stdout)
    assert [one["status"] for one in history["commits"]] == ["verified"] * 6 + ["exempt"]
    page = clone.traj("audit", "main~2..main").stdout
    assert "2 commits: 2 verified" in page and "claude-code: 2 commits, 1 sessions" in page


def test_what_falls_short_is_in_the_report_and_in_the_exit_code(attacked: Clone) -> None:
    told = json.loads(attacked.traj("audit", "--json", code=1).stdout)
    assert not told["ok"] and told["commits"][0]["status"] == "missing" and told["commits"][-2]["status"] == "failed"


def test_a_signed_report_is_checked_and_any_other_byte_is_noticed(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "audit.html"
    clone.traj("audit", "--all", "--html", str(page), "--sign")
    assert "signed by dana@example.org" in clone.traj("audit", "--check", str(page)).stdout
    told = json.loads(clone.traj("audit", "--check", str(page), "--json").stdout)
    assert told["ok"] and told["commit"] == clone.git("rev-parse", "main")
    page.write_bytes(page.read_bytes() + b" ")
    assert "signed for other bytes" in clone.traj("audit", "--check", str(page), code=1).stdout
    signature = Path(f"{page}.cose")
    raw = signature.read_bytes()
    page.write_bytes(page.read_bytes()[:-1])
    monkeypatch.setenv("HOME", clone.env["HOME"])
    check = functools.partial(check_report, page.read_bytes(), directory=str(clone.repo))
    assert check(raw).ok
    for place in range(0, len(raw), 11):
        assert not check(raw[:place] + bytes((raw[place] ^ 1,)) + raw[place + 1 :]).ok, place
    signature.write_bytes(clone.house().notes.read(clone.noted()[0]))
    clone.traj("audit", "--check", str(page), code=1)
    signature.unlink()
    assert "--sign" in clone.traj("audit", "--check", str(page), code=1).stderr
    assert "beside a file" in clone.traj("audit", "--all", "--sign", code=2).stderr


class _Loads(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_page_has_no_element_that_loads_or_runs_anything(attacked: Clone, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    attacked.traj("audit", "--html", str(page), code=1)
    text = page.read_text(encoding="utf-8")
    parser = _Loads()
    parser.feed(text)
    tags = {tag for tag, _ in parser.seen}
    assert not tags & {"script", "img", "a", "link", "iframe", "object", "form", "base", "b "}, tags
    names = {name for _, attributes in parser.seen for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in ("src", "href", "style", "action")}
    assert not any(each < " " and each != "\n" for each in text) and "\u202e" not in text and "␛" in text


def test_markdown_from_hostile_text_is_text() -> None:
    shown = audit_md.text(HOSTILE)
    assert "\n" not in shown and re.search(r"(?<!\\)[<>\[\]()`|!*_#]", shown) is None
    assert len(audit_md.text("x" * 10_000)) == audit_md.LONGEST
    assert audit_html.text("x" * 10_000).endswith("…")


class _Server(http.server.ThreadingHTTPServer):
    asked: list[str]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[_Server]:
    """Serves the folder and writes down whatever is asked for."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(tmp_path))

        def do_GET(self) -> None:
            self.server.asked.append(self.path)  # type: ignore[attr-defined]
            super().do_GET()

        def log_message(self, *_: Any) -> None: ...

    found = _Server(("127.0.0.1", 0), Handler)
    found.asked = []
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def browse(tmp_path: Path, *arguments: str) -> str:
    assert CHROMIUM
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000", *arguments],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here (Debian: apt install chromium)")
def test_a_real_browser_asks_for_nothing_but_the_page_and_runs_nothing(
    attacked: Clone, tmp_path: Path, server: _Server
) -> None:
    page = tmp_path / "audit.html"
    attacked.traj("audit", "--html", str(page), code=1)
    where = f"http://127.0.0.1:{server.server_address[1]}"
    control = tmp_path / "control.html"  # shows that this browser would run and load
    control.write_text(f"<title>still</title><img src='{where}/loaded.png'><script>document.title='ran'</script>")
    assert (
        "<title>ran</title>" in browse(tmp_path, "--dump-dom", f"{where}/control.html")
        and "/loaded.png" in server.asked
    )
    server.asked.clear()
    dom = browse(tmp_path, "--dump-dom", f"{where}/audit.html")
    assert set(server.asked) <= {"/audit.html", "/favicon.ico"}, server.asked  # the browser itself wants an icon
    assert "<title>Audit of this repository</title>" in dom and "<script>" not in dom
    assert dom.count("<details") == 8 and dom.count("<details open") == 2
