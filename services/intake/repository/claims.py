"""Claims: which command got which tracking code, and what was asked under it.

A claim is written before the ticket is committed. Its `_id` is the cause of the command, so that a
repeat finds the first code. It is also the erasable document of the ticket's content: the event
holds the hash of title and description under the claim's code. One document for both saves a write;
the price is that a claim may stand here whose ticket never came about because nobody asked again.
Nobody was told its code, and reading always asks the stream too.

Nobody waits for a claim to be durable: the commit that follows in the same log is waited for. Where
the log has changed hands in between, registering writes the claim once more; that a command opens
one ticket only, the journal sees to.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec
from pymongo import IndexModel
from pymongo.collection import Collection

from chassis.errors import KeyReused, Unavailable
from chassis.journal import Duplicate, GroupWriter
from chassis.mongo import DERIVED, make_indexes
from services.intake.domain import codes
from services.intake.domain.answers import Answers, Found
from services.intake.domain.contact import Contact
from services.intake.domain.request import Checked
from services.intake.domain.search import words_of
from services.intake.domain.text import query_words

_DRAWS = 8
_WITH_FORM: Final = {"form": {"$gt": ""}}
NO_ANSWERS: Final[Mapping[str, Sequence[Any]]] = MappingProxyType({})


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A code with the content asked under it, and the hash of the whole request."""

    code: str
    content: Checked
    digest: str


class Claims:
    """The collection `claims`."""

    def __init__(self, collection: Collection[dict[str, Any]], *, seconds: float) -> None:
        self._collection = collection
        self._codes = codes.Drawing()
        self._writer = GroupWriter(collection, seconds=seconds, concern=DERIVED)

    def make_indexes(self) -> None:
        """Make codes unique, words and answers findable with the newest first."""
        make_indexes(
            self._collection,
            [
                IndexModel("code", unique=True),
                IndexModel([("words", 1), ("at", -1)]),
                IndexModel(
                    [("fields.f", 1), ("fields.v", 1), ("at", -1)],
                    partialFilterExpression=_WITH_FORM,
                ),
            ],
        )

    def claim(self, cause: str, content: Checked, digest: str, at: datetime) -> Claim:
        """Give the command its code: a new one, or the one it has already.

        Raises KeyReused when another request had the same cause.
        """
        for _draw in range(_DRAWS):
            code = self._codes.draw()
            try:
                self._writer.insert(_document(cause, code, content, digest, at))
            except Duplicate as duplicate:
                if duplicate.index == ("code",):
                    continue
                return self._first(cause, digest)
            return Claim(code=code, content=content, digest=digest)
        raise Unavailable("no_free_code", retry_after=1)

    def keep(self, cause: str, claim: Claim, at: datetime) -> None:
        """Write a claim durably, in place of whatever its cause has claimed besides."""
        document = _document(cause, claim.code, claim.content, claim.digest, at)
        self._collection.replace_one({"_id": cause}, document, upsert=True)

    def by_codes(self, wanted: Sequence[str]) -> list[Claim]:
        """Give the claims of those codes that have one."""
        return [claim_in(found) for found in self._collection.find({"code": {"$in": list(wanted)}})]

    def search(
        self, words: Sequence[str], limit: int, answers: Mapping[str, Sequence[Any]] = NO_ANSWERS
    ) -> list[str]:
        """Give the codes whose content has all the words and answers, newest first.

        Of each field, one of the values given has to be among the answers.
        """
        query: dict[str, Any] = {"words": {"$all": list(words)}} if words else {}
        if answers:
            matches = [
                {"fields": {"$elemMatch": {"f": field, "v": {"$in": list(values)}}}}
                for field, values in answers.items()
            ]
            query |= _WITH_FORM | {"$and": matches}
        found = self._collection.find(query, {"code": 1}, sort=[("at", -1)], limit=limit)
        return [item["code"] for item in found]

    def given_with(
        self, field: str, contact: str, limit: int, *, code: str | None = None
    ) -> list[tuple[Claim, datetime]]:
        """Give the claims, or that of a code, that came with a contact, the newest first.

        `field` is `mobile` or `email`; found by the words of the contact, which every claim has.
        """
        words = [contact] if field == "mobile" else sorted(query_words(contact))
        query: dict[str, Any] = {"words": {"$all": words}, field: contact}
        if code is not None:
            query["code"] = code
        found = self._collection.find(query, sort=[("at", -1)], limit=limit)
        return [(claim_in(item), item["at"]) for item in found]

    def _first(self, cause: str, digest: str) -> Claim:
        found = self._collection.find_one({"_id": cause})
        if found is None:
            raise Unavailable("outcome_unknown", retry_after=1)
        if found["digest"] != digest:
            raise KeyReused
        return claim_in(found)


def _of_answers(answers: Answers | None) -> dict[str, Any]:
    """A ticket without a form has none of this, and costs the index nothing."""
    if answers is None:
        return {}
    return {
        "form": answers.form,
        "form_version": answers.version,
        # As text: the database has whole numbers of its own.
        "answers": msgspec.json.encode(answers.values).decode(),
        "fields": msgspec.to_builtins(answers.found),
    }


def _document(cause: str, code: str, content: Checked, digest: str, at: datetime) -> dict[str, Any]:
    contact = content.contact
    return {
        "_id": cause,
        "code": code,
        "digest": digest,
        "title": content.title,
        "description": content.description,
        "name": contact.name,
        "mobile": contact.mobile,
        "email": contact.email,
        "words": words_of(code, content),
        "at": at,
        # Tells this attempt's document from another's when its outcome has to be read back.
        "nonce": secrets.token_hex(8),
        **_of_answers(content.answers),
    }


def claim_in(found: dict[str, Any]) -> Claim:
    """Give the claim that a document of the collection holds."""
    contact = Contact(name=found["name"], mobile=found["mobile"], email=found["email"])
    content = Checked(
        title=found["title"],
        description=found["description"],
        contact=contact,
        answers=_answers(found) if "form" in found else None,
    )
    return Claim(code=found["code"], content=content, digest=found["digest"])


def _answers(found: dict[str, Any]) -> Answers:
    return Answers(
        form=found["form"],
        version=found["form_version"],
        values=msgspec.json.decode(found["answers"]),
        found=msgspec.convert(found["fields"], list[Found]),
    )
