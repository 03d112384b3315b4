"""Other tickets that workflows start: asked for once, opened once, linked at both ends."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from chassis.errors import Conflict, DomainError, Invalid, Unavailable
from contracts.calls.intake import Registered, StartTicket
from contracts.intake import StartedFrom
from contracts.routing import TicketEffectRefused, TicketStartAsked, TicketStarted
from services.routing.actions import ARGUMENTS
from services.routing.domain.life import TICKETS
from services.routing.domain.ticket import Ticket, index
from services.routing.domain.workflow import faults_in, read
from services.routing.starting import Became, Starting, conclude_start
from tests.unit.routing.test_flows import Trade, an_organisation, approval_of
from tests.unit.routing.test_soundness import faults_of
from tests.unit.routing.world import CODE, NOON

OTHER = "200000000007"
WANTED = {
    "subject": "it.access",
    "title": {"fa": "نصب {title}", "en": "Set up {title}"},
    "answers": {
        "urgent": {"<": [{"var": "ticket.priority"}, 4]},
        "amount": {"var": "answers.f1.n"},
    },
}


def starting(*wanted: dict[str, Any]) -> dict[str, Any]:
    """An approval that starts other tickets when it is asked for."""
    definition = approval_of(["person:omid"], needs=1)
    ask = next(way for way in definition["transitions"] if way["action"] == "ask-all")
    ask |= {"form": "f1", "effects": {"start": list(wanted) or [WANTED]}}
    return definition


class Beginning(Trade):
    """A Trade whose starts are concluded by hand."""

    def asked(self) -> TicketStartAsked:
        self.begin()
        return self.ask()

    def ask(self) -> TicketStartAsked:
        self.by("manager", "ask-all", filled={"f1": {"n": 7}})
        return self.last(TicketStartAsked)

    def became(self, **fields: Any) -> Ticket:
        return self._decide(CODE, conclude_start, Became(**fields))


def test_a_transition_asks_for_another_ticket_with_what_was_answered_just_now() -> None:
    world = Beginning(starting())

    asked = world.asked()

    assert (asked.subject, asked.title, asked.generation) == ("it.access", WANTED["title"], 1)
    assert asked.description == asked.title
    assert asked.answers == {"urgent": True, "amount": 7}
    assert index(world.ticket())["passing"] is True


def test_what_came_of_it_is_recorded_once_and_links_the_two() -> None:
    world = Beginning(starting())
    asked = world.asked()

    world.became(start=asked.start, ticket=OTHER)
    ticket = world.became(start=asked.start, ticket=OTHER)

    assert world.recorded().count("ticket.started") == 1
    assert world.last(TicketStarted).ticket == OTHER
    assert ticket.ties.links == {OTHER: "started"}
    assert "passing" not in index(ticket)
    assert TICKETS.fold(world.events[CODE]) == ticket
    other = world.register(OTHER, started_from=StartedFrom(CODE, asked.generation))
    assert other.ties.links == {CODE: "started_by"}
    assert other.pending.generation == 1


def test_a_refusal_is_recorded_with_its_reason() -> None:
    world = Beginning(starting())
    asked = world.asked()

    ticket = world.became(start=asked.start, refused="subject_closed")

    refused = world.last(TicketEffectRefused)
    assert (refused.effect, refused.name, refused.reason) == (
        "start",
        "it.access",
        "subject_closed",
    )
    assert ticket.pending.starts == ()


def test_tickets_do_not_start_one_another_for_ever() -> None:
    world = Beginning(starting())
    world.register(started_from=StartedFrom(OTHER, 5), workflow=world.flow)

    world.by("manager", "ask-all", filled={"f1": {"n": 7}})

    assert world.last(TicketEffectRefused).reason == "too_many_starts"
    assert world.ticket().pending.starts == ()


def test_answers_that_cannot_be_worked_out_start_nothing() -> None:
    broken = WANTED | {
        "answers": {"amount": {"/": [{"var": "answers.f1.n"}, {"var": "ticket.unit"}]}}
    }
    world = Beginning(starting(broken))
    world.begin()

    world.by("manager", "ask-all", filled={"f1": {"n": 7}})

    assert world.last(TicketEffectRefused).reason == "answers_not_computable"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"title": {"fa": "یک"}}, ("title", "language_missing")),
        ({"title": {"fa": "{name}", "en": "{name}"}}, ("title", "placeholder_unknown")),
        ({"answers": {"a": {"var": "answers.f9.n"}}}, ("answers/a", "answers_unknown")),
        ({"answers": {"a": {"var": "ticket.mobile"}}}, ("answers/a", "fact_unknown")),
    ],
)
def test_a_start_that_says_too_little_is_refused(
    change: dict[str, Any], fault: tuple[str, str]
) -> None:
    definition = starting(WANTED | change)
    ask = next(n for n, w in enumerate(definition["transitions"]) if w["action"] == "ask-all")
    at, code = fault

    assert (f"transitions/{ask}/effects/start/0/{at}", code) in faults_of(definition)


def test_its_subject_must_be_one_that_requests_are_registered_for() -> None:
    workflow = read(starting(), ARGUMENTS)

    found = faults_in(an_organisation(), workflow, {"f1"}, {"it.network"})

    assert [fault.code for fault in found] == ["subject_unknown"]
    assert faults_in(an_organisation(), workflow, {"f1"}, {"it.access"}) == []


class Intake:
    """Registers once per key, and loses some of its answers."""

    def __init__(self, *failures: DomainError) -> None:
        self.failures = list(failures)
        self.codes: dict[str, str] = {}
        self.asked: list[StartTicket] = []

    def command(self, method: str, request: StartTicket, _answer: Any, *, key: str) -> Registered:
        assert method == "start_ticket"
        self.asked.append(request)
        code = self.codes.setdefault(key, OTHER)
        if self.failures:
            raise self.failures.pop(0)
        return Registered(
            code=code,
            state="new",
            subject=request.subject,
            kind="request",
            channel="web",
            registered_at=NOON,
        )


class Tickets:
    """Decides about the tickets of a world."""

    def __init__(self, world: Beginning) -> None:
        self._world = world

    def execute(self, _code: str, decide: Any, message: Became, _call: Any) -> None:
        assert decide is conclude_start
        self._world._decide(CODE, decide, message)


def carried(world: Beginning, intake: Intake) -> None:
    clock = SimpleNamespace(now=lambda: NOON)
    runtime: Any = SimpleNamespace(identity=None, clock=clock)
    starter = Starting(Tickets(world), intake, runtime)  # type: ignore[arg-type]
    for start in world.ticket().pending.starts:
        starter.start(CODE, start)


def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key() -> None:
    world, intake = Beginning(starting()), Intake(Unavailable("service_unavailable"))
    asked = world.asked()

    carried(world, intake)
    assert len(world.ticket().pending.starts) == 1
    carried(world, intake)

    assert intake.codes == {f"{CODE}:{asked.start}": OTHER}
    assert intake.asked[0] == intake.asked[1]
    assert world.ticket().ties.links == {OTHER: "started"}


@pytest.mark.parametrize("error", [Invalid("request_invalid"), Conflict("code_in_use")])
def test_what_intake_refuses_for_good_is_not_asked_again(error: DomainError) -> None:
    world, intake = Beginning(starting()), Intake(error)
    world.asked()

    carried(world, intake)

    assert world.last(TicketEffectRefused).reason == error.code
    assert world.ticket().pending.starts == ()
