"""The pages for staff: signing in, the inbox, tickets."""

from fastapi import APIRouter

from gateway.desk import entrance, inbox

ROUTERS: tuple[APIRouter, ...] = (entrance.router, inbox.router)
