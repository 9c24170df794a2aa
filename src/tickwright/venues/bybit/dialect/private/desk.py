"""The door to the private endpoints: access, limits and envelopes around whatever an endpoint does.

`PrivateDesk.answer` serves REST. What comes after the door is `PrivateDesk.run`, which the trade socket shares: it
authenticates once, by its login, and counts against the same buckets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import msgspec

from tickwright.venues.bybit.dialect.envelope import Refused, enveloped
from tickwright.venues.bybit.dialect.private.access import Access
from tickwright.venues.bybit.dialect.private.buckets import Buckets
from tickwright.venues.bybit.dialect.private.context import Call, Context, Endpoint, Result
from tickwright.venues.bybit.dialect.private.form import Form
from tickwright.venues.dialects import Answer, RestRequest
from tickwright.venues.privateside import ApiKey


__all__ = ["Outcome", "PrivateDesk"]

_FAILURES = {
    10000: "Server Timeout",
    10016: "Server error.",
    10019: "ws trade service is restarting, do not accept new request",
    170007: "Timeout waiting for response from backend server.",
    170146: "Order creation timeout",
}
_TIMEOUT = 10000


class Outcome(msgspec.Struct, frozen=True):
    """What came of a request."""

    result: Result
    code: int = 0
    text: str = "OK"
    headers: Mapping[str, str] = {}
    status: int = 200


class PrivateDesk:
    """Answers those who hold a key.

    Args:
        context: What is worked on.
        access: Who may come in.
        endpoints: Method and path → endpoint.
    """

    def __init__(
        self, context: Context, access: Access, endpoints: Mapping[tuple[str, str], Endpoint]
    ) -> None:
        self.context = context
        self.access = access
        self._endpoints = endpoints
        self._paths = {path for _, path in endpoints}

    def login(self, args: Sequence[object], now_ms: int) -> ApiKey:
        """Return who logs in to a socket.

        Raises:
            Refused: As `Access.login` says.
        """
        return self.access.login(args, (now_ms, self.context.market.now_ms))

    def weight(self, request: RestRequest) -> int | None:
        """Return 1 for paths of its own: every request counts the same."""
        return 1 if request.path in self._paths else None

    def answer(self, request: RestRequest, now_ms: int) -> Answer | None:
        """Return the answer to a request, or ``None`` if it is none of its own."""
        if request.path not in self._paths:
            return None
        endpoint = self._endpoints.get((request.method, request.path))
        if endpoint is None:
            return Answer(404, "404 page not found")
        try:
            key = self.access.admit(request, (now_ms, self.context.market.now_ms))
            known = self.context.categories if request.method == "GET" else self.context.traded
            form = Form.of(request, known)
            outcome = self.run(endpoint, Call(key, form, now_ms))
        except Refused as refused:
            outcome = _failed(refused, {})
        body = enveloped(
            _written(outcome.result.body),
            now_ms,
            code=outcome.code,
            text=outcome.text,
            more=_written(outcome.result.more),
        )
        return Answer(outcome.status, body, headers=outcome.headers)

    def run(self, endpoint: Endpoint, call: Call) -> Outcome:
        """Run an endpoint for somebody who was let in; refusals are outcomes too."""
        headers: dict[str, str] = {}
        try:
            if endpoint.is_trade and not call.key.can_trade:
                raise Refused(10005, "Permission denied, please check your API key permissions.")
            allowed, headers = self._counted(endpoint, call)
            call = msgspec.structs.replace(call, allowed=allowed)
            return Outcome(self._made(endpoint, call), headers=headers)
        except Refused as refused:
            return _failed(refused, _refused_headers(refused, headers))

    def _counted(self, endpoint: Endpoint, call: Call) -> tuple[int, dict[str, str]]:
        """Count a request against its bucket; return how much of it is allowed, and the headers that say what is left."""
        limit, name = endpoint.limit, endpoint.name
        if not isinstance(limit, int):
            category = call.form.category()
            limit, name = limit(category), f"{name} {category.name}"
        count = len(call.form.rows("request")) if endpoint.is_batch else 1
        taken = self.context.buckets.take(call.account, name, limit, call.now_ms, count)
        if taken.left < 0 and not endpoint.is_batch:
            raise _Limited(taken.headers())
        return count + min(0, taken.left), taken.headers()

    def _made(self, endpoint: Endpoint, call: Call) -> Result:
        """Return what an endpoint says, unless its answer is meant to get lost in between."""
        faults = self.context.faults
        if faults is None or not endpoint.is_placement or not faults.take("order_failures"):
            return endpoint.make(call)
        if faults.order_failure_executes:
            endpoint.make(call)
        code = faults.order_failure_code or _TIMEOUT
        text = _FAILURES.get(code, _FAILURES[10016])
        raise Refused(code, text, faults.order_failure_status or 200)


class _Limited(Refused):
    """Too many requests of one account, and the headers that say until when."""

    def __init__(self, headers: dict[str, str]) -> None:
        refused = Buckets.refused()
        super().__init__(refused.code, refused.text)
        self.headers = headers


def _refused_headers(refused: Refused, headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of a refusal: those of the limit that it broke, if it broke one."""
    return refused.headers if isinstance(refused, _Limited) else headers


def _failed(refused: Refused, headers: Mapping[str, str]) -> Outcome:
    return Outcome(Result({}), refused.code, refused.text, headers, refused.status)


def _written(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
