"""What decisions of notify look up: the policy for marks, clocks for ladders, else nothing."""

from types import SimpleNamespace
from typing import Any

import pytest

from chassis.decisions import Context, Due, Occasion
from chassis.errors import Unavailable
from contracts.sla import SlaBreached, SlaOverdue, SlaWarned
from services.notify.domain.ladders import Grounds
from services.notify.domain.policy import Policy, RoleTerms
from services.notify.reference import Circumstances
from tests.unit.notify.samples import CODE, NOON, a_clock, registered
from tests.unit.notify.test_ladders import breached, warned

POLICY = {"roles": {"owner": {}}}


class Sla:
    """Answers, or is away."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    def query(self, _method: str, request: Any, _answer: Any, **_options: Any) -> Any:
        self.asked += request.codes
        if self.away:
            raise Unavailable("service_unavailable")
        return {code: [a_clock()] for code in request.codes}


@pytest.fixture
def sla() -> Sla:
    return Sla()


@pytest.fixture
def circumstances(sla: Sla) -> Circumstances:
    made = Circumstances(sla="sla")
    policies = SimpleNamespace(newest=lambda: SimpleNamespace(definition=POLICY))
    dependency = SimpleNamespace(attr_name="sla", caller=sla)
    made.container = SimpleNamespace(dependencies=[dependency], started=True)
    made.__dict__["policies"] = policies
    return made


def an_occasion(message: Any) -> Occasion:
    context = Context(stream=CODE, at=NOON, now=NOON, actor="system:notify", cause="x")
    return Occasion(None, message, context)


def overdue() -> SlaOverdue:
    return SlaOverdue(
        clock="first_response",
        mark=150,
        alarm_at=NOON,
        due_at=NOON,
        late_seconds=1800,
        priority=3,
        notices=[],
    )


def test_the_usual_ticket_asks_nobody(circumstances: Circumstances, sla: Sla):
    circumstances.__dict__["policies"] = None

    assert circumstances.prepare([an_occasion(registered())]) == Grounds()
    assert sla.asked == []


@pytest.mark.parametrize("mark", [warned(), breached(), overdue()])
def test_a_mark_goes_by_the_policy_in_force(
    circumstances: Circumstances, sla: Sla, mark: SlaWarned | SlaBreached | SlaOverdue
):
    grounds = circumstances.prepare([an_occasion(mark)])

    assert grounds == Grounds(Policy(roles={"owner": RoleTerms()}), {})
    assert sla.asked == []


def test_before_a_step_sla_is_asked(circumstances: Circumstances, sla: Sla):
    grounds = circumstances.prepare([an_occasion(Due(at=NOON))])

    assert grounds.clocks == {CODE: [a_clock()]}


def test_sla_is_let_alone_for_a_moment_when_it_does_not_answer(
    circumstances: Circumstances, sla: Sla
):
    sla.away = True

    grounds = [circumstances.prepare([an_occasion(Due(at=NOON))]) for _ in range(3)]

    assert [each.clocks for each in grounds] == [{}, {}, {}]
    assert sla.asked == [CODE]


def test_while_the_policy_cannot_be_read_the_last_one_holds(circumstances: Circumstances):
    before = circumstances.policy()

    def fail() -> Any:
        raise Unavailable("database_unavailable")

    circumstances.__dict__["policies"] = SimpleNamespace(newest=fail)
    circumstances.forget()

    assert circumstances.policy() == before
