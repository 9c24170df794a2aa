"""Which frames a market's events make: trades as they happen, everything else at the next beat after a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tickwright.venues.bybit.dialect import payloads
from tickwright.venues.bybit.dialect.books import BookWindow, sequence_of
from tickwright.venues.bybit.dialect.categories import INTERVALS
from tickwright.venues.bybit.dialect.spelling import Spelling
from tickwright.venues.bybit.dialect.tickers import TickerWatch
from tickwright.venues.bybit.dialect.topics import Topic, parse_stream
from tickwright.venues.dialects import Frame
from tickwright.venues.facts import (
    AggTradeFact,
    ForcedFact,
    InstrumentView,
    MarketView,
    TradeFact,
)
from tickwright.venues.sampling import Beats, CandleWatch


__all__ = ["Publisher"]

_CANDLE_INTERVAL_MS = 1000
_LIQUIDATION_INTERVAL_MS = 500
_LIMIT_INTERVAL_MS = 300
_REPEAT_MS = 3000
_LIQUIDATED_ONE_IN = 50  # about so many takers are liquidations


class Publisher:
    """Turns a market's events into the frames of the streams that are wanted.

    Args:
        market: Where the streams look.
    """

    def __init__(self, market: MarketView) -> None:
        self.market = market
        self.frames: list[Frame] = []
        """Frames made and not yet taken."""
        self.beats = Beats(lambda: market.now_ms)
        self._wanted: dict[str, Topic] = {}
        self._taps: dict[str, _Taps] = {}
        self._private: set[str] = set()

    @property
    def next_ms(self) -> float:
        """When the next beat is due; infinity if none is."""
        return self.beats.next_ms

    def take(self) -> list[Frame]:
        """Return the frames made since the last call."""
        frames = self.frames[:]
        self.frames.clear()
        return frames

    def every(self, stream: str, interval_ms: int, sample: Callable[[int], None]) -> None:
        """Call ``sample`` at every multiple of ``interval_ms``."""
        self.beats.every(stream, interval_ms, sample)

    def beat(self) -> None:
        """Do what is due."""
        self.beats.beat()

    def want(self, stream: str) -> None:
        """Begin a stream; of names that the category lacks nothing comes."""
        topic = parse_stream(stream)
        if topic is None:
            self._private.add(stream)
        if topic is None or stream in self._wanted:
            return
        instrument = self.market.find(topic.key)
        if instrument is not None:
            self._wanted[stream] = topic
            self._tap(topic.key, instrument).open(topic)

    def unwant(self, stream: str) -> None:
        """End a stream."""
        self._private.discard(stream)
        topic = self._wanted.pop(stream, None)
        if topic is not None:
            self._taps[topic.key].close(topic)

    def greeting(self, stream: str) -> str | None:
        """Return the snapshot that a new subscriber of a wanted stream is sent, ``None`` where there is none."""
        topic = self._wanted.get(stream)
        return None if topic is None else self._taps[topic.key].greeting(topic)

    def is_heard(self, stream: str) -> bool:
        """Tell whether anybody is subscribed to a stream of an account's, which others make the frames of."""
        return stream in self._private

    def renumber(self, stream: str) -> None:
        """Let a wanted book's update ids begin anew with its next push."""
        topic = self._wanted.get(stream)
        window = None if topic is None else self._taps[topic.key].books.get(topic.text)
        if window is not None:
            window.is_restarting = True

    def window(self, key: str, detail: str) -> BookWindow | None:
        """Return the book topic of a depth that somebody listens to, so that REST tells of the same line."""
        symbol = key.partition("/")[2]
        taps = self._taps.get(key)
        return None if taps is None else taps.books.get(f"orderbook.{detail}.{symbol}")

    def _tap(self, key: str, instrument: InstrumentView) -> _Taps:
        taps = self._taps.get(key)
        if taps is None:
            taps = self._taps[key] = _Taps(self, instrument)
        return taps


class _Taps:
    """The wanted streams of one instrument."""

    def __init__(self, publisher: Publisher, instrument: InstrumentView) -> None:
        self.instrument = instrument
        self.books: dict[str, BookWindow] = {}
        self._publisher = publisher
        self._spelling = Spelling(instrument.listing)
        self._tickers: dict[str, TickerWatch] = {}
        self._topics: dict[str, Topic] = {}
        self._trade: Topic | None = None
        self._liquidation: Topic | None = None
        self._liquidated: list[TradeFact] = []
        self._limits: tuple[int, int] | None = None
        self._price = instrument.last_price

    # ------------------------------------------------------------------ beginning and ending

    def open(self, topic: Topic) -> None:
        """Begin one stream."""
        publisher, now_ms = self._publisher, self._publisher.market.now_ms
        self._topics[topic.text] = topic
        if topic.kind == "orderbook":
            self.books[topic.text] = BookWindow(topic, self.instrument)
            self._repeat_later(topic)
        elif topic.kind == "tickers":
            self._tickers[topic.text] = TickerWatch(topic, self.instrument, now_ms)
        elif topic.kind == "publicTrade":
            self._trade, self._price = topic, self.instrument.last_price
        elif topic.kind == "kline":
            watch = CandleWatch(self.instrument, INTERVALS[topic.detail], now_ms)
            publisher.every(topic.stream, _CANDLE_INTERVAL_MS, partial(self._candle, topic, watch))
        elif topic.kind == "priceLimit":
            publisher.every(topic.stream, _LIMIT_INTERVAL_MS, partial(self._price_limit, topic))
        elif topic.kind == "allLiquidation":
            self._liquidation = topic
        self._settle()

    def close(self, topic: Topic) -> None:
        """End one stream."""
        self._publisher.beats.stop(topic.stream)
        self._publisher.beats.stop(_repeat(topic))
        self._topics.pop(topic.text, None)
        self.books.pop(topic.text, None)
        self._tickers.pop(topic.text, None)
        if topic.kind == "publicTrade":
            self._trade = None
        elif topic.kind == "allLiquidation":
            self._liquidation = None
        self._settle()

    def _settle(self) -> None:
        """Listen to the instrument while anything depends on its events, and only then."""
        is_needed = self.books or self._tickers or self._trade or self._liquidation
        self.instrument.listener = self if is_needed else None

    def greeting(self, topic: Topic) -> str | None:
        """Return what a new subscriber gets at once."""
        now_ms = self._publisher.market.now_ms
        if topic.kind == "orderbook" and topic.detail != "full":
            return self.books[topic.text].snapshot(now_ms)
        if topic.kind == "tickers":
            return self._tickers[topic.text].snapshot(now_ms)
        return None

    # ------------------------------------------------------------------ what happens

    def on_trades(
        self, instrument: InstrumentView, trades: Sequence[TradeFact], joined: AggTradeFact
    ) -> None:
        if self._trade is not None:
            sequence = sequence_of(instrument)
            text = payloads.trades(self._trade, self._spelling, trades, sequence, self._price)
            self._send(self._trade, text)
        self._price = trades[-1].price
        if self._liquidation is not None and joined.id % _LIQUIDATED_ONE_IN == 0:
            self._liquidated.append(trades[-1])
            self._soon(self._liquidation, _LIQUIDATION_INTERVAL_MS, self._liquidations)
        self._stir_tickers()

    def on_forced(self, instrument: InstrumentView, forced: ForcedFact) -> None:
        if self._liquidation is not None:
            trade = TradeFact(0, forced.price, forced.quantity, forced.ts_ms, not forced.is_buy)
            self._liquidated.append(trade)
            self._soon(self._liquidation, _LIQUIDATION_INTERVAL_MS, self._liquidations)

    def on_book(
        self,
        instrument: InstrumentView,
        first_id: int,
        bid_prices: Sequence[int],
        ask_prices: Sequence[int],
    ) -> None:
        for name, window in self.books.items():
            topic = self._topics[name]
            self._soon(topic, topic.book_interval_ms, partial(self._book, topic, window))
        self._stir_tickers()

    def _stir_tickers(self) -> None:
        for name, watch in self._tickers.items():
            topic = self._topics[name]
            self._soon(
                topic, topic.category.ticker_interval_ms, partial(self._ticker, topic, watch)
            )

    def _soon(self, topic: Topic, interval_ms: int, sample: Callable[[int], None]) -> None:
        self._publisher.beats.soon(topic.stream, interval_ms, sample)

    def _send(self, topic: Topic, payload: str) -> None:
        self._publisher.frames.append((topic.stream, payload))

    # ------------------------------------------------------------------ what is due

    def _book(self, topic: Topic, window: BookWindow, now_ms: int) -> None:
        text = window.flush(now_ms)
        if text is not None:
            self._send(topic, text)
            self._repeat_later(topic)

    def _repeat_later(self, topic: Topic) -> None:
        """Depth 1 is sent again, with the same ``u``, when nothing changed for 3 s."""
        if topic.kind == "orderbook" and topic.levels == 1:
            due_ms = self._publisher.market.now_ms + _REPEAT_MS
            self._publisher.beats.at(_repeat(topic), due_ms, partial(self._repeat_book, topic))

    def _repeat_book(self, topic: Topic, now_ms: int) -> None:
        self._send(topic, self.books[topic.text].snapshot(now_ms))
        self._repeat_later(topic)

    def _ticker(self, topic: Topic, watch: TickerWatch, now_ms: int) -> None:
        text = watch.flush(now_ms)
        if text is not None:
            self._send(topic, text)

    def _candle(self, topic: Topic, watch: CandleWatch, now_ms: int) -> None:
        for found, is_closed in watch.due(now_ms):
            text = payloads.candle(topic, self._spelling, found, now_ms, is_closed=is_closed)
            self._send(topic, text)

    def _price_limit(self, topic: Topic, now_ms: int) -> None:
        limits = payloads.limit_prices(self._spelling, self.instrument, now_ms)
        if limits != self._limits:
            self._limits = limits
            self._send(topic, payloads.price_limit(topic, self._spelling, limits, now_ms))

    def _liquidations(self, now_ms: int) -> None:
        topic = self._liquidation
        if topic is not None:
            for found in self._liquidated:
                self._send(topic, payloads.liquidation(topic, self._spelling, found, now_ms))
        self._liquidated.clear()


def _repeat(topic: Topic) -> str:
    return f"{topic.stream} again"
