import pytest

from chassis.errors import Invalid
from contracts.calls.intake import RegisterTicket, RequesterData
from services.intake.domain.request import checked, checked_message


def a_request(**changes):
    requester = {"name": "سارا احمدی", "mobile": "09121234567", "email": "Sara@Example.com"}
    requester.update(changes.pop("requester", {}))
    fields = {"subject": "it.network", "title": "قطعی شبکه", "description": "از صبح قطع است."}
    return RegisterTicket(**(fields | changes), requester=RequesterData(**requester))


def faults_of(call, *arguments):
    with pytest.raises(Invalid) as raised:
        call(*arguments)
    assert raised.value.code == "request_invalid"
    return {(fault.pointer, fault.code) for fault in raised.value.fields}


def test_a_request_is_made_into_what_is_stored():
    request = a_request(title=" قطعی \n شبکه ", description=" a\r\nb ")

    content = checked(request)

    assert (content.title, content.description) == ("قطعی شبکه", "a\nb")
    assert content.contact.mobile == "+989121234567"
    assert content.contact.email == "sara@example.com"


def test_every_fault_is_named_at_once():
    request = a_request(
        title="\u200c ",
        description="a\0b",
        requester={"name": "x\x1b", "mobile": "123", "email": "@"},
    )

    assert faults_of(checked, request) == {
        ("/title", "empty"),
        ("/description", "control_character"),
        ("/requester/name", "control_character"),
        ("/requester/mobile", "mobile_invalid"),
        ("/requester/email", "email_invalid"),
    }


@pytest.mark.parametrize("left_out", [None, ""])
def test_one_of_mobile_and_address_is_needed(left_out):
    neither = a_request(requester={"mobile": left_out, "email": left_out})
    one = a_request(requester={"mobile": left_out})

    assert faults_of(checked, neither) == {("/requester", "contact_missing")}
    assert checked(one).contact.mobile is None


def test_a_half_surrogate_is_refused_before_it_reaches_the_database():
    assert faults_of(checked_message, "\ud83d") == {("/text", "control_character")}
