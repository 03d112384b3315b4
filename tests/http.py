"""A small HTTP client for tests: JSON in, JSON out, one kept connection."""

import http.client
import json
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

_ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    def expect(self, status: int) -> Self:
        """Return itself when the status is as expected; else fail and show what came."""
        assert self.status == status, f"{self.status} instead of {status}: {self.text[:2000]}"
        return self


class Http:
    """Requests to one address. Headers given here go with each of them."""

    def __init__(
        self, url: str, *, headers: dict[str, str] | None = None, seconds: float = _ANSWER_SECONDS
    ) -> None:
        self.url = url
        self.headers = dict(headers or {})
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=seconds)

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send JSON, or a form; a connection that the server has closed meanwhile is renewed."""
        sent = self.headers | (headers or {})
        content = None
        if form is not None:
            content = urlencode(form)
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif body is not None:
            content = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        try:
            return self._exchange(method, path, content, sent)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()
            return self._exchange(method, path, content, sent)
        except BaseException:
            self.close()
            raise

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> Answer:
        return self.request("POST", path, body, **options)

    def put(self, path: str, body: object = None, **options: Any) -> Answer:
        return self.request("PUT", path, body, **options)

    def patch(self, path: str, body: object = None, **options: Any) -> Answer:
        return self.request("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.request("DELETE", path, **options)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _exchange(
        self, method: str, path: str, content: str | None, headers: dict[str, str]
    ) -> Answer:
        self._connection.request(method, path, content and content.encode(), headers)
        answer = self._connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
