"""A gateway without surroundings: for documents about it and for tests of it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis

from chassis.calls.aio import Services
from gateway.app import create_app
from gateway.caller import Gateway
from gateway.limits import Limits
from gateway.revocations import Revocations
from gateway.settings import GatewaySettings

_KEY = "no-secret-" * 4


def blank_app() -> FastAPI:
    """Give the application with nobody behind it."""
    settings: Any = GatewaySettings(call_keys=_KEY, session_keys=_KEY)
    nowhere = "redis://127.0.0.1:1/0"
    return create_app(
        Gateway(
            settings,
            Services({}, [_KEY]),
            limits=Limits({}, redis_url=nowhere),
            revocations=Revocations(Redis.from_url(nowhere), keep_seconds=0),
        )
    )
