from datetime import UTC, datetime, timedelta

import pytest

from chassis.errors import TooMany
from services.intake.domain.one_time import (
    Asked,
    Bounds,
    Sheet,
    code_of,
    contact_of,
    fits,
    is_good,
    refused_until,
    with_asked,
    with_try,
)

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
BOUNDS = Bounds(
    life=timedelta(minutes=5), pause=timedelta(minutes=1), per_hour=3, per_day=5, tries=2
)
SHEET = Sheet(contact="+989121234567")
KEY, ID = "k" * 40, "a" * 32


def asked(minutes: float = 0, id_: str = ID) -> Asked:
    return Asked(id=id_, at=NOW + timedelta(minutes=minutes), language="fa")


def tried(sheet: Sheet, minutes: float = 1, *, fits: bool = False, cause: str = "c"):
    now = NOW + timedelta(minutes=minutes)
    return with_try(sheet, ID, fits=fits, cause=cause, now=now, bounds=BOUNDS)


def test_a_code_has_six_digits_and_follows_from_id_contact_and_key():
    code = code_of(ID, SHEET.contact, KEY)

    assert len(code) == 6
    assert code.isdigit()
    assert code_of(ID, SHEET.contact, KEY) == code
    others = {code_of("b" * 32, SHEET.contact, KEY), code_of(ID, "x@example.ir", KEY)}
    assert code not in others | {code_of(ID, SHEET.contact, "j" * 40)}


@pytest.mark.parametrize("written", ["{}", " {} ", "\u200e{}"])
def test_a_code_may_be_typed_in_any_digits_with_spaces_in_it(written):
    code = code_of(ID, SHEET.contact, KEY)
    persian = code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

    assert fits(written.format(f"{code[:3]} {code[3:]}"), ID, SHEET.contact, [KEY])
    assert fits(written.format(persian), ID, SHEET.contact, ["j" * 40, KEY])
    assert not fits("", ID, SHEET.contact, [KEY])


def test_a_contact_is_a_mobile_number_or_an_address():
    assert contact_of("۰۹۱۲ ۱۲۳ ۴۵۶۷") == "+989121234567"
    assert contact_of(" Sara@Example.IR ") == "sara@example.ir"
    assert contact_of("02188776655") is None
    assert contact_of("sara@") is None


@pytest.mark.parametrize(
    ("earlier", "at", "until"),
    [
        ([], 0, None),
        ([0], 0.5, 1),
        ([0], 1, None),
        ([0, 5, 10], 20, 60),
        ([0, 5, 10], 60, None),
        ([0, 60, 120, 180, 240], 500, 24 * 60),
    ],
)
def test_codes_for_a_contact_are_few(earlier, at, until):
    def when(minutes):
        return NOW + timedelta(minutes=minutes)

    found = refused_until([when(each) for each in earlier], when(at), BOUNDS)

    assert found == (None if until is None else when(until))


def test_a_code_asked_for_twice_under_one_key_is_one():
    sheet = with_asked(SHEET, asked(), BOUNDS)

    assert with_asked(sheet, asked(), BOUNDS) is sheet
    with pytest.raises(TooMany) as refused:
        with_asked(sheet, asked(0.5, "b" * 32), BOUNDS)
    assert refused.value.retry_after == 30


def test_a_right_code_proves_once_and_its_repeat_again():
    sheet, proves = tried(with_asked(SHEET, asked(), BOUNDS), fits=True)
    again, repeated = tried(sheet, fits=True)
    _, by_another = tried(sheet, fits=True, cause="d")
    _, guessed = tried(sheet, fits=False)

    assert (proves, repeated, by_another, guessed) == (True, True, False, False)
    assert again is sheet


def test_wrong_codes_are_counted_and_then_the_right_one_is_refused_too():
    sheet = with_asked(SHEET, asked(), BOUNDS)
    for _ in range(BOUNDS.tries):
        sheet, proves = tried(sheet)
        assert not proves

    _, proves = tried(sheet, fits=True)

    assert not proves


def test_a_code_is_over_after_its_time():
    sheet = with_asked(SHEET, asked(), BOUNDS)

    assert is_good(sheet.asked[0], NOW + timedelta(minutes=4.9), BOUNDS)
    assert not tried(sheet, 5, fits=True)[1]
    assert with_try(sheet, "c" * 32, fits=True, cause="c", now=NOW, bounds=BOUNDS) == (sheet, False)
