import secrets

import pytest

from services.intake.domain import codes
from tests.component.intake.world import DESK, Intake, a_mobile
from tests.component.service import ADMIN

WRONG = "@"


@pytest.fixture
def ticket(intake: Intake) -> tuple[str, str]:
    """A ticket's code and its proof."""
    mobile = a_mobile()
    return intake.code_of_new_ticket(requester={"name": "سارا", "mobile": mobile}), mobile[-4:]


def an_address() -> str:
    return f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"


def track(intake: Intake, code: str, proof: str, address: str):
    return intake.call("track", {"code": code, "proof": proof, "address": address})


def test_the_holder_of_code_and_proof_follows_his_ticket(intake, ticket):
    code, proof = ticket

    tracked = track(intake, code, proof, an_address()).expect(200).json

    assert tracked["title"] == "قطعی شبکه"
    assert set(tracked) == {
        "code",
        "requester",
        "title",
        "subject",
        "kind",
        "channel",
        "registered_at",
        "messages",
        "answers",
    }


def test_an_unknown_code_and_a_wrong_proof_get_one_and_the_same_answer(intake, ticket):
    code, _proof = ticket

    wrong = track(intake, code, WRONG, an_address())
    unknown = track(intake, codes.draw(), WRONG, an_address())

    assert (wrong.status, wrong.body) == (unknown.status, unknown.body)
    assert wrong.status == 404
    assert wrong.json == {"code": "tracking_refused"}


def test_an_unknown_code_and_a_wrong_proof_write_the_same(intake, ticket):
    attempts = intake.database["attempts"]
    counted = {}
    for name, code in (("wrong", ticket[0]), ("unknown", codes.draw())):
        address = an_address()
        track(intake, code, WRONG, address)
        found = attempts.find({"_id": {"$regex": f"{code}|{address}"}})
        counted[name] = sorted((item["_id"].partition(":")[0], item["wrong"]) for item in found)

    assert counted["wrong"] == counted["unknown"] == [("address", 1), ("both", 1), ("code", 1)]


def test_a_code_with_a_wrong_check_digit_is_told_so(intake, ticket):
    code = ticket[0]
    mistyped = code[:-1] + str((int(code[-1]) + 1) % 10)

    refused = track(intake, mistyped, ticket[1], an_address()).expect(422).json

    assert refused["fields"][0]["code"] == "code_mistyped"


def test_a_guesser_is_stopped_and_the_holder_elsewhere_is_not(intake, ticket):
    code, proof = ticket
    guesser = an_address()
    guesses = [track(intake, code, WRONG, guesser).status for _ in range(5)]

    stopped = track(intake, code, proof, guesser)

    assert guesses == [404] * 5
    assert stopped.expect(429).json["code"] == "too_many_proofs"
    assert 0 < stopped.json["retry_after"] <= 900
    track(intake, code, proof, an_address()).expect(200)


def test_a_code_under_attack_leaves_every_address_one_try(intake, ticket):
    code, _proof = ticket
    for _ in range(5):
        track(intake, code, WRONG, an_address()).expect(404)
    newcomer = an_address()

    first, second = (track(intake, code, WRONG, newcomer).status for _ in range(2))

    assert (first, second) == (404, 429)


def test_unknown_codes_are_limited_like_known_ones(intake):
    code, address = codes.draw(), an_address()

    statuses = [track(intake, code, WRONG, address).status for _ in range(6)]

    assert statuses == [404] * 5 + [429]


def test_an_address_that_tries_many_codes_is_stopped_for_all(intake, ticket):
    code, proof = ticket
    guesser = an_address()
    statuses = [track(intake, codes.draw(), WRONG, guesser).status for _ in range(30)]

    assert set(statuses) == {404}
    track(intake, code, proof, guesser).expect(429)


def test_a_message_is_taken_once_and_shown(intake, ticket):
    code, proof = ticket
    message = {"code": code, "proof": proof, "text": "شمارهٔ پریز ۳۱۲ است."}
    key = secrets.token_hex(8)

    first = intake.call("add_message", message, key=key).expect(200).json
    again = intake.call("add_message", message, key=key).expect(200).json
    intake.call("add_message", message | {"text": "دیگر"}, key=key).expect(422)

    shown = track(intake, code, proof, an_address()).json["messages"]
    assert again == first
    assert shown == [first]
    assert [event["type"] for event in intake.events(code)] == [
        "ticket.registered",
        "ticket.message_received",
    ]


def test_a_message_needs_the_proof(intake, ticket):
    message = {"code": ticket[0], "proof": WRONG, "text": "x", "address": an_address()}

    refused = intake.call("add_message", message).expect(404)

    assert refused.json["code"] == "tracking_refused"
    assert len(intake.events(ticket[0])) == 1


def test_staff_find_a_ticket_by_words_code_and_number(intake):
    word, mobile = f"واژه{secrets.randbelow(10**9)}", a_mobile()
    older = intake.code_of_new_ticket(title=f"چاپگر {word}")
    newer = intake.code_of_new_ticket(
        description=f"كابل {word}", requester={"name": "رضا", "mobile": mobile}
    )

    def found(text: str) -> list[str]:
        return list(intake.call("search_tickets", {"text": text}, by=DESK).expect(200).json)

    assert found(word) == [newer, older]
    assert found(f"کابل {word}") == [newer]
    assert found(codes.shown(older)) == [older]
    assert found(mobile) == [newer]
    assert found("؟") == []


def test_texts_and_contacts_are_for_those_with_the_right(intake, ticket):
    code, proof = ticket
    content = intake.content(code)

    by_code = intake.call("contacts", {"tickets": [code]}, by=ADMIN).expect(200).json

    assert content["requester"]["mobile"].endswith(proof)
    assert by_code[code] == content["requester"]
    for method, request in (
        ("describe_tickets", {"codes": [code]}),
        ("search_tickets", {"text": "شبکه"}),
        ("contacts", {"tickets": [code]}),
    ):
        intake.call(method, request).expect(403)
    intake.call("contacts", {"tickets": [code]}, by=DESK).expect(403)
