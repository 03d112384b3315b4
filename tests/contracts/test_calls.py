"""What holds for every request that a service takes."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import msgspec

import contracts.calls
from contracts.calls.base import Request


def requests() -> Iterator[type[Request]]:
    for module in pkgutil.iter_modules(contracts.calls.__path__, "contracts.calls."):
        for kind in vars(importlib.import_module(module.name)).values():
            if isinstance(kind, type) and issubclass(kind, Request):
                yield kind


def parts(kind: Any) -> Iterator[Any]:
    """Give a type with every type it is made of."""
    yield kind
    match kind:
        case msgspec.inspect.StructType():
            inner = [field.type for field in kind.fields]
        case msgspec.inspect.UnionType():
            inner = list(kind.types)
        case msgspec.inspect.ListType():
            inner = [kind.item_type]
        case msgspec.inspect.DictType():
            inner = [kind.key_type, kind.value_type]
        case _:
            inner = []
    for each in inner:
        yield from parts(each)


def test_every_whole_number_is_one_that_the_stores_can_hold():
    unbounded = [
        kind.__name__
        for kind in set(requests())
        for part in parts(msgspec.inspect.type_info(kind))
        if isinstance(part, msgspec.inspect.IntType) and None in {part.ge, part.le}
    ]

    assert unbounded == []
