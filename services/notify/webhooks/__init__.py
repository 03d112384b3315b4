"""Webhooks: events of the log posted to other systems, each subscription by itself (ADR 32)."""
