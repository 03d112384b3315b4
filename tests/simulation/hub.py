"""Eventlet's hub with a clock of its own: who runs next is drawn, and time passes when told to.

Green threads, events, semaphores and time-outs are eventlet's; only the loop below them is ours. A
green thread belongs to a simulated process, or to the world outside; those of a dead process never
run again.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from typing import Any

from eventlet import hubs
from greenlet import GreenletExit, getcurrent, greenlet


class Owner:
    """What green threads belong to; dies with all of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        #: Until when nothing of it runs, as after SIGSTOP.
        self.frozen_until = 0.0
        self.threads: list[greenlet] = []


class Timer:
    """Something that is to happen at an instant, unless it is cancelled first."""

    __slots__ = ("arguments", "call", "due", "options", "owner", "pending")

    def __init__(self, due: float, owner: Owner, call: Any, arguments: Any, options: Any) -> None:
        self.due = due
        self.owner = owner
        self.call = call
        self.arguments = arguments
        self.options = options
        self.pending = True

    def cancel(self) -> None:
        """Let it not happen."""
        self.pending = False


class Hub:
    """The loop below eventlet, one turn at a time."""

    def __init__(self, chance: random.Random, entered: Callable[[Owner], None], now: float) -> None:
        self.greenlet = getcurrent()
        self.now = now
        self.outside = Owner("outside")
        self._chance = chance
        self._entered = entered
        #: What may run now, because it was told to; because its time has come; and what sleeps.
        self.ready: list[Timer] = []
        self.awake: list[Timer] = []
        self._asleep: list[tuple[float, int, Timer]] = []
        self._count = 0

    def install(self) -> None:
        """Be the hub that eventlet uses."""
        hubs._threadlocal.hub = self

    # -- eventlet's side -------------------------------------------------------------------------

    def switch(self) -> Any:
        """Leave the current green thread until somebody switches to it."""
        return self.greenlet.switch()

    def schedule_call_global(
        self, seconds: float, call: Any, *arguments: Any, **options: Any
    ) -> Timer:
        """Have something called after some seconds."""
        timer = Timer(self.now + seconds, self._owner(call, arguments), call, arguments, options)
        if seconds > 0:
            self._sleep(timer, timer.due)
        else:
            self.ready.append(timer)
        return timer

    def _sleep(self, timer: Timer, until: float) -> None:
        self._count += 1
        heapq.heappush(self._asleep, (until, self._count, timer))

    schedule_call_local = schedule_call_global

    def _owner(self, call: Any, arguments: Any) -> Owner:
        """Find whose green thread will run: a new one belongs to whoever starts it."""
        thread = getattr(call, "__self__", None)
        if not isinstance(thread, greenlet):
            thread = arguments[-1] if arguments and isinstance(arguments[-1], greenlet) else None
        if thread is None:
            return self.current()
        known: Owner | None = getattr(thread, "owner", None)
        if known is None:
            known = thread.owner = self.current()
            known.threads.append(thread)
        return known

    def current(self) -> Owner:
        """Give whose green thread runs now."""
        return getattr(getcurrent(), "owner", self.outside)

    # -- the world's side ------------------------------------------------------------------------

    def spawn(self, owner: Owner, run: Callable[..., Any], *arguments: Any) -> greenlet:
        """Start a green thread of an owner."""
        thread = greenlet(run, self.greenlet)
        thread.owner = owner
        owner.threads.append(thread)
        self.schedule_call_global(0, thread.switch, *arguments)
        return thread

    def pause(self, seconds: float = 0.0) -> None:
        """Let others go first."""
        thread = getcurrent()
        if thread is not self.greenlet:
            timer = self.schedule_call_global(seconds, thread.switch)
            try:
                self.switch()
            finally:
                timer.cancel()

    def turn(self, among: list[Timer]) -> None:
        """Let one of those run that may, whichever is drawn."""
        last = len(among) - 1
        drawn = int(self._chance.random() * (last + 1))
        timer, among[drawn] = among[drawn], among[last]
        among.pop()
        self._run(timer)

    def _run(self, timer: Timer) -> None:
        if timer.pending and timer.owner.frozen_until > self.now:
            self._sleep(timer, timer.owner.frozen_until)
        elif timer.pending and not timer.owner.dead:
            timer.pending = False
            self._entered(timer.owner)
            timer.call(*timer.arguments, **timer.options)

    def advance(self, seconds: float) -> None:
        """Let time pass; whoever slept no longer than that may run then."""
        self.now += seconds
        while self._asleep and self._asleep[0][0] <= self.now:
            timer = heapq.heappop(self._asleep)[2]
            if getattr(timer.call, "__name__", "") == "throw":
                # Eventlet looks for time-outs before anything else: who is late goes no further.
                self._run(timer)
            elif timer.pending and not timer.owner.dead:
                # The world outside does not wait for loops that only look whether there is work.
                (self.ready if timer.owner is self.outside else self.awake).append(timer)

    def until_next(self) -> float:
        """Give the seconds until the next sleeper wakes."""
        return max(0.0, self._asleep[0][0] - self.now) if self._asleep else 0.0

    def bury(self, owner: Owner) -> None:
        """End every green thread of an owner, which runs what their `finally` says."""
        owner.dead = True
        for thread in owner.threads:
            if thread and not thread.dead and thread is not getcurrent():
                thread.throw(GreenletExit)
        owner.threads.clear()
