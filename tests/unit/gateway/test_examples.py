"""The examples of the API's document: each operation has them, and each is what it says it is."""

import re

import jsonschema_rs
import msgspec
import pytest
from fastapi.openapi.utils import get_openapi

from gateway import collection, openapi, recorded
from gateway.answers import SCHEMAS
from services.intake.domain.codes import is_wellformed
from tests.unit.gateway.fakes import shared_app

_CODE = re.compile(r"(?<![0-9a-f])[1-9][0-9]{11}(?![0-9a-f])")


@pytest.fixture(scope="module")
def document():
    return openapi.build(shared_app())


@pytest.fixture(scope="module")
def declared():
    """The document as routes alone make it."""
    return openapi.build(shared_app(), exchanges={})


def faults_of(document):
    components = document["components"]
    for path, method, operation in recorded.operations(document):
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [
            each.get("content", {})
            for status, each in operation["responses"].items()
            if status.startswith("2")
        ]
        for media in (media for content in contents for media in content.values()):
            schema = {**media["schema"], "components": components}
            validator = jsonschema_rs.Draft202012Validator(schema)
            for example in media.get("examples", {}).values():
                for error in validator.iter_errors(example["value"]):
                    yield f"{method} {path}: {error.instance_path} {error.message}"


def test_every_operation_shows_what_it_takes_and_what_it_gives(document):
    assert recorded.missing(document) == [], "run `python -m tests.recording`"


def test_every_example_is_one_of_its_schema(document):
    assert list(faults_of(document)) == []


def test_a_wrong_example_is_found(document):
    wrong = msgspec.json.decode(msgspec.json.encode(document))
    operation = wrong["paths"]["/api/v1/tickets"]["post"]
    media = operation["responses"]["201"]["content"]["application/json"]
    next(iter(media["examples"].values()))["value"]["state"] = 5

    assert len(list(faults_of(wrong))) == 1


def test_every_tracking_code_of_an_example_could_have_been_issued(document):
    codes = set(_CODE.findall(msgspec.json.encode(document).decode()))

    assert "481920374652" in codes
    assert [code for code in codes if not is_wellformed(code)] == []


def test_every_path_can_be_filled_in(document):
    empty = [
        f"{operation['operationId']}: {parameter['name']}"
        for _path, _method, operation in recorded.operations(document)
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "path"
        and "example" not in parameter
        and not parameter["schema"].get("examples")
    ]

    assert empty == []


def test_nothing_is_recorded_that_stands_with_its_route_or_of_no_operation(declared):
    lacking = set(recorded.missing(declared))
    known = {operation["operationId"] for _, _, operation in recorded.operations(declared)}

    for name, exchange in recorded.read().items():
        assert name in known
        for part in ("body", "answer"):
            assert getattr(exchange, part) is None or f"{name}: {part}" in lacking, name


def test_nothing_recorded_opens_anything():
    text = recorded.FILE.read_text("utf-8")

    assert set(re.findall(r"eyJ[\w-]+\.[\w-]+\.([\w-]+)", text)) <= {"c2lnbmF0dXJl"}
    assert "127.0.0.1:" not in text


def test_no_two_shapes_have_one_name():
    own = get_openapi(title="", version="", routes=shared_app().routes)["components"]["schemas"]

    assert set(own) & set(SCHEMAS) == set()
    assert [name for name in own if "__" in name] == []


def test_the_committed_collection_is_current(document):
    assert collection.FILE.read_text("utf-8") == collection.written(document, recorded.read()), (
        "run `python -m gateway.reference`"
    )
