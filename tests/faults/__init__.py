"""Faults injected into a whole installation, and what they cost: `python -m tests.faults`.

A load generator outside of the system writes every acknowledged command to a ledger. After the
faults the system drains, and ledger and system are compared as sets. Nothing of the product is
imported but the local runner that starts it.
"""
