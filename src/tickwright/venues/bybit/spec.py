"""Bybit's products as declarations: addresses, limits, and which functions speak for each.

Sources, all as of 2026-11: the venue's pages "V5 API", sections *Integration Guidance*, *Rate Limit* and *WebSocket
Stream*, *Connect*, and its change log.
"""

from __future__ import annotations

from collections.abc import Callable

from tickwright.core.booksync import BookChain
from tickwright.core.limits import RateLimit, RestLimits
from tickwright.model.ids import InstrumentKind
from tickwright.model.instrument import Instrument
from tickwright.venues.base import BookFeed, Endpoints, Product, TradeIds, WsLimits
from tickwright.venues.bybit.auth import BybitAuth
from tickwright.venues.bybit.disconnects import TETHERS
from tickwright.venues.bybit.instruments import Make, contract, spot_instrument
from tickwright.venues.bybit.permissions import PERMISSIONS
from tickwright.venues.bybit.protocol import PublicTopics
from tickwright.venues.bybit.recordings import BybitRecordings
from tickwright.venues.bybit.refusals import refusal
from tickwright.venues.bybit.rest import ADDRESS, BybitCalls, RestRules
from tickwright.venues.bybit.signed_calls import QUESTIONS
from tickwright.venues.bybit.streams import topics_of
from tickwright.venues.bybit.symbols import VENUE, infer_inverse, infer_linear, infer_spot
from tickwright.venues.bybit.trading import BybitTrading
from tickwright.venues.ownership import owns_kinds


__all__ = ["INVERSE", "LINEAR", "PRODUCTS", "SPOT"]

_ENDPOINTS = {
    "live": Endpoints(
        rest="https://api.bybit.com",
        ws_public="wss://stream.bybit.com",
        ws_private="wss://stream.bybit.com",
        ws_trade="wss://stream.bybit.com",
    ),
    "testnet": Endpoints(
        rest="https://api-testnet.bybit.com",
        ws_public="wss://stream-testnet.bybit.com",
        ws_private="wss://stream-testnet.bybit.com",
        ws_trade="wss://stream-testnet.bybit.com",
    ),
    # Its market data are those of the live venue, and orders go over REST alone.
    "demo": Endpoints(
        rest="https://api-demo.bybit.com",
        ws_public="wss://stream.bybit.com",
        ws_private="wss://stream-demo.bybit.com",
    ),
}
"""All products are at the same addresses; the path of a socket and a parameter of each call tell them apart."""

_BANNED, _BAN_S = 403, 600.0
"""How an address that asks too often is turned away, and for how long: REST and sockets alike."""


def _of_account(name: str, limit: int) -> RateLimit:
    """Return the limit of an account at one endpoint: «Too many visits» says that this one is used up, and no other."""
    return RateLimit(name, limit, 1.0, is_sliding=True, code=10006)


_REST_LIMITS = RestLimits(
    # 600 in any 5 s, to all hosts together; a sixth is left for whoever else is behind the same address.
    buckets=(
        RateLimit(ADDRESS, 500, 5.0, is_sliding=True),
        # Of an account, and of the smallest kind: some have twice as many.
        _of_account("ORDER_CREATE", 10),
        _of_account("ORDER_AMEND", 10),
        _of_account("ORDER_CANCEL", 10),
        _of_account("ORDER_CREATE_BATCH", 10),
        _of_account("ORDER_AMEND_BATCH", 10),
        _of_account("ORDER_CANCEL_BATCH", 10),
        *(_of_account(name, 50) for name in QUESTIONS.values()),
    ),
    banned_statuses=(_BANNED,),
    banned_default_s=_BAN_S,
    # Where it is not known which limit it was: most windows have a second, and two are past it whatever the clocks say.
    limited_default_s=2.0,
)

_TRADED = ("spot", "linear")

_STREAMS_PER_REQUEST = 50
"""Topics of one request. There is no limit but on spot, and so many are known to be taken; as one bad topic refuses
the whole request, a smaller one is found again sooner."""

_SPOT_STREAMS_PER_REQUEST = 10


def _product(
    category: str,
    *,
    kinds: tuple[InstrumentKind, ...],
    make_instrument: Make,
    infer: Callable[[str], Instrument],
    trades_max: int = 1000,
    streams_per_request: int = _STREAMS_PER_REQUEST,
) -> Product:
    name = f"{VENUE}.{category}"
    has_funding = InstrumentKind.SPOT not in kinds
    calls = BybitCalls(
        RestRules(
            product=name,
            category=category,
            make_instrument=make_instrument,
            trades_max=trades_max,
            has_funding=has_funding,
        )
    )
    table = topics_of(name, calls.whole_book, has_funding=has_funding)
    return Product(
        name=name,
        venue=VENUE,
        endpoints=_ENDPOINTS,
        ws=PublicTopics(category),
        ws_limits=WsLimits(
            # All names of a connection may have 21,000 characters together, and one has 42 at most.
            streams_per_connection=500,
            # No limit is told; 200 frames at once were taken.
            frames_per_s=10,
            streams_per_request=streams_per_request,
            connects=RateLimit("CONNECTS", 500, 300.0, is_sliding=True),
            ping_interval_s=20.0,
            refused_s={_BANNED: _BAN_S},
        ),
        rest_limits=_REST_LIMITS,
        calls=calls,
        # Each depth numbers its own frames, so no quote can vouch for a book.
        book=BookFeed(chain=BookChain.FIRST_ID, has_quote_ids=False),
        channel=table.channel,
        topics=table.topics,
        owns=owns_kinds(name, *kinds),
        infer=infer,
        recordings=BybitRecordings(table, category),
        error=refusal,
        # Contracts name their trades; on spot the recordings count them without a hole.
        trade_ids=TradeIds.OPAQUE if has_funding else TradeIds.COUNTED,
        auth=BybitAuth(),
        trading=BybitTrading(category) if category in _TRADED else None,
        permissions=PERMISSIONS,
        dead_man=TETHERS.get(category),
    )


SPOT = _product(
    "spot",
    kinds=(InstrumentKind.SPOT,),
    make_instrument=spot_instrument,
    infer=infer_spot,
    trades_max=60,
    streams_per_request=_SPOT_STREAMS_PER_REQUEST,
)
LINEAR = _product(
    "linear",
    kinds=(InstrumentKind.LINEAR_PERPETUAL, InstrumentKind.LINEAR_FUTURE),
    make_instrument=contract(f"{VENUE}.linear"),
    infer=infer_linear,
)
INVERSE = _product(
    "inverse",
    kinds=(InstrumentKind.INVERSE_PERPETUAL, InstrumentKind.INVERSE_FUTURE),
    make_instrument=contract(f"{VENUE}.inverse"),
    infer=infer_inverse,
)

PRODUCTS = (SPOT, LINEAR, INVERSE)
