"""What routing can be asked about people."""

from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.calls.base import Answer, Line, Request, Slug
from contracts.calls.routing.account import SecondCode
from contracts.calls.routing.attendance import Shift

Rials = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]
Level = Annotated[int, Meta(ge=1, le=3)]


class Authenticate(Request):
    """Command `authenticate`: check a staff member's password. Answers `Staff`.

    Who has a second factor gives its code too: `second_factor_required` asks for it.
    """

    username: Line
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    address: str = ""
    code: SecondCode | None = None


class Employed(Answer):
    """A staff member: who he is, and where in the organisation."""

    id: str
    username: str
    name: str
    role: str
    unit: str
    tier: int
    language: str


class Staff(Employed, kw_only=True):
    """A staff member, as a session needs him."""

    #: He has to set up a second factor before anything else.
    owes_second_factor: bool = False


class Rate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an hour costs from a day on."""

    #: Jalali or Gregorian: `1405-07-01`.
    since: str
    hourly_rate: Rials


class StaffMember(Employed, kw_only=True):
    """Query `staff` (no parameter): answers [StaffMember], everybody, without contacts."""

    skills: list[str]
    capacity: int
    hourly_rate: int
    active: bool
    languages: list[str] = []
    skill_levels: dict[str, int] = {}


class GetPerson(Request):
    """Query `person`: what was defined of one person. Answers `PersonView`."""

    id: Slug


class PersonView(StaffMember, kw_only=True):
    """A staff member as he was defined, but for the password."""

    mobile: str | None
    email: str | None
    rates: list[Rate]
    shift: Shift | None
    authority: dict[str, int]


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
    hourly_rate: Rials = 0
    #: How many tickets at once, in points of their weights; 0 takes none.
    capacity: Annotated[int, Meta(ge=0, le=10_000)] = 20
    active: bool = True
    #: What he speaks with requesters.
    languages: Annotated[list[Slug], Meta(max_length=20)] = []
    #: How well, from 1 to 3; a skill that is not named here counts as 1.
    skill_levels: dict[Slug, Level] = {}
    #: In place of `hourly_rate` from a day on.
    rates: Annotated[list[Rate], Meta(max_length=100)] = []
    #: When he works; absent: always.
    shift: Shift | None = None
    #: What he may decide up to, in place of what his tier may: `{"refund": 5000000}`.
    authority: Annotated[dict[Slug, Rials], Meta(max_length=50)] = {}
