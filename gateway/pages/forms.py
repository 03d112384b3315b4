"""How forms are read, and how what is wrong with them is shown beside the fields."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from chassis.errors import DomainError, Forbidden, Invalid
from gateway.errors import describe, detail_of, invalid

D = TypeVar("D", bound=BaseModel)

_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
_OUR_SITES: Final = frozenset({"same-origin", "none"})
_MOST_FIELDS: Final = 30
_NOT_SUPPORTED: Final = 415
_MALFORMED: Final = 400


class Faults(msgspec.Struct, frozen=True):
    """What is wrong with a form: a sentence about all of it, and sentences by field."""

    summary: str = ""
    fields: dict[str, str] = {}


async def read_form(request: Request) -> dict[str, str]:
    """Give the fields of a form that one of our pages sent; the last of each name."""
    return dict(await read_pairs(request))


async def read_pairs(request: Request, *, most: int = _MOST_FIELDS) -> list[tuple[str, str]]:
    """Give the fields of a form in the order of the page; a name may come several times."""
    # Browsers say where a form stood; what is no browser has no session to abuse.
    if request.headers.get("sec-fetch-site", "none") not in _OUR_SITES:
        raise Forbidden("form_of_another_site")
    if not request.headers.get("content-type", "").startswith(_MEDIA_TYPE):
        raise HTTPException(_NOT_SUPPORTED)
    try:
        body = (await request.body()).decode("ascii")
        fields = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=most)
    except ValueError:
        raise HTTPException(_MALFORMED) from None
    if any("\0" in value for _, value in fields):
        raise HTTPException(_MALFORMED)
    return fields


def checked(document: type[D], values: Mapping[str, Any]) -> D:
    """Give the values as a document; raises Invalid with every fault."""
    try:
        return document.model_validate(values)
    except ValidationError as error:
        raise invalid(
            {**fault, "loc": ("body", *fault["loc"])}
            for fault in error.errors(include_url=False, include_input=False)
        ) from None


def faults_of(error: DomainError, places: Mapping[str, str], language: str) -> Faults:
    """Say what is wrong; `places` gives the form's field for a pointer into the document.

    What points nowhere on the form is told in the sentence about all of it.
    """
    if not isinstance(error, Invalid) or not error.fields:
        return Faults(detail_of(error, language))
    items = [describe(fault, language) for fault in error.fields]
    fields = {
        field: item.message
        for pointer, field in places.items()
        for item in reversed(items)
        if item.pointer == pointer
    }
    elsewhere = [item.message for item in items if item.pointer not in places]
    return Faults(" ".join(elsewhere) or detail_of(error, language), fields)


def new_key() -> str:
    """Give the hidden key of a form: sent twice, it does its work once."""
    return secrets.token_hex(16)


def key_of(fields: Mapping[str, str]) -> str:
    """Give the form's key, or a new one where somebody has tampered with it."""
    key = fields.get("key", "")
    return key if key.isalnum() and key.isascii() and len(key) <= 64 else new_key()  # noqa: PLR2004
