"""What Grafana's documentation says of the routes that we use, as a small server.

Pages "Folder", "Data source", "Dashboard" and "Annotations" of the HTTP API at
grafana.com/docs/grafana/latest/developers/http_api, versions 9 to 12.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "glsa_of_a_service_account"


class Store:
    """What is in it, and what was asked of it."""

    def __init__(self) -> None:
        self.folders: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.annotations: list[dict[str, Any]] = []
        self.writes: list[str] = []

    def answer(  # noqa: C901, PLR0911 - one case for each route
        self, method: str, target: str, body: Any
    ) -> tuple[int, Any]:
        parts = urlsplit(target)
        match method, parts.path.removeprefix("/api/").split("/"):
            case "GET", ["folders", uid]:
                return _found(self.folders.get(uid), "folder not found")
            case "POST", ["folders"]:
                return self._new(self.folders, body, "folder already exists", 409)
            case "PUT", ["folders", uid]:
                if not body.get("overwrite") and "version" not in body:
                    return 412, {"message": "the folder has been changed by someone else"}
                self.folders[uid]["title"] = body["title"]
                return 200, self.folders[uid]
            case "GET", ["datasources", "uid", uid]:
                return _found(self.sources.get(uid), "Data source not found")
            case "POST", ["datasources"]:
                status, answer = self._new(self.sources, body, "data source exists", 409)
                return status, {"id": 1, "message": "Datasource added", "datasource": answer}
            case "PUT", ["datasources", "uid", uid]:
                self.sources[uid] |= body
                return 200, {"message": "Datasource updated", "datasource": self.sources[uid]}
            case "GET", ["dashboards", "uid", uid]:
                return _found(self.dashboards.get(uid), "Dashboard not found")
            case "POST", ["dashboards", "db"]:
                return self._save(body)
            case "GET", ["annotations"]:
                return 200, self._matching(parse_qs(parts.query))
            case "POST", ["annotations"]:
                self.annotations.append({"id": len(self.annotations) + 1, **body})
                return 200, {"message": "Annotation added", "id": len(self.annotations)}
        return 404, {"message": "Not found"}

    def _new(
        self, kept: dict[str, dict[str, Any]], body: dict[str, Any], said: str, status: int
    ) -> tuple[int, Any]:
        if body["uid"] in kept:
            return status, {"message": said}
        kept[body["uid"]] = {"id": len(kept) + 1, "version": 1, **body}
        return 200, kept[body["uid"]]

    def _save(self, body: dict[str, Any]) -> tuple[int, Any]:
        given = body["dashboard"]
        known = self.dashboards.get(given["uid"])
        if body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found"}
        if known is not None and not body.get("overwrite"):
            return 412, {"status": "version-mismatch", "message": "changed by someone else"}
        version = known["dashboard"]["version"] + 1 if known else 1
        number = known["dashboard"]["id"] if known else len(self.dashboards) + 1
        self.dashboards[given["uid"]] = {
            "dashboard": given | {"id": number, "version": version},
            "meta": {"folderUid": body["folderUid"], "version": version},
        }
        return 200, {"uid": given["uid"], "status": "success", "version": version}

    def _matching(self, asked: dict[str, list[str]]) -> list[dict[str, Any]]:
        first, last = int(asked["from"][0]), int(asked["to"][0])
        return [
            each
            for each in self.annotations
            if first <= each["time"] <= last and set(asked["tags"]) <= set(each["tags"])
        ]


def _found(item: Any, said: str) -> tuple[int, Any]:
    return (404, {"message": said}) if item is None else (200, item)


@contextmanager
def serving(store: Store) -> Iterator[str]:
    """Serve on a free port of this machine; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = 401, {"message": "Invalid API key"}
            if self.headers["Authorization"] == f"Bearer {TOKEN}":
                if self.command != "GET":
                    store.writes.append(f"{self.command} {self.path}")
                given = json.loads(body) if body else None
                status, answer = store.answer(self.command, self.path, given)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = do_PUT = _handle  # noqa: N815 - so the library calls them

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
