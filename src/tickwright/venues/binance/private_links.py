"""How Binance's private streams are had: spot's by a signed request on the WebSocket API, USD-M's by a listen key.

*Spot*, User Data Stream: ``userDataStream.subscribe.signature`` takes every kind of key and needs no session; listen keys are
gone since 2026-02-20. *USD-M*, User Data Streams: a key lives 60 minutes and may be kept alive; a connection with a wrong or
expired one is silent, so it is asked for before each connection. Nothing is sent again after a gap on either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tickwright.core.limits import Priority
from tickwright.errors import ConfigError, CredentialsRefused, VenueRejected
from tickwright.model.instrument import Instruments
from tickwright.venues.base import Endpoints, RestCall, Security, ShutdownNotice
from tickwright.venues.binance.auth import signed_params
from tickwright.venues.binance.refusals import refusal
from tickwright.venues.binance.rest import WEIGHT
from tickwright.venues.binance.user_events import user_events
from tickwright.venues.signing import Signer
from tickwright.venues.trading import Greeted, GreetingRefused, LinkControl, PrivateNews
from tickwright.venues.typed import reader


__all__ = ["SpotLink", "UsdmLink", "shutdown_in"]

_DAY_S = 86_400.0
_HALF_HOUR_S = 1800.0
_FINE = 200
_METHOD = "userDataStream.subscribe.signature"
_LISTEN_KEY = "/fapi/v1/listenKey"
_EVENTS = "ORDER_TRADE_UPDATE/ACCOUNT_UPDATE/ALGO_UPDATE/MARGIN_CALL/listenKeyExpired"
"""Without the list some hosts are known to send nothing."""


class _Said(msgspec.Struct):
    """What the WebSocket API answers (*Spot*, Response format).

    ``{"id":"1","status":200,"result":{"subscriptionId":0},"rateLimits":[…]}``
    ``{"id":"1","status":401,"error":{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}}``
    """

    id: str | None = None
    status: int = 0
    error: msgspec.Raw = msgspec.Raw()


class _KeyRow(msgspec.Struct):
    """``{"listenKey":"pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1"}``."""

    key: str = msgspec.field(name="listenKey")


class _Event(msgspec.Struct):
    """``{"e":"serverShutdown","E":1795000000000}``, without a subscription: the connection is about to end."""

    kind: str = msgspec.field(name="e", default="")


class _OfConnection(msgspec.Struct):
    """``{"event":{…}}``."""

    event: _Event | None = None


_SHUTDOWN = b'"serverShutdown"'
_read_event = msgspec.json.Decoder(_OfConnection).decode
_read_said = msgspec.json.Decoder(_Said, strict=False).decode
_read_key = reader(_KeyRow)
_text_of = msgspec.json.Encoder().encode
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class SpotLink:
    """Spot's private stream."""

    lifetime_s = _DAY_S
    connect_costs: Mapping[str, int] = {WEIGHT: 2}
    keepalive_s: float | None = None

    def key(self) -> RestCall[str] | None:
        """Return no call: there are no stream keys."""
        return None

    def keepalive(self, key: str) -> RestCall[None]:
        """Refuse: there are no stream keys."""
        raise ConfigError("binance.spot has no stream keys to keep alive")

    def url(self, endpoints: Endpoints, key: str) -> str:
        """Return ``origin/ws-api/v3``."""
        if endpoints.ws_api is None:
            raise ConfigError("binance.spot has no address for private streams; set ws_api")
        return f"{endpoints.ws_api.rstrip('/')}/ws-api/v3?returnRateLimits=false"

    def greetings(self, signer: Signer, now_ms: int) -> Sequence[str]:
        """Return ``{"id":"1","method":"userDataStream.subscribe.signature","params":{"apiKey":"…",…}}``."""
        said = {"id": "1", "method": _METHOD, "params": signed_params({}, signer, now_ms)}
        return (_text_of(said).decode(),)

    def ping(self) -> str | None:
        """Return no text: WebSocket pings are answered."""
        return None

    def control(self, frame: bytes) -> LinkControl | None:
        """Read an answer to a request, or the notice of a shutdown."""
        try:
            said = _read_said(frame)
        except _UNREADABLE:
            return None
        if not said.status:
            return shutdown_in(frame)
        if said.status == _FINE:
            return Greeted(int(said.id or 0))
        error = refusal(said.status, bytes(said.error), _METHOD)
        if error is None:
            error = VenueRejected(said.status, None, "no reason given", _METHOD)
        return GreetingRefused(error, isinstance(error, CredentialsRefused))

    def read(
        self, frame: bytes, received_ts_ns: int, instruments: Instruments
    ) -> Sequence[PrivateNews]:
        """Return what an event says."""
        return user_events(frame, received_ts_ns, "binance.spot", instruments)


class UsdmLink:
    """USD-M's private stream."""

    lifetime_s = _DAY_S
    connect_costs: Mapping[str, int] = {}
    keepalive_s: float | None = _HALF_HOUR_S

    def key(self) -> RestCall[str] | None:
        """Return the call that makes a listen key, or gives the one there is another hour."""
        return RestCall(
            method="POST",
            path=_LISTEN_KEY,
            decode=_listen_key,
            costs={WEIGHT: 1},
            priority=Priority.ORDER,
            security=Security.KEY,
        )

    def keepalive(self, key: str) -> RestCall[None]:
        """Return the call that gives the account's key another hour; it names none."""
        return RestCall(
            method="PUT",
            path=_LISTEN_KEY,
            decode=_nothing,
            costs={WEIGHT: 1},
            priority=Priority.ORDER,
            security=Security.KEY,
        )

    def url(self, endpoints: Endpoints, key: str) -> str:
        """Return ``origin/private/ws?listenKey=KEY&events=…``."""
        if endpoints.ws_private is None:
            raise ConfigError("binance.usdm has no address for private streams; set ws_private")
        return f"{endpoints.ws_private.rstrip('/')}/private/ws?listenKey={key}&events={_EVENTS}"

    def greetings(self, signer: Signer, now_ms: int) -> Sequence[str]:
        """Return none: the key in the address says it all."""
        return ()

    def ping(self) -> str | None:
        """Return no text: WebSocket pings are answered."""
        return None

    def control(self, frame: bytes) -> LinkControl | None:
        """Return nothing: nothing is asked on this socket."""
        return None

    def read(
        self, frame: bytes, received_ts_ns: int, instruments: Instruments
    ) -> Sequence[PrivateNews]:
        """Return what an event says."""
        return user_events(frame, received_ts_ns, "binance.usdm", instruments)


def shutdown_in(frame: bytes) -> ShutdownNotice | None:
    """Return the notice that a connection to the WebSocket API is about to end (*Spot*, WebSocket API, General Information).

    ``{"event":{"e":"serverShutdown","E":1795000000000}}``
    """
    if _SHUTDOWN not in frame:
        return None
    try:
        event = _read_event(frame).event
    except _UNREADABLE:
        return None
    return ShutdownNotice() if event is not None and event.kind == "serverShutdown" else None


def _listen_key(body: bytes, received_ts_ns: int) -> str:
    row: _KeyRow = _read_key(body)
    return row.key


def _nothing(body: bytes, received_ts_ns: int) -> None:
    """Read an answer that says no more than that it was done."""
