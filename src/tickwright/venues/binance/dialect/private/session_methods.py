"""The WebSocket API's own methods: who is logged on, and whose events a connection hears (sections 15.3 and 15.5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import msgspec

from tickwright.venues.binance.dialect.private.caller import session_caller, signer_of
from tickwright.venues.binance.dialect.private.context import Security
from tickwright.venues.binance.dialect.private.desk import PrivateDesk
from tickwright.venues.binance.dialect.private.envelope import ApiRequest
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.private.sessions import (
    Session,
    Subscription,
    Subscriptions,
)


__all__ = ["Done", "SessionMethods"]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request to a connection.

    Attributes:
        status: 200, or the refusal's.
        result: JSON.
        error: Instead of a result.
        counts: Rows of the order limits that the request counts against.
        added: A subscription to user events.
        ended: Those that are over.
        is_logon: The request was to be let in.
        is_command: It was one that changes something.
    """

    status: int = 200
    result: str = "{}"
    error: dict[str, object] | None = None
    counts: Sequence[object] = ()
    added: Subscription | None = None
    ended: Sequence[Subscription] = ()
    is_logon: bool = False
    is_command: bool = False


class SessionMethods:
    """What one connection's session is asked to do.

    Args:
        desk: Knows the keys.
        connected_ms: When the connection was made.
        returns_limits: Whether replies tell of limits unless a request says otherwise.
        at: Makes ms, or µs where they were asked for, of ns.
    """

    def __init__(
        self,
        desk: PrivateDesk,
        connected_ms: int,
        *,
        returns_limits: bool,
        at: Callable[[int], int],
    ) -> None:
        self.session = Session(connected_ms)
        self.subscriptions = Subscriptions()
        self._desk = desk
        self._context = desk.context
        self._returns_limits = returns_limits
        self._at = at
        self._methods = self._table()

    def _table(self) -> dict[str, Callable[[ApiRequest, int], Done]]:
        session: dict[str, Callable[[ApiRequest, int], Done]] = {
            "session.logon": self.log_on,
            "session.status": self.status,
            "session.logout": self.log_out,
        }
        if self._context.product.is_futures:
            return session
        return {
            **session,
            "session.subscriptions": self.subscribed,
            "userDataStream.subscribe": self.subscribe,
            "userDataStream.subscribe.signature": self.subscribe_signed,
            "userDataStream.unsubscribe": self.unsubscribe,
        }

    def find(self, method: str) -> Callable[[ApiRequest, int], Done] | None:
        """Return what does a method, ``None`` if it is none of these; it is called with the server's clock in ms."""
        return self._methods.get(method)

    # ------------------------------------------------------------------ who is logged on

    def log_on(self, request: ApiRequest, now_ms: int) -> Done:
        """``session.logon``."""
        key = session_caller(self._desk, request.params, now_ms)
        self.session.log_on(key, self._context.told_ms)
        return msgspec.structs.replace(self.status(request, now_ms), is_logon=True)

    def status(self, request: ApiRequest, now_ms: int) -> Done:
        """``session.status``."""
        session = self.session
        body: dict[str, object] = {
            "apiKey": None if session.key is None else session.key.key,
            "authorizedSince": None if session.key is None else self.time(session.authorized_ms),
            "connectedSince": self.time(session.connected_ms),
            "returnRateLimits": self._returns_limits,
            "serverTime": self.time(self._context.told_ms),
        }
        if not self._context.product.is_futures:
            heard = self.subscriptions.active.values()
            body["userDataStream"] = any(one.is_logon for one in heard)
        return Done(result=json.dumps(body, separators=(",", ":")))

    def log_out(self, request: ApiRequest, now_ms: int) -> Done:
        """``session.logout``: the subscriptions that were signed for stay."""
        self.session.log_out()
        ended = self.subscriptions.end(lambda one: one.is_logon)
        return msgspec.structs.replace(self.status(request, now_ms), ended=ended)

    def drop_revoked(self) -> tuple[bool, list[Subscription]]:
        """End what hangs on keys that are good no longer: whether the session did, and which subscriptions."""
        is_over = self._desk.is_revoked
        was_session = self.session.key is not None and is_over(self.session.key)
        if was_session:
            self.session.log_out()
        return was_session, self.subscriptions.end(lambda one: is_over(one.key))

    # ------------------------------------------------------------------ whose events are heard

    def subscribe(self, request: ApiRequest, now_ms: int) -> Done:
        """``userDataStream.subscribe``."""
        if self.session.key is None:
            raise Refused(-2015, "Invalid API-key, IP, or permissions for action.", 401)
        return _added(self.subscriptions.add(self.session.key, is_logon=True))

    def subscribe_signed(self, request: ApiRequest, now_ms: int) -> Done:
        """``userDataStream.subscribe.signature``."""
        key = signer_of(self._desk, request.params, Security.USER_DATA, now_ms)
        return _added(self.subscriptions.add(key, is_logon=False))

    def unsubscribe(self, request: ApiRequest, now_ms: int) -> Done:
        """``userDataStream.unsubscribe``: one, or all."""
        number = Params.of(request.arguments).whole("subscriptionId")
        ended = self.subscriptions.end(lambda one: number in (None, one.number))
        if number is not None and not ended:
            raise Refused(-2036, "User Data Stream subscription is not active.")
        return Done(ended=ended)

    def subscribed(self, request: ApiRequest, now_ms: int) -> Done:
        """``session.subscriptions``."""
        return Done(result=json.dumps(self.subscriptions.rows(), separators=(",", ":")))

    def time(self, ms: int) -> int:
        """Return a time in the connection's unit."""
        return self._at(ms * 1_000_000)


def _added(subscription: Subscription) -> Done:
    result = f'{{"subscriptionId":{subscription.number}}}'
    return Done(result=result, added=subscription, is_logon=True)
