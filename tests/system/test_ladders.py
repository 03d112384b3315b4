"""A promise is about to be missed, and is: who hears of it by which way, until somebody says so.

Seconds stand for minutes. The sinks decrypt what is pushed, as a browser would.
"""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local.installation import Installation
from tests.agreements import LADDER
from tests.http import Http
from tests.system.client import Api, wait_for

LINK = re.compile(r"/a/[A-Za-z0-9_-]+")


class Sinks:
    """What people got about one ticket."""

    def __init__(self, installation: Installation, code: str) -> None:
        addresses = installation.addresses
        self._shown = f"{code[:4]}-{code[4:8]}-{code[8:]}"
        self._sms, self._mail = Http(addresses.sms_provider), Http(addresses.mail_sink)
        self._push = Http(addresses.push_sink)

    def sms(self) -> list[str]:
        """Staff's alone: the requester has no mobile number here."""
        messages = self._sms.get("/messages").json
        return [item["message"] for item in messages if self._shown in item["message"]]

    def letters(self, to: str) -> list[str]:
        letters = self._mail.get(f"/messages?to={to}").json
        return [item["text"] for item in letters if self._shown in item["subject"]]

    def pushed(self) -> list[dict[str, Any]]:
        contents = [item["content"] for item in self._push.get("/messages").json]
        return [each for each in contents if self._shown in each["title"]]


@pytest.fixture
def device(installation: Installation, staff: SimpleNamespace) -> Iterator[str]:
    """A browser of the service manager's that has allowed notices."""
    subscription = Http(installation.addresses.push_sink).post("/devices").expect(201).json
    wish = {"endpoint": subscription["endpoint"], "keys": subscription["keys"], "label": "Phone"}
    added: str = staff.manager.post("/me/devices", wish).expect(201).json["id"]
    yield added
    staff.manager.delete(f"/me/devices/{added}")


@pytest.fixture
def code(staff: SimpleNamespace, device: str) -> Iterator[str]:
    """A ticket that is to be answered within six seconds."""
    staff.admin.put("/admin/agreements/ladder", {"definition": LADDER}).expect(200)
    yield staff.desk.register(
        subject="it.software",
        title="Ladder",
        description="To be answered in six seconds.",
        channel="api",
        requester={"name": "A", "email": "ladder@example.org"},
    )
    past = {"definition": LADDER | {"active": False}}
    staff.admin.put("/admin/agreements/ladder", past).expect(200)


def ladder_of(staff: SimpleNamespace, code: str, template: str) -> list[dict[str, Any]]:
    deliveries = staff.admin.get(f"/tickets/{code}").json.get("deliveries", [])
    return [each for each in deliveries if each["ladder"] and each["template"] == template]


def test_unheard_it_goes_from_the_expert_to_the_manager_by_push_sms_and_letter(
    installation: Installation, staff: SimpleNamespace, code: str
) -> None:
    sinks = Sinks(installation, code)
    wait_for(lambda: len(sinks.sms()) == 2, 60, "the expert's SMS and the manager's")
    wait_for(lambda: sinks.letters("manager@demo.peygir.example"), 60, "the letter")

    (pushed,) = sinks.pushed()
    expert, manager = sinks.sms()
    assert "فقط" in expert
    assert LINK.search(expert)
    assert LINK.search(manager)
    assert LINK.search(pushed["link"])
    told = ladder_of(staff, code, "sla_breach")
    assert [(each["channel"], each["step"], each["to"]) for each in told] == [
        ("push", 1, "person:manager"),
        ("sms", 2, "person:manager"),
        ("email", 3, "person:manager"),
    ]
    assert all(each["acknowledged_at"] is None for each in told)


def test_the_link_acknowledges_by_a_button_not_by_being_opened(
    installation: Installation, anyone: Api, staff: SimpleNamespace, code: str
) -> None:
    sinks, page = Sinks(installation, code), Http(installation.addresses.gateway)
    (pushed,) = wait_for(sinks.pushed, 60, "the pushed message")
    link = LINK.search(pushed["link"])
    assert link is not None

    for _ in range(2):
        assert code not in page.get(link[0]).expect(200).text
    assert ladder_of(staff, code, "sla_breach")[0]["acknowledged_at"] is None
    page.post(link[0], form={"key": "k"}).expect(303)

    (told,) = ladder_of(staff, code, "sla_breach")
    assert told["acknowledged_by"] == "person:manager"
    staff.expert.post(f"/tickets/{code}/deliveries/{told['id']}/acknowledge").expect(200)
    assert ladder_of(staff, code, "sla_breach") == [told]
    assert page.get("/a/" + "x" * 34).status == 404


def test_the_expert_acknowledges_at_his_desk_and_the_manager_is_told_all_the_same(
    installation: Installation, staff: SimpleNamespace, code: str
) -> None:
    sinks = Sinks(installation, code)
    warning = wait_for(lambda: ladder_of(staff, code, "sla_warning"), 60, "the warning")[0]

    answer = staff.supervisor.post(f"/tickets/{code}/deliveries/{warning['id']}/acknowledge")

    assert answer.expect(200).json["acknowledged_by"] == "person:supervisor"
    wait_for(sinks.pushed, 60, "the breach")
    assert len(ladder_of(staff, code, "sla_warning")) == 1


def test_a_device_is_listed_and_taken_away(staff: SimpleNamespace, device: str) -> None:
    listed = staff.manager.get("/me/devices").expect(200).json

    assert device in [each["id"] for each in listed["items"]]
    assert listed["key"]
    assert staff.expert.get("/me/devices").expect(200).json["items"] == []
    staff.expert.delete(f"/me/devices/{device}").expect(404)
    staff.manager.delete(f"/me/devices/{device}").expect(200)


def test_quiet_hours_and_digests_are_published_by_administrators(staff: SimpleNamespace) -> None:
    policy = {"roles": {"supervisor": {"digest": {"most": 5, "within": "PT10M"}}}}

    before = staff.admin.get("/admin/notices").expect(200).json["version"]
    staff.admin.put("/admin/notices", {"definition": policy}).expect(200)

    assert staff.admin.get("/admin/notices").json == {"version": before + 1, "definition": policy}
    staff.admin.put("/admin/notices", {"definition": {"roles": {"king": {}}}}).expect(422)
    staff.manager.get("/admin/notices").expect(403)
    staff.admin.put("/admin/notices", {"definition": {}}).expect(200)
