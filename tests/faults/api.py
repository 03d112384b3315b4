"""Reading the system through its public API, patiently: it may still be coming back."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

_PATIENCE_SECONDS = 120.0
_RETRIABLE = (429, 502, 503, 504)


class Api:
    """The gateway, as one signed-in user sees it."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self._credentials = {"username": username, "password": password}
        self.token = ""
        self.sign_in()

    def sign_in(self) -> None:
        """Get a new token."""
        self.token = ""
        self.token = self.request("POST", "/sessions", self._credentials)["token"]

    def get(self, path: str) -> Any:
        """Ask until there is an answer; raises urllib.error.HTTPError for a refusal."""
        return self.request("GET", path)

    def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Ask until there is an answer; raises urllib.error.HTTPError for a refusal."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._once(method, path, body, headers)
            except urllib.error.HTTPError as error:
                if error.code not in _RETRIABLE or time.monotonic() > deadline:
                    raise
            except OSError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    def status(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> int:
        """Ask once; gives the status of the answer, 0 for none."""
        try:
            self._once(method, path, None, headers)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0
        return 200

    def _once(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> Any:
        sent = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - an address of this machine
            f"{self.url}/api/v1{path}", method=method, data=content, headers=sent
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")


def fetch(url: str) -> Any:
    """Give what an address of this machine answers, read as JSON."""
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - one of ours
        return json.loads(answer.read())


def gauge(url: str, name: str) -> float:
    """Give a metric without labels of the process that answers there; 0 where it has none."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:  # noqa: S310 - one of ours
        lines = answer.read().decode().splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def wait_for(what: str, holds: Callable[[], object], seconds: float, pause: float = 0.25) -> float:
    """Wait until something holds; gives the seconds it took; raises TimeoutError."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - started
