"""Books in windows, and which events become frames when: whatever the venue's words are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from tickwright.sandbox import GeneratedMarket
from tickwright.venues.channelpublisher import (
    BookChange,
    BookWindow,
    ChannelPublisher,
    Levels,
    Wanted,
)
from tickwright.venues.facts import CandleFact, InstrumentView, TradeFact


class PlainVoice:
    """Says what happened in a word each."""

    depth = 5
    book_interval_ms = 100
    names_exits = True

    def wanted(self, stream: str) -> Wanted | None:
        kind, _, symbol = stream.partition(":")
        known = kind in ("book", "quote", "trade", "candle", "beat")
        return Wanted(stream, kind, symbol, "1m") if known else None

    def book(self, wanted: Wanted, at: InstrumentView, change: BookChange, now_ms: int) -> str:
        return f"{'whole' if change.is_whole else 'change'} {change.previous}-{change.sequence}"

    def trades(
        self, wanted: Wanted, at: InstrumentView, found: Sequence[TradeFact], *, is_first: bool
    ) -> str:
        return f"{'first' if is_first else 'next'} {len(found)}"

    def quote(self, wanted: Wanted, at: InstrumentView, now_ms: int) -> str:
        return f"quote {at.best()}"

    def candle(
        self, wanted: Wanted, at: InstrumentView, found: CandleFact, *, is_closed: bool, now_ms: int
    ) -> str:
        return f"candle {found.open_ms} {is_closed}"

    def beat(self, now_ms: int) -> str:
        return f"beat {now_ms}"


@pytest.fixture
def market() -> GeneratedMarket:
    return GeneratedMarket("okx", ("okx:BTC/USDT",), seed=3, rate_per_s=200, depth=20)


@pytest.fixture
def published(market: GeneratedMarket) -> ChannelPublisher:
    return ChannelPublisher(market, PlainVoice())


def run(market: GeneratedMarket, publisher: ChannelPublisher, for_ms: int) -> list[str]:
    """Let the market move, and return what was published meanwhile."""
    end_ms = market.now_ms + for_ms
    while market.now_ms < end_ms:
        market.advance(market.now_ms + 10)
        while publisher.next_ms <= market.now_ms:
            publisher.beat()
    return [payload for _, payload in publisher.take()]


def apply(side: dict[int, int], levels: Levels) -> None:
    for price, quantity in levels:
        if quantity:
            side[price] = quantity
        else:
            side.pop(price, None)


@pytest.mark.parametrize("names_exits", [True, False])
def test_who_applies_every_change_holds_the_best_levels(
    market: GeneratedMarket, names_exits: bool
) -> None:
    (at,) = market.instruments
    window = BookWindow(at, 5, names_exits=names_exits)
    first = window.whole()
    bids, asks = dict(first.bids), dict(first.asks)
    last = first.sequence
    for _ in range(500):
        market.advance(market.now_ms + 20)
        change = window.flush()
        if change is None:
            continue
        assert (change.previous, change.is_whole) == (last, False)
        last = change.sequence
        apply(bids, change.bids)
        apply(asks, change.asks)
        if not names_exits:
            bids = dict(sorted(bids.items(), reverse=True)[:5])
            asks = dict(sorted(asks.items())[:5])
        assert (bids, asks) == (dict(at.bids(5)), dict(at.asks(5)))
        assert change.top == (at.bids(5), at.asks(5))
    assert last > first.sequence


def test_ids_begin_anew_with_the_next_change_which_names_the_old_one(
    market: GeneratedMarket,
) -> None:
    (at,) = market.instruments
    window = BookWindow(at, 5, names_exits=True)
    before = window.whole().sequence
    window.renumber()
    change = None
    while change is None:
        market.advance(market.now_ms + 20)
        change = window.flush()
    assert change.previous == before
    assert change.sequence < before


def test_a_book_is_sent_at_beats_and_each_change_follows_the_last(
    market: GeneratedMarket, published: ChannelPublisher
) -> None:
    published.want("book:BTC-USDT")
    begun = published.greeting("book:BTC-USDT")
    assert begun is not None
    assert begun.startswith("whole ")
    last = begun.partition("-")[2]
    said = run(market, published, 2000)
    assert 10 < len(said) <= 20
    for each in said:
        link, _, last_now = each.removeprefix("change ").partition("-")
        assert link == last
        last = last_now


def test_trades_are_sent_as_they_happen_and_first_the_last_ones(
    market: GeneratedMarket, published: ChannelPublisher
) -> None:
    published.want("trade:BTC-USDT")
    assert published.greeting("trade:BTC-USDT") == "first 50"
    said = run(market, published, 2000)
    assert said
    assert all(each.startswith("next ") for each in said)


def test_a_quote_is_sent_when_it_changed(
    market: GeneratedMarket, published: ChannelPublisher
) -> None:
    published.want("quote:BTC-USDT")
    said = run(market, published, 2000)
    assert said
    assert all(first != second for first, second in pairwise(said))


def test_candles_come_once_a_second_and_close(
    market: GeneratedMarket, published: ChannelPublisher
) -> None:
    published.want("candle:BTC-USDT")
    assert published.greeting("candle:BTC-USDT") is None
    said = run(market, published, 70_000)
    assert sum(each.endswith("True") for each in said) == 1


def test_beats_need_no_instrument(market: GeneratedMarket, published: ChannelPublisher) -> None:
    published.want("beat:")
    assert published.greeting("beat:") is None
    assert len(run(market, published, 3000)) == 3


def test_what_nobody_wants_any_more_is_silent(
    market: GeneratedMarket, published: ChannelPublisher
) -> None:
    (at,) = market.instruments
    streams = [f"{kind}:BTC-USDT" for kind in ("book", "quote", "trade", "candle")] + ["beat:"]
    for stream in streams:
        published.want(stream)
        published.want(stream)
    for stream in streams:
        published.unwant(stream)
        published.unwant(stream)
    assert run(market, published, 2000) == []
    assert at.listener is None


@pytest.mark.parametrize("stream", ["book:NOPE-USDT", "depth:BTC-USDT", ""])
def test_an_unknown_stream_stays_silent(
    market: GeneratedMarket, published: ChannelPublisher, stream: str
) -> None:
    published.want(stream)
    published.renumber(stream)
    assert published.greeting(stream) is None
    assert run(market, published, 1000) == []
