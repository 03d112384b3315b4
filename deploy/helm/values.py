"""Which settings the chart's values may give, and the table of values in the chart's README."""

from collections.abc import Iterator, Mapping
from typing import Any

from chassis.settings import SERVICES, ChassisSettings
from deploy.helm.parts import GATEWAY, added_by, own_settings, secrets

#: What the chart itself says, because ports, names and roles follow from what it makes.
CHARTS_OWN = frozenset(
    {
        "PEYGIR_CALL_HOST",
        "PEYGIR_CALL_PORT",
        "PEYGIR_GATEWAY_HOST",
        "PEYGIR_GATEWAY_PORT",
        "PEYGIR_METRICS_HOST",
        "PEYGIR_METRICS_PORT",
        "PEYGIR_PUBLIC_URL",
        "PEYGIR_ROLES",
        *(f"PEYGIR_{service.upper()}_URL" for service in SERVICES),
    }
)
#: Processes that disagree about these do not find one another's events or data.
_SAME_EVERYWHERE = frozenset({"PEYGIR_PARTITIONS", "PEYGIR_DATABASE_PREFIX"})
#: All settings are text in the environment; what that text must look like.
_TEXT: dict[str, Any] = {"type": "string"}
_FORMS: dict[Any, dict[str, Any]] = {
    bool: {"type": "string", "enum": ["true", "false"]},
    int: {"type": "string", "pattern": "^[0-9]+$"},
    float: {"type": "string", "pattern": "^[0-9]+([.][0-9]+)?$"},
}
#: Secrets that no process of ours reads: KEDA looks at the broker's management with it.
_OF_OTHERS = ("BROKER_MANAGEMENT_URI",)


def settings_definitions() -> dict[str, Any]:
    """The `$defs` of the schema that name every setting which is no secret and not the chart's."""
    parts = (*SERVICES, GATEWAY)
    everywhere = _described(ChassisSettings)
    own = {part: _described(*own_settings(part)) for part in parts}
    of_one = {name: row for name, row in everywhere.items() if name not in _SAME_EVERYWHERE}
    of_all = {name: row for part in parts for name, row in own[part].items()} | everywhere
    return {
        "secret": {
            "type": "string",
            "description": "Settings that are in a Secret.",
            "enum": sorted([*secrets(), *_OF_OTHERS]),
        },
        "settings": _closed(of_all),
        **{f"settings-{part}": _closed(of_one | own[part]) for part in parts},
    }


def table(schema: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """The README's table: each value's name, default and meaning."""
    rows = [
        f"| `{path}` | {_shown(default)} | {meaning} |"
        for path, default, meaning in _rows(schema, values)
    ]
    return "\n".join(["| Value | Default | Meaning |", "| --- | --- | --- |", *rows])


def _described(*classes: Any) -> dict[str, Any]:
    return {
        name: {**_FORMS.get(field.annotation, _TEXT), "description": field.description}
        for name, secret, field in added_by(*classes)
        if not secret and name not in CHARTS_OWN
    }


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": dict(sorted(properties.items())),
    }


def _rows(
    node: Mapping[str, Any], values: Mapping[str, Any], path: str = ""
) -> Iterator[tuple[str, Any, str]]:
    """Go down to what has a description: that is told of as one."""
    for name, child in node["properties"].items():
        here, default = f"{path}{name}", values.get(name)
        if (meaning := child.get("description")) is not None:
            yield here, default, meaning
        else:
            yield from _rows(child, default or {}, f"{here}.")


def _shown(value: Any) -> str:
    if value in (None, "", {}, []):
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value).replace("'", "")
    return f"`{text}`"
