"""The command line as an operator uses it: accounts, webhooks, and writing all into a file."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.local.installation import Installation
from tests.system.client import Api, wait_for

Said = subprocess.CompletedProcess[str]
Peygir = Callable[..., Said]


@pytest.fixture
def peygir(installation: Installation, password: str) -> Peygir:
    environment = os.environ | {
        "PEYGIR_URL": installation.addresses.gateway,
        "PEYGIR_USERNAME": "admin",
        "PEYGIR_PASSWORD": password,
    }

    def run(*command: str) -> Said:
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "peygir", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def told(said: Said, status: int = 0) -> str:
    assert said.returncode == status, said.stderr
    return said.stdout.strip()


def test_an_account_is_made_changed_closed_and_opened_again(peygir: Peygir, anyone: Api) -> None:
    new = ("user", "add", "c.clerk", "--name", "شیوا رستمی", "--role", "expert", "--unit", "hr")
    first = told(peygir(*new))
    anyone.sign_in("c.clerk", first)
    assert "already" in peygir(*new).stderr

    changed = json.loads(told(peygir("--json", "user", "role", "c.clerk", "supervisor")))
    assert (changed["role"], changed["unit"]) == ("supervisor", "hr")
    anyone.sign_in("c.clerk", first)
    told(peygir("user", "disable", "c.clerk"))
    anyone.post("/sessions", {"username": "c.clerk", "password": first}).expect(401)
    listed = json.loads(told(peygir("--json", "user", "list", "--unit", "hr")))
    assert "c.clerk" not in {each["id"] for each in listed}

    told(peygir("user", "enable", "c.clerk"))
    second = told(peygir("user", "reset-password", "c.clerk", "--second-factor"))
    anyone.post("/sessions", {"username": "c.clerk", "password": first}).expect(401)
    anyone.sign_in("c.clerk", second)
    assert "no person" in peygir("user", "disable", "nobody").stderr
    told(peygir("user", "disable", "c.clerk"))


def test_everything_is_written_into_files(
    peygir: Peygir, staff: SimpleNamespace, tmp_path: Path
) -> None:
    codes = {
        staff.desk.register(
            subject="info.general",
            title="=1+1",
            description="Opening hours",
            requester={"name": "R", "mobile": "09121234567"},
        )
        for _ in range(2)
    }
    wait_for(
        lambda: all(staff.admin.get(f"/tickets/{code}").status == 200 for code in codes), 30, "it"
    )

    told(peygir("export", "tickets", str(tmp_path / "t.csv"), "--format", "csv"))
    told(peygir("export", "events", str(tmp_path / "e.jsonl")))
    again = told(peygir("--json", "export", "events", str(tmp_path / "e.jsonl")))

    with (tmp_path / "t.csv").open(encoding="utf-8-sig") as file:
        lines = {row["code"]: row for row in csv.DictReader(file)}
    assert codes <= lines.keys()
    assert {lines[code]["title"] for code in codes} == {"'=1+1"}
    events = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text().splitlines()]
    assert len({each["id"] + each["source"] for each in events}) == len(events)
    assert json.loads(again)["events"] == len(events)
    assert codes <= {each["subject"] for each in events}
    refused = peygir("export", "tickets", str(tmp_path / "t.csv"))
    assert (refused.returncode, "is there already" in refused.stderr) == (1, True)


def test_a_webhook_is_tried_looked_at_and_told_again(
    peygir: Peygir, installation: Installation, staff: SimpleNamespace
) -> None:
    # A receiver that takes nothing: what it answers is told.
    address = f"{installation.addresses.sms_provider}/healthz"
    hook = {"title": {"en": "Tried"}, "address": address, "types": ["unit.*"]}
    staff.admin.put("/admin/webhooks/tried", hook).expect(200)
    try:
        assert "tried" in told(peygir("webhook", "list"))
        assert "failed" in told(peygir("webhook", "ping", "tried"), status=1)
        (posted,) = json.loads(told(peygir("--json", "webhook", "deliveries", "tried")))
        assert posted["type"] == "webhook.test"
        assert "goes on" in told(peygir("webhook", "replay", "tried", "--yes"))
        assert peygir("webhook", "deliveries", "none").returncode == 1
    finally:
        staff.admin.delete("/admin/webhooks/tried").expect(200)
