"""A webhook as its form shows it, as notify takes it, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args

import msgspec

from chassis.errors import FieldFault, Invalid
from contracts import EVENTS
from contracts.calls.webhooks import DefineWebhook, Payload, ReplayWebhook, WebhookView
from gateway.admin.differences import Field, changed_fields
from gateway.admin.editing import Fields, said
from gateway.admin.known import Known
from gateway.texts import has, text

PAYLOADS: Final = get_args(Payload)
#: Events by what they are about: `ticket.*`, with each that begins so.
GROUPS: Final[Mapping[str, Sequence[str]]] = {
    f"{name}.*": [each for each in sorted(EVENTS) if each.startswith(f"{name}.")]
    for name in sorted({each.partition(".")[0] for each in EVENTS})
}
Standing = Literal["on", "off", "gone", "failing"]
_BLANK: Final = DefineWebhook(id="blank", title={}, address="https://blank.invalid")


def standing(webhook: WebhookView) -> Standing:
    """Tell whether events are posted, and if not, why."""
    if not webhook.enabled:
        return "off"
    return "gone" if webhook.stopped == "gone" else "failing" if webhook.stopped else "on"


def as_typed(webhook: WebhookView | None) -> dict[str, Any]:
    """Give a webhook as the form shows it; without any, a new one."""
    if webhook is None:
        return {**msgspec.structs.asdict(_BLANK), "id": "", "address": "", "ordered": True}
    return msgspec.structs.asdict(webhook)


def as_definition(fields: Fields, name: str) -> dict[str, Any]:
    """Give what was typed as notify takes it."""
    return {
        "id": name,
        "title": fields.words("title"),
        "address": fields.get("address"),
        "types": fields.all("types"),
        "units": fields.all("units"),
        "kinds": fields.all("kinds"),
        "payload": fields.get("payload"),
        "ordered": fields.get("ordered") == "yes",
        "owner": fields.get("owner") or None,
        "enabled": fields.get("enabled") == "yes",
    }


def begun_again(webhook: WebhookView) -> dict[str, Any]:
    """Give the definition of a webhook as it stands, to go on with."""
    known: dict[str, Any] = msgspec.to_builtins(webhook)
    return {name: known[name] for name in DefineWebhook.__struct_fields__} | {"enabled": True}


def as_replay(fields: Fields, name: str) -> ReplayWebhook:
    """Give from where the log is to be posted; raises Invalid where no place is named."""
    chosen, cursor = fields.get("from"), fields.get("after")
    if chosen == "cursor" and not cursor:
        raise _required("after")
    places = {"start": None, "end": "end", "cursor": cursor[:2000]}
    if chosen not in places:
        raise _required("from")
    return ReplayWebhook(id=name, after=places[chosen])


def differing(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, known: Known
) -> list[Field]:
    """Say in words what a change has made another."""
    return [
        Field(
            name=text(known.language, f"outside.field.{each.name}")
            if has(f"outside.field.{each.name}")
            else each.name,
            before=_in_words(each.name, each.before, known),
            after=_in_words(each.name, each.after, known),
        )
        for each in changed_fields(before or {}, after or {})
    ]


def _in_words(field: str, value: Any, known: Known) -> str:
    if isinstance(value, list):
        named = known.units if field == "units" else {}
        return ", ".join(named.get(each) or known.value(field[:-1], each) for each in value)
    if isinstance(value, dict):
        return said(value, known.language)
    if field == "owner":
        return known.people.get(value, value or "")
    return known.value(field, value) if value is not None else ""


def _required(field: str) -> Invalid:
    fault = FieldFault(pointer=f"/{field}", code="required")
    return Invalid("request_invalid", fields=[fault])
