"""How long to wait before trying again: doubling, capped, jittered, reset by a healthy while only.

The delay does *not* go back to its start when a socket opens. A venue that accepts a connection and
drops it a second later would otherwise be dialled once a second for ever, which is how addresses
get banned. It goes back once a connection has lasted ``healthy_s``.
"""

from __future__ import annotations

from random import Random

import msgspec

from tickwright.errors import ConfigError


__all__ = ["RestartDelays", "RestartPolicy"]


class RestartPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of a restart or reconnect, each with its reason."""

    first_s: float = 1.0
    """Most drops are over within a second, and Binance counts connects (300 in 5 min for an address)."""
    factor: float = 2.0
    max_s: float = 60.0
    """A venue that comes back is noticed within a minute; one try a minute bothers nobody."""
    jitter: float = 0.1
    """Part of the delay, up or down, by chance: clients cut together must not return together."""
    healthy_s: float = 30.0
    """As long as the heartbeat needs to call a connection dead: whoever lasted that long was alive."""
    attempts_max: int | None = None
    """Failures in a row to bear; ``None`` never gives up."""

    def __post_init__(self) -> None:
        if not 0 < self.first_s <= self.max_s or self.factor < 1 or not 0 <= self.jitter < 1:
            raise ConfigError(
                f"delays must satisfy 0 < first ≤ max, factor ≥ 1, 0 ≤ jitter < 1: {self}"
            )
        if self.healthy_s < 0 or (self.attempts_max is not None and self.attempts_max < 0):
            raise ConfigError(f"healthy_s and attempts_max must not be negative: {self}")


class RestartDelays:
    """The next delay after each failure of one session or child.

    Args:
        policy: The numbers.
        rng: Chance for the jitter; pass a seeded one to repeat a run.

    Example:
        >>> delays = RestartDelays(RestartPolicy(jitter=0), Random(1))
        >>> delays.failed(0.0), delays.failed(1.0), delays.failed(3.0)
        (1.0, 2.0, 4.0)
        >>> delays.connected(10.0)
        >>> delays.failed(15.0), delays.connected(30.0), delays.failed(60.0)
        (8.0, None, 1.0)
    """

    __slots__ = ("_connected_s", "_failures", "_next_s", "_policy", "_rng")

    def __init__(self, policy: RestartPolicy, rng: Random) -> None:
        self._policy = policy
        self._rng = rng
        self._connected_s: float | None = None
        self._failures = 0
        self._next_s = policy.first_s

    @property
    def failures(self) -> int:
        """Failures in a row since the last healthy while."""
        return self._failures

    def connected(self, now_s: float) -> None:
        """Note that it works since ``now_s``; called again while it does, the earlier time stands."""
        if self._connected_s is None:
            self._connected_s = now_s

    def failed(self, now_s: float) -> float | None:
        """Return the seconds to wait before the next try, ``None`` to give up."""
        connected_s, self._connected_s = self._connected_s, None
        if connected_s is not None and now_s - connected_s >= self._policy.healthy_s:
            self._reset()
        self._failures += 1
        if self._policy.attempts_max is not None and self._failures > self._policy.attempts_max:
            return None
        # Multiplied step by step, for a power of a large count overflows after a long night offline.
        nominal_s = self._next_s
        self._next_s = min(nominal_s * self._policy.factor, self._policy.max_s)
        jitter = self._policy.jitter
        return nominal_s * self._rng.uniform(1 - jitter, 1 + jitter)

    def _reset(self) -> None:
        self._failures = 0
        self._next_s = self._policy.first_s
