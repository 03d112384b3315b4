"""Groups of words in use: kept in memory, read again every few seconds, changed by command."""

from __future__ import annotations

import time

from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid
from chassis.journal import Aggregates
from chassis.late import late
from chassis.provider import Provider
from chassis.runtime import Runtime
from contracts.calls.intake import DefineWordGroup, WordGroup
from contracts.writing import one_line
from services.intake import handlers
from services.intake.domain.text import parts_of
from services.intake.domain.words import WORDS, Phrases, WordsState, stream
from services.intake.repository.word_groups import WordGroups as Stored

_FRESH_SECONDS = 5.0


class WordGroups(Provider):
    """The groups and their streams, as a dependency."""

    runtime = Runtime()
    streams: Aggregates[WordsState] = Aggregates(
        WORDS, collection="word_states", streams=("words:",)
    )

    def __init__(self) -> None:
        self._phrases = Phrases([])
        self._read_at = float("-inf")

    @late
    def _stored(self) -> Stored:
        return Stored(self.runtime.database["word_groups"])

    def all(self) -> list[WordGroup]:
        """Give every group, by id."""
        return self._stored.all()

    def mentioned(self, *texts: str) -> list[str]:
        """Give the active groups that texts mention, by id."""
        now = time.monotonic()
        if now - self._read_at > _FRESH_SECONDS:
            self._phrases = Phrases(self._stored.all())
            self._read_at = now
        return self._phrases.in_texts(*texts)

    def define(self, request: DefineWordGroup, call: Call) -> WordGroup:
        """Make or change a group; a repeat of the key completes what the first try began.

        Raises Invalid for what has no letter and no digit.
        """
        words = list(dict.fromkeys(one_line(word) for word in request.words))
        faults = [
            FieldFault(pointer=f"/words/{number}", code="empty")
            for number, word in enumerate(request.words)
            if not parts_of(word)
        ]
        if faults:
            raise Invalid("request_invalid", fields=faults)
        group = WordGroup(
            id=request.id,
            title={str(language): title for language, title in request.title.items()},
            words=words,
            active=request.active,
        )
        outcome = self.streams.execute(stream(request.id), handlers.define_words, group, call)
        self._stored.save(group, outcome.version)
        self._read_at = float("-inf")
        return group
