"""Two replicas of routing and a stand-in of intake, and what people do through them."""

import http
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from chassis.identity import Identity
from contracts.envelope import ContentRef
from contracts.intake import TicketMessageReceived, TicketRegistered
from tests.component.service import ADMIN
from tests.component.world import World
from tests.http import Answer
from tests.servers import Servers

T = TypeVar("T")

PASSWORD = "a long password"
IMPORTER = Identity(subject="key:importer", role="importer")
REPLICAS = ("routing-1", "routing-2")
FIRST = REPLICAS[0]


class RoutingWorld(World):
    """What is asked of routing is asked of its first replica, unless `to` says otherwise."""

    stand_ins = {"intake": "tests.component.routing.intake"}
    settings = {"reservation": "PT2S"}

    def __init__(self, servers: Servers, logs: Path) -> None:
        super().__init__(servers, logs, [*self.stand_ins, *REPLICAS])
        self._codes = iter(range(10**11, 2 * 10**11))

    def get(self, method: str, request: dict[str, Any], by: Identity = ADMIN) -> Any:
        """Give the body of an answer that must be good."""
        return self.ask(FIRST, method, request, by=by)

    def act(
        self,
        code: str,
        action: str,
        by: Identity,
        *,
        to: str = FIRST,
        key: str | None = None,
        at: datetime | None = None,
        **arguments: Any,
    ) -> Answer:
        """Do an action."""
        request = {"code": code, "action": action, "arguments": arguments}
        return self.call(to, "act", request, by=by, key=key, at=at)

    def register(
        self, *, subject: str = "it.software", at: datetime | None = None, **fields: Any
    ) -> str:
        """Have intake tell of a request; gives its code at once."""
        code = str(next(self._codes))
        usual = {
            "kind": "request",
            "channel": "web",
            "requester": "r1",
            "segment": "public",
            "language": "fa",
            "content": ContentRef(id="c", sha256="0"),
        }
        self.tell(code, TicketRegistered(subject=subject, **(usual | fields)), at=at)
        return code

    def message(self, code: str) -> None:
        """Have intake tell that the requester wrote."""
        message = ContentRef(id="m", sha256="0")
        self.tell(code, TicketMessageReceived(message=message, channel="web"))

    def ticket(self, code: str) -> dict[str, Any]:
        """Give a ticket as administrators see it; empty while it is not there."""
        answer = self.call(FIRST, "ticket", {"code": code})
        return answer.json if answer.status == http.HTTPStatus.OK else {}

    def knows(self, replica: str, rule: str) -> bool:
        """Tell whether a replica has heard of a rule."""
        return rule in {line["id"] for line in self.ask(replica, "rules", {})}

    def together(self, calls: Iterable[Callable[[], T]]) -> list[T]:
        """Do things at the same time."""
        with ThreadPoolExecutor(50) as pool:
            return [future.result() for future in [pool.submit(call) for call in calls]]

    def found(self, **units: dict[str, dict[str, Any]]) -> None:
        """Define units with their people, {unit: {person: fields}}, and what signs them in."""
        for unit, people in units.items():
            parent = None if unit == "hq" else "hq"
            names = {"en": unit}
            define = {"id": unit, "title": names, "parent": parent, "desk": unit == "hq"}
            self.get("define_unit", define)
            self.together(partial(self._hire, unit, *person) for person in people.items())

    def _hire(self, unit: str, person: str, fields: dict[str, Any]) -> None:
        usual = {"id": person, "name": f"Name of {person}", "role": "expert", "unit": unit}
        self.get("define_person", usual | fields)


def person(name: str, role: str = "expert", unit: str = "it", tier: int = 1) -> Identity:
    return Identity(subject=f"person:{name}", role=role, unit=unit, tier=tier)
