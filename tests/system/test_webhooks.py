"""Webhooks as an integrator meets them: by HTTP, with the receiver of the documentation."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import standardwebhooks

from deploy.local.ports import PortBlock
from tests.http import Http
from tests.system.client import Api, wait_for

ROOT = Path(__file__).parents[2]
TICKET = {
    "subject": "it.software",
    "title": "چاپگر",
    "description": "کار نمی‌کند",
    "requester": {"name": "مینا", "mobile": "09121234567"},
}
_SOON = 60.0


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with PortBlock(["receiver"]) as block:
        yield block.ports["receiver"]


def begun(*command: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def define(admin: Api, name: str, port: int, **changes: Any) -> dict[str, Any]:
    body = {"title": {"en": name}, "address": f"http://127.0.0.1:{port}/hook/{name}", **changes}
    view: dict[str, Any] = admin.request("PUT", f"/admin/webhooks/{name}", body).expect(200).json
    return view


def test_the_receiver_of_the_documentation_gets_what_happens(
    staff: SimpleNamespace, anyone: Api
) -> None:
    text = (ROOT / "docs" / "webhooks.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    with PortBlock(["documented"]) as block:
        port = block.ports["documented"]
        secret = define(staff.admin, "documented", port, types=["ticket.registered"])["secret"]
        receiver = begun("-c", program, SECRET=secret, PORT=str(port))
        try:
            code = anyone.register(**TICKET)
            assert receiver.stdout is not None
            line = receiver.stdout.readline()
        finally:
            receiver.kill()
            staff.admin.request("DELETE", "/admin/webhooks/documented").expect(200)

    assert line.split() == ["ir.peygir.ticket.registered.v1", code]


def test_an_integrator_finds_out_what_became_of_his_events(
    staff: SimpleNamespace, anyone: Api, port: int
) -> None:
    receiver = begun("-m", "tests.receiver", str(port))
    control = Http(f"http://127.0.0.1:{port}")
    hook = "/admin/webhooks/troubled"
    try:
        wait_for(lambda: _answers(control), _SOON, "the receiver")
        control.request("PUT", "/script/troubled", [[500, {}], [200, {}]])
        secret = define(staff.admin, "troubled", port, types=["ticket.registered"])["secret"]
        anyone.register(**TICKET)

        (post,) = wait_for(
            lambda: staff.admin.get(f"{hook}/posts?state=delivered").json, _SOON, "its delivery"
        )
        assert [each["status"] for each in post["attempts"]] == [500, 200]
        whole = staff.admin.get(f"{hook}/posts/{post['id']}").expect(200).json
        first, second = control.get("/got/troubled").json
        assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"]
        said = standardwebhooks.Webhook(secret).verify(second["body"], second["headers"])
        assert said == whole["body"]

        tested = staff.admin.post(f"{hook}/test", {}).expect(200).json
        assert (tested["type"], tested["state"]) == ("webhook.test", "delivered")
        newer = staff.admin.post(f"{hook}/rotate", {"keep_hours": 1}).expect(200).json
        assert len(newer["keys"]) == 2
        assert staff.admin.get(hook).json["secret"] is None
        assert staff.admin.post(f"{hook}/replay", {"after": "nonsense"}).status == 422
        assert staff.desk.get(hook).status == 403
    finally:
        receiver.kill()
        staff.admin.request("DELETE", hook)
    assert staff.admin.get(hook).status == 404


def _answers(control: Http) -> bool:
    try:
        return control.get("/healthz").status == 200
    except OSError:
        return False
