"""What a form asks, for whoever has to show it."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Response

from contracts.calls.base import Answer
from contracts.calls.forms import GetForm, PublishedForm
from gateway.access import Anyone
from gateway.answers import answered, gives
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.filled import worded
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/forms", tags=["forms"], route_class=StrictRoute)

#: What is said in both languages in a definition.
_WORDS = frozenset({"title", "label", "help", "unit", "message"})
#: JSONLogic has no words.
_LOGIC = frozenset({"visible", "required", "computed", "default", "test"})


class AskedSection(Answer, frozen=True):
    """Fields under one title."""

    id: str
    title: str
    help: str | None = None
    #: JSONLogic over the answers and `context`.
    visible: bool | dict[str, Any] = True
    #: As they are defined, in the reader's language: `id`, `type`, `label`, `help?`, `visible?`,
    #: `required?`, `default?`, `computed?` and what belongs to the type.
    fields: list[dict[str, Any]] = []


class AskedRule(Answer, frozen=True):
    """What must hold of the answers together."""

    test: bool | dict[str, Any]
    message: str
    #: The field beside which it is said.
    at: str


class AskedForm(Answer, frozen=True):
    """A form in the reader's language."""

    id: str
    version: int
    title: str
    sections: list[AskedSection]
    help: str | None = None
    rules: list[AskedRule] = []


@router.get(
    "/{id}",
    operation_id="get_form",
    summary="What a form asks",
    responses=gives(
        AskedForm,
        example={
            "id": "complaint",
            "version": 3,
            "title": "شرح شکایت",
            "sections": [
                {
                    "id": "about",
                    "title": "از چه شکایت دارید؟",
                    "visible": True,
                    "fields": [
                        {"type": "date", "id": "happened_on", "label": "روز رخداد"},
                        {
                            "type": "iban",
                            "id": "refund_to",
                            "label": "شبا برای واریز",
                            "visible": {"in": ["refund", {"var": "wants"}]},
                            "required": True,
                        },
                    ],
                }
            ],
            "rules": [
                {
                    "test": {"<=": [{"var": "happened_on"}, {"var": "context.today"}]},
                    "message": "این روز هنوز نیامده است.",
                    "at": "happened_on",
                }
            ],
        },
    ),
)
async def get_form(id: SlugPath, caller: Anyone) -> Response:  # noqa: A002 - the name in the address
    """Give a form as it is filled in now; for staff any, for others such as a subject asks for.

    `visible`, `required`, `computed`, `default` and the tests of rules are JSONLogic over the
    answers by field id and over `context` (`today`, `subject`, `channel`, `language`); in a table's
    column, over the cells of its row. The server's own evaluation decides.
    """
    form = await published(caller, id)
    asked = {"id": form.id, "version": form.version, **in_words(form.form, caller.language)}
    return answered(msgspec.convert(asked, AskedForm))


async def published(caller: Caller, form: str) -> PublishedForm:
    """Give a form as it is filled in now; raises NotFound."""
    return await caller.query("intake", "form", GetForm(id=form), PublishedForm)


def in_words(part: Any, language: str) -> Any:
    """Give a part of a definition with its words in one language."""
    if isinstance(part, list):
        return [in_words(item, language) for item in part]
    if not isinstance(part, dict):
        return part
    return {name: _in_words(name, value, language) for name, value in part.items()}


def _in_words(name: str, value: Any, language: str) -> Any:
    if name in _WORDS and isinstance(value, dict):
        return worded(value, language)
    return value if name in _LOGIC else in_words(value, language)
