"""Reading the system through its public API, patiently: it may still be coming back."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

_PATIENCE_SECONDS = 120.0


class Api:
    """The gateway, as one signed-in user sees it."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self._credentials = {"username": username, "password": password}
        self.token = ""
        self.sign_in()

    def sign_in(self) -> None:
        """Get a token; they last a quarter of an hour."""
        self.token = ""
        self.token = self.request("POST", "/api/v1/sessions", self._credentials)["token"]

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Ask until there is an answer; raises urllib.error.HTTPError for a refusal."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._once(method, path, body)
            except urllib.error.HTTPError as error:
                if error.code == 401 and "sessions" not in path:
                    self.sign_in()
                elif error.code not in (429, 502, 503, 504) or time.monotonic() > deadline:
                    raise
            except OSError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    def events(self, types: str) -> Iterator[dict[str, Any]]:
        """Give all events of some types from the public log."""
        after = ""
        while True:
            page = self.request("GET", f"/api/v1/events?limit=1000&types={types}{after}")
            yield from page["events"]
            after = f"&after={page['next']}"
            if page["end"] and not page["unavailable"]:
                return

    def _once(self, method: str, path: str, body: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - an address of this machine
            self.url + path, method=method, data=content, headers=headers
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.loads(answer.read())


def wait_for(what: str, holds: Callable[[], bool], seconds: float) -> float:
    """Wait until something holds; gives the seconds it took; raises TimeoutError."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.25)
    return time.monotonic() - started
