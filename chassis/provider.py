"""The base of the chassis's dependencies: what a service, or another dependency, can have."""

from __future__ import annotations

from typing import Any, Self, cast

from nameko.extensions import DependencyProvider


class Provider(DependencyProvider):
    """A dependency that gives itself, and may also be an attribute of another dependency."""

    def bind(self, container: Any, attr_name: str = "") -> Self:
        """Bind to a service under a name, or inside of another dependency without one."""
        return cast("Self", super().bind(container, attr_name))

    def get_dependency(self, _worker_ctx: Any) -> Any:
        """Give itself: there is no state per call."""
        return self
