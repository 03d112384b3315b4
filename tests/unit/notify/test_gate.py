"""A channel rests after its provider could not serve us, longer each time."""

from services.notify.channels.gate import Gate


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def rest_of(gate: Gate, clock: Clock) -> float:
    """Fail once, and give how long the gate stays closed."""
    gate.failed()
    started = clock.now
    while not gate.is_open:
        clock.now += 0.5
    return clock.now - started


def test_each_failure_in_a_row_doubles_the_rest_up_to_a_limit():
    clock = Clock()
    gate = Gate(clock)

    assert [rest_of(gate, clock) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_success_makes_the_next_rest_short_again():
    clock = Clock()
    gate = Gate(clock)
    for _ in range(4):
        rest_of(gate, clock)

    gate.worked()

    assert gate.is_open
    assert rest_of(gate, clock) == 1


def test_what_failed_at_the_same_time_counts_once():
    clock = Clock()
    gate = Gate(clock)

    for _ in range(8):
        gate.failed()
    clock.now += 1

    assert gate.is_open
    assert rest_of(gate, clock) == 2
