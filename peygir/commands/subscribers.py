"""Commands for subscriptions over AMQP; they speak to the broker, as its administrator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from contracts.subscribing import NAME
from peygir.broker import Broker
from peygir.client import Problem
from peygir.console import fail, show, table

T = TypeVar("T")

subscribers = typer.Typer(help="Queues of outside systems at the broker.", no_args_is_help=True)


def _named(text: str) -> str:
    if not NAME.fullmatch(text):
        raise typer.BadParameter("small letters, digits and dashes, 40 at most")
    return text


_System = Annotated[str, typer.Argument(help="The system that subscribes.", callback=_named)]
_Queue = Annotated[str, typer.Argument(help="Which of its queues.", callback=_named)]
_Url = Annotated[
    str,
    typer.Option("--broker", envvar="PEYGIR_BROKER_URL", help="Address of RabbitMQ's management."),
]
_User = Annotated[str, typer.Option(envvar="PEYGIR_BROKER_USER", help="An administrator of it.")]
_Password = Annotated[str, typer.Option(envvar="PEYGIR_BROKER_PASSWORD", help="His password.")]
_Vhost = Annotated[str, typer.Option(envvar="PEYGIR_BROKER_VHOST", help="The virtual host.")]


@subscribers.command("make")
def make_subscriber(  # noqa: PLR0913, PLR0917 - one parameter per option
    context: typer.Context,
    system: _System,
    queue: _Queue,
    broker: _Url,
    broker_user: _User,
    broker_password: _Password,
    vhost: _Vhost = "/",
    types: Annotated[
        list[str] | None, typer.Option("--type", help="ticket.registered, sla.*; none: all.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Most events that wait.")] = 100_000,
    new_password: Annotated[bool, typer.Option(help="Give the user another one.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Make a queue, and a user that may read it and nothing else; print the password, this once."""

    async def work(to: Broker) -> dict[str, str | None]:
        made = await to.subscribe(system, queue, types or [], most=most, new_password=new_password)
        return made._asdict()

    made = _run(Broker(broker, broker_user, broker_password, vhost), work)
    rows = [(name, value) for name, value in made.items() if value is not None]
    show(context.obj, made, lambda: table(("", ""), rows))


@subscribers.command("list")
def list_subscribers(
    context: typer.Context,
    broker: _Url,
    broker_user: _User,
    broker_password: _Password,
    vhost: _Vhost = "/",
) -> None:
    """List the queues, with how many events wait in each."""
    to = Broker(broker, broker_user, broker_password, vhost)
    found = _run(to, lambda broker: broker.subscriptions())
    rows = [(each["queue"], each["waiting"]) for each in found]
    show(context.obj, found, lambda: table(("Queue", "Waiting"), rows))


@subscribers.command("remove")
def remove_subscriber(
    context: typer.Context,
    system: _System,
    queue: _Queue,
    broker: _Url,
    broker_user: _User,
    broker_password: _Password,
    vhost: _Vhost = "/",
) -> None:
    """Take a queue away with what waits in it, and the system's user with its last one."""
    to = Broker(broker, broker_user, broker_password, vhost)
    _run(to, lambda broker: broker.unsubscribe(system, queue))
    show(context.obj, {"removed": queue}, lambda: f"{queue} of {system} is removed.")


def _run(broker: Broker, work: Callable[[Broker], Awaitable[T]]) -> T:
    async def opened() -> T:
        async with broker:
            return await work(broker)

    try:
        return asyncio.run(opened())
    except Problem as problem:
        fail(str(problem))
