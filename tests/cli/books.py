"""Watched instruments in any state, made by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from rich.console import Console, RenderableType

from tickwright.cli.watched import Watched
from tickwright.kernel import Levels
from tickwright.marketdata.book import Book
from tickwright.marketdata.keeper import BookKeeper
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookSnapshot, Side, Trade
from tickwright.model.topics import BookUpdates
from tickwright.venues.binance.spec import SPOT


__all__ = ["NS", "HandClock", "listed", "printed", "trade", "watched"]

NS = 1_700_000_000_000_000_000
Pairs = list[tuple[str, str]]
BIDS: Pairs = [("99.5", "1"), ("99.4", "2")]
ASKS: Pairs = [("100.25", "4"), ("100.5", "0.5")]


class HandClock:
    """A clock that is turned by hand."""

    def __init__(self, now_s: float = 0.0) -> None:
        self.now_s = now_s

    def time_ns(self) -> int:
        return NS + round(self.now_s * 1e9)

    def monotonic_ns(self) -> int:
        return round(self.now_s * 1e9)

    def monotonic_s(self) -> float:
        return self.now_s


def listed(instrument_id: str = "binance:BTC/USDT", **changes: Any) -> Instrument:
    name = parse_instrument_id(instrument_id)
    guessed = Instrument.inferred(name, product="binance.spot", symbol=name.base + name.quote)
    steps = {"tick_size": Decimal("0.01"), "lot_size": Decimal("0.001")}
    return msgspec.structs.replace(guessed, **{"is_inferred": False, **steps, **changes})


def trade(number: int, price: str = "100", side: Side = Side.BUY) -> Trade:
    return Trade(
        "binance:BTC/USDT", NS, NS + 20_000_000, Decimal(price), Decimal("0.10"), side, number
    )


def watched(
    instrument: Instrument | None = None,
    *,
    bids: Pairs = BIDS,
    asks: Pairs = ASKS,
    is_synced: bool = True,
) -> Watched:
    """Return a watched instrument with a book of a few levels."""
    found = Watched(instrument or listed())
    keeper = BookKeeper(
        found.instrument,
        SPOT.book,
        publish=lambda event: None,
        publish_state=lambda change: None,
        request_snapshot=lambda keeper: None,
    )
    found.book = Book(keeper, HandClock(), BookUpdates(keeper.instrument.id))
    if is_synced:
        keeper.on_subscribed()
        levels = Levels.from_pairs(bids, 8, 8), Levels.from_pairs(asks, 8, 8)
        keeper.on_snapshot(BookSnapshot(found.id, NS, NS - 500_000_000, *levels, 7))
    return found


def printed(renderable: RenderableType, width: int = 100, height: int | None = None) -> list[str]:
    """Return the lines that a terminal of that size would show; without a height, as many as it takes."""
    console = Console(width=width, height=height or 100, color_system=None)
    options = console.options.update(height=height)
    lines = console.render_lines(renderable, options, pad=False)
    return ["".join(segment.text for segment in line).rstrip() for line in lines]
