"""Attributes that exist once the container has started.

Nameko reads every attribute of every extension while it binds them. A plain cached property would
be computed then - too early, and on the prototype too; a late one is absent until the start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    late = cached_property
else:

    class late(cached_property):  # noqa: N801 - used like `property`
        """A cached property of an extension; absent until the container has started."""

        def __get__(self, instance: Any, owner: Any = None) -> Any:
            """Compute once; raises AttributeError before the start."""
            if instance is not None:
                container = instance.container
                if container is None or not container.started:
                    raise AttributeError(self.attrname)
            return super().__get__(instance, owner)
