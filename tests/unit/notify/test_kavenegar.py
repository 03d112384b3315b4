"""What Kavenegar's answers mean."""

import json

import pytest

from services.notify.channels import NotTaken
from services.notify.channels.kavenegar import entries_of, local_id, national


def an_answer(status: int, entries: object = None) -> bytes:
    return json.dumps({"return": {"status": status, "message": "-"}, "entries": entries}).encode()


def fault_of(answer: bytes, status: int) -> NotTaken:
    with pytest.raises(NotTaken) as caught:
        entries_of(answer, status)
    return caught.value


def test_a_good_answer_gives_its_entries():
    assert entries_of(an_answer(200, [{"messageid": 7}]), 200) == [{"messageid": 7}]
    assert entries_of(an_answer(200), 200) == []


@pytest.mark.parametrize("code", [400, 411, 413, 417, 422])
def test_a_fault_of_the_message_is_lasting(code: int):
    fault = fault_of(an_answer(code), code)

    assert fault.lasting
    assert not fault.closed


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (401, "account_refused"),
        (403, "account_refused"),
        (409, "provider_busy"),
        (418, "no_credit"),
        (451, "provider_busy"),
    ],
)
def test_a_fault_of_the_account_or_the_provider_closes_the_channel(code: int, why: str):
    fault = fault_of(an_answer(code), code)

    assert (fault.code, fault.lasting, fault.closed) == (why, False, True)


@pytest.mark.parametrize("code", [402, 499, 599])
def test_a_code_without_a_meaning_is_tried_again(code: int):
    fault = fault_of(an_answer(code), code)

    assert (fault.code, fault.lasting) == ("provider_error", False)
    assert fault.closed == (code >= 500)


@pytest.mark.parametrize(
    "answer",
    [b"", b"<h1>Bad Gateway</h1>", b"[]", b'{"return": null}', b"\xff\xfe", b"[" * 100_000],
)
def test_what_is_no_answer_of_the_api_is_tried_again(answer: bytes):
    fault = fault_of(answer, 502)

    assert (fault.code, fault.lasting, fault.closed) == ("provider_error", False, True)


def test_numbers_are_written_as_gateways_take_them():
    assert national("+989121234567") == "09121234567"
    assert national("+4915112345678") == "004915112345678"


def test_the_local_id_is_the_same_positive_number_each_time():
    assert local_id("ffffffffffffffff") == 2**63 - 1
    assert local_id("0000000000000000") == 1
    assert local_id("00000000000000ab") == 171
