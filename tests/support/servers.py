"""Real git servers for a team's bare repository: `git daemon`, and `git http-backend` behind a small CGI bridge; their URLs come out."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

PATIENCE = 600  # tenths of a second until a server answers: a machine may have other things to do


class Unserved(Exception):
    """This git cannot serve so, or the machine does not let it."""


@contextmanager
def daemon(folder: Path, env: dict[str, str], name: str = "server.git") -> Iterator[str]:
    """`git daemon` over the repositories of `folder`, which lets anybody push; the URL of the one called `name`."""
    exec_path = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    if not shutil.which("git-daemon", path=exec_path):
        raise Unserved("this git has no daemon")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            os.path.join(exec_path, "git-daemon"), "--listen=127.0.0.1", f"--port={port}", "--reuseaddr", "--export-all", "--enable=receive-pack",
            f"--base-path={folder}", str(folder),
        ],
        env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"git://127.0.0.1:{port}/{name}"
        for _ in range(PATIENCE):
            if subprocess.run(["git", "ls-remote", url], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.1)
        else:
            raise Unserved("git daemon does not answer here")
        yield url
    finally:
        process.terminate()
        process.wait()


@contextmanager
def http(folder: Path, env: dict[str, str], name: str = "server.git") -> Iterator[str]:
    """`git http-backend` over the repositories of `folder`, which lets anybody push; the URL of the one called `name`."""
    exec_path = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    if not shutil.which("git-http-backend", path=exec_path):
        raise Unserved("this git has no http-backend")
    subprocess.run(["git", "config", "http.receivepack", "true"], cwd=folder / name, env=env, check=True)

    class Bridge(_Bridge):
        program = os.path.join(exec_path, "git-http-backend")
        around: ClassVar = {**env, "GIT_PROJECT_ROOT": str(folder), "GIT_HTTP_EXPORT_ALL": "1"}

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bridge)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/{name}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Bridge(BaseHTTPRequestHandler):
    """One request handed to the CGI program `program` in the environment `around` (RFC 3875), its answer handed back."""

    program = ""
    around: ClassVar[dict[str, str]] = {}
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._hand_over()

    def do_POST(self) -> None:
        self._hand_over()

    def log_message(self, *_: object) -> None:
        """Nothing: what matters is what git says."""

    def _hand_over(self) -> None:
        body = self._body()
        path, _, query = self.path.partition("?")
        env = {
            **self.around, "REQUEST_METHOD": self.command, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "REMOTE_ADDR": self.client_address[0], "SERVER_PROTOCOL": "HTTP/1.1",
        }  # fmt: skip
        for name, variable in (("Content-Encoding", "HTTP_CONTENT_ENCODING"), ("Git-Protocol", "GIT_PROTOCOL")):
            if name in self.headers:
                env[variable] = self.headers[name]
        answer = subprocess.run([self.program], env=env, input=body, capture_output=True, check=False).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode("latin-1").split("\r\n") if line]
        status = next((int(value.split()[0]) for name, _, value in lines if name == "Status"), 200 if lines else 500)
        self.send_response(status)
        for name, _, value in lines:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)
