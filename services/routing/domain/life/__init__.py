"""A ticket's case as the fold of routing's own events, by theme."""

from services.routing.domain.life import (
    attention,
    effects,
    ending,
    flows,
    joining,
    partners,
    placing,
    work,
)
from services.routing.domain.ticket import TICKETS

__all__ = [
    "TICKETS",
    "attention",
    "effects",
    "ending",
    "flows",
    "joining",
    "partners",
    "placing",
    "work",
]
