"""Bybit as a `tickwright.venues.dialects.Dialect`: the parts of this folder under one roof."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import InstrumentName
from tickwright.venues.bybit.dialect.categories import SITE, Category, categories_of
from tickwright.venues.bybit.dialect.control import PublicConversation, public_category
from tickwright.venues.bybit.dialect.envelope import Refused, enveloped, refused, unknown_path
from tickwright.venues.bybit.dialect.listings import (
    inferred_listing,
    instruments_result,
    invented_listing,
)
from tickwright.venues.bybit.dialect.meter import BANNED_TEXT, AddressMeter
from tickwright.venues.bybit.dialect.private import BybitPrivate
from tickwright.venues.bybit.dialect.private.rules import market_rules
from tickwright.venues.bybit.dialect.publisher import Publisher
from tickwright.venues.bybit.dialect.recordings import (
    BookKeeper,
    aged_snapshot,
    resource_of,
    taken_apart,
)
from tickwright.venues.bybit.dialect.rest import RestDesk, time_result
from tickwright.venues.bybit.dialect.strange import estrange
from tickwright.venues.bybit.dialect.topics import parse_stream, stream_of
from tickwright.venues.dialects import Answer, Frame, RecordedMark, RecordedTrade
from tickwright.venues.dialects import Publisher as AnyPublisher
from tickwright.venues.exchangeview import ExchangeView
from tickwright.venues.facts import Listing, MarketView
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.privateside import ApiKey, PrivateMarket


__all__ = ["BybitDialect", "dialect_of"]

_FORBIDDEN, _LIMITED, _BUSY = 403, 429, 10016


class BybitDialect:
    """What Bybit's servers do, for one category or for all of them: they share addresses and accounts.

    Args:
        name: A product, or the site.
        categories: Those that are served.
    """

    def __init__(self, name: str, categories: Sequence[Category]) -> None:
        self.name = name
        self.site = SITE
        self.categories = tuple(categories)
        self.products = tuple(category.product for category in categories)
        # Clients ping, as texts; the server never does (section 3).
        self.ping_interval_s = math.inf
        self.pong_deadline_s = math.inf
        self.lifetime_s = math.inf
        self.connects_max = 500
        self.connects_window_s = 300.0
        self.hosts = ("rest", "ws_public", "ws_private", "ws_trade")
        self.relatives = ()
        self.has_greetings = True
        self.has_id_gaps = False
        self._connections = count(1)
        self._publisher: Publisher | None = None
        """The last one that was made: a market may open anew."""

    def converse(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        is_flat: bool,
        is_listed: Callable[[str], bool],
    ) -> PublicConversation:
        """Return a new connection's state; `ValueError` refuses the handshake."""
        category = public_category(path)
        if category not in self.categories:
            raise ValueError(f"no market stream at {path}")
        return PublicConversation(category, is_listed, next(self._connections))

    def publisher(self, market: MarketView) -> Publisher:
        """Return what makes frames of a market's events."""
        self._publisher = Publisher(market)
        return self._publisher

    def family_of(self, stream: str) -> str:
        """Return a stream's name: no two depths of a book carry the same."""
        return stream

    def shutdown_notice(self, now_ms: int) -> Frame | None:
        """Return nothing: maintenance comes unannounced (section 3)."""
        return None

    def unheard_of(self, word: str, now_ms: int) -> str:
        """Return a message of a topic that nobody knows."""
        return f'{{"topic":"{word}.BTCUSDT","type":"{word}","ts":{now_ms},"data":{{"is":[1,"2",null]}}}}'

    def estrange(self, value: Any, word: str) -> None:
        """Put a word that nobody knows where a payload or body names one of several things."""
        estrange(value, word)

    def desk(self, market: MarketView, publisher: AnyPublisher) -> RestDesk:
        """Return what answers requests about a market."""
        assert isinstance(publisher, Publisher)
        return RestDesk(market, publisher, self.categories)

    def meter(self) -> AddressMeter:
        """Return a new count of requests."""
        return AddressMeter()

    def in_asked_unit(self, answer: Answer, headers: Mapping[str, str]) -> Answer:
        """Return an answer as it is: times have one unit."""
        return answer

    def refusal(self, status: int, now_ms: int, retry_after_s: int | None) -> str:
        """Return the body that goes with a status; only 5xx has an envelope."""
        if status == _FORBIDDEN:
            return BANNED_TEXT
        if status == _LIMITED:
            return enveloped("{}", now_ms, code=_LIMITED, text="high server load")
        return enveloped("{}", now_ms, code=_BUSY, text="Server error.")

    def is_snapshot(self, path: str) -> bool:
        """Tell whether a path asks for a book."""
        return resource_of(path) == "depth"

    def aged(self, body: str) -> str:
        """Return a book's body as it would be from before anything streamed."""
        return aged_snapshot(body)

    def rules(self, listing: Listing) -> MarketRules | None:
        """Return what an instrument's orders are held to, ``None`` for inverse contracts."""
        return None if listing.contract_size is not None else market_rules(listing)

    def private_side(
        self, exchange: ExchangeView, market: PrivateMarket, keys: Sequence[ApiKey]
    ) -> BybitPrivate:
        """Return what serves those who hold a key."""
        categories, is_heard = self.categories, self._is_heard
        return BybitPrivate(exchange, market, keys, categories, self._connections, is_heard)

    def _is_heard(self, stream: str) -> bool:
        return self._publisher is not None and self._publisher.is_heard(stream)

    def invented(self, base: str) -> InstrumentName:
        """Return the usual instrument of a base asset."""
        category = self._only
        name = InstrumentName(SITE, base, category.order_quotes[0])
        return InstrumentName(SITE, base, name.quote, category.settle(name))

    def listed(self, name: InstrumentName, price: float) -> Listing:
        """Return how an instrument at about that price would be listed."""
        for category in self.categories:
            if category.settle(name) == name.settle:
                return invented_listing(category, name, price)
        known = ", ".join(self.products)
        raise UnknownInstrument(f"{name.id!r} is an instrument of none of {known}")

    # Recordings: always of one product.

    @property
    def _only(self) -> Category:
        return self.categories[0]

    def taken_apart(self, data: str) -> tuple[str | None, str]:
        """Return stream and payload of a recorded frame."""
        return taken_apart(self._only, data)

    def symbol_of(self, stream: str) -> str:
        """Return the symbol in a stream's name, empty for topics of a whole category."""
        topic = parse_stream(stream)
        return "" if topic is None else topic.symbol

    def book_family(self, symbol: str) -> str:
        """Return the stream whose book goes on from the answers of REST."""
        return stream_of(self._only, f"orderbook.full.{symbol}")

    def resource(self, path: str) -> str:
        """Return what a path asks for."""
        return resource_of(path)

    def time_body(self, now_ms: int) -> str:
        """Return the answer to a request for the venue's time."""
        return enveloped(time_result(now_ms), now_ms)

    def time_stepped(self, body: str, step_ms: int) -> str:
        """Return an answer of ``time``, so much later."""
        return self.time_body(int(json.loads(body)["time"]) + step_ms)

    def book_record(self) -> BookKeeper:
        """Return empty books to follow a recording with."""
        return BookKeeper()

    def recorded_event(self, stream: str, payload: str) -> RecordedTrade | RecordedMark | None:
        """Return nothing: orders on recordings of Bybit are not simulated."""
        return None

    def recorded_rules(self, symbols: Iterable[str], info: str | None) -> list[MarketRules]:
        """Return none; see `recorded_event`."""
        return []

    def with_pending(self, body: str, count: int) -> str:
        """Return listings as they are: the venue shows a tick size from the beginning."""
        return body

    def exchange_info(self, symbols: Iterable[str], now_ms: int) -> str:
        """Return a list of instruments guessed from symbols."""
        listings = [inferred_listing(self._only, symbol) for symbol in symbols]
        return enveloped(instruments_result(self._only, listings, 1000, ""), now_ms)

    def unlisted(self, known: Sequence[str]) -> Answer:
        """Return the answer to a request for what is not there: a symbol if there are any, else a path."""
        return refused(Refused(10001, "Not supported symbols"), 0) if known else unknown_path()


def dialect_of(product: str) -> BybitDialect:
    """Return the dialect of a product such as ``bybit.linear``, or of all products: ``bybit``.

    Raises:
        UnknownVenue: If Bybit has no product of that name here.
    """
    return BybitDialect(product, categories_of(product))
