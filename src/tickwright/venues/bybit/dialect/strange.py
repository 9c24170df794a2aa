"""Where Bybit's payloads and bodies name one of several things, and so may one day name another (section 0)."""

from __future__ import annotations

from typing import Any


__all__ = ["estrange"]

_WORDS = frozenset(
    {
        "L", "tickDirection", "orderStatus", "orderType", "timeInForce", "cancelType", "rejectReason",
        "createType", "stopOrderType", "execType", "positionStatus", "contractType", "smpType",
        "marginMode", "curPreListingPhase",
    }
)  # fmt: skip


def estrange(value: Any, word: str) -> None:
    """Put ``word`` where a decoded payload or body names one of several things.

    The last one of several listed instruments gets a status that nobody knows, and ``smpGroup`` is a number again, as
    it was before August 2026.

    Example:
        >>> trade = {"data": [{"S": "Buy", "L": "PlusTick"}]}
        >>> estrange(trade, "NEW"); trade
        {'data': [{'S': 'Buy', 'L': 'NEW'}]}
    """
    if isinstance(value, list):
        for item in value:
            estrange(item, word)
        if len(value) > 1 and isinstance(value[-1], dict) and "lotSizeFilter" in value[-1]:
            value[-1]["status"] = word
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in _WORDS and isinstance(inner, str) and inner:
                value[name] = word
            elif name == "smpGroup":
                value[name] = 0
            else:
                estrange(inner, word)
