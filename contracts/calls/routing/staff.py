"""What routing can be asked about people."""

from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.calls.base import Answer, Line, Request, Slug


class Authenticate(Request):
    """Command `authenticate`: check a staff member's password. Answers `Staff`."""

    username: Line
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    address: str = ""


class Staff(Answer):
    """A staff member, as a session needs him."""

    id: str
    username: str
    name: str
    role: str
    unit: str
    tier: int
    language: str


class StaffMember(Staff):
    """Query `staff` (no parameter): answers [StaffMember], everybody, without contacts."""

    skills: list[str]
    capacity: int
    hourly_rate: int
    active: bool


class StaffContacts(Request):
    """Query `staff_contacts`: answers {person id: StaffContact}.

    Asks by id, or for those who hold a role for a unit (`service_manager` of the unit, or of the
    nearest unit above that has one).
    """

    persons: Annotated[list[str], Meta(max_length=1000)] = []
    roles: Annotated[list["RoleOf"], Meta(max_length=1000)] = []


class RoleOf(msgspec.Struct, frozen=True, kw_only=True):
    """A role in a unit."""

    role: str
    unit: str


class StaffContact(Answer):
    """How to reach a staff member."""

    id: str
    name: str
    mobile: str | None
    email: str | None
    language: str
    role: str
    unit: str


class StaffContactsAnswer(Answer):
    """By id, and for each role asked for the ids of who holds it."""

    persons: dict[str, StaffContact]
    roles: list[list[str]]


class DefinePerson(Request):
    """Command `define_person`: add or change a staff member. Answers `Staff`."""

    id: Slug
    name: Line
    role: Slug
    unit: Slug
    tier: Annotated[int, Meta(ge=1, le=9)] = 1
    username: Line | None = None
    password: Annotated[str, Meta(min_length=8, max_length=256)] | None = None
    mobile: str | None = None
    email: str | None = None
    language: str = "fa"
    skills: list[Slug] = []
    #: Rials an hour.
    hourly_rate: Annotated[int, Meta(ge=0, le=1_000_000_000_000)] = 0
    #: How many tickets at once; 0 takes none.
    capacity: Annotated[int, Meta(ge=0, le=10_000)] = 20
    active: bool = True
