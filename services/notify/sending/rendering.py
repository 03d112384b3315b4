"""What a message says: templates as data, filled in the reader's language.

`templates/{language}/{template}.{channel}.j2`; the first line of an e-mail or of a pushed message
is its subject. What people
wrote comes in as values and is never itself a template; the sandbox and the cap guard against a
template that an administrator got wrong.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from services.notify.domain.notices import PARTNER
from services.notify.sending.wording import Wording

TEMPLATES = Path(__file__).parent.parent / "templates"
LANGUAGES = ("fa", "en")
#: Longest message; a quoted text is 20,000 characters at most.
MOST_CHARACTERS = {"sms": 600, "email": 60_000, "push": 600}
#: Links that stand on a line of their own and can be followed.
_LINKS = ("link", "acknowledge", "list")
#: Stands for what a page is filled with.
_HOLE = "\ufffc"
_BLANK_LINES = re.compile(r"\n{3,}")


class NotRenderable(Exception):
    """Raised when a template is missing or broken, or would say more than the channel bears."""


class Message(NamedTuple):
    """A message as the reader gets it; an SMS has no `subject`, only an e-mail has `html`."""

    text: str
    subject: str = ""
    html: str = ""


class Renderer:
    """Renders messages from the templates of a folder."""

    def __init__(self, *, public_url: str, zone: str, folder: Path = TEMPLATES) -> None:
        #: Where a reader of ours finds his list.
        self.list = public_url.rstrip("/") + "/"
        self._link = self.list + "track"
        self._texts = _environment(folder, autoescape=False)
        self._folder = folder
        self._zone = zone
        self._wordings: dict[tuple[str, str, str], Wording] = {}

    def render(self, template: str, channel: str, language: str, values: dict[str, Any]) -> Message:
        """Give the message; raises NotRenderable."""
        if channel == PARTNER:
            return Message(values["message"])
        language = language if language in LANGUAGES else LANGUAGES[0]
        values = {
            "link": self._link,
            "list": self.list,
            "acknowledge": "",
            "say": self._wording(language, values),
            **values,
        }
        most = MOST_CHARACTERS[channel]
        try:
            body = self._fill(f"{language}/{template}.{channel}.j2", values, most)
            if channel == "sms":
                return Message(body)
            subject, _, text = body.partition("\n")
            text = _BLANK_LINES.sub("\n\n", text).strip()
            if channel == "push":
                return Message(text, subject.strip())
            links = frozenset(filter(None, (values[name] for name in _LINKS)))
            return Message(text, subject.strip(), self._page(language, subject, text, links))
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise NotRenderable(template) from error

    def _wording(self, language: str, values: dict[str, Any]) -> Wording:
        """Give what writes in a language, as the reader wants days and figures."""
        calendar, digits = values.get("calendar", "reader"), values.get("digits", "reader")
        key = language, calendar, digits
        if key not in self._wordings:
            self._wordings[key] = Wording(language, self._zone, calendar=calendar, digits=digits)
        return self._wordings[key]

    def _fill(self, name: str, values: dict[str, Any], most: int) -> str:
        """Fill a template, stopping as soon as it has said too much."""
        pieces = self._texts.get_template(name).generate(values)
        said = 0
        kept = []
        for piece in pieces:
            said += len(piece)
            if said > most:
                raise NotRenderable(name)
            kept.append(piece)
        return "".join(kept).strip()

    def _page(self, language: str, subject: str, text: str, links: frozenset[str]) -> str:
        head, body, between, end = self._frames[language]
        paragraphs = [_paragraph(part, links) for part in text.split("\n\n")]
        return "".join((head, escape(subject), body, between.join(paragraphs), end))

    @cached_property
    def _frames(self) -> dict[str, list[str]]:
        """What surrounds subject and paragraphs, by language: the same in every letter."""
        page = _environment(self._folder, autoescape=True).get_template("page.html.j2")
        return {
            language: page.render(
                language=language,
                direction="rtl" if language == "fa" else "ltr",
                subject=_HOLE,
                paragraphs=[_HOLE, _HOLE],
            ).split(_HOLE)
            for language in LANGUAGES
        }


def _paragraph(part: str, links: frozenset[str]) -> Markup:
    """Give a paragraph as HTML: line breaks kept, and no link but those to our own pages."""
    lines = (
        Markup('<a href="{0}" dir="ltr">{0}</a>').format(line.strip())
        if line.strip() in links
        else escape(line)
        for line in part.split("\n")
    )
    return Markup("<br>").join(lines)


def _environment(folder: Path, *, autoescape: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder, encoding="utf-8"),
        autoescape=autoescape,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
