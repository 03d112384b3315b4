"""The pages for staff: signing in, one's account, the inbox, tickets; what pages are made of."""

from fastapi import APIRouter

from gateway.desk import account, actions, entrance, filters, inbox, lists, live, new, style, ticket

ROUTERS: tuple[APIRouter, ...] = (
    entrance.router,
    account.router,
    inbox.router,
    lists.router,
    filters.router,
    new.router,
    ticket.router,
    actions.router,
    live.router,
    style.router,
)
