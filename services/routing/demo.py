"""Founds the demo organisation of `demo.yaml` where there is no organisation yet."""

import secrets
import sys
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml
from pydantic import SecretStr

from chassis.calls.call import Call
from contracts.calls.routing import DefinePerson, DefineRule, DefineUnit, Rule
from services.routing.administration import Administration
from services.routing.reference import Grounding
from services.routing.rulebook import Rulebook

#: Everybody's in the demo; only those who do not work tickets have none.
_CAPACITY = 200
_WORKING = ("agent", "expert", "supervisor")
#: Iranian mobile numbers of a range that is not given out.
_MOBILE = "+9899000010{:02}"


@cache
def organisation() -> dict[str, Any]:
    """Give the demo organisation as it stands in its file."""
    text = (files(__package__) / "demo.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def units() -> list[DefineUnit]:
    """Give the units, parents before their children."""
    return [msgspec.convert(unit, DefineUnit) for unit in organisation()["units"]]


def people() -> list[DefinePerson]:
    """Give the people, without passwords."""
    return [
        msgspec.convert(_filled_in(number, person), DefinePerson)
        for number, person in enumerate(organisation()["people"])
    ]


def rules() -> list[DefineRule]:
    """Give the rules in their order."""
    return [
        msgspec.convert(rule | {"order": order}, DefineRule)
        for order, rule in enumerate(organisation()["rules"], start=1)
    ]


def found(
    administration: Administration,
    rulebook: Rulebook,
    grounding: Grounding,
    password: SecretStr | None,
) -> None:
    """Define everything that is missing; the rules come last and say that it is complete."""
    if grounding.lookup.organisation.rules:
        return
    said = password.get_secret_value() if password else secrets.token_urlsafe(9)
    for unit in units():
        administration.define_unit(unit, _call(grounding, f"unit:{unit.id}"))
    for person in people():
        with_password = person.id in organisation()["accounts"]
        request = msgspec.structs.replace(person, password=said if with_password else None)
        administration.define_person(request, _call(grounding, f"person:{person.id}"))
    published = [msgspec.convert(msgspec.structs.asdict(rule), Rule) for rule in rules()]
    rulebook.define_all(published, _call(grounding, "rules"))
    if password is None:
        print(f"Password of the demo's accounts: {said}", file=sys.stderr)  # noqa: T201 - once


def _filled_in(number: int, person: dict[str, Any]) -> dict[str, Any]:
    capacity = _CAPACITY if person["role"] in _WORKING else 0
    contacts = {"mobile": _MOBILE.format(number), "email": f"{person['id']}@demo.peygir.example"}
    return {"capacity": capacity, **contacts, **person}


def _call(grounding: Grounding, key: str) -> Call:
    """Give a call whose key is the same however often the founding is begun."""
    return Call(
        method="found_demo",
        identity=grounding.runtime.identity,
        key=f"demo:{key}",
        now=grounding.runtime.clock.now(),
    )
