"""Staff accounts: signing in, and how staff members are reached."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chassis.calls.call import Call
from chassis.errors import Forbidden, Unauthenticated
from contracts.calls.routing import (
    Admit,
    Authenticate,
    Staff,
    StaffContacts,
    StaffContactsAnswer,
)
from services.routing.domain.organisation import Organisation
from services.routing.passwords import Passwords
from services.routing.repository import Store
from services.routing.repository.directory import Member, username_key

#: What other services call those who hold one of our roles for a unit.
_ROLES = {"service_manager": "manager"}


def authenticate(
    request: Authenticate,
    call: Call,
    *,
    store: Store,
    passwords: Passwords,
    check_second: Callable[[Member, str | None, Call], bool],
) -> Staff:
    """Check a password; the answer to a wrong one and to an unknown name is the same.

    Raises Unauthenticated, or TooMany after repeated failures from the same address. A second
    factor is asked for once the password is right; a wrong code counts as a wrong password does.
    Who has to have one and has not is told to owe it.
    """
    name = username_key(request.username)
    store.attempts.wait(name, request.address, call.now)
    member = store.directory.by_username(name)
    kept = member.password if member is not None and member.active else None
    if not passwords.fits(request.password, kept) or member is None:
        store.attempts.count(name, request.address, call.now)
        raise Unauthenticated("wrong_credentials")
    with _counted(request, name, call, store):
        owes = check_second(member, request.code, call)
    store.attempts.forget(name, request.address)
    return staff_of(member, owes_second_factor=owes)


def admit(
    request: Admit,
    call: Call,
    *,
    store: Store,
    check_second: Callable[[Member, str | None, Call], bool],
) -> Staff:
    """Let in whom a provider has proved, if exactly one account is his.

    Raises Unauthenticated; and TooMany after repeated wrong codes of a second factor.
    """
    if call.identity.role != "service":
        raise Forbidden("right_missing", right="service")
    name = f"{request.provider} {request.name}"
    store.attempts.wait(name, request.address, call.now)
    member = (
        store.directory.by_email(request.name)
        if request.by == "email"
        else store.directory.by_username(request.name)
    )
    if member is None or not member.active:
        raise Unauthenticated("account_unknown", name=request.name)
    owes = False
    if not request.has_second_factor:
        with _counted(request, name, call, store):
            owes = check_second(member, request.code, call)
    return staff_of(member, owes_second_factor=owes)


@contextmanager
def _counted(request: Authenticate | Admit, name: str, call: Call, store: Store) -> Iterator[None]:
    """Count a second factor's code that is wrong; that one is still asked for is no failure."""
    try:
        yield
    except Unauthenticated:
        if request.code is not None:
            store.attempts.count(name, request.address, call.now)
        raise


def staff_of(member: Member, *, owes_second_factor: bool = False) -> Staff:
    """Give what a session needs of a staff member."""
    return Staff(
        id=member.id,
        username=member.username,
        name=member.name,
        role=member.role,
        unit=member.unit,
        tier=member.tier,
        language=member.language,
        owes_second_factor=owes_second_factor,
    )


def contacts(
    request: StaffContacts, *, organisation: Organisation, store: Store
) -> StaffContactsAnswer:
    """Give contacts by id, and who holds the roles asked for; who has left is not told."""
    roles = [
        organisation.holders(_ROLES.get(asked.role, asked.role), asked.unit)
        for asked in request.roles
    ]
    wanted = {*request.persons, *(person for holders in roles for person in holders)}
    members = store.directory.members(sorted(wanted))
    return StaffContactsAnswer(
        persons={name: member.contact() for name, member in members.items() if member.active},
        roles=roles,
    )
