"""E-mails as bytes, read back with the standard library's parser."""

import email.policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from services.notify.channels.letter import Letter, encode, is_address

LONG = "گزارش بسیار بلند دربارهٔ چاپگر طبقهٔ سوم که کار نمی‌کند " * 5


def a_letter(**changes: str) -> Letter:
    letter = Letter(
        message_id="<0123abcd@peygir.example>",
        sender="no-reply@peygir.example",
        sender_name="پیگیر",
        address="maryam@example.com",
        name="مریم احمدی",
        language="fa",
        subject="درخواست شما ثبت شد",
        text="سلام\nدنیا",
        html="<p>سلام</p>",
    )
    return letter._replace(**changes)


def read(letter: Letter) -> EmailMessage:
    raw = encode(letter)
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message = BytesParser(policy=email.policy.default).parsebytes(raw)
    assert not message.defects
    return message


def test_a_letter_reads_back_as_it_was_written():
    message = read(a_letter(subject=LONG))

    assert message["subject"] == LONG.strip()
    assert message["from"] == "پیگیر <no-reply@peygir.example>"
    assert message["to"] == "مریم احمدی <maryam@example.com>"
    assert message["message-id"] == "<0123abcd@peygir.example>"
    assert message["auto-submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().splitlines() == ["سلام", "دنیا"]
    assert message.get_body(("html",)).get_content() == "<p>سلام</p>"


@pytest.mark.parametrize("field", ["name", "subject", "sender_name"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\r\n\r\n", "\u2028", "\x85"])
def test_no_value_breaks_out_of_its_header(field: str, line_break: str):
    hostile = f"Ali{line_break}Bcc: victim@example.com{line_break}<script>"

    message = read(a_letter(**{field: hostile}))

    assert message["bcc"] is None
    assert "victim@example.com" not in str(message["to"].addresses[0].addr_spec)
    assert message.get_body(("plain",)).get_content().splitlines() == ["سلام", "دنیا"]


def test_a_name_that_looks_like_addresses_is_a_name():
    message = read(a_letter(name='x" <victim@example.com>, "y'))

    assert [address.addr_spec for address in message["to"].addresses] == ["maryam@example.com"]


def test_half_a_surrogate_pair_does_not_hinder_a_letter():
    assert read(a_letter(subject="a\ud800b", text="\ud800"))["subject"] == "a?b"


@pytest.mark.parametrize(
    "address",
    [
        "maryam",
        "a@b\r\nRCPT TO:<c@d>",
        "a b@example.com",
        "a@exa<mple.com",
        "a..b@x.ir",
        "علی@x.ir",
    ],
)
def test_what_is_no_plain_address_is_not_written_to(address: str):
    assert not is_address(address)
