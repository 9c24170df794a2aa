"""Where Binance's payloads and bodies name one of several things, and so may one day name another."""

from __future__ import annotations

from typing import Any


__all__ = ["estrange"]

_FAMILY = 9
"""An ``st`` beside 1 (USD-M) and 2 (COIN-M)."""
_PLACED = frozenset({"time", "createTime"})
"""When an order was placed: told to whoever asks."""
_OF_ORDERS = ("status", "type", "origType", "algoStatus", "orderType", "timeInForce", "workingType")


def estrange(value: Any, word: str) -> None:
    """Put ``word`` where a decoded payload or body names an order type, a status, a filter, a family.

    Every listing gets a filter and an order type more, and the last one of several a status that nobody knows. So do orders in
    lists of them, which answer questions; answers to commands are left alone.

    Example:
        >>> event = {"e": "trade", "X": "MARKET", "st": 1}
        >>> estrange(event, "NEW"); event
        {'e': 'trade', 'X': 'NEW', 'st': 9}
    """
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and not _PLACED.isdisjoint(item):
                item |= {name: word for name in _OF_ORDERS if name in item}
            estrange(item, word)
    elif isinstance(value, dict):
        if "e" in value:
            _event(value, word)
        symbols = value.get("symbols")
        if isinstance(symbols, list) and "exchangeFilters" in value:
            _listings(symbols, word)
            value["rateLimits"].append(
                {"rateLimitType": word, "interval": "MINUTE", "intervalNum": 1, "limit": 1}
            )
        estrange(value.get("result"), word)  # of the WebSocket API


def _event(event: dict[str, Any], word: str) -> None:
    if isinstance(event.get("X"), str):
        event["X"] = word
    if "st" in event:
        event["st"] = _FAMILY
    for part, names in (("o", ("o", "f", "X")), ("a", ("m",))):
        inner = event.get(part)
        if isinstance(inner, dict):
            inner |= {name: word for name in names if name in inner}
    if event["e"] == "listStatus":
        event |= {"l": word, "L": word}


def _listings(symbols: list[dict[str, Any]], word: str) -> None:
    for symbol in symbols:
        symbol["filters"].append({"filterType": word, "limit": 1})
        symbol["orderTypes"].append(word)
    if len(symbols) > 1:
        name = "contractStatus" if "contractStatus" in symbols[-1] else "status"
        symbols[-1][name] = word
