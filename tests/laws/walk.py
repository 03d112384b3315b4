"""One walk from its seed to its verdict, and how a broken one is cut short."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from random import Random
from typing import Any, NamedTuple

from chassis.errors import DomainError, Invalid
from contracts.envelope import ContentRef
from contracts.intake import TicketMessageReceived
from contracts.sla import Action, SlaDemanded
from services.routing import handlers, starting
from services.routing.actions import Deed, Filled, read_arguments, refer_to, written
from services.routing.domain.organisation import Organisation
from services.routing.handlers import joining, migrating, tasks
from tests.laws import organisations, rights, steps, workflows
from tests.laws.bugs import BUGS
from tests.laws.laws import Laws, moves
from tests.laws.ledger import Breach
from tests.laws.stage import Intent, Stage

#: How long a walk is: long enough for tickets to end and come back, short enough to be told.
LENGTH = 150
#: By action: as what it joins, and which argument names the other ticket.
_JOINING: Mapping[str, tuple[str, str]] = {
    "attach": ("child", "parent"),
    "merge": ("merged", "into"),
}
_CLOCK_ACTIONS: Mapping[str, str] = {"escalate": "escalate", "reassign": "assign"}


class Begin(NamedTuple):
    """What a walk begins with."""

    organisation: Organisation
    definitions: list[dict]


class Verdict(NamedTuple):
    """What became of a walk."""

    seed: int
    steps: int
    #: What went wrong; None where nothing did.
    fault: str | None
    #: How often each action was accepted.
    accepted: Counter[str]
    #: The fewest steps found that break the same law, as they were numbered.
    story: Sequence[tuple[int, steps.Step]] = ()
    begin: Begin | None = None


class Walk:
    """A stage, its laws, and the steps taken."""

    def __init__(self, begin: Begin) -> None:
        self.stage = Stage(begin.organisation)
        for definition in begin.definitions:
            self.stage.publish(definition)
        self.laws = Laws(self.stage)
        self.accepted: Counter[str] = Counter()
        self._number = 0

    def take(self, number: int, step: steps.Step) -> None:
        """Do a step and look at what it has done; raises Breach."""
        self._number = number
        _TAKEN[type(step)](self, step)

    def write(self, step: steps.Writes) -> None:
        """Have the requester write."""
        received = TicketMessageReceived(message=ContentRef("m", "0"), channel="web")
        self._moved(step.code, ["resume"], handlers.hear_requester, received)

    def demand(self, step: steps.Demands) -> None:
        """Have a mark of a clock want something done."""
        wanted = SlaDemanded(
            clock="resolution", mark=100, alarm_at=self.stage.now, actions=step.actions
        )
        does = [_CLOCK_ACTIONS[a.do] for a in step.actions if a.do in _CLOCK_ACTIONS]
        self._moved(step.code, does, handlers.meet_demands, wanted)

    def come(self, step: steps.Comes) -> None:
        """Have a timer come; one that is over by now does nothing."""
        if step.code not in self.stage.tickets:
            return
        page, before = self.laws.page(step.code), self.stage.tickets[step.code]
        action = page.timers.get(step.timer, ("", None))[0]
        wanted = SlaDemanded(
            clock="timer",
            mark=100,
            alarm_at=self.stage.now,
            actions=[Action(do="move", action=action or "take-up")],
            timer=step.timer,
        )
        self._moved(step.code, [action] if action else [], handlers.meet_demands, wanted)
        if not action and self.stage.tickets[step.code] != before:
            raise Breach(f"the timer {step.timer} was over, and did something")

    def start(self, step: steps.Starts) -> None:
        """Tell a ticket what became of one that it wanted started."""
        if step.code not in self.stage.tickets:
            return
        refused = "" if step.other else "subject_unknown"
        became = starting.Became(start=step.start, ticket=step.other, refused=refused)
        self._moved(step.code, [], starting.conclude_start, became)

    def register(self, step: steps.Registers) -> None:
        """Have intake tell of a request."""
        event = step.event
        self._receive(step.code, handlers.open_ticket, event, imported=event.imported)

    def hand_out_task(self, step: steps.HandsOutTask) -> None:
        """Have a waiting task given away."""
        self._moved(step.code, [], tasks.assign_task, tasks.AssignTask(step.task))

    def act(self, act: steps.Acts, *, rival: steps.Acts | None = None) -> None:
        """Do something, while a rival is faster where there is one."""
        if act.code not in self.stage.tickets:
            return
        self.laws.offered(act)
        try:
            intent = self._intent(act, late=rival is not None)
        except Invalid:
            if rival is not None:
                self.act(rival)
            return
        self._have_expected(act)
        if rival is None:
            ask = self.laws.question(act)
            outcome = self.stage.settle({act.code: [intent]})[act.code]
        else:
            asked = []

            def be_faster() -> None:
                self.laws.under_way = True
                self.act(rival)
                self.laws.under_way = False
                asked.append(self.laws.question(act))

            outcome = self.stage.lose(act.code, intent, be_faster, replica=1)
            ask = asked[0]
        self.accepted[act.action] += outcome.error is None
        self.laws.acted(act, ask, outcome)

    def _have_expected(self, act: steps.Acts) -> None:
        """Let a ticket know of who wants to belong to it, as `services.routing.joining` does."""
        kind, field = _JOINING.get(act.action, ("", ""))
        target = act.arguments.get(field)
        permitted = rights.ways(self.laws.question(act), act.action)
        if not kind or target not in self.stage.tickets or target == act.code or not permitted:
            return
        message = joining.Newcomers(tickets=[act.code], kind=kind)
        cause = f"{self._number}:{act.code}"
        intent = Intent(joining.expect_newcomers, message, cause, self.stage.now, act.who)
        self.stage.settle({target: [intent]})
        self.laws.happened(target)

    def race(self, race: steps.Races) -> None:
        """Have two do something at the same time."""
        self.act(race.second, rival=race.first)

    def _intent(self, act: steps.Acts, *, late: bool) -> Intent:
        read = read_arguments(act.action, act.arguments)
        cause = f"{self._number}:{'b' if late else 'a'}"
        texts = refer_to(written(read), stream=act.code, cause=cause)
        filled = Filled(form=act.form, version=1) if act.form else None
        texts |= {"answers": ContentRef("a", "0")} if filled else {}
        deed = Deed(
            action=act.action, arguments=read, texts=texts, behalf=act.behalf, filled=filled
        )
        at = act.at or self.stage.now
        return Intent(handlers.act, deed, cause, at, act.who, act.at is not None)

    def _receive(self, code: str, decide: object, message: object, *, imported: bool) -> None:
        intent = Intent(decide, message, f"{self._number}", self.stage.now)
        self.stage.settle({code: [intent]})
        self.laws.happened(code, importing=imported)

    def _moved(self, code: str, does: list[str], decide: object, message: object) -> None:
        """Apply an event of another service: the ticket goes only where the workflow says.

        What an importer settled, in the past, the ticket goes on from at the next event.
        """
        if code not in self.stage.tickets:
            return
        before, definition = self.laws.page(code).step, self.stage.workflow_of(code)
        self._receive(code, decide, message, imported=False)
        after = self.laws.page(code).step
        led_to = moves(definition, before, does) | rights.onward(definition, {before})
        if after not in led_to:
            raise Breach(f"{message.__class__.__name__} led from {before} to {after}")

    def migrate(self, step: steps.Migrates) -> None:
        """Bring a ticket to the newest version of its workflow, or be told why not."""
        code = step.code
        if code not in self.stage.tickets:
            return
        flow, version = self.laws.page(code).workflow
        newest = max(each for name, each in self.stage.definitions if name == flow)
        message = migrating.Migrate(workflow=flow, from_version=version, to_version=newest)
        self._receive(code, migrating.migrate, message, imported=False)

    def hand_out(self, step: steps.HandsOut) -> None:
        """Have queued work of some tickets given away together."""
        codes = [code for code in step.codes if code in self.stage.tickets]
        intent = Intent(
            handlers.assign_next, handlers.AssignNext(), f"{self._number}", self.stage.now
        )
        before = {code: self.laws.page(code).step for code in codes}
        self.stage.settle({code: [intent] for code in codes})
        for code in codes:
            self.laws.happened(code)
        for code in codes:
            definition, after = self.stage.workflow_of(code), self.laws.page(code).step
            begun = before[code] == definition["start"]
            if after not in moves(definition, before[code], ["assign"] if begun else []):
                raise Breach(f"handing out led from {before[code]} to {after}")


def _reorganise(walk: Walk, step: steps.Reorganises) -> None:
    walk.stage.organisation = step.organisation


#: How each kind of step is taken.
_TAKEN: Mapping[type[Any], Callable[[Walk, Any], None]] = {
    steps.Registers: Walk.register,
    steps.Acts: Walk.act,
    steps.Races: Walk.race,
    steps.Writes: Walk.write,
    steps.Demands: Walk.demand,
    steps.Comes: Walk.come,
    steps.Starts: Walk.start,
    steps.HandsOut: Walk.hand_out,
    steps.HandsOutTask: Walk.hand_out_task,
    steps.Migrates: Walk.migrate,
    steps.Waits: lambda walk, step: walk.stage.pass_time(step.hours),
    steps.Reorganises: _reorganise,
    steps.Publishes: lambda walk, step: walk.stage.publish(step.definition),
}


def judge(seed: int, bug: str | None = None, *, shorten: bool = True) -> Verdict:
    """Walk one seed, with a bug planted where one is named; a broken walk is cut short."""
    chance = Random(seed)
    begin = _begun(chance)
    with BUGS[bug]() if bug else nullcontext():
        walk, taken = Walk(begin), []
        for number in range(1, LENGTH + 1):
            step = steps.drawn(chance, walk.stage)
            taken.append((number, step))
            fault = _fault_of(walk, number, step)
            if fault is not None:
                story = _shrunk(begin, taken, fault) if shorten else taken
                return Verdict(seed, number, fault, walk.accepted, story, begin)
    return Verdict(seed, LENGTH, None, walk.accepted)


def _begun(chance: Random) -> Begin:
    names = ("flow-a", "flow-b")
    return Begin(organisations.drawn(chance), [workflows.drawn(chance, name) for name in names])


def _fault_of(walk: Walk, number: int, step: steps.Step) -> str | None:
    try:
        walk.take(number, step)
        walk.laws.rest()
    except Breach as breach:
        return str(breach)
    except DomainError as error:
        return f"{error.code} came out of {type(step).__name__}"
    except Exception as error:  # noqa: BLE001 - whatever it is, the seed has found it
        return f"{type(error).__name__}: {error}"
    return None


def _again(begin: Begin, taken: Iterable[tuple[int, steps.Step]]) -> str | None:
    walk = Walk(begin)
    for number, step in taken:
        fault = _fault_of(walk, number, step)
        if fault is not None:
            return fault
    return None


def _shrunk(
    begin: Begin, taken: Sequence[tuple[int, steps.Step]], fault: str
) -> Sequence[tuple[int, steps.Step]]:
    """Leave out what is not needed for the same fault, in ever smaller pieces."""
    story, size = list(taken), max(1, len(taken) // 2)
    while True:
        start, shorter = 0, False
        while start < len(story) - 1:
            without = [*story[:start], *story[start + size :]]
            if without and _again(begin, without) == fault:
                story, shorter = without, True
            else:
                start += size
        if size == 1 and not shorter:
            return story
        size = max(1, size // 2)
