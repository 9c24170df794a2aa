"""What a venue does for a program that may die with orders open, as declarations.

There are two kinds. A *countdown* belongs to an instrument: it is wound up by a call, and cancels when it runs out. A *tether* belongs
to the private connections that asked for it: it cancels when the last of them has been gone for a while. Either cancels all orders of
the account that it reaches, whoever placed them. Many venues have neither.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec


if TYPE_CHECKING:
    from tickwright.model.instrument import Instrument
    from tickwright.venues.base import (
        RestCall,  # whose module declares products, and so needs this one
    )


__all__ = ["Countdown", "DeadMan", "Tether"]


class Countdown(msgspec.Struct, frozen=True, kw_only=True):
    """A timer at the venue, one an instrument."""

    wind: Callable[[Instrument, float], RestCall[None]]
    """``(instrument, window_s)``: cancel its orders unless called again in time; 0 stops it."""
    window_s_min: float
    window_s_max: float | None = None
    """``None`` where the venue names none."""


class Tether(msgspec.Struct, frozen=True, kw_only=True):
    """A watch over private connections, for accounts that were given it."""

    set: Callable[[float], RestCall[None]]
    """``window_s``: how long the last of them may be gone; whole seconds, rounded up."""
    ask: RestCall[float | None]
    """The window that holds, ``None`` if the account has no such watch."""
    greeting: Callable[[int], str]
    """Number of the request → the text that asks for it on a private connection."""
    window_s_min: float
    window_s_max: float | None = None


DeadMan = Countdown | Tether
