"""Clients of the gateway, each from an address of its own."""

import http.client
import itertools
import json
import secrets
from typing import Any
from urllib.parse import urlsplit

from tests.http import Answer, Http

_numbers = itertools.count(1)


def new_address() -> str:
    """Give an address of this machine that nobody has come from yet."""
    number = next(_numbers)
    return f"127.{16 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


class Stranger(Http):
    """Somebody with an address of his own; what is no answer with an end is not read."""

    def __init__(self, url: str, *, address: str | None = None, **options: Any) -> None:
        super().__init__(url, **options)
        self.address = address or new_address()
        self._connection = http.client.HTTPConnection(
            urlsplit(url).netloc,
            timeout=self._connection.timeout,
            source_address=(self.address, 0),
        )

    def sign_in(self, username: str, password: str) -> "Session":
        """A member of staff at the same address."""
        opened = self.post("/api/v1/sessions", {"username": username, "password": password})
        return Session(self.url, opened.expect(200).json, address=self.address)

    def raw(self, method: str, path: str, body: bytes, **headers: str) -> Answer:
        """Send bytes as they are, as JSON unless the headers say otherwise."""
        sent = self.headers | {"Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self._exchange(method, path, body.decode("latin-1"), sent, encoding="latin-1")

    def _exchange(
        self,
        method: str,
        path: str,
        content: str | None,
        headers: dict[str, str],
        *,
        encoding: str = "utf-8",
    ) -> Answer:
        body = None if content is None else content.encode(encoding)
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        if answer.headers.get_content_type() == "text/event-stream":
            self.close()
            return Answer(answer.status, answer.headers, b"")
        return Answer(answer.status, answer.headers, answer.read())


class Session(Stranger):
    """A member of staff who has signed in."""

    def __init__(self, url: str, opened: dict[str, Any], *, address: str | None = None) -> None:
        self.token: str = opened["token"]
        self.refresh_token: str = opened["refresh_token"]
        self.role: str = opened["staff"]["role"]
        self.unit: str = opened["staff"]["unit"]
        headers = {"Authorization": f"Bearer {self.token}"}
        super().__init__(url, address=address, headers=headers)

    def act(self, code: str, action: str, **arguments: Any) -> Answer:
        return self.post(f"/api/v1/tickets/{code}/actions/{action}", arguments)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def a_request(**changes: Any) -> dict[str, Any]:
    """A request of a requester whom nobody knows yet."""
    mobile = f"0912{secrets.randbelow(10**7):07}"
    return {
        "subject": "it.software",
        "title": "سامانهٔ حقوق باز نمی‌شود",
        "description": "پس از ورود، صفحه سفید می‌ماند.",
        "requester": {"name": "رضا احمدی", "mobile": mobile},
        **changes,
    }


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
