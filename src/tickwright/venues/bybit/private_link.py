"""How Bybit's private stream is had: a login, then four topics of all categories at once (*WebSocket Stream*, *Private*).

A login holds for its connection and never ends; nothing is sent again after a gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tickwright.errors import (
    ConfigError,
    CredentialsRefused,
    VenueError,
    VenueRejected,
)
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instruments
from tickwright.model.orders import OrderReport
from tickwright.venues.base import Endpoints, RestCall
from tickwright.venues.bybit.account import account_news
from tickwright.venues.bybit.hedges import Sides
from tickwright.venues.bybit.logins import login_error
from tickwright.venues.bybit.private_protocol import PRIVATE_TOPICS, PrivateTopics
from tickwright.venues.bybit.protocol import request_id_of
from tickwright.venues.signing import Signer
from tickwright.venues.trading import (
    AccountNews,
    Greeted,
    GreetingRefused,
    PrivateNews,
)
from tickwright.venues.typed import MS, tolerant_reader


__all__ = ["BybitLink"]

_MONTH_S = 30 * 86_400.0
"""No lifetime is told."""
_GREETINGS = {"auth": 1, "subscribe": 2}


class _Said(msgspec.Struct):
    """``{"success":true,"ret_msg":"","op":"auth","conn_id":"…","req_id":"1"}``; the number may be missing."""

    op: str = ""
    success: bool = False
    ret_msg: str = ""
    req_id: str | None = None


_read_made = tolerant_reader(int, "creationTime")
_read_said = msgspec.json.Decoder(_Said, strict=False).decode


class BybitLink:
    """The private stream of one product, one connection after the other; the others' events on it are left out.

    Args:
        product: ``bybit.spot`` or ``bybit.linear``.
    """

    lifetime_s = _MONTH_S
    connect_costs: Mapping[str, int] = {}
    keepalive_s: float | None = None

    def __init__(self, product: str) -> None:
        self._product = product
        self._protocol = PrivateTopics()
        self._sides = Sides()

    def key(self) -> RestCall[str] | None:
        """Return no call: there are no stream keys."""
        return None

    def keepalive(self, key: str) -> RestCall[None]:
        """Refuse: there are no stream keys."""
        raise ConfigError(f"{self._product} has no stream keys to keep alive")

    def url(self, endpoints: Endpoints, key: str) -> str:
        """Return ``origin/v5/private``."""
        if endpoints.ws_private is None:
            raise ConfigError(f"{self._product} has no address for private streams; set ws_private")
        return self._protocol.url(endpoints.ws_private, "")

    def greetings(self, signer: Signer, now_ms: int) -> Sequence[str]:
        """Return the login, and the request for the topics: what another connection told of sides of positions is over."""
        self._sides = Sides()
        return (
            self._protocol.login(signer, now_ms, _GREETINGS["auth"]),
            self._protocol.subscribe(PRIVATE_TOPICS, _GREETINGS["subscribe"]),
        )

    def ping(self) -> str | None:
        """Return ``{"op":"ping"}``: the venue counts these."""
        return self._protocol.ping()

    def control(self, frame: bytes) -> Greeted | GreetingRefused | None:
        """Read the answer to a login or to the request for topics."""
        try:
            said = _read_said(frame)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        number = _GREETINGS.get(said.op)
        if number is None:
            return None
        if said.success:
            return Greeted(request_id_of(said.req_id) or number)
        error = _refused(said)
        return GreetingRefused(error, isinstance(error, CredentialsRefused))

    def read(
        self, frame: bytes, received_ts_ns: int, instruments: Instruments
    ) -> Sequence[PrivateNews]:
        """Return what a frame says; nothing for pongs."""
        if b'"topic"' not in frame:
            return ()
        return [
            _news_of(row, frame)
            for row in account_news(frame, received_ts_ns, instruments, self._sides)
        ]


def _refused(said: _Said) -> VenueError:
    where = f"{said.op} on /v5/private"
    if said.op == "auth":
        return login_error(None, said.ret_msg, where)
    return VenueRejected(0, None, said.ret_msg or "no reason given", where)


def _news_of(row: OrderReport | Position | Balance, frame: bytes) -> PrivateNews:
    match row:
        case OrderReport():
            return row
        case Position():
            return AccountNews(positions=(row,), venue_ts_ns=_made_ns(frame))
        case Balance():
            return AccountNews(balances=(row,), venue_ts_ns=_made_ns(frame))


def _made_ns(frame: bytes) -> int | None:
    """Return when the venue made a frame, ``None`` if it does not say."""
    made_ms: int | None = _read_made(frame)
    return None if made_ms is None else made_ms * MS
