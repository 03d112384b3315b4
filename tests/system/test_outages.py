"""What goes on when a part is away, on an installation of its own."""

import signal
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from deploy.local.installation import Installation
from deploy.local.servers import rabbitmq
from tests.servers import started_installation
from tests.system.client import Api, wait_for
from tests.system.conftest import ACCOUNTS

BODY = {
    "subject": "it.network",
    "title": "Outage",
    "description": "A part is away.",
    "channel": "phone",
    "requester": {"name": "A", "mobile": "09351112233"},
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with started_installation(tmp_path_factory.mktemp("outages"), demo=True) as started:
        started.start_processes()
        started.wait_ready(90)
        yield started


@pytest.fixture(scope="module")
def people(own: Installation) -> SimpleNamespace:
    anyone = Api(own.addresses.gateway)
    password = own.environment["PEYGIR_DEMO_PASSWORD"]
    return SimpleNamespace(**{name: anyone.sign_in(name, password) for name in ACCOUNTS})


def is_assigned(client: Api, code: str) -> bool:
    return bool(client.get(f"/tickets/{code}").json.get("assignee"))


def test_without_the_broker_work_goes_on_and_arrives(
    own: Installation, people: SimpleNamespace
) -> None:
    own.stop_process(rabbitmq.NAME)
    try:
        code = people.desk.register(**BODY)
        wait_for(lambda: is_assigned(people.admin, code), 20, "the assignment without a broker")
        noted = {"text": "بدون کارگزار پیام"}
        people.admin.post(f"/tickets/{code}/actions/note", noted).expect(200)
        people.desk.track(code, "2233").expect(200)
    finally:
        own.start_process(rabbitmq.NAME)
    wait_for(
        lambda: people.admin.get(f"/tickets/{code}").json.get("clocks"), 30, "clocks afterwards"
    )


@pytest.mark.parametrize("service", ["intake", "routing"])
def test_a_service_that_is_away_is_told_within_three_seconds(
    own: Installation, people: SimpleNamespace, service: str
) -> None:
    code = people.desk.register(**BODY)
    pid = own.pid(service)
    own.kill(service, signal.SIGSTOP)
    try:
        started = time.monotonic()
        answer = people.desk.track(code, "2233")
        seconds = time.monotonic() - started
    finally:
        own.kill(service, signal.SIGCONT)

    assert pid is not None
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert seconds < 3.5
    wait_for(lambda: people.desk.track(code, "2233").status == 200, 20, "its return")


def test_a_part_that_is_not_needed_is_named_as_unavailable(
    own: Installation, people: SimpleNamespace
) -> None:
    code = people.desk.register(**BODY)
    wait_for(lambda: is_assigned(people.admin, code), 20, "the assignment")
    own.stop_process("sla")
    try:
        whole = people.admin.get(f"/tickets/{code}").expect(200).json
    finally:
        own.start_process("sla")

    assert whole["unavailable"] == ["sla"]


def test_without_redis_nothing_stops(own: Installation, people: SimpleNamespace) -> None:
    own.stop_process("redis")
    try:
        started = time.monotonic()
        code = people.desk.register(**BODY)
        people.desk.track(code, "2233").expect(200)
        seconds = time.monotonic() - started
    finally:
        own.start_process("redis")

    assert seconds < 4
