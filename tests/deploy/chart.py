"""The chart rendered by Helm's own library, as the objects that a cluster would get."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import helm_python
import yaml

from deploy.helm.generated import CHART

Object = dict[str, Any]
RELEASE, NAMESPACE = "peygir", "desk"
DIGEST = "sha256:" + "a" * 64

#: Every way in which the chart is meant to be used: files of values, and what is given besides.
WAYS: dict[str, Mapping[str, Any]] = {
    "defaults": {},
    "dev": {"files": ["values-dev.yaml"]},
    "prod": {"files": ["values-prod.yaml"], "values": {"image": {"digest": DIGEST}}},
    "together by queues": {"values": {"keda": {"enabled": True}, "autoscaling": {"enabled": True}}},
    "prod with an operator's broker": {
        "files": ["values-prod.yaml"],
        "values": {
            "image": {"digest": DIGEST},
            "broker": {"operator": {"enabled": True}},
            "keda": {"protocol": "amqp"},
            "networkPolicy": {"broker": {"to": []}},
        },
    },
}


def objects(way: str, **more: Any) -> list[Object]:
    """Render in one of the ways, with more values over it."""
    if more:
        return list(render(values_of(way, **more)))
    return deepcopy(_as_it_is(way))


@cache
def _as_it_is(way: str) -> list[Object]:
    return list(render(values_of(way)))


def values_of(way: str, **more: Any) -> dict[str, Any]:
    """The values of a way over none, without the chart's own defaults."""
    given = WAYS[way]
    found: dict[str, Any] = {}
    for name in given.get("files", ()):
        found = merged(found, yaml.safe_load((CHART / name).read_text("utf-8")))
    return merged(merged(found, given.get("values", {})), more)


def render(values: Mapping[str, Any], release: str = RELEASE) -> Iterator[Object]:
    """Give every object; raises a HelmError where the values do not fit."""
    for text in rendered_files(values, release).values():
        yield from filter(None, yaml.safe_load_all(text))


def rendered_files(values: Mapping[str, Any], release: str = RELEASE) -> dict[str, str]:
    """Give each template's text, but for the notes."""
    with helm_python.Chart.load(CHART) as chart:
        chart.validate_schema(dict(values))
        texts: dict[str, str] = chart.render(dict(values), name=release, namespace=NAMESPACE)
    return {name: text for name, text in texts.items() if not name.endswith("NOTES.txt")}


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Give one set of values over another, as Helm lays them."""
    found = deepcopy(dict(below))
    for name, value in above.items():
        inner = found.get(name)
        both = isinstance(inner, dict) and isinstance(value, Mapping)
        found[name] = merged(inner, value) if both else deepcopy(value)
    return found


def of_kind(found: list[Object], *kinds: str) -> list[Object]:
    return [each for each in found if each["kind"] in kinds]


def named(found: list[Object], kind: str, name: str) -> Object:
    (only,) = [each for each in of_kind(found, kind) if each["metadata"]["name"] == name]
    return only


def pods(found: list[Object]) -> Iterator[tuple[Object, Object]]:
    """Give what makes pods, with the template of its pods."""
    for each in of_kind(found, "Deployment", "Job"):
        yield each, each["spec"]["template"]


def environment(container: Object) -> dict[str, Any]:
    """Give a container's settings: the value, or the reference to a secret."""
    return {each["name"]: each.get("value") or each["valueFrom"] for each in container["env"]}
