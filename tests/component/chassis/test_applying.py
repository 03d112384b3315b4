"""Events from one service's journal into another's: each once, in order, whatever comes between."""

from tests.component.chassis.world import eventually, new_stream


def causes(acts, *, source="intake"):
    return [f"{source}:{number}:{act}" for number, act in enumerate(acts, 1)]


def test_events_are_applied_in_order(world, intake, sla):
    stream = new_stream()
    acts = [f"ok{number}" for number in range(20)]

    for act in acts:
        intake.tell(stream, act)

    eventually(lambda: len(world.applied(stream)) == 20)
    assert world.applied(stream) == causes(acts)
