"""The sinks as processes of their own, as in an installation."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest

from deploy.local.ports import HOST, PortBlock
from deploy.local.processes import ROOT
from deploy.local.waiting import answers_ok, wait_until
from tests.http import Http

KEY = "local-key"


@contextlib.contextmanager
def running(arguments: list[str], url: str, environment: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=ROOT, env={**os.environ, **environment}
    )
    try:
        wait_until(lambda: answers_ok(f"{url}/healthz"), seconds=20, what=arguments[0])
        yield
    finally:
        process.terminate()
        assert process.wait(10) == 0


@pytest.fixture(scope="module")
def sms_provider_url() -> Iterator[str]:
    with PortBlock(["http"]) as block:
        url = f"http://{HOST}:{block.ports['http']}"
        arguments = ["deploy.local.sms_provider", "--port", str(block.ports["http"])]
        with running(arguments, url, {"PEYGIR_KAVENEGAR_KEY": KEY}):
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
def mail_ports() -> Iterator[dict[str, int]]:
    with PortBlock(["smtp", "http"]) as block:
        ports = block.ports
        arguments = ["deploy.local.mail_sink"]
        arguments += ["--smtp-port", str(ports["smtp"]), "--http-port", str(ports["http"])]
        with running(arguments, f"http://{HOST}:{ports['http']}", {}):
            yield ports


@pytest.fixture
def mail_sink(mail_ports: dict[str, int]) -> Iterator[Http]:
    """The sink, empty and well-behaved."""
    with Http(f"http://{HOST}:{mail_ports['http']}") as client:
        client.delete("/messages").expect(204)
        client.delete("/behaviour").expect(200)
        yield client
