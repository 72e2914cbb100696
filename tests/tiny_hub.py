"""A Hugging Face Hub on this machine: as much of its protocol as fetching a model needs."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlparse

COMMIT = "1" * 40


class TinyHub:
    """Serves folders as models by name; `broken` answers everything with that status. `asked` has every path asked for."""

    def __init__(self, models: dict[str, Path]) -> None:
        self.models = models
        self.broken: int | None = None
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.answer(with_body=False)

            def do_GET(self) -> None:
                self.answer(with_body=True)

            def answer(self, *, with_body: bool) -> None:
                status, headers, body = outer.respond(urlparse(self.path).path)
                outer.asked.append(self.path)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body)), "X-Repo-Commit": COMMIT} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                if with_body:
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> "TinyHub":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def respond(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if self.broken is not None:
            return self.broken, {}, b"{}"
        api = path.startswith("/api/models/")
        name = next((name for name in self.models if path.removeprefix("/api/models").startswith(f"/{name}")), None)
        if name is None:
            return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"
        files = {str(file.relative_to(self.models[name])): file for file in self.models[name].rglob("*") if file.is_file()}
        if not api:
            file = files.get(path.removeprefix(f"/{name}/resolve/{COMMIT}/"))
            if file is None:
                return 404, {"X-Error-Code": "EntryNotFound"}, b""
            return 200, {"ETag": f'"{_digest(file)}"'}, file.read_bytes()
        if "/tree/" in path:
            listed = [
                {"type": "file", "path": at, "size": file.stat().st_size, "oid": _digest(file)} for at, file in files.items()
            ]
            return 200, {"Content-Type": "application/json"}, json.dumps(listed).encode()
        about = {"id": name, "sha": COMMIT, "siblings": [{"rfilename": at} for at in files]}
        return 200, {"Content-Type": "application/json"}, json.dumps(about).encode()


def _digest(file: Path) -> str:
    return hashlib.sha1(file.read_bytes()).hexdigest()
