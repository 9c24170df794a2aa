"""Who may come in, and what it costs: keys, signatures, timing, weights and order counts before and after an endpoint.

`PrivateDesk.answer` serves REST. Everything after the door is `PrivateDesk.run`, which the WebSocket API shares: it
authenticates in its own way (sorted payload, session keys), makes a `Call`, and runs the same `Endpoint`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from tickwright.venues.binance.dialect.private.context import Call, Context, Endpoint, Security
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import (
    Refused,
    mandatory,
    unknown_outcome,
)
from tickwright.venues.binance.dialect.private.signatures import is_signed_by, signed_parts
from tickwright.venues.binance.dialect.private.timing import check_timing
from tickwright.venues.dialects import Answer, RestRequest
from tickwright.venues.privateside import ApiKey


__all__ = ["Outcome", "PrivateDesk", "to_ms", "to_us"]

_KEY_FORM = re.compile(r"[A-Za-z0-9_-]{8,128}")
_NS_PER_US, _NS_PER_MS = 1000, 1_000_000
_BODY_METHODS = frozenset({"POST", "PUT", "DELETE"})
_TIMEOUT, _UNAVAILABLE = -1007, 503

Route = tuple[str, str]


class Outcome(msgspec.Struct, frozen=True):
    """What became of a request, before any channel writes it down."""

    status: int
    body: object
    weight: int
    headers: Mapping[str, str] = {}
    retry_s: int = 0
    """How long a limit that refused it goes on."""


class PrivateDesk:
    """The door of one product's private endpoints.

    Args:
        context: What the endpoints work on.
        endpoints: Method and path → endpoint.
        keys: Who may come in; more may be added later.
    """

    def __init__(
        self,
        context: Context,
        endpoints: Mapping[Route, Endpoint],
        keys: Sequence[ApiKey],
    ) -> None:
        self.context = context
        self.endpoints = endpoints
        self.keys = {key.key: key for key in keys}

    # ------------------------------------------------------------------ REST

    def weight(self, request: RestRequest) -> int | None:
        """Return what a request is charged beforehand: nothing where a success is free."""
        endpoint = self.endpoints.get((request.method, request.path))
        if endpoint is None:
            return None
        if endpoint.is_free:
            return 0
        try:
            return endpoint.cost(_params(request))
        except Refused:
            return 1

    def answer(self, request: RestRequest, now_ms: int) -> Answer | None:
        """Return the answer to a request, or ``None`` if the path is none of its own.

        Args:
            request: As it came.
            now_ms: The server's clock; the market's may go at another pace, and timestamps may follow either.
        """
        endpoint = self.endpoints.get((request.method, request.path))
        if endpoint is None:
            return None
        cost = self.weight(request) or 0
        try:
            key = self.key_of(request.headers.get("x-mbx-apikey", ""), endpoint.security)
            params = _params(request)
            cost = endpoint.cost(params)
            if endpoint.security is not Security.KEY:
                payload, signature = signed_parts(request.query, _form(request))
                self.check_signed(key, params, payload, signature, now_ms)
            call = Call(key, params, now_ms, self._unit(request))
        except Refused as refused:
            return _answer(Outcome(refused.status, refused.body(), cost))
        return _answer(self.run(endpoint, call))

    def key_of(self, text: str, security: Security) -> ApiKey:
        """Return a key that may use an endpoint.

        Raises:
            Refused: With -2014 or -2015.
        """
        if _KEY_FORM.fullmatch(text) is None:
            raise Refused(-2014, "API-key format invalid.", 401)
        key = self.keys.get(text)
        if (
            key is None
            or (security is Security.TRADE and not key.can_trade)
            or self.is_revoked(key)
        ):
            raise Refused(-2015, "Invalid API-key, IP, or permissions for action.", 401)
        return key

    def is_revoked(self, key: ApiKey) -> bool:
        """Tell whether a key that was good is so no longer."""
        faults = self.context.faults
        return faults is not None and key.key in faults.revoked_keys

    def check_signed(
        self, key: ApiKey, params: Params, payload: bytes, signature: str, now_ms: int
    ) -> None:
        """Check that a key's owner made a request, and made it now; what is missing is complained about first.

        Raises:
            Refused: With -1102, -1022 or -1021.
        """
        params.required("timestamp")
        if not signature:
            raise mandatory("signature")
        if not is_signed_by(key, payload, signature):
            raise Refused(-1022, "Signature for this request is not valid.")
        self.check_timing(params, now_ms)

    def check_timing(self, params: Params, now_ms: int) -> None:
        """Check when a signed request was made; either of the two clocks will do.

        Raises:
            Refused: With -1021.
        """
        times_ms = (now_ms, self.context.told_ms)
        check_timing(params, times_ms, is_futures=self.context.product.is_futures)

    def _unit(self, request: RestRequest) -> Callable[[int], int]:
        unit = request.headers.get("x-mbx-time-unit", "MILLISECOND").upper()
        if self.context.product.is_futures or unit == "MILLISECOND":
            return to_ms
        if unit == "MICROSECOND":
            return to_us
        raise Refused(
            -1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND."
        )

    # ------------------------------------------------------------------ any channel

    def run(self, endpoint: Endpoint, call: Call) -> Outcome:
        """Run an endpoint for somebody who was let in; refusals are outcomes too."""
        counts = self.context.counts(call.account)
        cost = endpoint.cost(call.params)
        try:
            if any(endpoint.orders):
                counts.check(call.now_ms)
            body = self._made(endpoint, call)
        except Refused as refused:
            retry_s = counts.retry_s(call.now_ms) if refused.code == -1015 else 0
            return Outcome(refused.status, refused.body(), cost, retry_s=retry_s)
        cost = 0 if endpoint.is_free else cost
        if not any(endpoint.orders) and not endpoint.counts_itself:
            return Outcome(200, body, cost)
        counts.add(call.now_ms, endpoint.orders)
        return Outcome(200, body, cost, counts.headers())

    def _made(self, endpoint: Endpoint, call: Call) -> object:
        """Return the body of an answer, unless the answer to an order is meant to get lost in between."""
        faults = self.context.faults
        places = any(endpoint.orders) or endpoint.counts_itself
        if faults is None or not places or not faults.take("order_failures"):
            return endpoint.make(call)
        if faults.order_failure_executes:
            endpoint.make(call)
            self.context.counts(call.account).add(call.now_ms, endpoint.orders)
        code, status = faults.order_failure_code, faults.order_failure_status
        raise unknown_outcome(_TIMEOUT if code is None else code, status or _UNAVAILABLE)


def to_ms(ns: int) -> int:
    """Return a time of the engine's in ms."""
    return ns // _NS_PER_MS


def to_us(ns: int) -> int:
    """Return a time of the engine's in µs."""
    return ns // _NS_PER_US


def _form(request: RestRequest) -> str:
    if request.method not in _BODY_METHODS:
        return ""
    return request.body.decode("utf-8", "replace")


def _params(request: RestRequest) -> Params:
    return Params.sent(request.query, _form(request))


def _answer(outcome: Outcome) -> Answer:
    text = json.dumps(outcome.body, separators=(",", ":"), ensure_ascii=False)
    headers = dict(outcome.headers)
    if outcome.retry_s:
        headers["Retry-After"] = str(outcome.retry_s)
    return Answer(outcome.status, text, outcome.weight, headers)
