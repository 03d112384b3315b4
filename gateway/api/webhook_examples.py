"""A webhook and a message of it as they are answered, for the API's document."""

from __future__ import annotations

from typing import Any, Final

VIEW: Final[dict[str, Any]] = {
    "id": "crm",
    "title": {"fa": "باشگاه مشتریان", "en": "CRM"},
    "address": "https://crm.example.org/hooks/peygir",
    "types": ["ticket.*", "sla.breached"],
    "units": [],
    "kinds": ["incident"],
    "payload": "cloudevents-1",
    "ordered": True,
    "owner": "admin",
    "enabled": True,
    "version": 1,
    "keys": [{"fingerprint": "1f0c5e7a9b21", "since": "2026-11-22T08:30:00Z", "until": None}],
    "stopped": None,
    "stopped_at": None,
    "cursor": "eyJpbnRha2UiOlsiNWQwYzFmNmE5MmJlIiw0ODIxMl19",
    "waiting": 0,
    "secret": None,
}
NEW: Final = {**VIEW, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}
POST: Final[dict[str, Any]] = {
    "id": "crm:1:routing.5d0c1f6a92be.481920374652.3",
    "number": 17,
    "message": "routing.5d0c1f6a92be.481920374652.3",
    "type": "ticket.assigned",
    "subject": "481920374652",
    "state": "delivered",
    "taken_at": "2026-11-22T08:31:02Z",
    "attempts": [
        {
            "at": "2026-11-22T08:31:02Z",
            "outcome": "busy",
            "status": 503,
            "milliseconds": 41,
            "answer": None,
        },
        {
            "at": "2026-11-22T08:31:07Z",
            "outcome": "taken",
            "status": 204,
            "milliseconds": 38,
            "answer": None,
        },
    ],
    "next_at": None,
    "settled_at": "2026-11-22T08:31:07Z",
    "body": None,
}
