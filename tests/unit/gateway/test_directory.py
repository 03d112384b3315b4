"""Names of people, units and subjects, read seldom and kept while services are away."""

import asyncio

from contracts.calls.routing import Unit
from gateway.directory import Directory
from tests.unit.gateway.samples import SUBJECTS, a_member


class Services:
    """A caller whose services answer with what there is."""

    def __init__(self) -> None:
        self.answers = {
            "staff": [a_member("sara", "سارا"), a_member("ali", "علی", active=False)],
            "units": [
                Unit(id="it", title={"fa": "رایانه"}, parent=None, desk=False, active=True),
            ],
            "subjects": SUBJECTS,
        }
        self.asked = 0

    async def optional(self, _service, method, _request, _answer):
        self.asked += 1
        await asyncio.sleep(0)
        return self.answers.get(method)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_names_are_given_for_ids_and_ids_where_nobody_knows_better():
    names = await Directory().names(Services(), "en")

    assert names.person("sara") == "سارا"
    assert names.person("person:sara") == "سارا"
    assert names.person("nobody") == "nobody"
    assert names.person(None) == ""
    assert names.unit("it") == "رایانه"
    assert names.subject("network") == "Network"


async def test_who_has_left_keeps_his_name_and_is_no_colleague():
    names = await Directory().names(Services(), "fa")

    assert names.person("ali") == "علی"
    assert [person.id for person in names.colleagues()] == ["sara"]
    assert names.colleagues(["hr"]) == []


async def test_names_are_read_once_for_many_and_anew_after_a_while():
    clock, services = Clock(), Services()
    directory = Directory(clock)

    await asyncio.gather(*(directory.names(services, "fa") for _ in range(20)))
    at_once = services.asked
    clock.now += 31
    await directory.names(services, "fa")

    assert (at_once, services.asked) == (3, 6)


async def test_names_stay_while_a_service_is_away():
    clock, services = Clock(), Services()
    directory = Directory(clock)
    await directory.names(services, "fa")

    services.answers = {"units": []}
    clock.now += 31
    names = await directory.names(services, "fa")

    assert names.person("sara") == "سارا"
    assert names.unit("it") == "it"
    assert names.subject("network") == "شبکه"


async def test_nobody_waits_again_for_a_service_that_is_away():
    clock, services = Clock(), Services()
    services.answers = {}
    directory = Directory(clock)

    await directory.names(services, "fa")
    await directory.names(services, "fa")
    waited = services.asked
    clock.now += 6
    await directory.names(services, "fa")

    assert (waited, services.asked) == (3, 6)
