"""The voice: tells everyone who should know, and keeps the ledger of what was told.

Owns templates and deliveries. Consumes the events of intake, routing and sla; emits
`notification.*`. Stores neither addresses nor texts: it asks for them when it sends.
"""
