"""The texts of actions, of which two tries may be under way at once."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pymongo import MongoClient

from contracts.envelope import ContentRef
from services.routing.repository.texts import Texts
from tests.servers import Servers

AT = datetime(2026, 5, 1, tzinfo=UTC)
REFS = {"note": ContentRef(id="t1", sha256="0" * 64)}


@pytest.fixture
def texts(servers: Servers) -> Iterator[Texts]:
    name = f"texts_{secrets.token_hex(4)}"
    with MongoClient(servers.mongo_uri) as client:
        yield Texts(client[name]["texts"])
        client.drop_database(name)


def keep(texts: Texts) -> None:
    texts.keep("482913047716", REFS, {"note": "seen"}, at=AT)


def test_a_refused_command_leaves_no_text(texts: Texts) -> None:
    keep(texts)

    texts.forget(REFS)

    assert texts.bodies(["t1"]) == {}


def test_the_text_of_an_accepted_try_survives_the_refusal_of_another(texts: Texts) -> None:
    keep(texts)
    keep(texts)

    texts.forget(REFS)

    assert texts.bodies(["t1"]) == {"t1": "seen"}


def test_when_every_try_was_refused_the_text_is_gone(texts: Texts) -> None:
    keep(texts)
    keep(texts)

    texts.forget(REFS)
    texts.forget(REFS)

    assert texts.bodies(["t1"]) == {}
