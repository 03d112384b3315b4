"""A request as it came, made into what may be stored; every fault is found, not only the first."""

import msgspec

from chassis.errors import FieldFault, Invalid
from contracts.addresses import email, mobile
from contracts.calls.intake import RegisterTicket, RequesterData
from contracts.writing import has_unwanted, is_blank, one_line, tidy
from services.intake.domain import text
from services.intake.domain.answers import Answers
from services.intake.domain.contact import Contact


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The erasable part of a request."""

    title: str
    description: str
    contact: Contact
    answers: Answers | None = None

    @property
    def digest(self) -> str:
        """The hash that proves later what was asked."""
        return text.sha256(self.title, self.description)


def checked(request: RegisterTicket) -> Checked:
    """Give the request's texts and contact in their stored form; raises Invalid."""
    faults: list[FieldFault] = []
    content = Checked(
        title=one_line(_written(request.title, "/title", faults)),
        description=_written(request.description, "/description", faults),
        contact=_contact(request.requester, faults),
    )
    if faults:
        raise Invalid("request_invalid", fields=faults)
    return content


def checked_message(body: str) -> str:
    """Give a message in its stored form; raises Invalid."""
    faults: list[FieldFault] = []
    written = _written(body, "/text", faults)
    if faults:
        raise Invalid("request_invalid", fields=faults)
    return written


def checked_name(raw: str) -> str:
    """Give a requester's name in its stored form; raises Invalid."""
    faults: list[FieldFault] = []
    name = one_line(_written(raw, "/name", faults))
    if faults:
        raise Invalid("request_invalid", fields=faults)
    return name


def _written(raw: str, pointer: str, faults: list[FieldFault]) -> str:
    written = tidy(raw)
    if has_unwanted(written):
        faults.append(FieldFault(pointer=pointer, code="control_character"))
    elif is_blank(written):
        faults.append(FieldFault(pointer=pointer, code="empty"))
    return written


def _contact(data: RequesterData, faults: list[FieldFault]) -> Contact:
    """A form sends an empty field for what was left out."""
    contact = Contact(
        name=one_line(_written(data.name, "/requester/name", faults)),
        mobile=mobile(data.mobile) if data.mobile else None,
        email=email(data.email) if data.email else None,
    )
    if data.mobile and contact.mobile is None:
        faults.append(FieldFault(pointer="/requester/mobile", code="mobile_invalid"))
    if data.email and contact.email is None:
        faults.append(FieldFault(pointer="/requester/email", code="email_invalid"))
    if not data.mobile and not data.email:
        faults.append(FieldFault(pointer="/requester", code="contact_missing"))
    return contact
