"""Dossiers: all that is stored of a ticket, by one look: its claim, how it stands, messages."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pymongo.collection import Collection

from chassis.together import Found, Part, Together
from services.intake.repository.claims import Claim, claim_in


class Dossier(NamedTuple):
    """A ticket's claim and snapshot, where there are any, and its messages' texts by id.

    Of an erased message there is none; a new ticket has no snapshot for a moment.
    """

    claim: Claim | None
    snapshot: Mapping[str, Any] | None
    bodies: Mapping[str, str]


class Dossiers:
    """The collections `claims`, `tickets` and `texts`."""

    def __init__(
        self,
        claims: Collection[dict[str, Any]],
        tickets: Collection[dict[str, Any]],
        texts: Collection[dict[str, Any]],
    ) -> None:
        # A message's text is stored before the snapshot that refers to it.
        self._all = Together(Part(claims, "code"), Part(tickets, "_id"), Part(texts, "stream"))

    def of(self, code: str) -> Dossier:
        """Give a ticket's; that of an unknown code is empty."""
        return _dossier(self._all.of(code))

    def of_each(self, codes: Sequence[str]) -> dict[str, Dossier]:
        """Give those of many, by code."""
        found = self._all.of_each(list(dict.fromkeys(codes)))
        return {code: _dossier(each) for code, each in found.items()}


def _dossier(found: Found) -> Dossier:
    claims, snapshots, texts = found
    return Dossier(
        claim_in(claims[0]) if claims else None,
        snapshots[0] if snapshots else None,
        {text["_id"]: text["body"] for text in texts},
    )
