"""One Binance product as a `tickwright.venues.dialects.Dialect`: the parts of this folder under one roof."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from tickwright.model.ids import InstrumentName
from tickwright.venues.binance.dialect.control import Conversation
from tickwright.venues.binance.dialect.errors import error_body, refusal_body
from tickwright.venues.binance.dialect.listings import (
    exchange_info,
    inferred_listing,
    invented_listing,
    with_pending,
)
from tickwright.venues.binance.dialect.private import BinancePrivate, private_side
from tickwright.venues.binance.dialect.private.recordedrules import recorded_rules
from tickwright.venues.binance.dialect.private.rules import market_rules
from tickwright.venues.binance.dialect.products import DialectProduct, product_of
from tickwright.venues.binance.dialect.publisher import Publisher
from tickwright.venues.binance.dialect.recordings import (
    BookKeeper,
    aged_snapshot,
    endpoint_of,
    taken_apart,
)
from tickwright.venues.binance.dialect.rest import RestDesk
from tickwright.venues.binance.dialect.strange import estrange
from tickwright.venues.binance.dialect.streams import family_of
from tickwright.venues.binance.dialect.tape import recorded_event
from tickwright.venues.binance.dialect.timeunit import in_microseconds, is_micro
from tickwright.venues.binance.dialect.weights import WeightMeter
from tickwright.venues.dialects import Answer, Frame, RecordedMark, RecordedTrade
from tickwright.venues.dialects import Publisher as AnyPublisher
from tickwright.venues.exchangeview import ExchangeView
from tickwright.venues.facts import Listing, MarketView
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.privateside import ApiKey, PrivateMarket


__all__ = ["BinanceDialect", "dialect_of"]


class BinanceDialect:
    """What Binance's servers do, for one product.

    Args:
        product: Its declarations.
    """

    def __init__(self, product: DialectProduct) -> None:
        self.product = product
        self.name = self.site = product.name
        self.products = (product.name,)
        self.ping_interval_s = product.ping_interval_s
        self.pong_deadline_s = product.pong_deadline_s
        self.lifetime_s = 86_400.0
        self.connects_max = 300
        self.connects_window_s = 300.0
        self.hosts = product.hosts
        self.relatives = product.relatives
        self.has_greetings = False
        self.has_id_gaps = product.is_futures

    def converse(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        is_flat: bool,
        is_listed: Callable[[str], bool],
    ) -> Conversation:
        """Return a new connection's state; `ValueError` refuses the handshake. Unlisted names are taken in silence."""
        return Conversation(self.product, path, params, is_flat=is_flat)

    def publisher(self, market: MarketView) -> Publisher:
        """Return what makes frames of a market's events."""
        return Publisher(self.product, market)

    def family_of(self, stream: str) -> str:
        """Return a stream name without its speed."""
        return family_of(stream)

    def shutdown_notice(self, now_ms: int) -> Frame | None:
        """Return what spot says before a server goes."""
        if self.product.is_futures:
            return None
        return "!serverShutdown", f'{{"e":"serverShutdown","E":{now_ms}}}'

    def unheard_of(self, word: str, now_ms: int) -> str:
        """Return an event of a type that nobody knows."""
        return f'{{"e":"{word}","E":{now_ms},"s":"BTCUSDT","v":{{"is":[1,"2",null]}}}}'

    def estrange(self, value: Any, word: str) -> None:
        """Put a word that nobody knows where a payload or body names one of several things."""
        estrange(value, word)

    def desk(self, market: MarketView, publisher: AnyPublisher) -> RestDesk:
        """Return what answers requests about a market."""
        return RestDesk(self.product, market)

    def meter(self) -> WeightMeter:
        """Return a new count of weights."""
        return WeightMeter(self.product)

    def in_asked_unit(self, answer: Answer, headers: Mapping[str, str]) -> Answer:
        """Return an answer with its times in the unit that a request's headers ask for (spot)."""
        unit = headers.get("x-mbx-time-unit")
        if unit is None or self.product.is_futures:
            return answer
        try:
            is_asked = is_micro(unit)
        except ValueError as error:
            return Answer(400, error_body(-1194, str(error)), answer.weight)
        body = in_microseconds(answer.body) if is_asked else answer.body
        return msgspec.structs.replace(answer, body=body)

    def refusal(self, status: int, now_ms: int, retry_after_s: int | None) -> str:
        """Return the error body that goes with a status."""
        return refusal_body(self.product, status, now_ms, retry_after_s)

    def is_snapshot(self, path: str) -> bool:
        """Tell whether a path asks for a book snapshot."""
        return endpoint_of(path) == "depth"

    def aged(self, body: str) -> str:
        """Return a snapshot's body as it would be from before anything streamed."""
        return aged_snapshot(body)

    def rules(self, listing: Listing) -> MarketRules | None:
        """Return what an instrument's orders are held to, ``None`` for inverse contracts."""
        return market_rules(self.product, listing)

    def private_side(
        self, exchange: ExchangeView, market: PrivateMarket, keys: Sequence[ApiKey]
    ) -> BinancePrivate | None:
        """Return what serves those who hold a key, ``None`` for inverse contracts."""
        return private_side(self.product, exchange, market, keys)

    def invented(self, base: str) -> InstrumentName:
        """Return the usual instrument of a base asset."""
        if self.product.is_inverse:
            return InstrumentName("binance", base, "USD", base)
        return InstrumentName("binance", base, "USDT", "USDT" if self.product.is_futures else None)

    def listed(self, name: InstrumentName, price: float) -> Listing:
        """Return how an instrument at about that price would be listed."""
        return invented_listing(self.product, name, price)

    def taken_apart(self, data: str) -> tuple[str | None, str]:
        """Return stream and payload of a recorded frame."""
        return taken_apart(data)

    def symbol_of(self, stream: str) -> str:
        """Return the symbol in a stream's name, empty for all-market streams."""
        symbol, at, _ = stream.partition("@")
        return symbol.upper() if at and not stream.startswith("!") else ""

    def book_family(self, symbol: str) -> str:
        """Return the family of a symbol's diff streams."""
        return f"{symbol.lower()}@depth"

    def time_body(self, now_ms: int) -> str:
        """Return the answer to a request for the venue's time."""
        return f'{{"serverTime":{now_ms}}}'

    def time_stepped(self, body: str, step_ms: int) -> str:
        """Return an answer of ``time``, so much later."""
        return self.time_body(int(json.loads(body)["serverTime"]) + step_ms)

    def resource(self, path: str) -> str:
        """Return the endpoint that a recorded path names."""
        return endpoint_of(path)

    def book_record(self) -> BookKeeper:
        """Return empty books to follow a recording with."""
        return BookKeeper(self.product)

    def recorded_event(self, stream: str, payload: str) -> RecordedTrade | RecordedMark | None:
        """Return the trade or the mark price that a recorded payload tells of."""
        return recorded_event(stream, payload)

    def recorded_rules(self, symbols: Iterable[str], info: str | None) -> list[MarketRules]:
        """Return what orders on a recording are held to; none for inverse contracts."""
        return recorded_rules(self.product, symbols, info)

    def exchange_info(self, symbols: Iterable[str], now_ms: int) -> str:
        """Return exchange information guessed from symbols."""
        listings = [inferred_listing(self.product, symbol) for symbol in symbols]
        return exchange_info(self.product, listings, now_ms)

    def with_pending(self, body: str, count: int) -> str:
        """Return exchange information with contracts that do not trade yet; spot has no such listings."""
        return with_pending(body, count) if self.product.is_futures else body

    def unlisted(self, known: Sequence[str]) -> Answer:
        """Return the answer to a request for what is not there: a symbol if there are any, else a path."""
        if known:
            return Answer(400, error_body(-1121, "Invalid symbol."))
        return Answer(404, error_body(-1099, "Not found, unauthenticated, or unauthorized."))


def dialect_of(product: str) -> BinanceDialect:
    """Return the dialect of a product such as ``binance.spot``.

    Raises:
        UnknownVenue: If Binance has no product of that name here.
    """
    return BinanceDialect(product_of(product))
