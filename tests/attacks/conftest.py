"""An installation to be attacked, and people in different places of its organisation."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deploy.local.installation import Installation
from tests.attacks.clients import Session, Stranger, a_request
from tests.attacks.routes import Route, routes_of
from tests.servers import started_installation
from tests.system.client import wait_for

#: Slow clients are given up sooner than in operation, so that the tests need not wait as long.
HEAD_SECONDS, BODY_SECONDS = 2.0, 3.0
_READY_SECONDS = 120.0
_PASSWORD = "nobody-else-has-this-one"


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One of its own: what attacks leave behind would disturb other tests."""
    environment = {
        "PEYGIR_HEAD_SECONDS": str(HEAD_SECONDS),
        "PEYGIR_BODY_SECONDS": str(BODY_SECONDS),
    }
    folder = tmp_path_factory.mktemp("attacked")
    with started_installation(folder, demo=True, environment=environment) as started:
        started.start_processes()
        started.wait_ready(_READY_SECONDS)
        yield started


@pytest.fixture(scope="session")
def url(installation: Installation) -> str:
    return installation.addresses.gateway


@pytest.fixture
def stranger(url: str) -> Stranger:
    """Somebody who has not signed in, at an address of his own."""
    return Stranger(url)


@pytest.fixture(scope="session")
def document(url: str) -> dict[str, Any]:
    """The OpenAPI document as the installation serves it."""
    return Stranger(url).get("/openapi.json").expect(200).json


@pytest.fixture(scope="session")
def routes(document: dict[str, Any]) -> list[Route]:
    return routes_of(document)


@pytest.fixture(scope="session")
def sign_in(url: str, installation: Installation) -> Callable[[str], Session]:
    """Sign in as one of the demo organisation's accounts."""
    password = installation.environment["PEYGIR_DEMO_PASSWORD"]
    return lambda name: Stranger(url).sign_in(name, password)


@pytest.fixture(scope="session")
def admin(sign_in: Callable[[str], Session]) -> Session:
    return sign_in("admin")


@pytest.fixture(scope="session")
def desk(sign_in: Callable[[str], Session]) -> Session:
    return sign_in("desk")


@pytest.fixture(scope="session")
def employ(url: str, admin: Session) -> Callable[..., Session]:
    """Add a person to the organisation, who gets no work, and sign him in."""

    def employed(name: str, **fields: Any) -> Session:
        person = {"name": name, "password": _PASSWORD, "capacity": 0, **fields}
        admin.request("PUT", f"/api/v1/admin/people/{name}", person).expect(200)
        return Stranger(url).sign_in(name, _PASSWORD)

    return employed


@pytest.fixture(scope="session")
def registered(url: str, admin: Session) -> Callable[..., str]:
    """Register somebody's request and wait until it is somebody's work; gives its code."""

    def register(**changes: Any) -> str:
        answer = Stranger(url).post("/api/v1/tickets", a_request(**changes)).expect(201)
        code = answer.json["code"]
        wait_for(
            lambda: admin.get(f"/api/v1/tickets/{code}").status == 200,
            deadline=30,
            what="the ticket's case",
        )
        return code

    return register
