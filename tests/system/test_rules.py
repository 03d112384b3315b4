"""The rules as an administrator works on them by HTTP: tried, beside live traffic, promoted."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.system.client import Api, wait_for

PATH = "/admin/rule-sets"
TICKET = {
    "subject": "info.general",
    "title": "Opening hours",
    "description": "When are you open?",
    "channel": "api",
    "requester": {"name": "Sara Tester", "mobile": "09121112233"},
}
#: What only these tests register: other tests' tickets go on as they did.
MINE = {"subject": "info.general", "channel": "api"}
NIGHT = {"id": "t-first", "unit": "quality", "priority": 1, **MINE}


@pytest.fixture
def rows(staff: SimpleNamespace) -> Iterator[list[dict[str, Any]]]:
    """The rows of the version that holds, which holds again afterwards."""
    found = current(staff.admin)
    yield [{name: row[name] for name in row if name != "order"} for row in found["rows"]]
    staff.admin.post(f"{PATH}/{found['version']}/restore", {}).expect(200)


def current(admin: Api) -> dict[str, Any]:
    told: dict[str, Any] = admin.get(f"{PATH}/current").expect(200).json
    return told


def register(anyone: Api, admin: Api) -> dict[str, Any]:
    code = anyone.post("/tickets", TICKET).expect(201).json["code"]
    wait_for(lambda: admin.get(f"/tickets/{code}").json.get("unit"), 20, "the ticket to be routed")
    ticket: dict[str, Any] = admin.get(f"/tickets/{code}").expect(200).json
    return ticket


def test_a_draft_is_tried_shadowed_promoted_and_taken_back(
    anyone: Api, staff: SimpleNamespace, rows: list[dict[str, Any]]
) -> None:
    admin, draft = staff.admin, [NIGHT, *rows]
    register(anyone, admin)

    trial = admin.post(f"{PATH}/trial", {"rows": draft, "since": "2026-01-01T00:00:00Z"})
    explained = admin.post(f"{PATH}/explanation", {"rows": draft, **MINE})
    shadow = admin.post(f"{PATH}/shadow", {"rows": draft}).expect(200).json["shadow"]

    def differs() -> Any:
        assert register(anyone, admin)["unit"] == "hq"
        return admin.get(f"{PATH}/shadow").expect(200).json["different"]

    wait_for(differs, 60, "the shadow to differ")
    promoted = admin.post(f"{PATH}/shadow/{shadow}/promote", {}).expect(200).json
    wait_for(lambda: register(anyone, admin)["unit"] == "quality", 20, "the draft to hold")

    assert trial.expect(200).json["changed"] >= 1
    assert explained.expect(200).json["decided"]["row"] == "t-first"
    assert (promoted["origin"], promoted["rows"][0]["id"]) == ("promoted", "t-first")
    assert admin.get(f"{PATH}/shadow").status == 404
    assert admin.get(PATH).expect(200).json[0]["version"] == promoted["version"]


@pytest.mark.parametrize(
    ("language", "said"), [("fa", "چنین واحدی وجود ندارد."), ("en", "There is no such unit.")]
)
def test_every_fault_of_a_table_is_told_in_the_readers_language(
    staff: SimpleNamespace, language: str, said: str
) -> None:
    admin = Api(staff.admin.url, headers=staff.admin.headers | {"accept-language": language})
    faulty = [{"id": "a", "unit": "nowhere"}, {"id": "a", "unit": "it", "when": {"var": "title"}}]

    refused = admin.post(PATH, {"rows": faulty}).expect(422).json

    told = {error["pointer"]: error for error in refused["errors"]}
    assert set(told) == {"/rows/0/unit", "/rows/1/id", "/rows/1/when"}
    assert said in told["/rows/0/unit"].values()
    assert (
        admin.post(f"{PATH}/trial", {"rows": faulty, "since": "2026-01-01T00:00:00Z"}).status == 422
    )
