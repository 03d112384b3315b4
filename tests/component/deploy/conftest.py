"""The sinks as processes of their own, as in an installation."""

import contextlib
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deploy.local.ports import HOST, PortBlock
from deploy.local.processes import mail_sink_program, sms_provider_program
from deploy.local.programs import Program
from tests.component.processes import Process
from tests.http import Http

KEY = "local-key"


@contextlib.contextmanager
def running(
    program: Program, url: str, environment: Mapping[str, str], logs: Path
) -> Iterator[None]:
    process = Process(program, environment, logs / f"{program.name}.log", f"{url}/healthz")
    try:
        process.wait_ready()
        yield
    finally:
        process.signal(signal.SIGTERM)
        assert process.wait() == 0


@pytest.fixture(scope="module")
def sms_provider_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with PortBlock(["http"]) as block:
        port = block.ports["http"]
        url = f"http://{HOST}:{port}"
        environment = {"PEYGIR_KAVENEGAR_KEY": KEY}
        logs = tmp_path_factory.mktemp("sms")
        with running(sms_provider_program(port), url, environment, logs):
            yield url


@pytest.fixture
def sms_provider(sms_provider_url: str) -> Iterator[Http]:
    """The provider, empty and well-behaved."""
    with Http(sms_provider_url) as client:
        client.delete("/messages").expect(204)
        client.delete("/behaviour").expect(200)
        client.put("/receipts", {}).expect(200)
        yield client


@pytest.fixture(scope="module")
def mail_ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    with PortBlock(["smtp", "http"]) as block:
        ports = block.ports
        program = mail_sink_program(ports["smtp"], ports["http"])
        url = f"http://{HOST}:{ports['http']}"
        with running(program, url, {}, tmp_path_factory.mktemp("mail")):
            yield ports


@pytest.fixture
def mail_sink(mail_ports: dict[str, int]) -> Iterator[Http]:
    """The sink, empty and well-behaved."""
    with Http(f"http://{HOST}:{mail_ports['http']}") as client:
        client.delete("/messages").expect(204)
        client.delete("/behaviour").expect(200)
        yield client
