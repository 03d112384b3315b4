"""Faults injected into a whole installation, and what they cost: `python -m tests.faults`.

A load generator outside of the system writes every acknowledged command to a ledger (`load`,
`commands`, `ledger`). Faults come from a list that a seed decides (`plan`) and are carried out on
real processes and servers (`world`, `injection`, `proxy`, `quota`, `cluster`, `hooks`). When the
system has drained, ledger and system are compared as sets (`event_log`, `audit`, `notices`).
`cases` has one function per test, numbered as in docs/reliability.md; `course` is what all of them
have in common, and `report` draws what happened.

Nothing of the product is imported but the local runner that starts it.
"""
