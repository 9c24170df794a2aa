"""Pipes of trades: each once, in order, with what is missing told or filled."""

from __future__ import annotations

import pytest
from msgspec import structs
from tests.marketdata.rig import BTC, Bench, trade

from tickwright.errors import ConnectFailed, NotSupported
from tickwright.marketdata.trades import NamedTradePipe, history_call
from tickwright.model.market import Trade
from tickwright.model.notices import Gap
from tickwright.model.topics import AggTrades, Trades
from tickwright.venues.binance.spec import USDM


PERP = "binance:BTC/USDT:USDT"


def told(bench: Bench) -> list[object]:
    """Return ids of trades, and first and last of gaps."""
    return [
        (event.first, event.last, event.is_backfilled) if isinstance(event, Gap) else event.trade_id
        for event in bench.events
    ]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_trades_pass_once_and_a_hole_is_told_before_the_trade_that_shows_it(bench: Bench) -> None:
    pipe = bench.pipe(Trades(BTC))
    bench.feed(pipe, *map(trade, (5, 6, 6, 5, 10, 11)))
    assert told(bench) == [5, 6, (7, 9, False), 10, 11]
    assert bench.fetched == []


def test_a_hole_is_filled_from_history_and_live_trades_wait_for_it(bench: Bench) -> None:
    pipe = bench.pipe(Trades(BTC, backfill=True))
    bench.feed(pipe, *map(trade, (5, 9, 10, 10)))
    assert told(bench) == [5]
    assert dict(bench.fetched[0].params)["fromId"] == "6"
    assert dict(bench.fetched[0].params)["limit"] == "3"
    bench.answer([trade(6), trade(7), trade(8), trade(9)])
    assert told(bench) == [5, (6, 8, True), 6, 7, 8, 9, 10]


def test_one_question_at_a_time_however_many_trades_wait(bench: Bench) -> None:
    pipe = bench.pipe(Trades(BTC, backfill=True))
    bench.feed(pipe, *map(trade, (5, 9, 15, 20)))
    assert len(bench.fetched) == 1
    bench.answer([trade(6), trade(7), trade(8)])
    assert dict(bench.fetched[1].params)["fromId"] == "10"
    bench.answer([trade(number) for number in range(10, 15)])
    bench.answer([trade(number) for number in range(16, 20)])
    ids = [each for each in told(bench) if isinstance(each, int)]
    assert ids == list(range(5, 21))


def test_history_that_cannot_be_had_leaves_a_gap_and_the_stream_goes_on(bench: Bench) -> None:
    pipe = bench.pipe(Trades(BTC, backfill=True))
    bench.feed(pipe, *map(trade, (5, 9)))
    bench.answer(ConnectFailed("down"))
    bench.feed(pipe, trade(10))
    assert told(bench) == [5, (6, 8, False), 9, 10]


def test_history_with_a_hole_of_its_own_is_told_as_such(bench: Bench) -> None:
    pipe = bench.pipe(Trades(BTC, backfill=True))
    bench.feed(pipe, *map(trade, (5, 10)))
    bench.answer([trade(7), trade(8)])
    while bench._answers:
        bench.answer([])
    assert [each for each in told(bench) if isinstance(each, int)] == [5, 7, 8, 10]
    missing = {
        number
        for event in bench.events
        if isinstance(event, Gap) and not event.is_backfilled
        for number in range(int(event.first or 0), int(event.last or 0) + 1)
    }
    assert missing == {6, 9}


def test_where_a_venue_gives_no_trades_by_id_a_backfill_is_refused_at_once() -> None:
    instrument = USDM.infer("BTCUSDT")
    with pytest.raises(NotSupported):
        history_call(Trades(PERP, backfill=True), USDM, instrument)
    ask = history_call(AggTrades(PERP, backfill=True), USDM, instrument)
    assert dict(ask(6, 3).params)["fromId"] == "6"


# Trades with names in place of numbers.


@pytest.fixture
def named(bench: Bench) -> NamedTradePipe:
    pipe = bench.pipe(Trades(BTC))
    return NamedTradePipe(Trades(BTC), pipe.route, pipe.channel)


def called(name: str) -> Trade:
    return structs.replace(trade(1), trade_id=name)


def test_a_named_trade_passes_once(bench: Bench, named: NamedTradePipe) -> None:
    bench.feed(named, *map(called, ("b", "a", "b", "c", "a")))
    assert told(bench) == ["b", "a", "c"]


def test_g17_after_an_outage_what_may_be_missing_is_told_before_the_next_trade(
    bench: Bench, named: NamedTradePipe
) -> None:
    named.on_down("cut", 5)
    bench.feed(named, called("a"))
    named.on_down("cut", 5)
    named.on_down("cut again", 6)
    bench.feed(named, called("a"), called("b"), called("c"))
    assert told(bench) == ["a", (None, None, False), "b", "c"]
