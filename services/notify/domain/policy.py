"""How much the holders of a role are told at a time: quiet hours, and digests instead of floods.

Published by administrators in versions; without any everybody is told at once and singly. E-mail
disturbs nobody at night: quiet hours hold SMS and pushed messages alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from msgspec import Meta

from chassis.errors import FieldFault
from contracts.sla import ROLES

Weekday = Literal["saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday"]

#: As Python counts weekdays.
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
#: Channels that wait for the end of quiet hours.
DISTURBING = frozenset({"sms", "push"})
#: Who asked: not told at night either, unless a policy says when.
REQUESTER_ROLE = "requester"
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_DAY_MINUTES = 24 * 60
_LONGEST_WINDOW = timedelta(days=1)
#: Quiet hours that have no end within a week have none at all.
_MOST_SPANS = 7 * 20


class QuietHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When SMS and pushed messages wait: spans such as `22:00-24:00` by weekday, in a zone."""

    zone: Annotated[str, Meta(min_length=1, max_length=64)]
    week: dict[Weekday, Annotated[list[str], Meta(max_length=20)]]

    def end(self, now: datetime) -> datetime | None:
        """Give when the quiet that there is now ends; None when there is none."""
        zone = ZoneInfo(self.zone)
        at = now.astimezone(zone)
        for _ in range(_MOST_SPANS):
            over = self._end_of_span(at)
            if over is None:
                break
            at = over
        return at.astimezone(now.tzinfo) if at > now else None

    def _end_of_span(self, at: datetime) -> datetime | None:
        for text in self.week.get(WEEKDAYS[at.weekday()], ()):
            begins, ends = _minutes(text)
            if begins <= at.hour * 60 + at.minute < ends:
                midnight = datetime.combine(at.date(), time(), at.tzinfo)
                # Wall-clock arithmetic: 07:00 is 07:00 on a day that lost an hour, too.
                return midnight + timedelta(minutes=ends)
        return None


class Digest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many messages singly to one person within a window; the others in one at its end."""

    most: Annotated[int, Meta(ge=0, le=1000)]
    #: In data an ISO 8601 duration: `PT10M`.
    within: timedelta


class RoleTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for those who are told because of a role."""

    quiet: QuietHours | None = None
    digest: Digest | None = None


_NIGHT = RoleTerms(
    quiet=QuietHours(
        zone="Asia/Tehran",
        week={day: ["00:00-08:00", "21:00-24:00"] for day in WEEKDAYS},
    )
)


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy as an administrator writes it."""

    roles: dict[str, RoleTerms] = {}

    def not_before(self, role: str, channel: str, now: datetime) -> datetime | None:
        """Give when a message to the role may be told; None for now."""
        terms = self.roles.get(role) or (_NIGHT if role == REQUESTER_ROLE else None)
        if terms is None or terms.quiet is None or channel not in DISTURBING:
            return None
        return terms.quiet.end(now)

    def digest(self, role: str) -> Digest | None:
        """Give how those who hold the role are spared."""
        terms = self.roles.get(role)
        return terms.digest if terms is not None else None


def faults(policy: Policy) -> Iterator[FieldFault]:
    """Tell what is wrong with a policy beyond its shape."""
    for role, terms in policy.roles.items():
        pointer = f"/roles/{role}"
        if role not in (*ROLES, REQUESTER_ROLE):
            yield FieldFault(pointer=pointer, code="role_unknown")
        if terms.quiet is not None:
            yield from _quiet_faults(f"{pointer}/quiet", terms.quiet)
        if terms.digest and not timedelta() < terms.digest.within <= _LONGEST_WINDOW:
            yield FieldFault(
                pointer=f"{pointer}/digest/within",
                code="duration_out_of_range",
                params={"days": _LONGEST_WINDOW.days},
            )


def _quiet_faults(pointer: str, quiet: QuietHours) -> Iterator[FieldFault]:
    if quiet.zone not in available_timezones():
        yield FieldFault(pointer=f"{pointer}/zone", code="zone_unknown")
    loud = 7 * _DAY_MINUTES
    for day, spans in quiet.week.items():
        told = set()
        for position, text in enumerate(spans):
            begins, ends = _minutes(text) if _SPAN.fullmatch(text) else (0, 0)
            if not begins < ends <= _DAY_MINUTES:
                yield FieldFault(pointer=f"{pointer}/week/{day}/{position}", code="span_malformed")
            told |= set(range(begins, ends))
        loud -= len(told)
    if loud <= 0:
        yield FieldFault(pointer=f"{pointer}/week", code="never_told")


def _minutes(span: str) -> tuple[int, int]:
    """Give a span's minutes of the day."""
    begins, _, ends = span.partition("-")
    return _minute(begins), _minute(ends)


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
