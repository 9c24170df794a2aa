from __future__ import annotations

from typing import Any

from tests.venues.bybit.dialect.samples import NOW_MS, FixedMarket, read

from tickwright.venues.bybit.dialect.publisher import Publisher
from tickwright.venues.facts import ForcedFact


def run(publisher: Publisher, market: FixedMarket, to_ms: int) -> list[tuple[str, Any]]:
    while publisher.next_ms <= to_ms:
        market.now_ms = int(publisher.next_ms)
        publisher.beat()
    market.now_ms = to_ms
    return [(stream, read(payload)) for stream, payload in publisher.take()]


def test_a_book_is_pushed_at_its_beat_after_a_change_and_not_otherwise() -> None:
    market = FixedMarket()
    publisher = Publisher(market)
    publisher.want("linear/orderbook.50.BTCUSDT")
    assert run(publisher, market, NOW_MS + 1000) == []
    market.one("linear/BTCUSDT").move(64_998, 3, is_bid=True)
    ((stream, message),) = run(publisher, market, NOW_MS + 2000)
    assert stream == "linear/orderbook.50.BTCUSDT"
    assert (message["type"], message["ts"]) == ("delta", NOW_MS + 1020)


def test_new_subscribers_are_greeted_with_what_the_others_hold() -> None:
    market = FixedMarket()
    publisher = Publisher(market)
    publisher.want("linear/orderbook.50.BTCUSDT")
    publisher.want("linear/tickers.BTCUSDT")
    publisher.want("linear/orderbook.full.BTCUSDT")
    publisher.want("linear/publicTrade.BTCUSDT")
    market.one("linear/BTCUSDT").move(64_998, 3, is_bid=True)
    greeting = read(publisher.greeting("linear/orderbook.50.BTCUSDT"))
    assert len(greeting["data"]["b"]) == 2
    assert read(publisher.greeting("linear/tickers.BTCUSDT"))["type"] == "snapshot"
    for silent in ("orderbook.full", "publicTrade", "kline.1"):
        assert publisher.greeting(f"linear/{silent}.BTCUSDT") is None


def test_the_best_level_is_repeated_with_the_same_id_after_three_quiet_seconds() -> None:
    market = FixedMarket()
    publisher = Publisher(market)
    publisher.want("spot/orderbook.1.BTCUSDT")
    frames = run(publisher, market, NOW_MS + 7000)
    assert [(one["ts"] - NOW_MS, one["data"]["u"]) for _, one in frames] == [
        (3000, 100),
        (6000, 100),
    ]
    market.one("spot/BTCUSDT").move(65_000, 9, is_bid=True)
    frames = run(publisher, market, NOW_MS + 11_000)
    assert [(one["ts"] - NOW_MS, one["data"]["u"]) for _, one in frames] == [
        (7010, 101),
        (10_010, 101),
    ]


def test_trades_come_at_once_and_tickers_follow() -> None:
    market = FixedMarket()
    publisher = Publisher(market)
    for topic in ("publicTrade", "tickers"):
        publisher.want(f"spot/{topic}.BTCUSDT")
    market.one("spot/BTCUSDT").fill(65_003)
    assert [stream for stream, _ in publisher.frames] == ["spot/publicTrade.BTCUSDT"]
    frames = run(publisher, market, NOW_MS + 100)
    assert [stream for stream, _ in frames][1:] == ["spot/tickers.BTCUSDT"]


def test_one_taker_in_some_is_a_liquidation() -> None:
    market = FixedMarket()
    publisher = Publisher(market)
    publisher.want("linear/allLiquidation.BTCUSDT")
    for joined_id in range(1, 101):
        market.one("linear/BTCUSDT").fill(65_003, joined_id=joined_id)
    frames = run(publisher, market, NOW_MS + 500)
    assert [len(one["data"]) for _, one in frames] == [1, 1]


def test_a_position_that_was_liquidated_here_is_told() -> None:
    market = FixedMarket()
    publisher = Publisher(market)
    publisher.want("linear/allLiquidation.BTCUSDT")
    instrument = market.one("linear/BTCUSDT")
    assert instrument.listener is not None
    instrument.listener.on_forced(instrument, ForcedFact(65_003, 65_000, 10, False, NOW_MS))
    ((_, told),) = run(publisher, market, NOW_MS + 500)
    assert [one["S"] for one in told["data"]] == ["Buy"], "a long position"


def test_candles_and_price_limits_are_sampled() -> None:
    market = FixedMarket()
    publisher = Publisher(market)
    publisher.want("linear/kline.1.BTCUSDT")
    publisher.want("linear/priceLimit.BTCUSDT")
    kinds = [
        stream.split("/")[1].split(".")[0] for stream, _ in run(publisher, market, NOW_MS + 1000)
    ]
    assert kinds == ["priceLimit", "kline"]


def test_what_nobody_wants_is_silent_again() -> None:
    market = FixedMarket()
    publisher = Publisher(market)
    streams = [
        f"linear/{topic}.BTCUSDT"
        for topic in ("orderbook.1", "tickers", "publicTrade", "kline.1", "allLiquidation")
    ]
    for stream in streams:
        publisher.want(stream)
    for stream in streams:
        publisher.unwant(stream)
    instrument = market.one("linear/BTCUSDT")
    assert instrument.listener is None
    assert run(publisher, market, NOW_MS + 10_000) == []


def test_unknown_names_make_nothing() -> None:
    publisher = Publisher(FixedMarket())
    for name in ("linear/orderbook.50.NOPEUSDT", "linear/nothing.BTCUSDT", "insurance"):
        publisher.want(name)
        publisher.unwant(name)
        assert publisher.greeting(name) is None
        publisher.renumber(name)


def test_it_knows_which_streams_of_accounts_are_heard() -> None:
    publisher = Publisher(FixedMarket())
    publisher.want("user/me/dcp.future")
    assert publisher.is_heard("user/me/dcp.future")
    publisher.unwant("user/me/dcp.future")
    assert not publisher.is_heard("user/me/dcp.future")


def test_rest_can_ask_for_the_line_that_somebody_hears() -> None:
    publisher = Publisher(FixedMarket())
    assert publisher.window("linear/BTCUSDT", "1000") is None
    publisher.want("linear/orderbook.1000.BTCUSDT")
    assert publisher.window("linear/BTCUSDT", "1000") is not None
    assert publisher.window("linear/BTCUSDT", "full") is None


def test_a_wanted_book_can_be_restarted() -> None:
    market = FixedMarket()
    publisher = Publisher(market)
    publisher.want("linear/orderbook.50.BTCUSDT")
    publisher.renumber("linear/orderbook.50.BTCUSDT")
    market.one("linear/BTCUSDT").move(64_998, 3, is_bid=True)
    ((_, message),) = run(publisher, market, NOW_MS + 100)
    assert (message["type"], message["data"]["u"]) == ("snapshot", 1)
    assert read(publisher.greeting("linear/orderbook.50.BTCUSDT"))["data"]["u"] == 1
