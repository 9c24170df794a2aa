"""When a signed request is too old, or from the future (section 9.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused, illegal, mandatory


__all__ = ["check_timing"]

_AHEAD_US_MAX = 1_000_000
_WINDOW_MS, _WINDOW_MS_MAX = "5000", 60_000
_OLDEST_MS = 1_483_228_800_000
_MICROSECONDS_FROM = 10**15
_DIGITS = re.compile(r"[0-9]{1,20}")
_WINDOW = {
    True: re.compile(r"[0-9]{1,20}"),
    False: re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,3})?"),
}
_MILLI = 1000


def check_timing(params: Params, times_ms: Iterable[int], *, is_futures: bool) -> None:
    """Check ``timestamp`` and ``recvWindow``.

    Args:
        params: The request's.
        times_ms: The server's time. A market that runs at another pace than the clock has two; either will do.
        is_futures: They take whole ms only.

    Raises:
        Refused: With -1021, or for a number that is none.
    """
    window_us = _window_us(params.text("recvWindow") or _WINDOW_MS, is_futures=is_futures)
    text = params.text("timestamp")
    if not text:
        raise mandatory("timestamp")
    if _DIGITS.fullmatch(text) is None:
        raise illegal("timestamp", "^[0-9]{1,20}$")
    sent = int(text)
    is_micro = sent >= _MICROSECONDS_FROM and not is_futures
    sent_us = sent if is_micro else sent * _MILLI
    ages_us = [now_ms * _MILLI - sent_us for now_ms in times_ms]
    if any(-_AHEAD_US_MAX < age_us <= window_us for age_us in ages_us):
        return
    if sent_us >= _OLDEST_MS * _MILLI and all(age_us <= -_AHEAD_US_MAX for age_us in ages_us):
        raise Refused(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    raise Refused(-1021, "Timestamp for this request is outside of the recvWindow.")


def _window_us(text: str, *, is_futures: bool) -> int:
    if _WINDOW[is_futures].fullmatch(text) is None:
        raise illegal("recvWindow", r"^([0-9]{1,20})(\.[0-9]{1,3})?$")
    whole, _, part = text.partition(".")
    window_us = int(whole) * _MILLI + int(part.ljust(3, "0"))
    if window_us > _WINDOW_MS_MAX * _MILLI:
        if is_futures:
            raise Refused(-1130, "Data sent for parameter 'recvWindow' is not valid.")
        raise Refused(
            -1102,
            f"'recvWindow' contains unexpected value. Cannot be greater than {_WINDOW_MS_MAX}.",
        )
    return window_us
