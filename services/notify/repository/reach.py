"""What every method of a repository promises when the database does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import PyMongoError

from chassis.errors import Unavailable


@contextmanager
def database() -> Iterator[None]:
    """Raise Unavailable for whatever the database does not do."""
    try:
        yield
    except PyMongoError as error:
        raise Unavailable("database_unavailable", retry_after=1) from error
