"""Which pipe a topic gets."""

from __future__ import annotations

import pytest
from tests.marketdata.rig import BTC, Bench

from tickwright.errors import UnknownInstrument
from tickwright.marketdata.candles import CandlePipe
from tickwright.marketdata.once import QuotePipe
from tickwright.marketdata.pipes import BookPipe, Pipe
from tickwright.marketdata.trades import BackfilledTradePipe, TradePipe
from tickwright.model.topics import AggTrades, BookUpdates, Candles, Quotes, Topic, Trades


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        (Trades(BTC), TradePipe),
        (AggTrades(BTC), TradePipe),
        (Trades(BTC, backfill=True), BackfilledTradePipe),
        (AggTrades(BTC, backfill=True), BackfilledTradePipe),
        (BookUpdates(BTC), BookPipe),
        (Candles(BTC, "1m"), CandlePipe),
        (Quotes(BTC), QuotePipe),
    ],
)
def test_each_kind_of_topic_gets_its_pipe(topic: Topic, kind: type[Pipe]) -> None:
    pipe = Bench().pipe(topic)
    assert type(pipe) is kind
    assert pipe.topic == topic


def test_an_instrument_that_is_not_listed_is_refused_before_there_is_a_pipe() -> None:
    with pytest.raises(UnknownInstrument):
        Bench().pipe(BookUpdates("binance:NO/SUCH"))


def test_a_pipe_publishes_on_the_topics_one_channel_again() -> None:
    bench = Bench()
    first = bench.pipe(Trades(BTC))
    bench.bus.forget(first.topic)
    assert bench.pipe(Trades(BTC)).channel is first.channel, "somebody listened all the while"
