"""A dependency that is put together from the service's settings and its other dependencies."""

from __future__ import annotations

from typing import Any

from chassis.late import late
from chassis.provider import Provider
from services.notify.settings import NotifySettings


class Assembled(Provider):
    """Its arguments are the names under which the service has what it is made of."""

    def __init__(self, **names: str) -> None:
        self.names = names

    @late
    def _settings(self) -> NotifySettings:
        settings: NotifySettings = self._other("settings").value
        return settings

    def _other(self, role: str) -> Any:
        """Give another dependency of the service."""
        name = self.names[role]
        return next(item for item in self.container.dependencies if item.attr_name == name)
