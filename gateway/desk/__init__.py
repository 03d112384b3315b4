"""The pages for staff: signing in, one's account, the inbox, tickets."""

from fastapi import APIRouter

from gateway.desk import account, entrance, inbox, live

ROUTERS: tuple[APIRouter, ...] = (
    entrance.router,
    account.router,
    inbox.router,
    live.router,
)
