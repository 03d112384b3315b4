"""A whole installation on one machine: for `make run`, for tests, for benchmarks and faults.

`servers/` knows how MongoDB, RabbitMQ, Redis and Prometheus are started, `processes.py` how our
own processes are, `supervision.py` keeps all of them alive, and `installation.py` is the handle
that everybody else holds.
The product imports nothing from here.
"""
