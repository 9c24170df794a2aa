from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sandbox.conftest import NaiveBook

from tickwright.errors import ConfigError, UnknownInstrument, UnknownVenue
from tickwright.sandbox import GeneratedMarket, instrument_ids


PRODUCTS = [
    ("binance.spot", "btcusdt", "/api/v3"),
    ("binance.usdm", "btcusdt", "/fapi/v1"),
    ("binance.coinm", "btcusd_perp", "/dapi/v1"),
]


def snapshot(market: GeneratedMarket, prefix: str, symbol: str) -> Any:
    params = {"symbol": symbol.upper(), "limit": "1000"}
    return json.loads(market.answer("GET", f"{prefix}/depth", params).body)


@settings(max_examples=15)
@given(
    st.sampled_from(PRODUCTS),
    st.integers(),
    st.sampled_from(["", "@100ms"]),
    st.lists(st.integers(1, 700), min_size=2, max_size=15),
)
def test_snapshot_and_deltas_make_the_markets_own_book_at_any_time(
    product: tuple[str, str, str], seed: int, speed: str, pauses_ms: list[int]
) -> None:
    name, symbol, prefix = product
    market = GeneratedMarket(name, 1, seed=seed, depth=30, rate_per_s=100)
    market.want(f"{symbol}@depth{speed}")
    buffered = market.advance(market.now_ms + pauses_ms.pop())
    book = NaiveBook(is_futures=name != "binance.spot")
    book.replace(snapshot(market, prefix, symbol))
    for pause_ms in [*pauses_ms, 2000]:
        buffered += market.advance(market.now_ms + pause_ms)
    for _, payload in buffered:
        book.update(json.loads(payload))
    market.advance(market.now_ms)
    # At the beat just sent nothing is outstanding: go to the next one exactly.
    for _, payload in market.advance((market.now_ms // 1000 + 1) * 1000):
        book.update(json.loads(payload))
    assert (book.bids, book.asks) == market.book(symbol.upper())


def test_the_same_seed_gives_the_same_frames_whatever_the_steps() -> None:
    runs = []
    for step_ms in (7, 1000):
        market = GeneratedMarket("binance.usdm", 3, seed=5, rate_per_s=200)
        market.want("btcusdt@trade")
        market.want("ethusdt@depth@100ms")
        frames = []
        for end_ms in range(market.now_ms, market.now_ms + 7001, step_ms):
            frames += market.advance(end_ms)
        runs.append(frames)
    assert runs[0] == runs[1]
    assert runs[0]


def test_another_seed_gives_another_market() -> None:
    books = [GeneratedMarket("binance.spot", 1, seed=seed).book("BTCUSDT") for seed in (1, 2)]
    assert books[0] != books[1]


def test_book_tickers_agree_with_the_deltas_around_them() -> None:
    market = GeneratedMarket("binance.spot", 1, seed=2, rate_per_s=200)
    market.want("btcusdt@depth@100ms")
    market.want("btcusdt@bookTicker")
    book = NaiveBook(is_futures=False)
    book.replace(snapshot(market, "/api/v3", "btcusdt"))
    best: Any = None
    checked = 0
    for stream, payload in market.advance(market.now_ms + 20_000):
        message = json.loads(payload)
        if stream.endswith("bookTicker"):
            best = message
        else:
            book.update(message)
            if best is not None:
                assert best["u"] <= message["u"]
                assert f"{max(book.bids):f}" == best["b"]
                assert f"{min(book.asks):f}" == best["a"]
                checked += 1
    assert checked > 50


def test_each_candle_closes_once_in_order_and_equals_rest() -> None:
    market = GeneratedMarket("binance.spot", 1, seed=2)
    market.want("btcusdt@kline_1m")
    opened = market.now_ms // 60_000 * 60_000
    frames = [json.loads(text)["k"] for _, text in market.advance(market.now_ms + 305_000)]
    closed = [candle for candle in frames if candle["x"]]
    assert [candle["t"] for candle in closed] == [opened + n * 60_000 for n in range(5)]
    params = {"symbol": "BTCUSDT", "interval": "1m", "limit": "6"}
    rows = json.loads(market.answer("GET", "/api/v3/klines", params).body)
    told = [
        [c["t"], c["o"], c["h"], c["l"], c["c"], c["v"], c["T"], c["q"], c["n"]] for c in closed
    ]
    assert [row[:9] for row in rows[:5]] == told
    # A growing candle is told again only after another trade.
    growing = [(candle["t"], candle["L"]) for candle in frames if not candle["x"]]
    assert len(growing) == len(set(growing))


def test_an_unwanted_stream_ends() -> None:
    market = GeneratedMarket("binance.spot", 1)
    market.want("btcusdt@depth@100ms")
    assert market.advance(market.now_ms + 2000)
    market.unwant("btcusdt@depth@100ms")
    assert market.advance(market.now_ms + 2000) == []


def test_frames_come_in_parts() -> None:
    market = GeneratedMarket("binance.spot", 1, rate_per_s=1000)
    market.want("btcusdt@bookTicker")
    parts = list(market.run(market.now_ms + 5000, frames_max=10))
    assert len(parts) > 10
    assert all(len(part) <= 12 for part in parts)


def test_500_instruments_trade_and_the_first_are_the_busiest() -> None:
    market = GeneratedMarket("binance.usdm", 500)
    assert len({listing.symbol for listing in market.listings}) == 500
    for listing in market.listings:
        market.want(f"{listing.symbol.lower()}@depth@100ms")
    streams = [stream for stream, _ in market.advance(market.now_ms + 10_000)]
    assert len(set(streams)) > 400
    last = market.listings[-1].symbol.lower()
    assert streams.count("btcusdt@depth@100ms") > streams.count(f"{last}@depth@100ms")


def test_it_opens_when_told_unless_its_time_was_given() -> None:
    market = GeneratedMarket("binance.spot", 1)
    market.open_at(1_800_000_000_000)
    assert market.now_ms == 1_800_000_000_000
    market.open_at(5)
    assert market.now_ms == 1_800_000_000_000
    assert GeneratedMarket("binance.spot", 1, opened_ms=77).now_ms == 77


def test_times_are_the_markets() -> None:
    market = GeneratedMarket("binance.spot", 1, opened_ms=1_000_000)
    market.advance(1_000_500)
    assert market.answer("GET", "/api/v3/time", {}).body == '{"serverTime":1000500}'


@pytest.mark.parametrize("product", ["binance.spot", "binance.usdm", "binance.coinm"])
def test_instruments_can_be_named_or_counted(product: str) -> None:
    ids = instrument_ids(product, 20)
    assert len(set(ids)) == 20
    market = GeneratedMarket(product, ids[:2])
    assert [instrument.listing.name.id for instrument in market.instruments] == list(ids[:2])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UnknownVenue, match="the venues are binance"):
        GeneratedMarket("nowhere.spot", 1)
    with pytest.raises(UnknownInstrument, match=r"no instrument of binance\.usdm"):
        GeneratedMarket("binance.usdm", ("binance:BTC/USDT",))
    with pytest.raises(ConfigError, match="at least one"):
        GeneratedMarket("binance.spot", ())
    with pytest.raises(UnknownInstrument, match="NOPE"):
        GeneratedMarket("binance.spot", 1).book("NOPE")


def test_a_site_has_the_instruments_of_all_its_products_each_with_a_busiest() -> None:
    market = GeneratedMarket("bybit", 3, seed=7)
    assert market.products == ("bybit.spot", "bybit.linear", "bybit.inverse")
    first = [one.key for one in market.listings[::3]]
    assert first == ["spot/BTCUSDT", "linear/BTCUSDT", "inverse/BTCUSD"]
    assert market.lists("linear/ETHUSDT")
    assert not market.lists("ETHUSDT")
    before = [one.update_id for one in market.instruments]
    market.advance(market.now_ms + 60_000)
    moved = [one.update_id - first for one, first in zip(market.instruments, before, strict=True)]
    assert moved[0] > moved[2]
    assert moved[3] > moved[2], (
        "the first one of the second product is as busy as that of the first"
    )


def test_the_instruments_of_a_site_are_those_of_its_products() -> None:
    whole, part = GeneratedMarket("bybit", 2), GeneratedMarket("bybit.linear", 2)
    assert [one.name for one in whole.listings[2:4]] == [one.name for one in part.listings]
    assert part.products == ("bybit.linear",)


def test_only_streams_that_begin_with_a_snapshot_greet() -> None:
    binance, bybit = GeneratedMarket("binance.spot", 1), GeneratedMarket("bybit.spot", 1)
    binance.want("btcusdt@depth")
    bybit.want("spot/orderbook.50.BTCUSDT")
    assert binance.greeting("btcusdt@depth") is None
    assert '"snapshot"' in (bybit.greeting("spot/orderbook.50.BTCUSDT") or "")
    binance.renumber("btcusdt@depth")
