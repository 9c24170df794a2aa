"""The WebSocket API's public methods: REST's answers, and the little that differs from them (sections 15.4 and 16)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from tickwright.venues.binance.dialect.private.context import Context
from tickwright.venues.binance.dialect.private.methods import Route
from tickwright.venues.binance.dialect.private.params import texts
from tickwright.venues.dialects import Answer


__all__ = ["PublicMethods"]

_CONNECTIONS = {
    "rateLimitType": "CONNECTIONS",
    "interval": "MINUTE",
    "intervalNum": 5,
    "limit": 300,
}


class PublicMethods:
    """Answers what anybody may ask.

    Args:
        context: Of the product.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._is_futures = context.product.is_futures

    def answer(self, route: Route, params: Mapping[str, Any]) -> Answer:
        """Return the answer of an endpoint to parameters that came as JSON."""
        method, path = route
        answer = self._context.market.answer(method, path, texts(params))
        if answer.status != 200:
            return answer
        if path.endswith("/time"):
            told_ms = json.loads(answer.body)["serverTime"] + self._context.clock_step_ms
            return _with(answer, {"serverTime": told_ms})
        if path.endswith("/exchangeInfo"):
            body = json.loads(answer.body)
            body["rateLimits"].append(_CONNECTIONS)
            return _with(answer, body)
        if path.endswith("/bookTicker") and self._is_futures:
            return _with(answer, self._numbered(json.loads(answer.body)))
        return answer

    def _numbered(self, body: Any) -> Any:
        """Return best quotes with the update id that they are of, which REST does not tell."""
        if isinstance(body, list):
            return [self._numbered(row) for row in body]
        asked = {"symbol": body["symbol"], "limit": "5"}
        book = json.loads(
            self._context.market.answer("GET", f"{self._context.product.prefix}/depth", asked).body
        )
        return {"lastUpdateId": book["lastUpdateId"], **body}


def _with(answer: Answer, body: Any) -> Answer:
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return msgspec.structs.replace(answer, body=text)
