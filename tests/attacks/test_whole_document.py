"""Generated requests to every operation of the OpenAPI document: it announces each answer.

They come last by the file's name, because some of them define units and rules that send tickets
where nobody looks for them.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from tests.attacks.clients import Session, Stranger, bearer

_FILE = Path(__file__).parents[2] / "docs" / "openapi.json"
_SECONDS = 10

#: A stream has no end that a generated request could wait for; it has a test of its own below.
_SCHEMA = schemathesis.openapi.from_path(_FILE).exclude(operation_id="stream_events")
load_all_checks()
_CHECKS = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    ]
)


@pytest.fixture
def session(sign_in) -> Iterator[Session]:
    """An administrator: every door is open to him, and no limit is in the way."""
    signed_in = sign_in("admin")
    yield signed_in
    signed_in.close()


@_SCHEMA.parametrize()
@settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_document_announces(case, url, session):
    case.call_and_validate(
        base_url=url, headers=bearer(session.token), checks=_CHECKS, timeout=_SECONDS
    )


def test_the_document_that_is_tried_is_the_one_that_is_served(url):
    assert Stranger(url).get("/openapi.json").body == _FILE.read_bytes()


@pytest.mark.parametrize(
    ("query", "status"), [("", 200), ("?after=rubbish", 422), ("?types=%00", 200)]
)
def test_the_stream_answers_as_announced(query, status, session, document):
    answer = session.get(f"/api/v1/events/stream{query}")

    assert answer.status == status
    operation = document["paths"]["/api/v1/events/stream"]["get"]
    assert str(status) in operation["responses"]
