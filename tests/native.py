"""Servers inside a test keep the threads of the system, whatever eventlet does to their modules.

`eventlet.wsgi` imports `http.server` once more, with green threads inside, and leaves that one as
the attribute of its package. A server of it answers a request that comes in two pieces only when
the next one comes. So this is imported before all that imports eventlet.
"""

import http.server

_native = http.server

import eventlet.wsgi  # noqa: E402, F401

http.server = _native
