"""One answer at a time: what was sent, read as the type of its field.

Raises Unfit for what does not fit; None is an answer left empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any, Final, NoReturn

from contracts import addresses
from contracts.days import read_date
from contracts.forms import check_digits, patterns
from contracts.forms.definition import (
    Branch,
    CascadeField,
    ChoiceField,
    DateField,
    EmailField,
    IbanField,
    LegalIdField,
    LongTextField,
    MobileField,
    MultiChoiceField,
    NationalIdField,
    NumberField,
    Simple,
    TextField,
    YesNoField,
)
from contracts.writing import has_unwanted, is_blank, latin_digits, one_line, tidy

#: Whole numbers beyond it are not the same in every program.
_LARGEST: Final = 2**53
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,16}(?:\.[0-9]{1,9})?")
#: What people put between the digits of large numbers, and of ids and accounts.
_GROUPING: Final = re.compile(r"[\s\u066c,_'\u200c\u200e\u200f]+")
_BETWEEN: Final = re.compile(r"[\s\-_./\u200c\u200e\u200f\u2010-\u2015]+")
_YES_NO: Final[Mapping[str, bool]] = {"yes": True, "no": False}
_WAY: Final = "/"
_DECIMALS: Final = Decimal("1e-9")


class Unfit(Exception):
    """Raised for an answer that does not fit its field."""

    def __init__(self, code: str, *, below: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code = code
        #: The place within the answer, such as `/2`.
        self.below = below
        self.params = params


def typed(field: Simple, raw: Any) -> Any:
    """Give the answer as it is stored, or None for one left empty; raises Unfit."""
    return None if is_empty(raw) else _READERS[type(field)](field, raw)


def is_empty(raw: Any) -> bool:
    """Tell whether nothing was answered."""
    return raw is None or raw == [] or (isinstance(raw, str) and is_blank(raw))


def computed(field: Simple, value: Any) -> Any:
    """Give a computed value as it is stored; a number is brought to the field's step."""
    if isinstance(field, NumberField) and _is_number(value) and abs(value) < _LARGEST:
        step = Decimal(str(field.step)) if field.step else _DECIMALS
        start = Decimal(str(field.min)) if field.min is not None else Decimal(0)
        value = _plain(start + round((Decimal(str(value)) - start) / step) * step)
    return typed(field, value)


def _text(field: TextField, raw: Any) -> str:
    text = one_line(_written(raw))
    if field.pattern is not None:
        text = latin_digits(text)
        if not patterns.fits(field.pattern, text):
            _refuse("malformed")
    return _as_long_as(field, text)


def _long_text(field: LongTextField, raw: Any) -> str:
    return _as_long_as(field, tidy(_written(raw)))


def _number(field: NumberField, raw: Any) -> int | float:
    if isinstance(raw, str):
        text = _GROUPING.sub("", latin_digits(raw)).replace("\u066b", ".")
        if not _NUMBER.fullmatch(text):
            _refuse("not_a_number")
        number = Decimal(text)
    elif _is_number(raw):
        number = Decimal(str(raw))
    else:
        _refuse("wrong_type")
    if not abs(number) < _LARGEST:
        _refuse("number_too_large")
    if field.min is not None and number < Decimal(str(field.min)):
        _refuse("too_small", ge=field.min)
    if field.max is not None and number > Decimal(str(field.max)):
        _refuse("too_large", le=field.max)
    start = Decimal(str(field.min)) if field.min is not None else Decimal(0)
    if field.step is not None and (number - start) % Decimal(str(field.step)):
        _refuse("not_in_steps", step=field.step)
    return _plain(number)


def _date(field: DateField, raw: Any) -> str:
    try:
        day = read_date(_padded(latin_digits(_string(raw)).strip()))
    except ValueError:
        _refuse("date_malformed")
    if field.min is not None and day < read_date(field.min):
        _refuse("too_early", day=field.min)
    if field.max is not None and day > read_date(field.max):
        _refuse("too_late", day=field.max)
    return day.isoformat()


def _choice(field: ChoiceField, raw: Any) -> str:
    if raw not in (known := [option.value for option in field.options]):
        _refuse("not_one_of", expected=known)
    return str(raw)


def _multi_choice(field: MultiChoiceField, raw: Any) -> list[str]:
    if not isinstance(raw, list):
        _refuse("wrong_type")
    known = [option.value for option in field.options]
    for place, value in enumerate(raw):
        if value not in known:
            _refuse("not_one_of", below=f"/{place}", expected=known)
    chosen = [value for value in known if value in raw]
    if len(chosen) < field.min:
        _refuse("too_few", least=field.min)
    if field.max is not None and len(chosen) > field.max:
        _refuse("too_many", most=field.max)
    return chosen


def _cascade(field: CascadeField, raw: Any) -> list[str]:
    way = raw.split(_WAY) if isinstance(raw, str) else raw
    if not isinstance(way, list):
        _refuse("wrong_type")
    options: Sequence[Branch] = field.options
    for place, value in enumerate(way):
        branch = next((option for option in options if option.value == value), None)
        if branch is None:
            known = [option.value for option in options]
            _refuse("not_one_of", below=f"/{place}", expected=known)
        options = branch.options
    if options:
        _refuse("choose_further")
    return list(way)


def _national_id(_field: NationalIdField, raw: Any) -> str:
    return check_digits.national_id(_bare(raw)) or _refuse("national_id_invalid")


def _legal_id(_field: LegalIdField, raw: Any) -> str:
    return check_digits.legal_id(_bare(raw)) or _refuse("legal_id_invalid")


def _iban(field: IbanField, raw: Any) -> str:
    account = check_digits.iban(_bare(raw)) or _refuse("iban_invalid")
    return account if account[:2] in field.countries else _refuse("iban_of_another_country")


def _mobile(_field: MobileField, raw: Any) -> str:
    return addresses.mobile(_string(raw)) or _refuse("mobile_invalid")


def _email(_field: EmailField, raw: Any) -> str:
    return addresses.email(_string(raw)) or _refuse("email_invalid")


def _yes_no(_field: YesNoField, raw: Any) -> bool:
    answer = _YES_NO.get(raw) if isinstance(raw, str) else raw
    return answer if isinstance(answer, bool) else _refuse("wrong_type")


_READERS: Final[Mapping[type[Simple], Callable[[Any, Any], Any]]] = {
    TextField: _text,
    LongTextField: _long_text,
    NumberField: _number,
    DateField: _date,
    ChoiceField: _choice,
    MultiChoiceField: _multi_choice,
    CascadeField: _cascade,
    NationalIdField: _national_id,
    LegalIdField: _legal_id,
    MobileField: _mobile,
    IbanField: _iban,
    EmailField: _email,
    YesNoField: _yes_no,
}


def _refuse(code: str, *, below: str = "", **params: Any) -> NoReturn:
    raise Unfit(code, below=below, **params)


def _string(raw: Any) -> str:
    return raw if isinstance(raw, str) else _refuse("wrong_type")


def _written(raw: Any) -> str:
    text = tidy(_string(raw))
    return _refuse("control_character") if has_unwanted(text) else text


def _bare(raw: Any) -> str:
    return _BETWEEN.sub("", latin_digits(_string(raw)))


def _padded(text: str) -> str:
    """Write `1405/3/2` as `1405-03-02`."""
    return "-".join(part.zfill(2) for part in text.replace("/", "-").split("-"))


def _as_long_as(field: TextField | LongTextField, text: str) -> str:
    if len(text) < field.min_length:
        _refuse("shorter_than", least=field.min_length)
    if len(text) > field.max_length:
        _refuse("too_long", max_length=field.max_length)
    return text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _plain(number: Decimal) -> int | float:
    """Give the number as JSON has it, whole where it is."""
    return int(number) if number == number.to_integral_value() else float(number)
