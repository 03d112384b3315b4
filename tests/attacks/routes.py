"""The routes as the installation's own OpenAPI document tells them, and ways to fill them in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.rights import RIGHTS, ROLES

ANYONE, SIGNED_IN, REQUESTER = "anyone", "signed-in", "requester"
#: A slug that belongs to nothing.
NOTHING = "no-such-thing"


@dataclass(frozen=True)
class Route:
    """One operation of the document."""

    method: str
    path: str
    operation: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def right(self) -> str:
        """Give what the route demands; fails for one that declares nothing."""
        right = self.operation.get("x-right")
        assert right in {ANYONE, SIGNED_IN, REQUESTER, *RIGHTS}, (
            f"{self} declares no right: {right}"
        )
        return right

    @property
    def takes_json(self) -> bool:
        return "application/json" in self.operation.get("requestBody", {}).get("content", {})

    @property
    def body_schema(self) -> Mapping[str, Any]:
        return self.operation["requestBody"]["content"]["application/json"]["schema"]

    def parameters(self, place: str) -> list[Mapping[str, Any]]:
        return [each for each in self.operation.get("parameters", ()) if each["in"] == place]

    def ends_session(self) -> bool:
        return self.operation["operationId"] in {"sign_out", "end_requester_session"}

    def is_open_to(self, role: str | None) -> bool:
        """Tell whether the table of rights lets a role in; None is nobody."""
        if self.right in {ANYONE, REQUESTER}:
            return self.right == ANYONE or role == REQUESTER
        signed_in = self.right == SIGNED_IN and role != REQUESTER
        return role is not None and (signed_in or self.right in ROLES[role])

    def filled(self, **values: str) -> str:
        """Give the path with its parameters filled in: as given, or with something allowed."""
        known = {each["name"]: _allowed(each["schema"]) for each in self.parameters("path")}
        return re.sub(r"{(\w+)}", lambda found: (known | values)[found[1]], self.path)


def routes_of(document: Mapping[str, Any]) -> list[Route]:
    """Give every route; those that end a session come last."""
    found = [
        Route(method.upper(), path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    return sorted(found, key=Route.ends_session)


def _allowed(schema: Mapping[str, Any]) -> str:
    if "enum" in schema or "const" in schema:
        return str(schema.get("const") or schema["enum"][0])
    return "000000000000" if "{12}" in schema.get("pattern", "") else NOTHING


class Samples:
    """Makes documents that a schema takes, as small as they may be but with every field."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._schemas = document["components"]["schemas"]

    def of(self, schema: Mapping[str, Any]) -> Any:
        """Give a value."""
        if "$ref" in schema:
            return self.of(self._schemas[schema["$ref"].rpartition("/")[2]])
        for key in ("const", "default"):
            if schema.get(key) is not None:
                return schema[key]
        if "enum" in schema:
            return schema["enum"][0]
        if "anyOf" in schema:
            return self.of(next(each for each in schema["anyOf"] if each != {"type": "null"}))
        return self._of_type(schema)

    def _of_type(self, schema: Mapping[str, Any]) -> Any:
        match schema.get("type"):
            case "object":
                return {name: self.of(each) for name, each in schema.get("properties", {}).items()}
            case "array":
                return [self.of(schema["items"])] if schema.get("items") else []
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return False
            case _:
                return NOTHING


def leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the places of everything in a document that has no parts."""
    if isinstance(value, (dict, list)) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in pairs:
            yield from leaves(child, (*place, key))
    else:
        yield place


def replaced(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    """Give a document with something else at a place."""
    if not place:
        return new
    first, *rest = place
    if isinstance(value, list):
        return [replaced(x, tuple(rest), new) if i == first else x for i, x in enumerate(value)]
    return value | {first: replaced(value[first], tuple(rest), new)}
