"""The pages for operators: what services could not apply, and how it is mended."""

from fastapi import APIRouter

from gateway.operation import audit, stuck

ROUTERS: tuple[APIRouter, ...] = (stuck.router, audit.router)
