"""How days are written: Jalali in Persian, Gregorian in English, or as a form wants it."""

from __future__ import annotations

from datetime import date

from persiantools.jdatetime import JalaliDate

from gateway.texts import digits, text


def day_shown(day: date, language: str) -> str:
    """Give a day with its weekday, in the calendar of the language."""
    return text(language, "calendar.day", **day_parts(day, language))


def day_in(day: date, calendar: str, language: str) -> str:
    """Give a day in figures, in the calendar; that of the language for `reader`."""
    if calendar == "reader":
        calendar = "jalali" if language == "fa" else "gregorian"
    shown = JalaliDate(day) if calendar == "jalali" else day
    return digits(f"{shown.year}/{shown.month:02}/{shown.day:02}", language)


def day_parts(day: date, language: str) -> dict[str, str]:
    """Give the words and figures of a day, in the calendar of the language."""
    shown = JalaliDate(day) if language == "fa" else day
    calendar = "jalali" if language == "fa" else "gregorian"
    return {
        # Monday is 0 in Python, and the catalogue counts as Python does.
        "weekday": text(language, f"calendar.weekday_{day.weekday()}"),
        "day": digits(shown.day, language),
        "month": text(language, f"calendar.{calendar}_{shown.month}"),
        "year": digits(shown.year, language),
    }
