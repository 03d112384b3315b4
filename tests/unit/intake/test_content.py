"""What intake holds of tickets that were registered just now."""

from services.intake.content import tickets_of
from services.intake.domain.ticket import Ticket

CODE = "100000000009"


class Tickets:
    """The snapshot is written between the first look and the mending, by who was about to."""

    def __init__(self):
        self.looks = 0

    def states(self, codes):
        self.looks += 1
        return {code: Ticket() for code in codes} if self.looks > 1 else {}

    def mend(self, codes):
        """Find none behind."""


def test_a_snapshot_that_is_written_meanwhile_is_found():
    assert tickets_of([CODE], Tickets()) == {CODE: Ticket()}
