"""The pages for requesters: welcome, register, follow, agreements. Rendered without a script.

They call the same functions as the API; a page knows nothing that the API would not tell.
"""

from fastapi import APIRouter

from gateway.portal import acknowledge, agreements, follow, register, welcome

ROUTERS: tuple[APIRouter, ...] = (
    welcome.router,
    register.router,
    follow.router,
    agreements.router,
    acknowledge.router,
)
