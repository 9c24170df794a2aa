"""Binance's products as declarations: addresses, limits, and which functions speak for each.

Sources, all as of 2026-11: the venue's pages "General Information", "Limits" and "Rate limits" of the spot, USD-M
and COIN-M APIs, its change logs, and the limits that its exchange information answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tickwright.core.booksync import BookChain
from tickwright.core.clientids import ClientIdForm
from tickwright.core.limits import RateLimit, RestLimits
from tickwright.model.account import KeyPermissions
from tickwright.model.ids import InstrumentKind
from tickwright.model.instrument import Instrument
from tickwright.venues.base import BookFeed, Endpoints, Product, RestCall, WsLimits
from tickwright.venues.binance.auth import BinanceAuth
from tickwright.venues.binance.countdown import USDM_COUNTDOWN
from tickwright.venues.binance.instruments import (
    coinm_instrument,
    spot_instrument,
    usdm_instrument,
)
from tickwright.venues.binance.permissions import PERMISSIONS
from tickwright.venues.binance.protocol import CombinedStreams
from tickwright.venues.binance.recordings import BinanceRecordings
from tickwright.venues.binance.refusals import refusal
from tickwright.venues.binance.rest import WEIGHT, BinanceCalls, RestRules
from tickwright.venues.binance.spot_trading import SpotTrading
from tickwright.venues.binance.stream_tables import (
    FUTURE_INTERVALS,
    SPOT_INTERVALS,
    future_streams,
    spot_streams,
)
from tickwright.venues.binance.streams import StreamTable
from tickwright.venues.binance.symbols import VENUE, infer_coinm, infer_spot, infer_usdm
from tickwright.venues.binance.usdm_trading import UsdmTrading
from tickwright.venues.deadman import DeadMan
from tickwright.venues.ownership import owns_kinds
from tickwright.venues.trading import TradingCalls


__all__ = ["COINM", "PRODUCTS", "SPOT", "USDM"]

_USED_WEIGHT = "x-mbx-used-weight-1m"
_MINUTE_S = 60.0
_DAY_S = 86_400.0

# The venue takes 5 incoming frames a second on spot, pongs and control frames counted, and bans who goes on
# above it. 4 leaves one for a frame that was delayed on its way into the next second. Futures take 10; the
# pace is the same, as a subscription of 1,024 streams needs 6 frames only.
_WS_LIMITS = WsLimits(
    streams_per_connection=1024,
    frames_per_s=4,
    streams_per_request=200,
    connects=RateLimit("CONNECTS", 300, 300.0, is_sliding=True),
    lifetime_s=_DAY_S,
)

_SPOT_LIMITS = RestLimits(
    buckets=(
        RateLimit(WEIGHT, 6000, _MINUTE_S, _USED_WEIGHT),
        RateLimit("RAW_REQUESTS", 300_000, 5 * _MINUTE_S),
        RateLimit("ORDERS_10S", 100, 10.0, "x-mbx-order-count-10s"),
        RateLimit("ORDERS_1D", 200_000, _DAY_S, "x-mbx-order-count-1d"),
    )
)

# USD-M and COIN-M count on the same meters since 2026-06-30, whence one value for both: who keeps one
# limiter per ``RestLimits`` keeps the venue's count.
_FUTURE_LIMITS = RestLimits(
    buckets=(
        RateLimit(WEIGHT, 2400, _MINUTE_S, _USED_WEIGHT),
        RateLimit("ORDERS_10S", 300, 10.0, "x-mbx-order-count-10s"),
        RateLimit("ORDERS_1M", 1200, _MINUTE_S, "x-mbx-order-count-1m"),
        RateLimit("FUNDING", 500, 5 * _MINUTE_S),
        RateLimit("FUTURES_DATA", 1000, 5 * _MINUTE_S),
    )
)

_FUTURE_DEPTHS = (5, 10, 20, 50, 100, 500, 1000)
_FUTURE_DEPTH_WEIGHTS = ((50, 2), (100, 5), (500, 10), (1000, 20))
_FUTURE_CANDLE_WEIGHTS = ((99, 1), (499, 2), (1000, 5), (1500, 10))

_SNAPSHOT_LEVELS = 1000
"""Levels of the snapshot a book starts from. Spot offers 5,000 for 250 of 6,000 units a minute: that is 24 books
a minute, and none for orders. 1,000 cost 50 on spot, 20 on futures, where they are the most there is; a level
beyond them joins the book with its next change."""


def _product(
    *,
    rules: RestRules,
    streams: StreamTable,
    endpoints: Mapping[str, Endpoints],
    limits: RestLimits,
    chain: BookChain,
    kinds: tuple[InstrumentKind, ...],
    infer: Callable[[str], Instrument],
    hosts: tuple[str, ...],
    trading: TradingCalls | None = None,
    permissions: RestCall[KeyPermissions] | None = None,
    dead_man: DeadMan | None = None,
    client_ids: ClientIdForm | None = None,
) -> Product:
    calls = BinanceCalls(rules)
    return Product(
        name=rules.product,
        venue=VENUE,
        endpoints=endpoints,
        ws=CombinedStreams(),
        ws_limits=_WS_LIMITS,
        rest_limits=limits,
        calls=calls,
        book=BookFeed(
            chain=chain, snapshot=lambda instrument: calls.book(instrument, _SNAPSHOT_LEVELS)
        ),
        channel=streams.channel,
        topics=streams.topics,
        owns=owns_kinds(rules.product, *kinds),
        infer=infer,
        recordings=BinanceRecordings(streams, hosts),
        error=refusal,
        auth=BinanceAuth(),
        trading=trading,
        permissions=permissions,
        dead_man=dead_man,
        client_ids=client_ids or ClientIdForm(),
    )


SPOT = _product(
    rules=RestRules(
        product="binance.spot",
        prefix="/api/v3",
        make_instrument=spot_instrument,
        intervals=SPOT_INTERVALS,
        listing_weight=20,
        depth_weights=((100, 5), (500, 25), (1000, 50), (5000, 250)),
        trades_weight=25,
        old_trades_path="historicalTrades",
        agg_trades_weight=4,
        candle_weights=((1000, 2),),
        ticker_weight=2,
        tickers_weight=80,
        quote_weight=2,
        extra_costs=(("RAW_REQUESTS", 1),),
    ),
    streams=spot_streams(),
    endpoints={
        "live": Endpoints(
            rest="https://api.binance.com",
            ws_public="wss://stream.binance.com:9443",
            ws_api="wss://ws-api.binance.com:443",
        ),
        "testnet": Endpoints(
            rest="https://testnet.binance.vision",
            ws_public="wss://stream.testnet.binance.vision",
            ws_api="wss://ws-api.testnet.binance.vision",
        ),
        "demo": Endpoints(
            rest="https://demo-api.binance.com",
            ws_public="wss://demo-stream.binance.com",
            ws_api="wss://demo-ws-api.binance.com",
        ),
    },
    limits=_SPOT_LIMITS,
    trading=SpotTrading(),
    permissions=PERMISSIONS,
    chain=BookChain.FIRST_ID,
    kinds=(InstrumentKind.SPOT,),
    infer=infer_spot,
    hosts=(
        "api.binance.com",
        "stream.binance.com",
        "www.binance.com",
        "demo-api.binance.com",
        "demo-stream.binance.com",
        "api1.binance.com",
        "api2.binance.com",
        "api3.binance.com",
        "api4.binance.com",
        "api-gcp.binance.com",
        "binance.vision",
        "api.binance.us",
        "stream.binance.us",
    ),
)

_USDM_TEST = Endpoints(
    rest="https://demo-fapi.binance.com",
    ws_public="wss://demo-fstream.binance.com",
    ws_private="wss://demo-fstream.binance.com",
    ws_api="wss://testnet.binancefuture.com",
)

_USDM_IDS = ClientIdForm(
    re.compile(r"[.A-Z:/a-z0-9_-]{1,36}"), "1 to 36 letters of A-Z and a-z, digits, . : / - and _"
)
"""*New Order*: wider than spot's, whose error -1100 names what all venues take."""

USDM = _product(
    rules=RestRules(
        product="binance.usdm",
        prefix="/fapi/v1",
        make_instrument=usdm_instrument,
        intervals=FUTURE_INTERVALS,
        listing_weight=1,
        depth_weights=_FUTURE_DEPTH_WEIGHTS,
        depth_limits=_FUTURE_DEPTHS,
        trades_weight=5,
        agg_trades_weight=20,
        candle_weights=_FUTURE_CANDLE_WEIGHTS,
        ticker_weight=1,
        tickers_weight=40,
        quote_weight=2,
        premium_weight=1,
        funding_bucket="FUNDING",
    ),
    streams=future_streams("binance.usdm", public="public", market="market"),
    endpoints={
        "live": Endpoints(
            rest="https://fapi.binance.com",
            ws_public="wss://fstream.binance.com",
            ws_private="wss://fstream.binance.com",
            ws_api="wss://ws-fapi.binance.com",
        ),
        "testnet": _USDM_TEST,
        "demo": _USDM_TEST,
    },
    limits=_FUTURE_LIMITS,
    trading=UsdmTrading(),
    dead_man=USDM_COUNTDOWN,
    client_ids=_USDM_IDS,
    chain=BookChain.PREVIOUS_ID,
    kinds=(InstrumentKind.LINEAR_PERPETUAL, InstrumentKind.LINEAR_FUTURE),
    infer=infer_usdm,
    hosts=(
        "fapi.binance.com",
        "fstream.binance.com",
        "demo-fapi.binance.com",
        "demo-fstream.binance.com",
    ),
)

COINM = _product(
    rules=RestRules(
        product="binance.coinm",
        prefix="/dapi/v1",
        make_instrument=coinm_instrument,
        intervals=FUTURE_INTERVALS,
        listing_weight=1,
        depth_weights=_FUTURE_DEPTH_WEIGHTS,
        depth_limits=_FUTURE_DEPTHS,
        trades_weight=5,
        agg_trades_weight=20,
        candle_weights=_FUTURE_CANDLE_WEIGHTS,
        ticker_weight=1,
        tickers_weight=40,
        quote_weight=2,
        premium_weight=10,
        funding_bucket="FUNDING",
    ),
    # It moved to USD-M's engine on 2026-06-30 and kept its own hosts, on which nothing is routed.
    streams=future_streams("binance.coinm", public="", market=""),
    endpoints={
        "live": Endpoints(
            rest="https://dapi.binance.com",
            ws_public="wss://dstream.binance.com",
            ws_private="wss://dstream.binance.com",
        ),
        "testnet": Endpoints(
            rest="https://testnet.binancefuture.com",
            ws_public="wss://dstream.binancefuture.com",
            ws_private="wss://dstream.binancefuture.com",
        ),
    },
    limits=_FUTURE_LIMITS,
    chain=BookChain.PREVIOUS_ID,
    kinds=(InstrumentKind.INVERSE_PERPETUAL, InstrumentKind.INVERSE_FUTURE),
    infer=infer_coinm,
    hosts=("dapi.binance.com", "dstream.binance.com", "dstream.binancefuture.com"),
)

PRODUCTS = (SPOT, USDM, COINM)
