"""The suite's ears at webhooks: what is unsigned, renamed, out of order or too soon is heard."""

import json
import random
from datetime import UTC, datetime

import pytest
import standardwebhooks

from tests.faults.receivers import BUSY, GONE, TAKEN, heard, troubled

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
CODE = "482913047716"


def post(sequence, *, at=1000.0, status=TAKEN, name=None, signed_with=SECRET, subject=CODE):
    """Give a post of a ticket's event as a receiver keeps it."""
    event = {"source": "/peygir/routing", "id": f"{CODE}.{sequence}", "sequence": sequence}
    body = json.dumps({**event, "subject": subject})
    name = name or f"routing.e1.{CODE}.{sequence}"
    library = standardwebhooks.Webhook(signed_with)
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": library.sign(name, datetime.fromtimestamp(int(at), UTC), body),
    }
    return {"headers": headers, "body": body, "status": status, "at": at}


def test_what_is_right_is_heard_as_right():
    found = heard([post(1), post(2, status=500), post(2), post(3)], SECRET)

    assert [*found.taken.values()] == [1, 1, 1]
    faults = (found.disordered, found.renamed, found.unsigned, found.hasty, found.repeated)
    assert faults == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("posts", "fault"),
    [
        ([post(1), post(3)], "disordered"),
        ([post(2), post(1)], "disordered"),
        ([post(1), post(1)], "repeated"),
        ([post(1, status=500), post(1, name="another")], "renamed"),
        ([post(1, signed_with="whsec_" + "A" * 43 + "=")], "unsigned"),
        ([post(1, status=BUSY), post(1, at=1000.5)], "hasty"),
        ([post(1, status=GONE), post(2)], "after_gone"),
    ],
)
def test_a_fault_does_not_escape(posts, fault):
    assert getattr(heard(posts, SECRET), fault) >= 1


def test_what_is_about_no_ticket_is_not_counted():
    assert not heard([post(1, subject="person:sara")], SECRET).taken


def test_a_script_is_the_seeds_and_ends_well():
    one, other = (troubled(random.Random(seed), 50, "http://127.0.0.1/") for seed in (7, 7))

    assert one == other
    assert one[-1] == (TAKEN, {})
    assert {status for status, _ in one} > {TAKEN, BUSY}
