"""The WebSocket API (sections 15 and 16): REST's endpoints as remote calls, sessions, and the user events of spot.

A method is an endpoint by another name, so what it does is done by the endpoint that REST has. What is here is what goes
around it: who calls, what it costs, and what the reply says of limits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from tickwright.venues.binance.dialect.errors import refusal_body
from tickwright.venues.binance.dialect.private.caller import caller_of, is_signed_itself
from tickwright.venues.binance.dialect.private.context import Call, Endpoint
from tickwright.venues.binance.dialect.private.desk import Outcome, PrivateDesk, to_ms, to_us
from tickwright.venues.binance.dialect.private.envelope import (
    ApiRequest,
    Unreadable,
    failed,
    read_request,
    succeeded,
)
from tickwright.venues.binance.dialect.private.methods import Route, named, result_of, route_of
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.public_methods import PublicMethods
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.private.session_methods import Done, SessionMethods
from tickwright.venues.binance.dialect.private.sessions import Subscription
from tickwright.venues.binance.dialect.timeunit import in_microseconds, is_micro
from tickwright.venues.dialects import Allowance, Meter, Reply


__all__ = ["ApiConversation"]

_SESSION_WEIGHT, _UNREADABLE_WEIGHT = 2, 1
_BANNED, _LIMITED = 418, 429
_GONE = (1008, "disconnected")
_REVOKED = Refused(-2015, "Invalid API-key, IP, or permissions for action.", 401)


class ApiConversation:
    """One connection to the WebSocket API of a product.

    Args:
        desk: Serves those who hold a key.
        params: Query of the handshake: ``returnRateLimits``, ``timeUnit``.
        meter: Of the address that connects.

    Raises:
        ValueError: If the handshake would be refused.
    """

    def __init__(self, desk: PrivateDesk, params: Mapping[str, str], meter: Meter) -> None:
        product = desk.context.product
        if "responseFormat" in params:
            raise ValueError("replies come as JSON here, not as SBE")
        self.allowance = Allowance(
            frames_per_s=product.frames_per_s,
            counts_texts=False,
            connect_weight=product.ws_api_connect_weight,
        )
        self._desk = desk
        self._context = desk.context
        self._public = PublicMethods(desk.context)
        self._meter = meter
        self._is_micro = not product.is_futures and is_micro(params.get("timeUnit"))
        self._at = to_us if self._is_micro else to_ms
        self._returns_limits = params.get("returnRateLimits", "true").lower() != "false"
        self._own = SessionMethods(
            desk, self._context.told_ms, returns_limits=self._returns_limits, at=self._at
        )

    # ------------------------------------------------------------------ as the sandbox sees it

    @property
    def streams(self) -> Mapping[str, Subscription]:
        """The streams of user events that it hears."""
        return self._own.subscriptions.active

    def is_served(self, stream: str) -> bool:
        """Tell that every subscription is served."""
        return True

    @property
    def framing(self) -> str:
        """Connections with the same subscription ids get the same bytes."""
        ids = ",".join(f"{one.number}={one.stream}" for one in self.streams.values())
        return f"api {ids} µs" if self._is_micro else f"api {ids}"

    def wrap(self, stream: str, payload: str) -> str:
        """Return an event as it is sent: with its subscription's id, unless it is about the connection."""
        event = in_microseconds(payload) if self._is_micro else payload
        found = self.streams.get(stream)
        return f'{{"event":{event}}}' if found is None else _event(found, event)

    def answer(
        self, text: str, *, now_ms: int = 0, refused: Mapping[str, str] | None = None
    ) -> Reply:
        """Return the reply to a text frame; no stream is refused here.

        Args:
            text: The client's.
            now_ms: The server's clock.
            refused: Of no meaning: there are no streams to name.
        """
        try:
            request = read_request(text)
        except Unreadable as error:
            self._meter.take(_UNREADABLE_WEIGHT, now_ms)
            return Reply(failed(error.request_id, error.refused.status, error.refused.body()))
        was_session, revoked = self._own.drop_revoked()
        if was_session and self._needs_session(request):
            return self._reply(request, _refusal(_REVOKED), revoked, is_nameless=True)
        try:
            done = self._done(request, now_ms)
        except Refused as refusal:
            done = _refusal(refusal)
        return self._reply(request, done, revoked)

    def _reply(
        self,
        request: ApiRequest,
        done: Done,
        revoked: list[Subscription],
        *,
        is_nameless: bool = False,
    ) -> Reply:
        ended = [*revoked, *done.ended]
        rows = self._limits(request, done) if not is_nameless else None
        if done.error is None:
            text = succeeded(request.id, done.result, rows)
        else:
            text = failed(None if is_nameless else request.id, done.status, done.error, rows)
        return Reply(
            text,
            added=() if done.added is None else (done.added.stream,),
            removed=tuple(one.stream for one in ended),
            notices=tuple(self._terminated(one) for one in ended),
            is_logon=done.is_logon,
            is_command=done.is_command,
            closes=_GONE if done.status == _BANNED else None,
        )

    def _terminated(self, subscription: Subscription) -> str:
        now = self._own.time(self._context.told_ms)
        return _event(subscription, f'{{"e":"eventStreamTerminated","E":{now}}}')

    # ------------------------------------------------------------------ what a request does

    def _needs_session(self, request: ApiRequest) -> bool:
        if is_signed_itself(request.params):
            return False
        method = named(self._context.product, request.method)
        route = route_of(self._context.product, method)
        return route in self._desk.endpoints or method == "userDataStream.subscribe"

    def _done(self, request: ApiRequest, now_ms: int) -> Done:
        product, method = self._context.product, named(self._context.product, request.method)
        self._strike(method, now_ms)
        own, route = self._own.find(method), route_of(product, method)
        if own is not None:
            self._charge(_SESSION_WEIGHT, now_ms)
            return own(request, now_ms + self._context.clock_step_ms)
        if route is None:
            self._charge(_UNREADABLE_WEIGHT, now_ms)
            if product.is_futures:
                raise Refused(-5000, f"Method {request.method} is invalid")
            raise Refused(-1135, "Invalid 'method' in JSON request; there is no such method.")
        endpoint = self._desk.endpoints.get(route)
        if endpoint is None:
            return self._asked(request, route, now_ms)
        return self._run(request, route, endpoint, now_ms)

    def _asked(self, request: ApiRequest, route: Route, now_ms: int) -> Done:
        answer = self._public.answer(route, request.arguments)
        self._charge(answer.weight, now_ms)
        if answer.status != 200:
            return Done(status=answer.status, error=json.loads(answer.body))
        return Done(result=in_microseconds(answer.body) if self._is_micro else answer.body)

    def _run(self, request: ApiRequest, route: Route, endpoint: Endpoint, now_ms: int) -> Done:
        params = Params.of(request.arguments)
        cost = endpoint.cost(params)
        charged = 0 if endpoint.is_free else cost
        self._charge(charged, now_ms)
        clock_ms = now_ms + self._context.clock_step_ms
        session = self._own.session
        try:
            key = caller_of(self._desk, session, request.params, endpoint.security, clock_ms)
        except Refused:
            self._meter.take(cost - charged, now_ms)
            raise
        call = Call(key, params, clock_ms, self._at)
        outcome = self._desk.run(endpoint, call)
        self._meter.take(max(0, outcome.weight - charged), now_ms)
        return Done(
            status=outcome.status,
            result=json.dumps(
                result_of(route, outcome.body), separators=(",", ":"), ensure_ascii=False
            ),
            error=_error(outcome, clock_ms),
            counts=self._counts(endpoint, call, outcome),
            is_command=route[0] != "GET",
        )

    # ------------------------------------------------------------------ limits

    def _charge(self, weight: int, now_ms: int) -> None:
        verdict = self._meter.take(weight, now_ms)
        if verdict.status != 200:
            raise _limited(verdict.status, verdict.body, now_ms, verdict.retry_at_ms)

    def _strike(self, method: str, now_ms: int) -> None:
        """Refuse a request that a fault strikes."""
        faults = self._context.faults
        if faults is None or faults.rest_status is None or not faults.strikes_rest(method):
            return
        status, wait_s = faults.rest_status, faults.retry_after_s
        body = refusal_body(self._context.product, status, now_ms, wait_s)
        raise _limited(status, body, now_ms, now_ms + 1000 * (wait_s or 0))

    def _counts(self, endpoint: Endpoint, call: Call, outcome: Outcome) -> list[dict[str, object]]:
        """Return the order counts that go with a reply: on spot those of accepted orders, and full ones."""
        is_counted = any(endpoint.orders) or endpoint.counts_itself
        is_told = self._context.product.is_futures or outcome.headers or outcome.retry_s
        if not is_counted or not is_told:
            return []
        return self._context.counts(call.account).rows(call.now_ms, has_counts=True)

    def _limits(self, request: ApiRequest, done: Done) -> list[object] | None:
        wants = self._returns_limits if request.wants_limits is None else request.wants_limits
        if not wants:
            return None
        weights = {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": self._meter.limit,
            "count": self._meter.used,
        }
        return [*done.counts, weights]


def _event(subscription: Subscription, event: str) -> str:
    return f'{{"subscriptionId":{subscription.number},"event":{event}}}'


def _error(outcome: Outcome, clock_ms: int) -> dict[str, object] | None:
    if outcome.status == 200 or not isinstance(outcome.body, dict):
        return None
    if not outcome.retry_s:
        return outcome.body
    # Windows end with a whole second.
    retry_at_ms = (clock_ms // 1000 + outcome.retry_s) * 1000
    return {**outcome.body, "data": {"serverTime": clock_ms, "retryAfter": retry_at_ms}}


def _refusal(refused: Refused) -> Done:
    return Done(status=refused.status, error=refused.body())


def _limited(status: int, body: str, now_ms: int, retry_at_ms: int) -> Refused:
    """Return a refusal by a limit, with the times that go with it; by anything else without."""
    said = json.loads(body)
    times = {"serverTime": now_ms, "retryAfter": retry_at_ms}
    is_limit = status in (_LIMITED, _BANNED)
    return Refused(said["code"], said["msg"], status, times if is_limit else None)
