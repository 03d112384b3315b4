import pytest

from contracts.addresses import email, mobile


@pytest.mark.parametrize(
    "typed",
    [
        "09121234567",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧",
        "+98 912 123 4567",
        "0098-912-123-4567",
        "9121234567",
        " (0912) 123.4567 ",
    ],
)
def test_a_mobile_number_has_one_form_however_it_is_typed(typed):
    assert mobile(typed) == "+989121234567"


def test_a_foreign_mobile_number_keeps_its_country():
    assert mobile("+49 170 1234567") == "+491701234567"


@pytest.mark.parametrize(
    "typed", ["", "12", "021-88776655", "0912123456", "091212345678", "abc", "09121234567 ext 5"]
)
def test_what_takes_no_text_message_is_no_mobile_number(typed):
    assert mobile(typed) is None


def test_an_address_is_lower_cased():
    assert email(" Sara@Example.COM ") == "sara@example.com"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "sara",
        "sara@localhost",
        "sa ra@example.com",
        "sara@example..com",
        "sara@-example.com",
        "sara@example.com\nBcc: all@example.com",
        "سارا@example.com",
        "a" * 65 + "@example.com",
        "sara@" + "a." * 130 + "com",
    ],
)
def test_what_is_no_address_is_refused(typed):
    assert email(typed) is None
