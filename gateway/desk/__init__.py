"""The pages for staff: signing in, the inbox, tickets."""

from fastapi import APIRouter

from gateway.desk import account, entrance, inbox

ROUTERS: tuple[APIRouter, ...] = (entrance.router, account.router, inbox.router)
