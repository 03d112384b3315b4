"""The pages for staff: signing in, one's account, the inbox, tickets; what pages are made of."""

from fastapi import APIRouter

from gateway.desk import account, entrance, inbox, live, style

ROUTERS: tuple[APIRouter, ...] = (
    entrance.router,
    account.router,
    inbox.router,
    live.router,
    style.router,
from gateway.desk import actions, entrance, inbox, ticket

ROUTERS: tuple[APIRouter, ...] = (
    entrance.router,
    inbox.router,
    ticket.router,
    actions.router,
)
