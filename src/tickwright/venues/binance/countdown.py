"""USD-M's countdown (*Trade*, Auto-Cancel All Open Orders)."""

from __future__ import annotations

from tickwright.core.limits import Priority
from tickwright.model.instrument import Instrument
from tickwright.venues.base import RestCall
from tickwright.venues.binance.order_answers import nothing
from tickwright.venues.binance.rest import WEIGHT
from tickwright.venues.binance.signed_calls import commanded
from tickwright.venues.deadman import Countdown


__all__ = ["USDM_COUNTDOWN"]

_MS = 1000
_WINDOW_S_MIN = 5.0
"""The venue advises against small ones; a third of this is still longer than a slow answer."""


def _wind(instrument: Instrument, window_s: float) -> RestCall[None]:
    """Return ``POST /fapi/v1/countdownCancelAll``, answered with ``{"symbol":"BTCUSDT","countdownTime":"120000"}``.

    It reaches working orders, and none that still waits for its trigger.
    """
    params = (("symbol", instrument.symbol), ("countdownTime", str(round(window_s * _MS))))
    # It goes first, like a cancel: one that waits too long for its turn cancels everything.
    return commanded(
        "POST", "/fapi/v1/countdownCancelAll", params, nothing, {WEIGHT: 10}, Priority.CANCEL
    )


USDM_COUNTDOWN = Countdown(wind=_wind, window_s_min=_WINDOW_S_MIN)
