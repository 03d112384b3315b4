"""The pages for staff: signing in, one's account, the inbox, tickets."""

from fastapi import APIRouter

from gateway.desk import account, entrance, inbox, lists, live

ROUTERS: tuple[APIRouter, ...] = (
    entrance.router,
    account.router,
    inbox.router,
    lists.router,
    live.router,
)
