"""A hub on this machine: what huggingface_hub asks of the real one, for one repository in a folder."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "owner/name"


class SmallHub(ThreadingHTTPServer):
    """Serves a folder as `owner/name` at one commit, and remembers which files were fetched."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.fetched: set[str] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def names(self) -> list[str]:
        """All files."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())


class _Handler(BaseHTTPRequestHandler):
    server: SmallHub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        if path.startswith(f"/api/models/{REPOSITORY}/tree/"):
            entries = [{"type": "file", "path": name, "size": 1, "oid": "0" * 40} for name in self.server.names()]
            return self._send(json.dumps(entries).encode(), with_body=with_body)
        if path.startswith(f"/api/models/{REPOSITORY}"):
            siblings = [{"rfilename": name} for name in self.server.names()]
            info = {"id": REPOSITORY, "modelId": REPOSITORY, "sha": COMMIT, "siblings": siblings, "private": False}
            return self._send(json.dumps(info).encode(), with_body=with_body)
        name = path.partition("/resolve/")[2].partition("/")[2]
        if not (self.server.folder / name).is_file():
            return self.send_error(404)
        if with_body:
            self.server.fetched.add(name)
        return self._send((self.server.folder / name).read_bytes(), with_body=with_body)

    def _send(self, body: bytes, *, with_body: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing on stderr."""


@contextmanager
def small_hub(folder: Path) -> Iterator[SmallHub]:
    """A hub that answers while the context is open."""
    with SmallHub(folder) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
