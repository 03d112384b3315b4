"""A hundred people's clicks on one ticket: one gets it, and the others are told so."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from tests.system.client import Api, wait_for

CLAIMS = 100
#: Nobody is on shift, so that nothing is given to them and they have to take it.
HUNTERS = [f"hunter{number}" for number in range(10)]
PASSWORD = "to-claim-with"


def test_of_a_hundred_claims_at_once_one_is_answered_200_and_the_others_a_clear_409(
    staff: SimpleNamespace, anyone: Api
) -> None:
    code = a_queued_ticket(staff)
    signed_in = [anyone.sign_in(name, PASSWORD) for name in HUNTERS]
    # Each with a connection of its own.
    hunters = [Api(each.url, headers=each.headers) for each in signed_in * (CLAIMS // len(HUNTERS))]

    with ThreadPoolExecutor(CLAIMS) as pool:
        tries = [
            pool.submit(hunter.post, f"/tickets/{code}/actions/claim", {}) for hunter in hunters
        ]
        answers = [each.result() for each in tries]

    statuses = [answer.status for answer in answers]
    assert (statuses.count(200), statuses.count(409)) == (1, CLAIMS - 1)
    winner = next(answer.json["assignee"] for answer in answers if answer.status == 200)
    assert winner in HUNTERS
    refused = [answer.json for answer in answers if answer.status == 409]
    assert {each["code"] for each in refused} == {"action_not_allowed_now"}
    assert {each["params"]["assignee"] for each in refused} == {winner}
    assert staff.admin.get(f"/tickets/{code}").json["assignee"] == winner


def a_queued_ticket(staff: SimpleNamespace) -> str:
    admin = staff.admin
    title = {"fa": "شکار", "en": "Hunt"}
    admin.put("/admin/units/hunt", {"title": title, "parent": "hq"}).expect(200)
    for name in HUNTERS:
        person = {"name": name, "role": "expert", "unit": "hunt", "password": PASSWORD}
        admin.put(f"/admin/people/{name}", person | {"shift": {"week": {}}}).expect(200)
    admin.put("/admin/subjects/hunt", {"title": title, "kind": "request"}).expect(200)
    rule = {"order": -10, "subject": "hunt", "unit": "hunt"}
    admin.put("/admin/rules/hunt", rule).expect(200)

    def queued() -> str | None:
        code = staff.desk.register(
            subject="hunt",
            title="Who is first?",
            description="One of us.",
            channel="phone",
            requester={"name": "Reza", "mobile": "09121234567"},
        )
        wait_for(lambda: admin.get(f"/tickets/{code}").json.get("unit"), what="the queue")
        return code if admin.get(f"/tickets/{code}").json["unit"] == "hunt" else None

    return wait_for(queued, what="the rule")
