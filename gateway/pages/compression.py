"""Pages and static files are sent gzipped to who takes that; streams of events never are."""

from __future__ import annotations

import gzip
from typing import Final

from starlette.datastructures import Headers

#: What is shorter fits into one packet as it is.
_LEAST_BYTES: Final = 1400
#: Of nine; higher ones take much longer for a few bytes less.
_LEVEL: Final = 5
_BEST: Final = 9
HEADERS: Final = {"content-encoding": "gzip"}


def takes_gzip(headers: Headers) -> bool:
    """Tell whether a browser says that it takes gzip."""
    for part in headers.get("accept-encoding", "").split(","):
        name, _, quality = part.partition(";")
        if name.strip().lower() == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def compressed(content: bytes, headers: Headers) -> tuple[bytes, dict[str, str]]:
    """Give what is sent to who sent the headers, and what is to be said of it."""
    if len(content) < _LEAST_BYTES or not takes_gzip(headers):
        return content, {}
    return gzip.compress(content, _LEVEL, mtime=0), HEADERS


def squeezed(content: bytes) -> bytes | None:
    """Give what is sent often as small as it gets; None for what gains nothing by it."""
    if len(content) < _LEAST_BYTES:
        return None
    small = gzip.compress(content, _BEST, mtime=0)
    return small if len(small) < len(content) * 0.95 else None
