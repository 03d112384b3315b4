"""Intake: what was asked, by whom, and how it came.

Owns requesters with their personal data, the subject catalogue, forms, tracking codes, planned
work, and what requesters write. Consumes nothing. Emits `ticket.registered`,
`ticket.message_received`, `requester.changed`, `subject.defined` and `plan.*`, on the streams
`{code}`, `requester:{id}`, `subject:{id}` and `plan:{id}`. Stores, beside these, claims, profiles,
texts, subjects, forms, what plans register, and attempts.
"""
