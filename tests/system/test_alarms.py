"""Five hundred deadlines of seconds: each told exactly once, by three replicas, Redis or not."""

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from deploy.local.installation import Installation
from tests.agreements import QUICK
from tests.http import Http
from tests.servers import started_installation
from tests.system.client import Api, wait_for

TICKETS = 500
CALLERS = 8


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("alarms")
    with started_installation(folder, demo=True, replicas={"sla": 3}) as started:
        started.start_processes()
        started.wait_ready(90)
        yield started


def register_all(installation: Installation, token: str) -> list[str]:
    codes: list[str] = []

    def register(numbers: range) -> None:
        client = Api(installation.addresses.gateway, headers={"Authorization": token})
        for number in numbers:
            code = client.register(
                subject="info.general",
                title=f"Alarm {number}",
                description="Due in four seconds.",
                channel="api",
                requester={"name": "A", "mobile": f"0935{number:07d}"},
            )
            codes.append(code)

    threads = [
        threading.Thread(target=register, args=(range(start, TICKETS, CALLERS),))
        for start in range(CALLERS)
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(codes) > TICKETS // 2, 90, "half of the tickets")
    redis.Redis.from_url(installation.addresses.redis_url).flushall()
    for thread in threads:
        thread.join()
    return codes


def events_of(client: Api, types: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    after = ""
    while True:
        page = client.get(f"/events?limit=1000&types={types}{after}").expect(200).json
        events += page["events"]
        after = f"&after={page['next']}"
        if page["end"]:
            return events


@pytest.mark.timeout(400)
def test_every_mark_is_told_once_and_nobody_twice(crowd: Installation) -> None:
    anyone = Api(crowd.addresses.gateway)
    admin = anyone.sign_in("admin", crowd.environment["PEYGIR_DEMO_PASSWORD"])
    admin.put("/admin/agreements/quick", {"definition": QUICK}).expect(200)

    codes = register_all(crowd, admin.headers["Authorization"])

    def marks() -> list[dict[str, Any]]:
        return events_of(admin, "sla.warned,sla.breached")

    wait_for(lambda: len(marks()) >= 2 * TICKETS, 60, "the marks", pause=2)
    told = marks()
    # A warning that could only come after its target was missed tells nobody: the breach does.
    owed = sum(len(event["data"]["notices"]) for event in told)
    provider = Http(crowd.addresses.sms_provider)

    def staff_messages() -> list[dict[str, Any]]:
        everything = provider.get("/messages").json
        return [item for item in everything if not item["receptor"].startswith("0935")]

    wait_for(lambda: len(staff_messages()) >= owed, 150, "the messages", pause=2)
    sent = staff_messages()
    print(f"{len(codes)} tickets, {len(told)} marks, {owed} notices owed, {len(sent)} sent")

    assert len(set(codes)) == TICKETS
    assert set(Counter((event["subject"], event["type"]) for event in told).values()) == {1}
    assert len(told) == 2 * TICKETS
    assert all(event["data"]["notices"] for event in told if event["type"].endswith("breached.v1"))
    assert len(sent) == owed
    assert max(Counter(item["localid"] for item in sent).values()) == 1
