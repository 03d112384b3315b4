"""The accounts of the demo organisation, signed in."""

from types import SimpleNamespace

import pytest

from deploy.local.installation import Installation
from tests.system.client import Api

ACCOUNTS = ("desk", "expert", "supervisor", "manager", "admin")


@pytest.fixture(scope="session")
def anyone(installation: Installation) -> Api:
    return Api(installation.addresses.gateway)


@pytest.fixture(scope="session")
def password(installation: Installation) -> str:
    return installation.environment["PEYGIR_DEMO_PASSWORD"]


@pytest.fixture(scope="session")
def staff(anyone: Api, password: str) -> SimpleNamespace:
    """One client per account; a token lasts a quarter of an hour, the tests do not."""
    return SimpleNamespace(**{name: anyone.sign_in(name, password) for name in ACCOUNTS})
