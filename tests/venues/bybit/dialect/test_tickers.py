from __future__ import annotations

from tests.venues.bybit.dialect.samples import NOW_MS, FixedInstrument, read

from tickwright.venues.bybit.dialect.categories import INVERSE, LINEAR, SPOT, Category
from tickwright.venues.bybit.dialect.tickers import TickerWatch, rest_ticker
from tickwright.venues.bybit.dialect.topics import parse_topic


DOCUMENTED = [
    "symbol",
    "tickDirection",
    "price24hPcnt",
    "lastPrice",
    "prevPrice24h",
    "highPrice24h",
    "lowPrice24h",
    "prevPrice1h",
    "markPrice",
    "indexPrice",
    "openInterest",
    "openInterestValue",
    "turnover24h",
    "volume24h",
    "fundingIntervalHour",
    "fundingCap",
    "singleOpenInterest",
    "singleOpenInterestValue",
    "nextFundingTime",
    "fundingRate",
    "bid1Price",
    "bid1Size",
    "ask1Price",
    "ask1Size",
    "preOpenPrice",
    "preQty",
    "curPreListingPhase",
]


def _watch(category: Category, instrument: FixedInstrument) -> TickerWatch:
    topic = parse_topic(category, "tickers.BTCUSDT")
    assert topic is not None
    return TickerWatch(topic, instrument, NOW_MS)


def test_a_contracts_snapshot_has_every_documented_field() -> None:
    snapshot = read(_watch(LINEAR, FixedInstrument(LINEAR)).snapshot(NOW_MS))
    assert list(snapshot) == ["topic", "type", "data", "cs", "ts"]
    assert list(snapshot["data"]) == DOCUMENTED
    assert snapshot["data"]["bid1Price"] == "65000.00"
    assert snapshot["data"]["openInterestValue"] == "5265162.20"


def test_a_contracts_delta_has_the_symbol_and_what_changed() -> None:
    instrument = FixedInstrument(LINEAR)
    watch = _watch(LINEAR, instrument)
    assert watch.flush(NOW_MS) is None
    instrument.move(65_000, 121, is_bid=True)
    delta = read(watch.flush(NOW_MS))
    assert delta["type"] == "delta"
    assert delta["data"] == {"symbol": "BTCUSDT", "bid1Size": "0.121"}


def test_inverse_contracts_are_worth_coins() -> None:
    ticker = rest_ticker(FixedInstrument(INVERSE, "BTCUSD"), NOW_MS)
    assert (ticker["openInterest"], ticker["openInterestValue"]) == ("81001", "1.24614622")


def test_a_side_that_was_bought_empty_is_emptied() -> None:
    instrument = FixedInstrument(LINEAR)
    watch = _watch(LINEAR, instrument)
    instrument.levels[False].clear()
    data = read(watch.flush(NOW_MS))["data"]
    assert (data["ask1Price"], data["ask1Size"]) == ("", "")


def test_spot_sends_the_whole_without_bid_and_ask() -> None:
    instrument = FixedInstrument(SPOT)
    watch = _watch(SPOT, instrument)
    instrument.fill(65_003)
    message = read(watch.flush(NOW_MS))
    assert message["type"] == "snapshot"
    assert message["data"]["lastPrice"] == "65003"
    assert not any(name.startswith(("bid", "ask")) for name in message["data"])


def test_rest_has_all_keys_and_on_spot_bid_and_ask() -> None:
    spot = rest_ticker(FixedInstrument(SPOT), NOW_MS)
    assert (spot["bid1Price"], spot["ask1Size"]) == ("65000", "0.00008")
    linear = rest_ticker(FixedInstrument(LINEAR), NOW_MS)
    assert (linear["deliveryTime"], linear["basis"]) == ("0", "")
    assert "tickDirection" not in linear
