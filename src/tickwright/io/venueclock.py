"""Keeps the time of one venue: asked for when somebody first needs it, and again and again from then on.

Who only streams market data needs no venue's time, and nothing is sent for them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from random import Random

from tickwright.core.clocksync import ClockSync
from tickwright.core.restart import RestartDelays, RestartPolicy
from tickwright.errors import CircuitOpen, ConnectivityError, DecodeError, VenueError
from tickwright.io.clock import Clock


__all__ = ["VenueClock"]

log = logging.getLogger(__name__)

_RETRY = RestartPolicy(first_s=1.0, max_s=60.0)
"""Between tries while the venue does not tell its time."""
_PATIENCE_S = 3.0
"""An answer slower than that says little, and a signed call should wait no longer for the first one."""


class VenueClock:
    """Feeds a `ClockSync`, so that what is signed carries the venue's time (G20).

    Args:
        sync: What is fed.
        sample: Asks the venue once and puts the answer into ``sync``; raises what a REST call raises.
        clock: Our clock.
        rng: For the jitter between tries.

    Example:
        >>> await venue_clock.known()  # before something is signed
        >>> venue_clock.sync.server_ns(clock.monotonic_ns())
    """

    def __init__(
        self, sync: ClockSync, sample: Callable[[], Awaitable[None]], clock: Clock, rng: Random
    ) -> None:
        self.sync = sync
        self._sample = sample
        self._clock = clock
        self._rng = rng
        self._asking = asyncio.Lock()
        self._needed = asyncio.Event()

    def now_ms(self) -> int:
        """Return the venue's time in ms, or ours while the venue's is not known."""
        now_ns = self.sync.server_ns(self._clock.monotonic_ns()) or self._clock.time_ns()
        return now_ns // 1_000_000

    def told_ns(self) -> int | None:
        """Return the venue's time in ns, ``None`` while it is not known."""
        return self.sync.server_ns(self._clock.monotonic_ns())

    @property
    def is_known(self) -> bool:
        """Whether `known` has nothing to wait for."""
        return bool(self.sync.sample_count) and self._needed.is_set()

    async def known(self) -> None:
        """Wait until the venue's time is known or, where it does not tell it, was asked for once.

        Never raises: our own clock, which is right as a rule, serves until the venue tells. Whoever comes first lets
        `run` begin.
        """
        if not self.sync.sample_count:
            async with self._asking:  # one question serves all who wait
                if not self.sync.sample_count:
                    await self._ask()
        self._needed.set()

    def distrust(self) -> None:
        """Forget the time, which the venue has refused: whoever needs it next asks anew."""
        self.sync.distrust()

    async def relearn(self) -> None:
        """Forget the time, which the venue has refused, and ask anew. Never raises."""
        self.distrust()
        await self.known()

    async def run(self) -> None:
        """Keep the time from its first need on, until cancelled; run it as a supervised child."""
        await self._needed.wait()
        delays = RestartDelays(_RETRY, self._rng)
        while True:
            due_in_ns = self.sync.due_in_ns(self._clock.monotonic_ns())
            if due_in_ns > 0:
                await asyncio.sleep(due_in_ns / 1e9)
            elif await self._ask():
                delays = RestartDelays(_RETRY, self._rng)
            else:
                await asyncio.sleep(delays.failed(self._clock.monotonic_s()) or 0.0)

    async def _ask(self) -> bool:
        """Take a sample, and return whether there was one."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._sample()
        except TimeoutError:
            log.warning(
                "the venue's time was not told within %g s, ours serves meanwhile", _PATIENCE_S
            )
            return False
        except (ConnectivityError, VenueError, DecodeError, CircuitOpen) as error:
            log.warning("the venue's time cannot be had, ours serves meanwhile: %s", error)
            return False
        return True
