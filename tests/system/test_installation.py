"""A whole installation is up, lets the demo's people in, and gets over the death of its parts."""

import signal

import pytest

from tests.http import Http
from tests.system.client import Api, wait_for

ACCOUNTS = ("desk", "expert", "supervisor", "manager", "admin")
OURS = ("intake", "routing", "sla", "notify", "reporting", "gateway")


@pytest.fixture(scope="module")
def api(installation):
    with Api(installation.addresses.gateway) as client:
        yield client


@pytest.mark.parametrize("username", ACCOUNTS)
def test_each_account_of_the_demo_may_sign_in(installation, api, username):
    signed_in = api.sign_in(username, installation.environment["PEYGIR_DEMO_PASSWORD"])

    signed_in.get("/inbox").expect(200)


@pytest.mark.parametrize("name", OURS)
def test_each_process_shows_its_figures(installation, name):
    with Http(installation.addresses.metrics[name]) as process:
        assert "python_info" in process.get("/metrics").expect(200).text
        process.get("/healthz").expect(200)


@pytest.mark.parametrize("name", OURS)
def test_a_killed_process_is_back_by_itself(installation, name):
    killed = installation.pid(name)

    installation.kill(name, signal.SIGKILL)

    wait_for(lambda: installation.pid(name) not in (None, killed), what="its successor")
    installation.wait_ready(60, names=[name])


@pytest.mark.parametrize("name", OURS)
def test_a_process_that_is_asked_to_end_does_so_in_time(installation, name):
    installation.stop_process(name)
    ending = installation.log_file("supervisord").read_text().splitlines()[-1]

    installation.start_process(name)
    installation.wait_ready(60, names=[name])
    assert f"stopped: {name} (exit status 0)" in ending
