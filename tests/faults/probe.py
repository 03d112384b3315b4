"""Looking from outside whether processes still answer while something is wrong."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Self

_PAUSE_SECONDS = 0.25
_PATIENCE_SECONDS = 20.0


class Probe:
    """Asks each process for its health, a few times a second; a context manager."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = {name: f"{url}/healthz" for name, url in urls.items()}
        #: The longest that each took to answer.
        self.longest = dict.fromkeys(urls, 0.0)
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch, args=(name,), daemon=True) for name in urls
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _watch(self, name: str) -> None:
        while not self._stopped.wait(_PAUSE_SECONDS):
            started = time.monotonic()
            try:
                with urllib.request.urlopen(self._urls[name], timeout=_PATIENCE_SECONDS):  # noqa: S310
                    pass
            except urllib.error.HTTPError:
                # An answer as well.
                pass
            except OSError:
                # Not there: that is told by others. Only one that hangs is looked for here.
                if time.monotonic() - started < _PATIENCE_SECONDS:
                    continue
            self.longest[name] = max(self.longest[name], time.monotonic() - started)
