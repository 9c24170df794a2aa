"""When to renew a connection that the venue will cut: before its lifetime ends, in an hour that suits the user.

Binance cuts every socket after 24 h. A cut is healed like any other, but a renewal loses nothing at all: the
successor is connected and subscribed while the old one still delivers (``runtime.succession``).
"""

from __future__ import annotations

from random import Random

import msgspec

from tickwright.errors import ConfigError


__all__ = ["RenewalPolicy", "RenewalTimer", "parse_window"]

_DAY_S = 86_400


class RenewalPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When sessions are renewed.

    Raises:
        ConfigError: If the margin does not leave any life, or the window is empty.
    """

    lifetime_s: float
    """After which the venue cuts a connection."""
    margin_s: float = 1800.0
    """Renewed this long before at the latest: room for dozens of tries if the venue is busy."""
    spread_s: float = 1800.0
    """Sessions opened together are renewed over this while, so that their successors do not all connect at once."""
    window: tuple[int, int] | None = None
    """Seconds of the UTC day (from, to) in which to renew if possible; ``None`` for any time."""
    window_age_s: float = 3600.0
    """Younger connections are not renewed just because the window is open."""

    def __post_init__(self) -> None:
        if self.margin_s + self.spread_s >= self.lifetime_s:
            raise ConfigError(
                f"a lifetime of {self.lifetime_s:g} s leaves nothing after a margin of {self.margin_s:g} s"
                f" and a spread of {self.spread_s:g} s; make them smaller"
            )
        if self.window is not None and self.window[0] == self.window[1]:
            raise ConfigError("the renewal window is empty; write for example 02:00-04:00")


class RenewalTimer:
    """The renewal of one connection.

    Args:
        policy: The numbers.
        rng: Chance, for the spread.
        opened_s: When the connection was opened, monotonic.

    Example:
        >>> timer = RenewalTimer(RenewalPolicy(lifetime_s=86_400, spread_s=0), Random(1), opened_s=0.0)
        >>> timer.is_due(80_000.0, 0), timer.is_due(84_600.0, 0)
        (False, True)
    """

    __slots__ = ("_latest_s", "_opened_s", "_policy", "_share")

    def __init__(self, policy: RenewalPolicy, rng: Random, *, opened_s: float) -> None:
        self._policy = policy
        self._opened_s = opened_s
        self._share = rng.random()
        self._latest_s = (
            opened_s + policy.lifetime_s - policy.margin_s - self._share * policy.spread_s
        )

    def is_due(self, now_s: float, wall_ns: int) -> bool:
        """Return whether it should be renewed now.

        Args:
            now_s: Monotonic.
            wall_ns: The wall clock, for the window.
        """
        if now_s >= self._latest_s:
            return True
        window = self._policy.window
        if window is None or now_s - self._opened_s < self._policy.window_age_s:
            return False
        # Each connection has its own moment in the window, so that they do not all go at its first second.
        length_s = (window[1] - window[0]) % _DAY_S
        since_s = (wall_ns // 1_000_000_000 - window[0]) % _DAY_S
        return self._share * length_s <= since_s < length_s


def parse_window(text: str) -> tuple[int, int]:
    """Return the seconds of the day that ``HH:MM-HH:MM`` (UTC) names; it may reach over midnight.

    Raises:
        ConfigError: If the text is of another form.

    Example:
        >>> parse_window("23:30-01:00")
        (84600, 3600)
    """
    try:
        start, end = (_seconds(part) for part in text.split("-"))
    except ValueError:
        raise ConfigError(
            f"{text!r} is not a window of the day; write HH:MM-HH:MM in UTC, for example 02:00-04:00"
        ) from None
    return start, end


def _seconds(text: str) -> int:
    hours, minutes = text.strip().split(":")
    seconds = int(hours) * 3600 + int(minutes) * 60
    if not (0 <= int(hours) <= 23 and 0 <= int(minutes) <= 59):
        raise ValueError(text)
    return seconds
