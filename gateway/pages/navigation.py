"""Where staff can go: each area names its pages here, with the right that opens them."""

from __future__ import annotations

from typing import Final, NamedTuple

from chassis.identity import Identity


class Place(NamedTuple):
    """A page that the navigation leads to; its name is the text `navigation.{key}`."""

    key: str
    path: str
    icon: str
    right: str


class Shown(NamedTuple):
    """A place as a page shows it."""

    key: str
    path: str
    icon: str
    is_here: bool


PLACES: Final = (
    Place("inbox", "/desk", "inbox", "ticket.read"),
    Place("tickets", "/desk/tickets", "ticket", "ticket.read"),
    Place("new", "/desk/new", "phone", "ticket.register_for"),
    Place("board", "/board", "board", "report.read"),
    Place("reports", "/reports", "chart", "report.read"),
    Place("admin", "/admin", "gear", "admin.change"),
    Place("stuck", "/stuck", "alert", "system.operate"),
)


def navigation_of(identity: Identity, path: str) -> list[Shown]:
    """Give the places that somebody may go to; the nearest one above a path is where he is."""
    open_to = [place for place in PLACES if identity.scope(place.right) is not None]
    above = [place for place in open_to if path == place.path or path.startswith(f"{place.path}/")]
    here = max(above, key=lambda place: len(place.path), default=None)
    return [Shown(place.key, place.path, place.icon, place is here) for place in open_to]
