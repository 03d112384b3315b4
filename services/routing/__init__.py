"""Routing: where the work is, and what may happen to it next.

Owns the organisation, staff accounts, routing rules, workflows and the ticket's case. Consumes what
intake registers and receives; emits every step of the case (`contracts/routing/`). Stores the
journal, `tickets`, `organisation`, the directory, `loads`, `texts` and `attempts`.
"""
