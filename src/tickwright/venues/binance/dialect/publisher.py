"""Which frames a market's events make: real-time streams as they happen, sampled ones at their beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from tickwright.venues.binance.dialect.contracts import perpetual
from tickwright.venues.binance.dialect.payloads import (
    FuturesPayloads,
    SpotPayloads,
    kline,
    payloads_of,
)
from tickwright.venues.binance.dialect.products import DialectProduct, product_of
from tickwright.venues.binance.dialect.spelling import Spelling
from tickwright.venues.binance.dialect.streams import StreamName, parse_stream
from tickwright.venues.binance.dialect.windows import DepthWindow
from tickwright.venues.dialects import Frame
from tickwright.venues.facts import AggTradeFact, ForcedFact, InstrumentView, MarketView, TradeFact
from tickwright.venues.sampling import Beats, CandleWatch


__all__ = ["Publisher"]

_DAY_MS = 86_400_000
_WINDOWS_MS = {"1h": 3_600_000, "4h": 4 * 3_600_000, "1d": _DAY_MS}
_ALL_FORCED = "!forceOrder@arr"
_FORCED_ONE_IN = 50  # about so many generated trades are called liquidations


class Publisher:
    """Turns a market's events into the frames of the streams that are wanted.

    Args:
        product: Whose dialect.
        market: Where the sampled streams look.
    """

    def __init__(self, product: DialectProduct, market: MarketView) -> None:
        self.product = product
        self.market = market
        self.frames: list[Frame] = []
        """Frames made and not yet taken."""
        self.payloads = payloads_of(product)
        self._wanted: dict[str, StreamName] = {}
        self._taps: dict[str, _Taps] = {}
        self._beats = Beats(lambda: market.now_ms)

    @property
    def next_ms(self) -> float:
        """When the next sampled stream is due; infinity if none is."""
        return self._beats.next_ms

    def take(self) -> list[Frame]:
        """Return the frames made since the last call."""
        frames = self.frames[:]
        self.frames.clear()
        return frames

    def want(self, stream: str) -> None:
        """Begin a stream; names that the product lacks stay silent."""
        name = parse_stream(self.product, stream)
        if name is None or stream in self._wanted:
            return
        if name.kind.startswith("!"):
            self._wanted[stream] = name
            self._want_array(name)
            return
        instrument = self._instrument(name)
        if instrument is not None:
            name = msgspec.structs.replace(name, symbol=instrument.listing.symbol)
            self._wanted[stream] = name
            self._tap(instrument).open(name)

    def _instrument(self, name: StreamName) -> InstrumentView | None:
        if name.kind != "continuousKline":
            return self.market.find(name.symbol)
        pair, _, contract = name.symbol.partition("_")
        return perpetual(self.market, pair) if contract == "PERPETUAL" else None

    def unwant(self, stream: str) -> None:
        """End a stream."""
        name = self._wanted.pop(stream, None)
        if name is None:
            return
        self._beats.stop(stream)
        if name.symbol:
            self._taps[name.symbol].close(name)
        elif name.kind == "!forceOrder":
            for taps in self._taps.values():
                taps.settle()

    def greeting(self, stream: str) -> str | None:
        """Return nothing: Binance's streams begin with the next change."""
        return None

    def renumber(self, stream: str) -> None:
        """Do nothing: Binance's numbers go on for ever."""

    def _tap(self, instrument: InstrumentView) -> _Taps:
        symbol = instrument.listing.symbol
        taps = self._taps.get(symbol)
        if taps is None:
            taps = self._taps[symbol] = _Taps(self, instrument)
        return taps

    @property
    def wants_all_forced(self) -> bool:
        """True if the all-market liquidation stream is wanted."""
        return _ALL_FORCED in self._wanted

    def every(self, stream: str, interval_ms: int, sample: Callable[[int], None]) -> None:
        """Call ``sample`` at every multiple of ``interval_ms`` while the stream is wanted."""
        self._beats.every(stream, interval_ms, sample)

    def beat(self) -> None:
        """Run the sampled stream that is due."""
        self._beats.beat()

    def _want_array(self, name: StreamName) -> None:
        interval_ms = {"!markPrice": name.speed_ms, "!bookTicker": 5000}.get(name.kind, 1000)
        if name.kind in ("!miniTicker", "!ticker", "!markPrice", "!bookTicker"):
            seen: dict[str, int] = {}
            self.every(name.text, interval_ms, partial(self._sample_array, name, seen))
        elif name.kind == "!forceOrder":
            for instrument in self.market.instruments:
                self._tap(instrument).settle()

    def _sample_array(self, name: StreamName, seen: dict[str, int], now_ms: int) -> None:
        """Send what changed since the last time, in one frame; book tickers in a frame each."""
        rows = []
        views = (self.market, *self.market.relatives)
        for instrument in (one for view in views for one in view.instruments):
            at = Spelling(product_of(instrument.listing.product), instrument.listing)
            version = instrument.last_trade_id
            if name.kind == "!bookTicker":
                version = instrument.update_id
            if name.kind != "!markPrice" and seen.get(at.symbol) == version:
                continue
            seen[at.symbol] = version
            rows.append(self._row(name, instrument, at, now_ms))
        if name.kind == "!bookTicker":
            self.frames += [(name.text, row) for row in rows]
        elif rows:
            self.frames.append((name.text, f"[{','.join(rows)}]"))

    def _row(self, name: StreamName, instrument: InstrumentView, at: Spelling, now_ms: int) -> str:
        payloads, best = self.payloads, instrument.best()
        if instrument.listing.product != self.product.name:
            payloads = payloads_of(product_of(instrument.listing.product))
        if name.kind == "!markPrice" and isinstance(payloads, FuturesPayloads):
            return payloads.mark_price(at, instrument.mark(now_ms), now_ms)
        if name.kind == "!bookTicker":
            return payloads.book_ticker(at, instrument.update_id, best, now_ms)
        if name.kind == "!miniTicker":
            return payloads.mini_ticker(at, instrument.day(now_ms, _DAY_MS), now_ms)
        if name.interval and isinstance(payloads, SpotPayloads):
            day = instrument.day(now_ms, _WINDOWS_MS[name.interval])
            return payloads.window_ticker(at, day, name.interval, now_ms)
        return payloads.ticker(at, instrument.day(now_ms, _DAY_MS), best, now_ms)

    def force_order(self, at: Spelling, forced: ForcedFact) -> None:
        """Tell of a liquidation, where anybody wants that."""
        if not isinstance(self.payloads, FuturesPayloads):
            return
        for stream in (f"{at.lower}@forceOrder", _ALL_FORCED):
            if stream in self._wanted:
                payload = self.payloads.force_order(at, forced, forced.ts_ms)
                self.frames.append((stream, payload))


class _Taps:
    """The wanted streams of one instrument."""

    def __init__(self, publisher: Publisher, instrument: InstrumentView) -> None:
        self.instrument = instrument
        self.publisher = publisher
        self.spelling = Spelling(publisher.product, instrument.listing)
        self._trade: str | None = None
        self._agg_trade: str | None = None
        self._book_ticker: str | None = None
        self._forced: str | None = None
        self._best: tuple[int, int, int, int] | None = None
        self._windows: dict[str, DepthWindow] = {}

    def settle(self) -> None:
        """Listen to the instrument while anything real-time is wanted, and only then."""
        streams = (self._trade, self._agg_trade, self._book_ticker, self._forced)
        is_needed = any(streams) or self._windows or self.publisher.wants_all_forced
        self.instrument.listener = self if is_needed else None

    def open(self, name: StreamName) -> None:
        """Begin one stream."""
        self._set(name, name.text)
        publisher, product = self.publisher, self.publisher.product
        if name.kind == "depth":
            window = DepthWindow(name, self.spelling, self.instrument)
            self._windows[name.text] = window
            if name.speed_ms:
                publisher.every(name.text, name.speed_ms, partial(self._flush, window))
        elif name.kind in ("kline", "continuousKline"):
            interval_ms = 1000 if name.interval == "1s" else product.kline_interval_ms
            watch = CandleWatch(self.instrument, name.interval, publisher.market.now_ms)
            publisher.every(name.text, interval_ms, partial(self._sample_kline, name, watch))
        elif name.kind in ("ticker", "miniTicker", "avgPrice", "markPrice"):
            interval_ms = {"markPrice": name.speed_ms, "avgPrice": 1000}.get(
                name.kind, product.ticker_interval_ms
            )
            publisher.every(name.text, interval_ms, partial(self._sample, name))
        self.settle()

    def close(self, name: StreamName) -> None:
        """End one stream."""
        self._set(name, None)
        self._windows.pop(name.text, None)
        self.settle()

    def _set(self, name: StreamName, stream: str | None) -> None:
        if name.kind == "trade":
            self._trade = stream
        elif name.kind == "aggTrade":
            self._agg_trade = stream
        elif name.kind == "bookTicker":
            self._book_ticker = stream
        elif name.kind == "forceOrder":
            self._forced = stream

    def on_trades(
        self, instrument: InstrumentView, trades: Sequence[TradeFact], joined: AggTradeFact
    ) -> None:
        publisher, at = self.publisher, self.spelling
        if self._trade is not None:
            payload = publisher.payloads.trade
            publisher.frames += [(self._trade, payload(at, one, one.ts_ms)) for one in trades]
        if self._agg_trade is not None:
            text = publisher.payloads.agg_trade(at, joined, joined.ts_ms)
            publisher.frames.append((self._agg_trade, text))
        if joined.id % _FORCED_ONE_IN == 0:
            price, is_buy = joined.price, not joined.is_buyer_maker
            self.on_forced(
                instrument, ForcedFact(price, price, joined.quantity, is_buy, joined.ts_ms)
            )

    def on_forced(self, instrument: InstrumentView, forced: ForcedFact) -> None:
        self.publisher.force_order(self.spelling, forced)

    def on_book(
        self,
        instrument: InstrumentView,
        first_id: int,
        bid_prices: Sequence[int],
        ask_prices: Sequence[int],
    ) -> None:
        publisher, now_ms = self.publisher, instrument.book_ms
        for window in self._windows.values():
            window.add(first_id, bid_prices, ask_prices)
            if not window.name.speed_ms:
                self._flush(window, now_ms)
        if self._book_ticker is not None:
            best = instrument.best()
            if best != self._best:
                self._best = best
                text = publisher.payloads.book_ticker(
                    self.spelling, instrument.update_id, best, now_ms
                )
                publisher.frames.append((self._book_ticker, text))

    def _flush(self, window: DepthWindow, now_ms: int) -> None:
        text = window.flush(self.publisher.payloads, now_ms)
        if text is not None:
            self.publisher.frames.append((window.name.text, text))

    def _sample_kline(self, name: StreamName, watch: CandleWatch, now_ms: int) -> None:
        head = ""
        if name.kind == "continuousKline":
            head = f'"ps":"{self.spelling.pair}","ct":"PERPETUAL"'
        for candle, is_closed in watch.due(now_ms):
            text = kline(
                self.spelling,
                name.interval,
                candle,
                now_ms,
                is_closed=is_closed,
                head=head,
            )
            self.publisher.frames.append((name.text, text))

    def _sample(self, name: StreamName, now_ms: int) -> None:
        payloads, at, instrument = self.publisher.payloads, self.spelling, self.instrument
        if name.kind == "markPrice" and isinstance(payloads, FuturesPayloads):
            text = payloads.mark_price(at, instrument.mark(now_ms), now_ms)
        elif name.kind == "miniTicker":
            text = payloads.mini_ticker(at, instrument.day(now_ms, _DAY_MS), now_ms)
        elif name.kind == "avgPrice" and isinstance(payloads, SpotPayloads):
            text = payloads.average_price(at, instrument.day(now_ms, 300_000), now_ms)
        elif name.interval and isinstance(payloads, SpotPayloads):
            day = instrument.day(now_ms, _WINDOWS_MS[name.interval])
            text = payloads.window_ticker(at, day, name.interval, now_ms)
        else:
            day = instrument.day(now_ms, _DAY_MS)
            text = payloads.ticker(at, day, instrument.best(), now_ms)
        self.publisher.frames.append((name.text, text))
