"""The real intake service by itself, and what is asked of it."""

import secrets
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from chassis.identity import ANONYMOUS, Identity
from tests.component.service import ADMIN, Service
from tests.http import Answer

DESK = Identity(subject="person:desk", role="agent", unit="desk", tier=1)
IMPORTER = Identity(subject="key:importer", role="importer")


@dataclass(frozen=True)
class Intake:
    """What tests do with the service; nobody has signed in unless they say who."""

    service: Service
    database: Database[dict[str, Any]]

    def call(
        self, method: str, request: dict[str, Any], *, by: Identity = ANONYMOUS, **options: Any
    ) -> Answer:
        return self.service.call(method, request, by=by, **options)

    def register(self, key: str | None = None, **changes: Any) -> Answer:
        how = {name: changes.pop(name) for name in ("by", "at") if name in changes}
        return self.call("register_ticket", a_request(**changes), key=key, **how)

    def code_of_new_ticket(self, **changes: Any) -> str:
        return str(self.register(**changes).expect(200).json["code"])

    def content(self, code: str) -> dict[str, Any]:
        request = {"codes": [code], "forms": True}
        answer = self.call("describe_tickets", request, by=ADMIN).expect(200)
        content: dict[str, Any] = answer.json[code]
        return content

    def events(self, stream: str) -> list[dict[str, Any]]:
        """What the journal holds of a stream."""
        commits = self.database["journal"].find({"stream": stream}).sort("version")
        return [event for commit in commits for event in commit["events"]]


def a_mobile() -> str:
    """A mobile number that no other test has."""
    return f"0912{secrets.randbelow(10**7):07}"


def a_request(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "subject": "it.network",
        "title": "قطعی شبکه",
        "description": "از صبح اینترنت طبقهٔ سوم قطع است.",
        "requester": {"name": "سارا احمدی", "mobile": a_mobile()},
    }
    return fields | changes
