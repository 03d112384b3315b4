"""Commands for the accounts of staff."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import typer

from peygir.client import Client, Problem
from peygir.console import Options, fail, run, show, table

people = typer.Typer(help="Accounts of staff.", no_args_is_help=True)

_NOT_FOUND = 404
_PASSWORD_BYTES = 12
_SHOWN = ("id", "name", "username", "role", "unit", "tier", "active")
#: What is known of a person and is not for defining him.
_ALONE = frozenset({"id", "owes_second_factor"})

_Id = Annotated[str, typer.Argument(help="Id of the person.")]


@people.command("list")
def list_people(
    context: typer.Context,
    role: Annotated[str | None, typer.Option(help="Only of this role.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only of this unit.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Also who is disabled.")] = False,  # noqa: FBT002 - an option
) -> None:
    """List who works here."""
    found = [
        each
        for each in run(context.obj, lambda client: client.people())
        if role in (None, each["role"])
        and unit in (None, each["unit"])
        and (everybody or each["active"])
    ]
    rows = [[each[name] for name in _SHOWN] for each in found]
    show(context.obj, found, lambda: table(_SHOWN, rows) if rows else "There is nobody.")


@people.command("add")
def add_person(  # noqa: PLR0913, PLR0917 - one parameter per option
    context: typer.Context,
    person: _Id,
    name: Annotated[str, typer.Option(help="First and last name.")],
    role: Annotated[str, typer.Option(help="agent, expert, supervisor, manager or admin.")],
    unit: Annotated[str, typer.Option(help="Id of the unit.")],
    tier: Annotated[int, typer.Option(min=1, max=9, help="Tier of support.")] = 1,
    username: Annotated[str | None, typer.Option(help="To sign in with; else the id.")] = None,
    mobile: Annotated[str | None, typer.Option(help="Mobile number, for notices.")] = None,
    email: Annotated[str | None, typer.Option(help="E-mail address, for notices.")] = None,
    skills: Annotated[
        list[str] | None, typer.Option("--skill", help="What the person can do; repeatable.")
    ] = None,
) -> None:
    """Add somebody, and print the first password, this once."""
    password = _new_password()
    terms = {
        "name": name,
        "role": role,
        "unit": unit,
        "tier": tier,
        "username": username or person,
        "password": password,
        "mobile": mobile,
        "email": email,
        "skills": skills or [],
    }

    async def add(client: Client) -> dict[str, Any]:
        if await _known(client, person) is not None:
            raise Problem(409, "person_exists", f"There is a person {person} already")
        return await client.define_person(person, terms)

    added = run(context.obj, add)
    show(context.obj, {**added, "password": password}, lambda: password)


@people.command("role")
def change_role(
    context: typer.Context,
    person: _Id,
    role: Annotated[str, typer.Argument(help="agent, expert, supervisor, manager or admin.")],
    unit: Annotated[str | None, typer.Option(help="Of another unit from now on.")] = None,
    tier: Annotated[int | None, typer.Option(min=1, max=9, help="Another tier.")] = None,
) -> None:
    """Give somebody another role; his sessions end."""
    changes = {"role": role, "unit": unit, "tier": tier}
    given = {name: value for name, value in changes.items() if value is not None}
    changed = _change(context.obj, person, given)
    show(context.obj, changed, lambda: f"{person} is {changed['role']} of {changed['unit']}.")


@people.command("disable")
def disable(context: typer.Context, person: _Id) -> None:
    """Let somebody in no more; his sessions end, and his work goes back to his team."""
    changed = _change(context.obj, person, {"active": False})
    show(context.obj, changed, lambda: f"{person} is disabled.")


@people.command("enable")
def enable(context: typer.Context, person: _Id) -> None:
    """Let somebody in again who was disabled."""
    changed = _change(context.obj, person, {"active": True})
    show(context.obj, changed, lambda: f"{person} is enabled.")


@people.command("reset-password")
def reset_password(
    context: typer.Context,
    person: _Id,
    second_factor: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--second-factor", help="Take the second factor off, too.")
    ] = False,
) -> None:
    """Give somebody a new password and print it, this once; his sessions end."""
    password = _new_password()
    changed = _change(context.obj, person, {"password": password})
    if second_factor:
        run(context.obj, lambda client: client.reset_second_factor(person))
    show(context.obj, {**changed, "password": password}, lambda: password)


def _change(options: Options, person: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Define somebody as he was, but for some changes; fails where there is nobody."""

    async def change(client: Client) -> dict[str, Any] | None:
        known = await _known(client, person)
        if known is None:
            return None
        terms = {name: value for name, value in known.items() if name not in _ALONE}
        terms["username"] = terms.get("username") or None
        return await client.define_person(person, {**terms, **changes})

    changed = run(options, change)
    return changed if changed is not None else fail(f"There is no person {person}")


async def _known(client: Client, person: str) -> dict[str, Any] | None:
    try:
        return await client.person(person)
    except Problem as problem:
        if problem.status == _NOT_FOUND:
            return None
        raise


def _new_password() -> str:
    return secrets.token_urlsafe(_PASSWORD_BYTES)
