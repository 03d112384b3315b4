"""The pages for staff: signing in, the inbox, tickets."""

from fastapi import APIRouter

from gateway.desk import actions, entrance, inbox, ticket

ROUTERS: tuple[APIRouter, ...] = (
    entrance.router,
    inbox.router,
    ticket.router,
    actions.router,
)
