"""Intake: what was asked, by whom, and how it came.

Owns requesters with their personal data, the subject catalogue, forms, tracking codes, and what
requesters write. Consumes nothing. Emits `ticket.registered`, `ticket.message_received`,
`requester.changed` and `subject.defined`, on the streams `{code}`, `requester:{id}` and
`subject:{id}`. Stores, beside these, claims, profiles, texts, subjects, forms and attempts.
"""
