"""One simulated instrument: a seeded, plausible order flow over a book that never crosses."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain, islice
from random import Random

from tickwright.sandbox.bookside import BookSide, Quotes, TradingFloor
from tickwright.sandbox.candles import CandleBook
from tickwright.sandbox.earlier import EarlierTrades
from tickwright.venues.facts import (
    RATE_SCALE,
    AggTradeFact,
    CandleFact,
    DayFact,
    ForcedFact,
    InstrumentListener,
    Listing,
    MarkFact,
    TradeFact,
)


__all__ = ["SimulatedInstrument"]

_FUNDING_MS = 8 * 3600 * 1000
_DAY_MS = 24 * 3600 * 1000
_TRADES_KEPT = 2000
# Shares of the order flow; the rest places or changes levels.
_TAKES = 0.12
_CANCELS = 0.22


class SimulatedInstrument:
    """A book and its trades, moved one event at a time by `step`.

    Update ids grow by one with every level that changes; on futures they also advance between events, as the
    venue's do, so that the first id of a delta is not the last one plus one.

    Args:
        listing: What it is.
        rng: Its chance; the same seed gives the same market.
        price: Where it opens, in units of the listing's price scale.
        depth: Levels a side, about.
        opened_ms: The market's time at the opening.
        has_id_gaps: Let update ids advance between events.
    """

    def __init__(
        self,
        listing: Listing,
        rng: Random,
        *,
        price: int,
        depth: int,
        opened_ms: int,
        has_id_gaps: bool,
    ) -> None:
        self.listing = listing
        self.listener: InstrumentListener | None = None
        self.book_ms = opened_ms
        self.last_price = price
        self.last_quantity = listing.lot
        self._rng = rng
        self._depth = depth
        self._has_id_gaps = has_id_gaps
        self._opened_ms = opened_ms
        self.update_id = rng.randrange(10**9, 10**10)
        self.last_trade_id = rng.randrange(10**8, 10**9)
        self._agg_id = rng.randrange(10**7, 10**8)
        self._unit = _typical_quantity(listing, price)
        self._changed_bids: list[int] = []
        self._changed_asks: list[int] = []
        self._trades: deque[TradeFact] = deque(maxlen=_TRADES_KEPT)
        self._agg_trades: deque[AggTradeFact] = deque(maxlen=_TRADES_KEPT)
        self._candles = CandleBook(listing, rng, opened_ms, price)
        self._earlier = EarlierTrades(
            self._candles,
            opened_ms=opened_ms,
            lot=listing.lot,
            tick=listing.tick,
            last_id=self.last_trade_id,
            last_joined_id=self._agg_id,
        )
        self._anchor = price
        self._open_day = max(listing.tick, self._on_tick(int(price * rng.uniform(0.97, 1.03))))
        self._high = max(price, self._open_day)
        self._low = min(price, self._open_day)
        self._volume = self._unit * 20_000
        self._turnover = listing.turnover(price, self._volume)
        self._count = rng.randrange(10_000, 1_000_000)
        self._interest = self._unit * rng.randrange(1000, 100_000)
        self._floor: TradingFloor | None = None

    # ------------------------------------------------------------------ order flow

    def step(self, now_ms: int) -> None:
        """Let one thing happen: a level placed, changed or withdrawn, or a taker's order filled."""
        sides = self._sides  # filled before any other chance is drawn
        rng, is_bid = self._rng, self._rng.random() < 0.5
        before = self.update_id
        if self._has_id_gaps:
            self.update_id += int(rng.random() * 40)
        first_id = self.update_id + 1
        kind = rng.random()
        if kind < _TAKES:
            self._take(now_ms)
        elif kind < _CANCELS + _TAKES:
            self._cancel(sides[0 if is_bid else 1])
        else:
            self._place(sides[0 if is_bid else 1])
        for side in sides:
            if len(side) < self._depth // 2 + 2:
                self._place_behind(side)
            elif len(side) > self._depth * 3 // 2:
                self._change(side, side.worst, 0)
        if not self._tell_book(first_id, now_ms):
            self.update_id = before

    def _tell_book(self, first_id: int, now_ms: int) -> bool:
        """Publish which levels changed, if any did."""
        bids, asks = self._changed_bids, self._changed_asks
        if not bids and not asks:
            return False
        self.book_ms = now_ms
        if self.listener is not None:
            self.listener.on_book(self, first_id, bids, asks)
        bids.clear()
        asks.clear()
        return True

    def _change(self, side: Quotes, price: int, quantity: int) -> None:
        side.set(price, quantity)
        if self._floor is not None:
            return  # it tells what came of it: perhaps somebody traded
        self.update_id += 1
        (self._changed_bids if side.is_bid else self._changed_asks).append(price)

    def _place(self, side: Quotes) -> None:
        rng, tick = self._rng, self.listing.tick
        toward = tick if side.is_bid else -tick
        gap = (self._asks.best - self._bids.best) // tick
        best = side.best
        if gap > 1 and rng.random() < 0.6:
            price = best + toward * rng.randrange(1, gap)
        else:
            price = best - toward * int(rng.random() ** 3 * self._depth * 1.5)
        if price > 0:
            self._change(side, price, self._some())

    def _place_behind(self, side: Quotes) -> None:
        step = self.listing.tick * self._rng.randrange(1, 4)
        worst = side.worst if len(side) else self._edge(is_bid=side.is_bid)
        price = worst - step if side.is_bid else worst + step
        if price > 0:
            self._change(side, price, self._some())

    def _edge(self, *, is_bid: bool) -> int:
        """Return where a side begins that somebody bought or sold empty."""
        other = self._asks if is_bid else self._bids
        return other.best if len(other) else self.last_price

    def _cancel(self, side: Quotes) -> None:
        rng = self._rng
        price = side.price_at(int(rng.random() ** 2 * len(side)))
        left = 0 if rng.random() < 0.7 else side.at(price) // 2
        if len(side) > 3 or left:
            self._change(side, price, left // self.listing.lot * self.listing.lot)

    def _take(self, now_ms: int) -> None:
        rng = self._rng
        # Takers lean against the distance gone, so that a long run stays near where it began.
        lean = (self.last_price - self._anchor) / self._anchor * 20
        is_buy = rng.random() < 0.5 - max(-0.4, min(0.4, lean))
        side = self._asks if is_buy else self._bids
        # Now and then somebody sweeps the book: that is what moves prices by more than a few ticks.
        is_sweep = rng.random() < 0.02
        left = self._unit * 200 if is_sweep else self._some()
        levels = min(25, self._depth // 3) if is_sweep else 3
        if self._floor is not None:
            if len(side) >= 4:
                limit = side.price_at(min(levels, len(side)) - 1)
                self._floor.take(is_buy=is_buy, quantity=left, limit=limit)
            return
        for _ in range(levels):
            if left <= 0 or len(side) < 4:
                return
            price = side.best
            standing = side.at(price)
            filled = min(left, standing)
            self._change(side, price, standing - filled)
            self._print(price, filled, now_ms, is_buy=is_buy)
            left -= filled

    def _print(self, price: int, quantity: int, now_ms: int, *, is_buy: bool) -> None:
        """Publish a fill as one trade or two, and as one joined trade."""
        lot = self.listing.lot
        cut = quantity // 3 // lot * lot if self._rng.random() < 0.3 else 0
        parts = [cut, quantity - cut] if cut else [quantity]
        first_id = self.last_trade_id + 1
        self._tell_trades(
            [
                TradeFact(first_id + index, price, part, now_ms, not is_buy)
                for index, part in enumerate(parts)
            ]
        )

    def _tell_trades(self, trades: list[TradeFact]) -> None:
        """Count and publish the trades of one taker at one price."""
        first, last = trades[0], trades[-1]
        price, now_ms = first.price, first.ts_ms
        quantity = sum(trade.quantity for trade in trades)
        for trade in trades:
            self._candles.add(
                trade.id, price, trade.quantity, now_ms, is_taker_buy=not trade.is_buyer_maker
            )
        self.last_trade_id = last.id
        self._agg_id += 1
        joined = AggTradeFact(
            self._agg_id, price, quantity, first.id, last.id, now_ms, first.is_buyer_maker
        )
        self._trades.extend(trades)
        self._agg_trades.append(joined)
        self.last_price, self.last_quantity = price, last.quantity
        self._high, self._low = max(self._high, price), min(self._low, price)
        self._volume += quantity
        self._turnover += self.listing.turnover(price, quantity)
        self._count += len(trades)
        if self.listener is not None:
            self.listener.on_trades(self, trades, joined)

    def _some(self) -> int:
        """Return a quantity: many small ones, few large."""
        return max(1, int(self._rng.random() ** 4 * self._unit * 5) // self.listing.lot) * (
            self.listing.lot
        )

    def _on_tick(self, raw: int) -> int:
        return raw // self.listing.tick * self.listing.tick

    # Filled when first looked at: 500 instruments are open within a tenth of a second, and a client watches few.

    @cached_property
    def _bids(self) -> Quotes:
        return self._sides[0]

    @cached_property
    def _asks(self) -> Quotes:
        return self._sides[1]

    @cached_property
    def _sides(self) -> tuple[Quotes, Quotes]:
        tick, rng, price = self.listing.tick, self._rng, self._anchor
        bids, asks = BookSide(is_bid=True), BookSide(is_bid=False)
        bid, ask = price - tick, price
        for _ in range(self._depth):
            if bid > 0:
                bids.set(bid, self._some())
            asks.set(ask, self._some())
            bid -= tick * rng.randrange(1, 4)
            ask += tick * rng.randrange(1, 4)
        return bids, asks

    # ------------------------------------------------------------------ trading with others

    def join(self, floor: TradingFloor) -> None:
        """Trade on somebody's book from now on, which holds what stood in this one."""
        self._floor = floor
        self._sides = self._bids, self._asks = floor.sides

    def on_floor(
        self, trades: Sequence[Sequence[TradeFact]], bids: Iterable[int], asks: Iterable[int]
    ) -> None:
        """Take what happened on the floor: trades, those of one taker at one price together, and changed levels."""
        for joined in trades:
            self._tell_trades(list(joined))
        for changed, prices in ((self._changed_bids, bids), (self._changed_asks, asks)):
            before = len(changed)
            changed.extend(prices)
            self.update_id += len(changed) - before

    def on_forced(self, forced: ForcedFact) -> None:
        """Tell that somebody's position was liquidated."""
        if self.listener is not None:
            self.listener.on_forced(self, forced)

    def settle(self, now_ms: int) -> None:
        """Publish what others changed on the floor, and fill up what they left of the book."""
        first_id = self.update_id - len(self._changed_bids) - len(self._changed_asks) + 1
        for side in self._sides:
            for _ in range(self._depth // 2 + 2 - len(side)):
                self._place_behind(side)
        self._tell_book(first_id, now_ms)

    # ------------------------------------------------------------------ views

    def bids(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first."""
        return self._bids.top(limit)

    def asks(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first."""
        return self._asks.top(limit)

    def quantity_at(self, price: int, *, is_bid: bool) -> int:
        """Return what stands at a price, 0 if nothing does."""
        return (self._bids if is_bid else self._asks).at(price)

    def best(self) -> tuple[int, int, int, int]:
        """Return best bid and its quantity, best ask and its quantity; a side that was just bought or sold empty has none."""
        bid, ask = (
            side.best if len(side) else self._edge(is_bid=side.is_bid)
            for side in (self._bids, self._asks)
        )
        return bid, self._bids.at(bid), ask, self._asks.at(ask)

    def trades(self, from_id: int | None, limit: int) -> list[TradeFact]:
        """Return trades from an id on, or the last ones, in order; only the latest are kept."""
        kept: Iterable[TradeFact] = self._trades
        if len(self._trades) < _TRADES_KEPT and (
            len(self._trades) < limit if from_id is None else from_id <= self._earlier.last_id
        ):
            kept = chain(self._earlier.trades(), kept)
        if from_id is None:
            return list(deque(kept, limit))
        return list(islice((trade for trade in kept if trade.id >= from_id), limit))

    def agg_trades(
        self, from_id: int | None, start_ms: int | None, end_ms: int | None, limit: int
    ) -> list[AggTradeFact]:
        """Return joined trades from an id or a time on, or the last ones, in order."""
        kept: Iterable[AggTradeFact] = self._agg_trades
        if len(self._agg_trades) < _TRADES_KEPT:
            kept = chain(self._earlier.joined(), kept)
        found = [
            trade
            for trade in kept
            if (from_id is None or trade.id >= from_id)
            and (start_ms is None or trade.ts_ms >= start_ms)
            and (end_ms is None or trade.ts_ms <= end_ms)
        ]
        return found[-limit:] if from_id is None and start_ms is None else found[:limit]

    def candles(
        self, interval: str, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[CandleFact]:
        """Return candles by open time: the first ones from ``start_ms`` on, else the last ones."""
        return self._candles.select(interval, start_ms, end_ms, limit, now_ms)

    def day(self, now_ms: int, window_ms: int = _DAY_MS) -> DayFact:
        """Return the statistics of a rolling window; shorter ones are made of minutes."""
        if window_ms >= _DAY_MS:
            first_id = self.last_trade_id - self._count + 1
            return DayFact(
                now_ms - _DAY_MS, now_ms, self._open_day, self._high, self._low, self.last_price,
                self.last_quantity, self._volume, self._turnover, first_id, self.last_trade_id,
                self._count,
            )  # fmt: skip
        minutes = self._candles.range("1m", (now_ms - window_ms) // 60_000 * 60_000, now_ms)
        ids = [part.first_id for part in minutes if part.first_id >= 0]
        return DayFact(
            minutes[0].open_ms, now_ms, minutes[0].open, max(part.high for part in minutes),
            min(part.low for part in minutes), self.last_price, self.last_quantity,
            sum(part.volume for part in minutes), sum(part.turnover for part in minutes),
            ids[0] if ids else -1, self.last_trade_id if ids else -1,
            sum(part.trades for part in minutes),
        )  # fmt: skip

    def mark(self, now_ms: int) -> MarkFact:
        """Return mark price, index price and predicted funding."""
        bid, _, ask, _ = self.best()
        index = (bid + ask) * 10 ** (RATE_SCALE - self.listing.price_scale) // 2
        mark = index + index // 50_000
        due = now_ms // _FUNDING_MS + 1
        return MarkFact(mark, index, self._rate(due), due * _FUNDING_MS)

    def fundings(
        self, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[MarkFact]:
        """Return past fundings in order; ``next_funding_ms`` is when each was paid."""
        last = min(now_ms, now_ms if end_ms is None else end_ms) // _FUNDING_MS
        first = last - limit + 1 if start_ms is None else -(-start_ms // _FUNDING_MS)
        price = self._anchor * 10 ** (RATE_SCALE - self.listing.price_scale)
        return [
            MarkFact(price, price, self._rate(due), due * _FUNDING_MS)
            for due in range(first, min(last, first + limit - 1) + 1)
        ]

    def _rate(self, due: int) -> int:
        # Any fixed scrambling of the period will do: rates between -0.005 % and 0.015 %.
        return (due * 7919 + self._anchor) % 20_001 - 5000

    def open_interest(self) -> int:
        """Return the open contracts, at the quantity's scale."""
        return self._interest


def _typical_quantity(listing: Listing, price: int) -> int:
    """Return about a thousand units of the quote asset (ten contracts, of inverse ones)."""
    if listing.contract_size is not None:
        return 10 * listing.lot
    scale: int = 10 ** (listing.price_scale + listing.quantity_scale)
    return max(listing.lot * 10, 1000 * scale // price)
