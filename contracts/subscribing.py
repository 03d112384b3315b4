"""Subscriptions over AMQP: what a system's queue and user are called at the broker."""

import re

#: What systems and their queues can be called.
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def user_of(system: str) -> str:
    """Give the name of a system's user."""
    return f"sub.{system}"


def queue_of(system: str, name: str) -> str:
    """Give the name of one of a system's queues."""
    return f"sub.{system}.{name}"
