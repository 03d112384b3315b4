"""`@command` and `@query`: what makes a service's method callable."""

from __future__ import annotations

from typing import Any

from nameko.extensions import Entrypoint

from chassis.calls.call import Call
from chassis.calls.server import CallServer, request_class


class _Callable(Entrypoint):
    """A method that answers calls; the same name on the wire."""

    server = CallServer()
    #: Whether calls begin together once more than one is under way.
    together = False

    def setup(self) -> None:
        """Offer the method."""
        function = getattr(self.container.service_cls, self.method_name)

        def handle(request: Any, call: Call) -> Any:
            return function(self.server.service, request, call)

        request = request_class(function)
        self.server.offer(self.method_name, handle, request, together=self.together)


class Command(_Callable):
    """A method that changes something; its call has an idempotency key."""

    together = True


class Query(_Callable):
    """A method that only tells."""


command = Command.decorator
query = Query.decorator
