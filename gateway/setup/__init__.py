"""The pages of an installation's first hour: its first administrator, and what it needs to work."""

from fastapi import APIRouter

from gateway.setup import founding, start

ROUTERS: tuple[APIRouter, ...] = (founding.router, start.router)
