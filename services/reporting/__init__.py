"""Reporting: the memory. It only reads; whatever it knows can be built again from the event log.

Consumes every event of intake, routing, sla and notify; emits nothing; has no journal.
Stores the facts of each ticket and daily roll-ups over them (`repository.py` says how).
Read on in `service.py`, `handlers.py`, `domain/`.
"""
