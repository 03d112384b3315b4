"""How system tests speak to an installation: by HTTP, as any other client.

They import nothing of the product, so that they would pass as well against another one that
keeps the same promises.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from tests.http import Answer, Http

Found = TypeVar("Found")

_PAUSE_SECONDS = 0.1


class Api(Http):
    """The gateway's `/api/v1`, as somebody who may have signed in."""

    def request(self, method: str, path: str, body: object = None, **options: Any) -> Answer:
        return super().request(method, f"/api/v1{path}", body, **options)

    def sign_in(self, username: str, password: str) -> "Api":
        """A client of one's own for a member of staff."""
        session = self.post("/sessions", {"username": username, "password": password})
        token = session.expect(200).json["token"]
        return Api(self.url, headers={"Authorization": f"Bearer {token}"})

    def register(self, **ticket: Any) -> str:
        """Register a ticket and return its tracking code."""
        return self.post("/tickets", ticket).expect(201).json["code"]

    def track(self, code: str, proof: str) -> Answer:
        """Follow a ticket as its requester does."""
        return self.get(f"/track/{code}", headers={"Peygir-Proof": proof})


def wait_for(
    predicate: Callable[[], Found | None],
    deadline: float = 10.0,
    what: str = "it",
    *,
    pause: float = _PAUSE_SECONDS,
) -> Found:
    """Ask again and again until the answer is something; return it."""
    end = time.monotonic() + deadline
    while True:
        found = predicate()
        if found:
            return found
        assert time.monotonic() < end, f"waited {deadline:g} s in vain for {what}"
        time.sleep(pause)
