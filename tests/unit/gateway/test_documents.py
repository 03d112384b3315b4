"""The OpenAPI document, and the rights that routes declare."""

import msgspec
import pytest
from openapi_spec_validator import validate

from contracts.rights import RIGHTS
from gateway import openapi, reference
from gateway.access import ANYONE, REQUESTER, SIGNED_IN
from tests.unit.gateway.fakes import shared_app


@pytest.fixture(scope="module")
def app():
    return shared_app()


@pytest.fixture(scope="module")
def document(app):
    return openapi.build(app)


def test_the_committed_document_is_current(app):
    assert reference.FILE.read_bytes() == reference.written(app), (
        "run `python -m gateway.reference`"
    )


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")

    validate(document)


def test_every_route_declares_who_may_use_it(app):
    forgotten = [
        f"{method} {path}" for path, method, allow in openapi.rights_by_route(app) if allow is None
    ]

    assert forgotten == []


def test_rights_are_such_as_there_are(app):
    declared = {allow.right for _, _, allow in openapi.rights_by_route(app) if allow}

    assert declared <= {*RIGHTS, ANYONE, SIGNED_IN, REQUESTER}


def test_every_operation_is_complete(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["operationId"], where
            assert operation["summary"], where
            assert operation["tags"][0] in openapi.TAGS, where
            assert operation["x-right"], where
            assert {"500", "503"} <= set(operation["responses"]), where
            if operation["x-right"] in RIGHTS:
                assert {"401", "403"} <= set(operation["responses"]), where


def test_operation_ids_are_unique(document):
    ids = [
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
    ]

    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere(document):
    text = msgspec.json.encode(document).decode()
    wanted = {part.partition('"')[0] for part in text.split('"$ref":"#/components/')[1:]}
    kinds = document["components"]

    missing = [each for each in wanted if each.split("/")[1] not in kinds[each.split("/")[0]]]

    assert missing == []


async def test_the_documents_are_served(world):
    for path in ("/openapi.json", "/asyncapi.json", "/peygir.http"):
        assert (await world.get(path)).status == 200
    page = await world.get("/docs")
    assert "register_ticket" in page.text
