"""The first administrator, made by who holds the operator's pass.

Only as long as nobody administers: afterwards administrators make one another.
"""

import re

import msgspec

from chassis.calls.call import Call
from chassis.errors import Conflict, Forbidden
from contracts.calls.routing import DefinePerson, DefineUnit, Found, Staff
from contracts.setup import FOUNDER
from services.routing.administration import Administration
from services.routing.domain.organisation import Organisation
from services.routing.lookup import Lookup
from services.routing.passwords import Passwords
from services.routing.repository.foundings import Foundings

_ADMIN = "admin"
_TOP = "hq"
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def is_founded(organisation: Organisation, *, beside: str = "") -> bool:
    """Tell whether anybody administers, beside the person named."""
    return any(
        person.active and person.role == _ADMIN and person.id != beside
        for person in organisation.people.values()
    )


def found(
    request: Found,
    call: Call,
    *,
    administration: Administration,
    foundings: Foundings,
    lookup: Lookup,
    passwords: Passwords,
) -> Staff:
    """Make the organisation's first unit, where it has none, and its administrator.

    Raises Forbidden without the pass, Invalid for a password that is guessed first, and Conflict
    where somebody administers already.
    """
    if call.identity.role != FOUNDER:
        raise Forbidden("right_missing", right=FOUNDER)
    names = (request.username, request.name, request.organisation, request.email)
    passwords.refuse_guessable(request.password, "password", names)
    lookup.forget()
    person = foundings.claim(call.cause, _free_id(request, lookup.organisation), call.now)
    lookup.forget()
    organisation = lookup.organisation
    if is_founded(organisation, beside=person or ""):
        raise Conflict("administrator_exists")
    if person is None:
        raise Conflict("founding_under_way")
    # The journal keeps a hash of what was asked: not of the password.
    bare = msgspec.structs.replace(call, body=b"")
    unit = _top(organisation)
    if unit is None:
        title: dict[str, str] = {request.language: request.organisation}
        first = DefineUnit(id=_TOP, title=title, kind="head_office", desk=True)
        unit = administration.define_unit(first, bare).id
    made = administration.define_person(
        DefinePerson(
            id=person,
            name=request.name,
            username=request.username,
            password=request.password,
            role=_ADMIN,
            unit=unit,
            tier=3,
            capacity=0,
            language=request.language,
            mobile=request.mobile,
            email=request.email,
        ),
        bare,
    )
    foundings.finish(call.cause)
    return made


def _top(organisation: Organisation) -> str | None:
    """Give a unit that is below no other; None where there is no unit at all."""
    units = organisation.units.values()
    return next((unit.id for unit in units if unit.parent is None and unit.active), None)


def _free_id(request: Found, organisation: Organisation) -> str:
    """Give an id that nobody has: the user name, where it may be one."""
    wanted = request.username.lower()
    name = wanted if _SLUG.fullmatch(wanted) else _ADMIN
    more = (f"{_ADMIN}-{number}" for number in range(2, len(organisation.people) + 3))
    return next(each for each in (name, _ADMIN, *more) if each not in organisation.people)
