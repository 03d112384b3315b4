"""The forms in use: kept in memory, read again every few seconds, changed by command."""

from __future__ import annotations

import time

from chassis.calls.call import Call, own_call
from chassis.errors import FieldFault, Invalid, KeyReused, NotFound, Unavailable
from chassis.late import late
from chassis.provider import Provider
from chassis.recent import Recent
from chassis.runtime import Runtime
from contracts.calls.forms import (
    DefineBlock,
    DefineForm,
    FormVersion,
    FormView,
    PublishedForm,
)
from contracts.forms import Form, ReadyForm, ready
from services.intake import demo_forms
from services.intake.domain.forms import Edition, Kind, Publication, Shelf, brought
from services.intake.repository.forms import Forms as Stored

_FRESH_SECONDS = 5.0
#: A form that is not known may have been published a moment ago by another replica.
_MISS_SECONDS = 1.0
_ATTEMPTS = 20
#: Versions kept ready for answering and showing.
_READY = 300
_MOST_VERSIONS = 100


class Forms(Provider):
    """Published forms and blocks, as a dependency."""

    runtime = Runtime()

    def __init__(self) -> None:
        self._shelf = Shelf()
        self._read_at = float("-inf")
        self._ready: Recent[tuple[str, int], ReadyForm] = Recent(_READY)

    @late
    def stored(self) -> Stored:
        """Where publications are."""
        return Stored(self.runtime.database["forms"])

    def setup(self) -> None:
        """Have the indexes made before the process is ready."""
        self.runtime.before_ready(self.stored.make_indexes)

    def shelf(self, *, oldest: float = _FRESH_SECONDS) -> Shelf:
        """Give what is published, `oldest` seconds old at most."""
        now = time.monotonic()
        if now - self._read_at > oldest:
            known = self._shelf
            read = known.with_publications(self.stored.after(known.number))
            # Meanwhile somebody else may have read on.
            if read.number >= self._shelf.number:
                self._shelf = read
            self._read_at = now
        return self._shelf

    def newest(self, form: str) -> Edition:
        """Give a form as it is filled in now; raises NotFound."""
        edition = self.shelf().editions.get(form)
        edition = edition or self.shelf(oldest=_MISS_SECONDS).editions.get(form)
        if edition is None:
            raise NotFound("form_not_found")
        return edition

    def edition(self, form: str, version: int) -> Edition:
        """Give a version of a form; raises NotFound."""
        newest = self.shelf().editions.get(form)
        if newest is not None and newest.version == version:
            return newest
        edition = self.stored.edition(form, version)
        if edition is None:
            raise NotFound("form_not_found")
        return edition

    def ready(self, form: str, version: int) -> ReadyForm:
        """Give a version ready for answering and showing; raises NotFound."""
        known = self._ready.get((form, version))
        if known is None:
            known = ready(self.edition(form, version).form)
            self._ready.keep((form, version), known)
        return known

    def asked(self) -> list[Form]:
        """Give every form as it is filled in now."""
        editions = self.shelf().editions.values()
        return [self.ready(edition.id, edition.version).form for edition in editions]

    def of_kind(self, kind: Kind) -> list[FormView]:
        """Give the newest of everything of a kind, as it was written."""
        shelf = self.shelf(oldest=0)
        return [
            _view(item, shelf)
            for (of_kind, _), item in sorted(shelf.written.items())
            if of_kind == kind
        ]

    def versions(self, form: str) -> list[FormVersion]:
        """Give the versions of a form, newest first; raises NotFound."""
        found = self.stored.versions(form, _MOST_VERSIONS)
        if not found:
            raise NotFound("form_not_found")
        return found

    def define(self, request: DefineForm | DefineBlock, call: Call) -> FormView:
        """Publish a version; a repeat, or what holds already, changes nothing.

        Raises Invalid with every fault, KeyReused for another request under the same key.
        """
        kind: Kind = "block" if isinstance(request, DefineBlock) else "form"
        for _attempt in range(_ATTEMPTS):
            shelf = self.shelf(oldest=0)
            earlier = self.stored.of_cause(call.cause)
            if earlier is not None:
                if earlier.request != call.digest:
                    raise KeyReused
                return _view(earlier, shelf.with_publications([earlier]))
            before = shelf.written.get((kind, request.id))
            if before is not None and before.definition == request.definition:
                return _view(before, shelf)
            publication = Publication(
                number=shelf.number + 1,
                kind=kind,
                id=request.id,
                version=shelf.next_version(kind, request.id),
                definition=request.definition,
                by=call.identity.subject,
                at=call.now,
                cause=call.cause,
                request=call.digest,
                editions=brought(kind, request.id, request.definition, shelf),
            )
            if self.stored.add(publication):
                self._read_at = float("-inf")
                return _view(publication, shelf.with_publications([publication]))
        raise Unavailable("contention", retry_after=1)

    def require(self, form: str | None) -> None:
        """Raise Invalid where a subject names a form that there is not."""
        if form is not None and form not in self.shelf(oldest=0).editions:
            fault = FieldFault(pointer="/form", code="form_not_found")
            raise Invalid("request_invalid", fields=[fault])

    def fill_in_demo(self) -> None:
        """Publish the demo's forms, each once in the life of the database."""
        for request in demo_forms.requests():
            key = f"{type(request).__name__}:{request.id}"
            self.define(request, own_call(self.runtime, "demo", key))


def published(edition: Edition) -> PublishedForm:
    """Give a version as services and clients read it."""
    return PublishedForm(id=edition.id, version=edition.version, form=edition.form)


def _view(item: Publication, shelf: Shelf) -> FormView:
    edition = shelf.editions.get(item.id) if item.kind == "form" else None
    return FormView(
        id=item.id,
        version=edition.version if edition else item.version,
        definition=item.definition,
        published_by=item.by,
        published_at=item.at,
        included_by=shelf.included_by(item.id) if item.kind == "block" else [],
    )
