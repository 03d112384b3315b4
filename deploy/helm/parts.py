"""What the chart has to know of the code: who asks whom, who hears whom, who needs which secret."""

import importlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from nameko.containers import ServiceContainer

from chassis.bus.topology import CONSUMES
from chassis.calls.client import ServiceClient
from chassis.settings import SERVICES, ChassisSettings, Settings

GATEWAY = "gateway"
#: The job that declares and indexes before new processes start.
PREPARE = "prepare"

#: Who uses what every process could read: services have stores and the bus, the gateway Redis.
_OF_EVERY_PROCESS = {
    "AMQP_URI": (*SERVICES, PREPARE),
    "MONGO_URI": (*SERVICES, PREPARE),
    "REDIS_URL": (GATEWAY,),
    "PEYGIR_CALL_KEYS": (*SERVICES, GATEWAY, PREPARE),
}


def parts() -> dict[str, Any]:
    """Everything, as it stands in `peygir/files/parts.yaml`."""
    return {
        "services": [*SERVICES],
        "consumes": {name: [*sources] for name, sources in CONSUMES.items()},
        "asks": {**{name: sorted(_asked_by(name)) for name in SERVICES}, GATEWAY: [*SERVICES]},
        "secrets": secrets(),
        "seconds": {
            name: field.default
            for name, _secret, field in added_by(ChassisSettings)
            if name in ("PEYGIR_DRAIN_SECONDS", "PEYGIR_HANDLER_SECONDS")
        },
    }


def secrets() -> dict[str, dict[str, Any]]:
    """The settings nobody may see, who needs each, and whether nothing works without it."""
    found: dict[str, dict[str, Any]] = {
        name: {"components": [*components], "required": True}
        for name, components in _OF_EVERY_PROCESS.items()
    }
    for component in (*SERVICES, GATEWAY):
        for name, secret, field in added_by(*own_settings(component)):
            if secret:
                row = found.setdefault(name, {"components": [], "required": field.is_required()})
                row["components"].append(component)
    return dict(sorted(found.items()))


@cache
def own_settings(component: str) -> tuple[type[Settings], ...]:
    """The settings classes that a part has beside what every process reads."""
    module = "gateway.settings" if component == GATEWAY else f"services.{component}.settings"
    try:
        found = vars(importlib.import_module(module)).values()
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return ()
    return tuple(
        cls
        for cls in found
        if isinstance(cls, type) and issubclass(cls, Settings) and cls.__module__ == module
    )


def added_by(*classes: type[Settings]) -> Iterator[tuple[str, bool, Any]]:
    """Give each setting that the classes add: its name, whether it is secret, its field."""
    for cls in classes:
        for name in cls.__annotations__:
            if (field := cls.model_fields.get(name)) is not None:
                secret = "SecretStr" in str(field.annotation)
                yield field.alias or f"PEYGIR_{name.upper()}", secret, field


def _asked_by(service: str) -> set[str]:
    """Whom a service asks, and whose journals it reads: of those whom it hears."""
    module = importlib.import_module(f"services.{service}.service")
    cls = next(
        item
        for item in vars(module).values()
        if isinstance(item, type) and getattr(item, "name", None) == service
    )
    extensions = ServiceContainer(cls, {}).extensions
    asked = {each.service for each in extensions if isinstance(each, ServiceClient)}
    return asked | set(CONSUMES.get(service, ()))
