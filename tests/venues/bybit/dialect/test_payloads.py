from __future__ import annotations

from tests.venues.bybit.dialect.samples import NOW_MS, FixedInstrument, read, trade

from tickwright.venues.bybit.dialect import payloads
from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT, Category
from tickwright.venues.bybit.dialect.spelling import Spelling
from tickwright.venues.bybit.dialect.topics import Topic, parse_topic


def _parts(category: Category, text: str) -> tuple[Topic, Spelling]:
    topic = parse_topic(category, text)
    assert topic is not None
    return topic, Spelling(FixedInstrument(category).listing)


def test_trades_of_one_taker_share_a_message_and_name_the_takers_side() -> None:
    topic, at = _parts(LINEAR, "publicTrade.BTCUSDT")
    found = [trade(8, 6_500_010), trade(9, 6_500_000)]
    message = read(payloads.trades(topic, at, found, 117, 6_500_000))
    assert (message["type"], message["ts"]) == ("snapshot", NOW_MS - 1)
    first, second = message["data"]
    assert (first["S"], first["L"], second["L"]) == ("Sell", "PlusTick", "MinusTick")
    assert first["i"] != second["i"]
    assert len(first["i"]) == 36
    assert (first["v"], first["p"], first["seq"]) == ("0.010", "65000.10", 117)


def test_spot_trades_have_numbers_for_ids_and_no_tick_direction() -> None:
    topic, at = _parts(SPOT, "publicTrade.BTCUSDT")
    (only,) = read(payloads.trades(topic, at, [trade(8, 650_001)], 5, 0))["data"]
    assert only["i"] == "2290000000000000008"
    assert "L" not in only


def test_a_candle_is_confirmed_when_it_closed() -> None:
    topic, at = _parts(LINEAR, "kline.5.BTCUSDT")
    found = FixedInstrument(LINEAR).growing
    message = read(payloads.candle(topic, at, found, found.close_ms + 7, is_closed=True))
    (one,) = message["data"]
    assert (one["confirm"], one["interval"], one["timestamp"]) == (True, "5", found.close_ms)
    assert (one["open"], one["turnover"]) == ("65000", "81250.0123")
    assert list(message) == ["topic", "data", "ts", "type"]


def test_a_liquidation_names_the_side_of_the_position() -> None:
    topic, at = _parts(LINEAR, "allLiquidation.BTCUSDT")
    (one,) = read(payloads.liquidation(topic, at, trade(8, 6_500_010), NOW_MS))["data"]
    assert one == {"T": NOW_MS - 1, "s": "BTCUSDT", "S": "Buy", "v": "0.010", "p": "65000.10"}


def test_price_limits_lie_on_the_tick_and_have_no_type() -> None:
    topic, at = _parts(LINEAR, "priceLimit.BTCUSDT")
    prices = payloads.limit_prices(at, FixedInstrument(LINEAR), NOW_MS)
    assert [price % 10 for price in prices] == [0, 0]
    message = read(payloads.price_limit(topic, at, prices, NOW_MS))
    assert list(message) == ["topic", "data", "ts"]
    assert message["data"] == {"symbol": "BTCUSDT", "buyLmt": "65651.20", "sellLmt": "64351.20"}
