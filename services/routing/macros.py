"""Standard answers: defining them, and filling one in for a ticket."""

import msgspec

from chassis.calls.call import Call
from chassis.errors import FieldFault, Forbidden, Invalid, NotFound
from contracts.calls.routing import DefineMacro, FilledIn, Macro, UseMacro
from services.routing.domain import macros
from services.routing.domain.organisation import Organisation
from services.routing.domain.ticket import Ticket
from services.routing.lookup import Lookup
from services.routing.repository import Store

_LANGUAGES = ("fa", "en")


def define(request: DefineMacro, store: Store, organisation: Organisation) -> Macro:
    """Add or change a standard answer; raises Invalid naming every fault."""
    faults = list(macros.faults(request.text))
    if request.unit is not None and request.unit not in organisation.units:
        faults.append(FieldFault(pointer="/unit", code="unit_unknown"))
    for field, texts in (("title", request.title), ("text", request.text)):
        missing = [language for language in _LANGUAGES if language not in texts]
        faults += [FieldFault(pointer=f"/{field}/{name}", code="required") for name in missing]
    if faults:
        raise Invalid("definition_invalid", fields=faults)
    before = store.macros.one(request.id)
    fields = msgspec.structs.asdict(request) | {"used": before.used if before else 0}
    macro = msgspec.convert(fields, Macro)
    store.macros.save(macro)
    return macro


def offered(call: Call, store: Store, organisation: Organisation) -> list[Macro]:
    """Give those that the caller may use."""
    return [each for each in store.macros.all() if _may_use(each, call, organisation)]


def use(request: UseMacro, ticket: Ticket, call: Call, store: Store, lookup: Lookup) -> FilledIn:
    """Fill one in for a ticket that the caller may read, and count it; once per key."""
    macro = store.macros.one(request.id)
    if macro is None:
        raise NotFound("macro_unknown")
    if not _may_use(macro, call, lookup.organisation):
        raise Forbidden("macro_not_yours")
    language = ticket.language if ticket.language in macro.text else _LANGUAGES[0]
    unit = lookup.organisation.units.get(ticket.unit or "")
    words = {
        "requester": request.words.get("requester", ""),
        "title": request.words.get("title", ""),
        "code": macros.written(request.code),
        "owner": lookup.names.get(ticket.owner or "", ""),
        "unit": unit.title.get(language, unit.id) if unit else "",
    }
    store.macros.count(macro.id, call.cause, call.now)
    text = macros.fill_in(macro.text[language], words)
    return FilledIn(id=macro.id, use=macro.use, language=language, text=text)


def _may_use(macro: Macro, call: Call, organisation: Organisation) -> bool:
    person = organisation.people.get(call.identity.subject.removeprefix("person:"))
    unit = person.unit if person else call.identity.unit
    return macro.active and (macro.unit is None or organisation.within(unit, macro.unit))
