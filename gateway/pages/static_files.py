"""Styles, scripts, fonts and the sign: read and compressed once, then served from memory.

An address with a version changes with what is in it, so that browsers may keep it for ever. One
without is what modules import one another by, and is asked for again: two addresses of a module
would be two modules.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.pages.compression import HEADERS, squeezed, takes_gzip

FOLDER: Final = Path(__file__).parent / "static"
_KEPT: Final = "public, max-age=31536000, immutable"
_ASKED_AGAIN: Final = "no-cache"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_NOT_FOUND: Final = 404
_NOT_ALLOWED: Final = 405


class _File(NamedTuple):
    type: str
    content: bytes
    #: None for what is compressed already.
    gzipped: bytes | None
    etag: str


async def serve(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request below `/static`; raises HTTPException."""
    name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
    file = _files().get(name)
    if file is None:
        raise HTTPException(_NOT_FOUND)
    if scope["method"] not in {"GET", "HEAD"}:
        raise HTTPException(_NOT_ALLOWED)
    is_kept = scope["query_string"].startswith(b"v=") or name.endswith(".woff2")
    headers = {
        "cache-control": _KEPT if is_kept else _ASKED_AGAIN,
        "vary": "accept-encoding",
        "etag": file.etag,
    }
    if file.etag in Headers(scope=scope).get("if-none-match", ""):
        await Response(status_code=304, headers=headers)(scope, receive, send)
        return
    content = file.content
    if file.gzipped is not None and takes_gzip(Headers(scope=scope)):
        content, headers = file.gzipped, headers | HEADERS
    await Response(content, media_type=file.type, headers=headers)(scope, receive, send)


@cache
def address(name: str) -> str:
    """Give where a file is found; raises KeyError for one that is not there."""
    digest = hashlib.sha256(_files()[name].content).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@cache
def _files() -> dict[str, _File]:
    """Give every file by its path below the folder."""
    return {
        path.relative_to(FOLDER).as_posix(): _read(path)
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in _TYPES
    }


def _read(path: Path) -> _File:
    content = path.read_bytes()
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'
    return _File(_TYPES[path.suffix], content, squeezed(content), etag)
