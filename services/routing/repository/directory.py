"""The staff directory: people with names, contacts and password hashes; units, rules, workflows.

A line is written as of a version of its stream, over lower versions only. `revision` counts every
change, so that a process can tell cheaply whether what it has in memory is still right.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from pymongo import IndexModel
from pymongo.collation import Collation
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from chassis.mongo import make_indexes
from contracts.calls.routing import (
    PersonView,
    Rate,
    Shift,
    StaffContact,
    StaffMember,
    Unit,
    WorkflowView,
)
from services.routing.domain.attendance import ALWAYS, Times
from services.routing.domain.organisation import Organisation, Person
from services.routing.domain.records import Record
from services.routing.repository.rules import RuleSets

Document = dict[str, Any]
#: Capital letters are like small ones, accents are not like none.
_SAME_LETTERS = Collation(locale="en", strength=2)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A staff member with everything that is known of him."""

    id: str
    name: str
    username: str
    role: str
    unit: str
    tier: int
    language: str
    skills: list[str]
    hourly_rate: int
    capacity: int
    active: bool
    mobile: str | None = None
    email: str | None = None
    password: str | None = None
    languages: list[str] = []
    skill_levels: dict[str, int] = {}
    rates: list[Rate] = []
    shift: Shift | None = None
    authority: dict[str, int] = {}

    def staff(self) -> StaffMember:
        """Give what colleagues may see."""
        return msgspec.convert(self._of(StaffMember), StaffMember)

    def view(self) -> PersonView:
        """Give everything but the password."""
        return PersonView(**self._of(PersonView))

    def contact(self) -> StaffContact:
        """Give how to reach him."""
        return msgspec.convert(self._of(StaffContact), StaffContact)

    def _of(self, view: type[msgspec.Struct]) -> dict[str, Any]:
        """Give what a view has of him; what only signing in finds out is left to its default."""
        known = self.__struct_fields__
        return {name: getattr(self, name) for name in view.__struct_fields__ if name in known}


class Directory:
    """The collections `people`, `attendance`, `units`, `workflows`, `revisions`, and the rules'."""

    def __init__(self, database: Database[Document]) -> None:
        self._people: Collection[Document] = database["people"]
        self._attendance: Collection[Document] = database["attendance"]
        self._units: Collection[Document] = database["units"]
        self._workflows: Collection[Document] = database["workflows"]
        self._revisions: Collection[Document] = database["revisions"]
        self.rules = RuleSets(database, self._count_change)

    def make_indexes(self) -> None:
        """Make each user name one person's only."""
        only_with = {"username_key": {"$type": "string"}}
        make_indexes(
            self._people,
            [
                IndexModel("username_key", unique=True, partialFilterExpression=only_with),
                IndexModel("email", collation=_SAME_LETTERS, name="email_any_case"),
            ],
        )
        self.rules.make_indexes()

    def revision(self) -> int:
        """Give how many changes there have been."""
        found = self._revisions.find_one({"_id": "directory"})
        return 0 if found is None else int(found["n"])

    def organisation(self) -> Organisation:
        """Give everything that decisions need, and no names."""
        fields = dict.fromkeys([*Person.__struct_fields__, "shift"], 1)
        found_people = list(self._people.find({}, fields))
        people = [_read(found, Person) for found in found_people]
        times = self._times({item["_id"]: item.get("shift") for item in found_people})
        units = [_read(found, Unit) for found in self._units.find()]
        published = self.rules.current()
        return Organisation(
            people={person.id: person for person in people},
            units={unit.id: unit for unit in units},
            rules=tuple(published.rows),
            rules_version=published.version,
            times=times,
        )

    def _times(self, shifts: Mapping[str, Document | None]) -> dict[str, Times]:
        said = {item["_id"]: item for item in self._attendance.find()}
        found = {
            name: msgspec.convert({**said.get(name, {}), "shift": shift}, Times)
            for name, shift in shifts.items()
        }
        return {name: times for name, times in found.items() if times != ALWAYS}

    def members(self, ids: Sequence[str] | None = None) -> dict[str, Member]:
        """Give people by id: those asked for that there are, or everybody."""
        query: Document = {} if ids is None else {"_id": {"$in": list(ids)}}
        return {found["_id"]: _read(found, Member) for found in self._people.find(query)}

    def names(self) -> dict[str, str]:
        """Give everybody's name by id."""
        return {item["_id"]: item["name"] for item in self._people.find({}, {"name": 1})}

    def by_username(self, username: str) -> Member | None:
        """Give who signs in under a name."""
        found = self._people.find_one({"username_key": username_key(username)})
        return None if found is None else _read(found, Member)

    def by_email(self, email: str) -> Member | None:
        """Give whose e-mail address it is, in whatever case; None where it is two people's."""
        asked = {"email": email, "active": True}
        found = list(self._people.find(asked, collation=_SAME_LETTERS, limit=2))
        return _read(found[0], Member) if len(found) == 1 else None

    def save_member(self, member: Member, version: int) -> bool:
        """Write a person; False when somebody else has the user name."""
        line = _plain(member) | {"username_key": username_key(member.username)}
        return self._save(self._people, line, version)

    def save_attendance(self, person: str, record: Record, version: int) -> None:
        """Write when a person is not there."""
        line = {"id": person, "presence": record.presence, "until": record.until}
        leaves = [_plain(leave) for leave in record.leaves]
        self._save(self._attendance, line | {"leaves": leaves}, version)

    def save_unit(self, unit: Unit, version: int) -> None:
        """Write a unit."""
        self._save(self._units, _plain(unit), version)

    def workflows(self) -> list[WorkflowView]:
        """Give every version of every published workflow."""
        return [_read(found, WorkflowView, id=found["id"]) for found in self._workflows.find()]

    def save_workflow(self, workflow: WorkflowView) -> bool:
        """Write a new version; False when somebody else was faster with it."""
        line = msgspec.structs.asdict(workflow) | {"_id": f"{workflow.id}@{workflow.version}"}
        try:
            self._workflows.insert_one(line)
        except DuplicateKeyError:
            return False
        self._count_change()
        return True

    def _save(self, lines: Collection[Document], line: Document, version: int) -> bool:
        name = line.pop("id")
        try:
            lines.replace_one(
                {"_id": name, "version": {"$lt": version}}, line | {"version": version}, upsert=True
            )
        except DuplicateKeyError as error:
            # Either a newer version stands there, or another person has the user name.
            if "username_key" in (error.details or {}).get("keyPattern", {}):
                return False
        self._count_change()
        return True

    def _count_change(self) -> None:
        self._revisions.update_one({"_id": "directory"}, {"$inc": {"n": 1}}, upsert=True)


def username_key(username: str) -> str:
    """Give the form in which user names are compared."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def _plain(line: msgspec.Struct) -> Document:
    """Give what the database can keep; it knows instants, but no durations."""
    plain: Document = msgspec.to_builtins(line, builtin_types=(datetime,))
    return plain


def _read(found: Document, kind: type[Any], **more: Any) -> Any:
    return msgspec.convert({"id": found["_id"], **found, **more}, kind)
