"""How commands travel over Binance's WebSocket APIs: spot's ``/ws-api/v3``, and ``/ws-fapi/v1`` of USD-M.

A method is an endpoint by another name: it takes the endpoint's parameters, and its ``result`` is the endpoint's body, its
``error`` the body of a refusal (*WebSocket API*, Request format, Response format). Requests count on REST's meters. Each
request is signed by itself, with every kind of key, so there is nothing to log in to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from tickwright.venues.base import Endpoints, RestCall
from tickwright.venues.binance.auth import Param, signed_params
from tickwright.venues.binance.private_links import shutdown_in
from tickwright.venues.binance.rest import WEIGHT
from tickwright.venues.signing import Signer
from tickwright.venues.trading import LinkControl, OrderAnswer


__all__ = ["SPOT_ORDERS", "USDM_ORDERS", "ApiLink"]

_DAY_S = 86_400.0
_FINE = 200

_SPOT_METHODS = {
    ("POST", "/api/v3/order"): "order.place",
    ("DELETE", "/api/v3/order"): "order.cancel",
    ("PUT", "/api/v3/order/amend/keepPriority"): "order.amend.keepPriority",
    ("POST", "/api/v3/order/cancelReplace"): "order.cancelReplace",
    ("POST", "/api/v3/orderList/oco"): "orderList.place.oco",
    ("POST", "/api/v3/orderList/oto"): "orderList.place.oto",
    ("POST", "/api/v3/orderList/otoco"): "orderList.place.otoco",
    ("DELETE", "/api/v3/orderList"): "orderList.cancel",
    ("DELETE", "/api/v3/openOrders"): "openOrders.cancelAll",
}
_USDM_METHODS = {
    ("POST", "/fapi/v1/order"): "order.place",
    ("PUT", "/fapi/v1/order"): "order.modify",
    ("DELETE", "/fapi/v1/order"): "order.cancel",
    ("POST", "/fapi/v1/algoOrder"): "algoOrder.place",
    ("DELETE", "/fapi/v1/algoOrder"): "algoOrder.cancel",
}
"""Batches and cancelling all are not there."""

_INTEGERS = frozenset(
    {
        "aboveTrailingDelta",
        "algoId",
        "belowTrailingDelta",
        "cancelOrderId",
        "goodTillDate",
        "orderId",
        "orderListId",
        "trailingDelta",
    }
)
"""Parameters of the kinds LONG and INT: numbers in JSON, where all others are texts. The signature covers the same."""

_HEADERS = {"REQUEST_WEIGHT": "x-mbx-used-weight", "ORDERS": "x-mbx-order-count"}
"""Kinds of limits, and how REST's headers that tell of them begin."""


class _Limit(msgspec.Struct):
    """``{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100,"count":1}``."""

    kind: str = msgspec.field(name="rateLimitType", default="")
    interval: str = ""
    times: int = msgspec.field(name="intervalNum", default=1)
    count: int = 0


class _Until(msgspec.Struct):
    """``{"serverTime":1795000031000,"retryAfter":1795000060000}``, in ms, with 418 and 429."""

    now_ms: int = msgspec.field(name="serverTime", default=0)
    retry_ms: int = msgspec.field(name="retryAfter", default=0)


class _Refused(msgspec.Struct):
    """``{"code":-1003,"msg":"Too much request weight used; …","data":{"serverTime":…,"retryAfter":…}}``."""

    data: _Until | None = None


class _Said(msgspec.Struct):
    """``{"id":"7","status":200,"result":{…},"rateLimits":[…]}``, or with ``error`` in place of ``result``.

    A request that could not be read is answered with ``"id":null``.
    """

    id: str | None = None
    status: int = 0
    result: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()
    limits: list[_Limit] = msgspec.field(name="rateLimits", default_factory=list)


_read_said = msgspec.json.Decoder(_Said, strict=False).decode
_read_refused = msgspec.json.Decoder(_Refused, strict=False).decode
_text_of = msgspec.json.Encoder().encode
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class ApiLink:
    """Commands over one product's WebSocket API.

    Args:
        path: Below the origin.
        methods: HTTP method and path → method.
        connect_weight: What the handshake costs.
    """

    lifetime_s = _DAY_S

    def __init__(
        self, path: str, methods: Mapping[tuple[str, str], str], connect_weight: int
    ) -> None:
        self.connect_costs: Mapping[str, int] = {WEIGHT: connect_weight}
        self._path = path
        self._methods = methods

    def url(self, endpoints: Endpoints) -> str | None:
        """Return ``origin/ws-api/v3``; answers tell of limits unless asked not to."""
        return None if endpoints.ws_api is None else endpoints.ws_api.rstrip("/") + self._path

    def greetings(self, signer: Signer, now_ms: int) -> Sequence[str]:
        """Return none: each request is signed by itself."""
        return ()

    def ping(self) -> str | None:
        """Return no text: WebSocket pings are answered."""
        return None

    def control(self, frame: bytes) -> LinkControl | None:
        """Read the notice of a shutdown; nothing is greeted."""
        return shutdown_in(frame)

    def offers(self, call: RestCall[Any]) -> bool:
        """Tell whether there is a method for a call."""
        return (call.method, call.path) in self._methods

    def frame(self, call: RestCall[Any], signer: Signer, now_ms: int, request_id: int) -> str:
        """Return ``{"id":"7","method":"order.place","params":{"symbol":"BTCUSDT",…,"signature":"…"}}``."""
        params: dict[str, Param] = dict(call.params)
        if not _INTEGERS.isdisjoint(params):
            for name in _INTEGERS & params.keys():
                params[name] = int(params[name])
        said = {
            "id": str(request_id),
            "method": self._methods[call.method, call.path],
            "params": signed_params(params, signer, now_ms),
        }
        return _text_of(said).decode()

    def answer(self, frame: bytes) -> OrderAnswer | None:
        """Read an answer."""
        try:
            said = _read_said(frame)
        except _UNREADABLE:
            return None
        if said.id is None or not said.id.isdecimal():
            return None
        headers = {
            _header(row.kind, row.times, row.interval): str(row.count)
            for row in said.limits
            if row.kind in _HEADERS
        }
        if said.status == _FINE:
            body = bytes(said.result)
        else:
            body = bytes(said.error)
            headers |= _retry_after(body)
        return OrderAnswer(request_id=int(said.id), status=said.status, headers=headers, body=body)


@lru_cache(maxsize=64)  # a venue has a handful of limits, and tells of them with every answer
def _header(kind: str, times: int, interval: str) -> str:
    """Return the header by which REST tells the same: ``x-mbx-order-count-10s``."""
    return f"{_HEADERS[kind]}-{times}{interval[:1].lower()}"


def _retry_after(error: bytes) -> dict[str, str]:
    """Return what REST says in ``Retry-After``: seconds, where a socket names the moment."""
    try:
        until = _read_refused(error).data
    except _UNREADABLE:
        return {}
    if until is None or until.retry_ms <= until.now_ms:
        return {}
    return {"retry-after": str((until.retry_ms - until.now_ms) / 1000)}


SPOT_ORDERS = ApiLink("/ws-api/v3", _SPOT_METHODS, connect_weight=2)
USDM_ORDERS = ApiLink("/ws-fapi/v1", _USDM_METHODS, connect_weight=5)
