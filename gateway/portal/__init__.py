"""The pages for requesters: welcome, register, follow, what is one's own, agreements.

They work without a script.

They call the same functions as the API; a page knows nothing that the API would not tell.
"""

from fastapi import APIRouter

from gateway.portal import (
    acknowledge,
    agreements,
    data,
    follow,
    mine,
    own,
    register,
    registered,
    welcome,
)

ROUTERS: tuple[APIRouter, ...] = (
    welcome.router,
    register.router,
    registered.router,
    follow.router,
    mine.router,
    own.router,
    data.router,
    agreements.router,
    acknowledge.router,
)
