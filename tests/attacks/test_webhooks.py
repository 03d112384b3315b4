"""Webhooks as a way inside: who may define one chooses an address, and must not choose ours."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.ports import PortBlock
from tests.attacks.clients import Session
from tests.http import Http
from tests.system.client import wait_for

ROOT = Path(__file__).parents[2]
HOOK = "/api/v1/admin/webhooks"
REFUSED = "address_not_allowed"

#: Addresses that would lead inside; `{port}` is where the canary sits.
INSIDE = (
    "http://localhost:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0.0.0.0:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://127.0.0.1@localhost:{port}/",
    "https://localhost/",
    "https://localhost:{port}/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1%25lo]/",
    "https://10.0.0.7/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.100.100.200/",
    "gopher://127.0.0.1:{port}/_",
    "file:///etc/passwd",
)


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[int, list[Any]]]:
    """A port of this machine that nobody has business with, and who came all the same."""
    came: list[Any] = []
    with contextlib.ExitStack() as house, PortBlock(["canary"]) as block:
        port = block.ports["canary"]
        for host in ("127.0.0.1", "::1"):
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with contextlib.suppress(OSError):
                listening = house.enter_context(socket.create_server((host, port), family=family))
                threading.Thread(target=_listen, args=(listening, came), daemon=True).start()
        yield port, came


def _listen(listening: socket.socket, came: list[Any]) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, who = listening.accept()
            came.append(who)
            connection.close()


@pytest.mark.parametrize("address", INSIDE)
def test_no_spelling_of_an_address_leads_inside(address, admin: Session, canary):
    port, came = canary
    body = {"title": {"en": "x"}, "address": address.format(port=port)}

    defined = admin.put(f"{HOOK}/inward", body)

    if defined.status == 200:
        tested = admin.post(f"{HOOK}/inward/test", {}).expect(200).json
        assert {each["outcome"] for each in tested["attempts"]} <= {REFUSED, "unreachable"}
        admin.request("DELETE", f"{HOOK}/inward").expect(200)
    else:
        assert defined.status == 422
    assert came == []


def test_a_redirect_leads_nowhere(admin: Session, canary):
    port, came = canary
    with PortBlock(["redirecting"]) as block:
        url = f"http://127.0.0.1:{block.ports['redirecting']}"
        receiver = subprocess.Popen(
            [sys.executable, "-m", "tests.receiver", url.rpartition(":")[2]], cwd=ROOT
        )
        try:
            wait_for(lambda: _answers(url), 30, "the receiver")
            inward = {"Location": f"http://127.0.0.1:{port}/"}
            Http(url).request("PUT", "/script/inward", [[302, inward]])
            body = {"title": {"en": "x"}, "address": f"{url}/hook/inward"}
            admin.put(f"{HOOK}/redirected", body).expect(200)
            tested = admin.post(f"{HOOK}/redirected/test", {}).expect(200).json
        finally:
            receiver.kill()
            receiver.wait()
            admin.request("DELETE", f"{HOOK}/redirected")

    assert [each["outcome"] for each in tested["attempts"]] == ["redirected"]
    assert came == []


def _answers(url: str) -> bool:
    try:
        return Http(url).get("/got/nobody").status == 200
    except OSError:
        return False
