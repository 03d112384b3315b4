"""What each action takes. What it does is in `handlers`; whether it may be done, the workflow says.

Free text never reaches a commit: the fields in `texts` are stored apart before the decision, which
sees their references only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chassis.errors import FieldFault, Invalid
from services.routing.actions import (
    attention,
    ending,
    flows,
    joining,
    partners,
    placing,
    tags,
    work,
)
from services.routing.actions.base import Arguments, Deed, Filled, refer_to, written

__all__ = ["ARGUMENTS", "Arguments", "Deed", "Filled", "read_arguments", "refer_to", "written"]

#: Every action there is, beside those that a workflow has of its own.
ARGUMENTS: Mapping[str, type[Arguments]] = {
    **placing.ARGUMENTS,
    **work.ARGUMENTS,
    **ending.ARGUMENTS,
    **flows.ARGUMENTS,
    **joining.ARGUMENTS,
    **attention.ARGUMENTS,
    **partners.ARGUMENTS,
    **tags.ARGUMENTS,
}


def read_arguments(action: str, raw: Mapping[str, Any]) -> Arguments:
    """Make arguments of plain values; what is not in the table, a workflow may call so.

    Raises Invalid.
    """
    try:
        return msgspec.convert(raw, ARGUMENTS.get(action, flows.Move))
    except msgspec.ValidationError as error:
        raise Invalid("arguments_invalid", fields=[_fault(str(error))]) from error


def _fault(message: str) -> FieldFault:
    """Read msgspec's message: `Expected ... - at `$.name`` or `... required field `name``."""
    said, _, place = message.partition(" - at `$")
    pointer = "".join(f"/{part}" for part in place.rstrip("`").split(".") if part)
    if "required field" in said:
        return FieldFault(pointer=f"{pointer}/{said.split('`')[1]}", code="required")
    if "unknown field" in said:
        return FieldFault(pointer=f"{pointer}/{said.split('`')[1]}", code="unknown_field")
    return FieldFault(pointer=pointer, code="malformed", params={"why": said})
