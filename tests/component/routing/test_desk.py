"""Standard answers and drafts on a real database."""

from __future__ import annotations

from tests.component.routing.world import FIRST, RoutingWorld, person
from tests.component.waiting import eventually

DESK = person("desk", "agent", "hq")
TEXTS = {"fa": "{requester} گرامی، {code}", "en": "Dear {requester}, {owner} answers."}


def define(world: RoutingWorld, macro: str, **changes: object):
    fields = {"id": macro, "title": {"fa": "سپاس", "en": "Thanks"}, "text": TEXTS, **changes}
    return world.call(FIRST, "define_macro", fields)


def registered(world: RoutingWorld) -> str:
    code = world.register(language="en")
    eventually(lambda: world.ticket(code).get("owner"))
    return code


def test_a_standard_answer_is_filled_in_by_unit_and_counted_once(world: RoutingWorld) -> None:
    code = registered(world)
    assert define(world, "thanks").status == 200
    assert define(world, "vault-only", unit="vault").status == 200
    request = {"id": "thanks", "code": code, "words": {"requester": "Ali"}}

    for _ in range(2):
        used = world.call(FIRST, "use_macro", request, by=DESK, key="once").json

    assert used["text"] == "Dear Ali, Name of desk answers."
    assert [each["used"] for each in world.get("macros", {}) if each["id"] == "thanks"] == [1]
    assert "vault-only" not in [each["id"] for each in world.get("own_macros", {}, DESK)]
    refused = world.call(FIRST, "use_macro", request | {"id": "vault-only"}, by=DESK)
    assert refused.json["code"] == "macro_not_yours"


def test_a_faulty_standard_answer_is_refused_with_all_its_faults(world: RoutingWorld) -> None:
    refused = define(world, "bad", text={"en": "{secret}"}, unit="nowhere").json

    assert {each["pointer"] for each in refused["fields"]} == {"/text/en", "/unit", "/text/fa"}


def test_a_draft_is_its_writers_alone(world: RoutingWorld) -> None:
    code = registered(world)
    world.get("save_draft", {"code": code, "text": "Dear"}, DESK)
    world.get("save_draft", {"code": code, "text": "Dear Ali"}, DESK)

    assert world.get("draft", {"code": code}, DESK)["text"] == "Dear Ali"
    assert [each["code"] for each in world.get("drafts", {}, DESK)] == [code]
    owner = world.ticket(code)["assignee"]
    assert world.get("draft", {"code": code}, person(owner)) is None

    world.get("drop_draft", {"code": code}, DESK)
    assert world.get("drafts", {}, DESK) == []


def test_a_draft_that_comes_after_its_text_was_sent_is_not_kept(world: RoutingWorld) -> None:
    code = registered(world)
    sent = {"code": code, "key": "k1"}
    world.get("save_draft", sent | {"text": "Dear"}, DESK)
    world.get("drop_draft", sent, DESK)

    assert world.get("save_draft", sent | {"text": "Dear Ali"}, DESK) is None
    assert world.get("draft", {"code": code}, DESK) is None
    assert world.get("drafts", {}, DESK) == []

    world.get("save_draft", {"code": code, "text": "And then", "key": "k2"}, DESK)
    assert world.get("draft", {"code": code}, DESK)["text"] == "And then"
