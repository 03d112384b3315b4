"""One JSON object per line on standard output: a constant event name, data as fields.

Ids, never people or texts. What is bound with `bound(...)` stands in every line of that green
thread or task.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import msgspec
import structlog

get_logger = structlog.get_logger
bound = structlog.contextvars.bound_contextvars
_encoder = msgspec.json.Encoder(enc_hook=repr)


def configure(service: str, level: str) -> None:
    """Set logging up for the process; other libraries' records take the same way."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        _named(service),
    ]
    structlog.configure(
        processors=[*shared, _traceback, _render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _traceback,
                _render,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(logging.getLevelName(level), logging.WARNING))


def _named(service: str) -> Any:
    def add(
        _logger: Any, _method: str, fields: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        fields["service"] = service
        return fields

    return add


def _traceback(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> Any:
    return structlog.processors.format_exc_info(_logger, _method, fields)


def _render(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> str:
    return _encoder.encode(fields).decode()
