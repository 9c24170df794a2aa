from __future__ import annotations

import json

import pytest

from tickwright.errors import UnknownVenue
from tickwright.venues.binance.dialect import dialect_of


def test_products_differ_where_the_venue_does() -> None:
    spot, usdm = dialect_of("binance.spot"), dialect_of("binance.usdm")
    assert (spot.has_id_gaps, usdm.has_id_gaps) == (False, True)
    assert spot.shutdown_notice(5) == ("!serverShutdown", '{"e":"serverShutdown","E":5}')
    assert usdm.shutdown_notice(5) is None
    assert '"e":"NEW"' in spot.unheard_of("NEW", 5)


@pytest.mark.parametrize(
    ("product", "instrument_id"),
    [
        ("binance.spot", "binance:BTC/USDT"),
        ("binance.usdm", "binance:BTC/USDT:USDT"),
        ("binance.coinm", "binance:BTC/USD:BTC"),
    ],
)
def test_each_product_has_its_usual_instrument(product: str, instrument_id: str) -> None:
    dialect = dialect_of(product)
    name = dialect.invented("BTC")
    assert name.id == instrument_id
    assert dialect.listed(name, 65_000).product == product


def test_what_is_not_there_is_refused_as_symbol_or_as_path() -> None:
    dialect = dialect_of("binance.spot")
    assert dialect.unlisted(["BTCUSDT"]).status == 400
    assert dialect.unlisted([]).status == 404


def test_symbols_are_found_in_stream_names() -> None:
    dialect = dialect_of("binance.spot")
    assert dialect.symbol_of("btcusdt@depth@100ms") == "BTCUSDT"
    assert dialect.symbol_of("!miniTicker@arr") == dialect.symbol_of("tradingSession") == ""
    assert dialect.book_family("BTCUSDT") == dialect.family_of("btcusdt@depth@0ms")


def test_exchange_information_is_guessed_from_symbols() -> None:
    body = json.loads(dialect_of("binance.usdm").exchange_info(["BTCUSDT"], 5))
    assert [row["symbol"] for row in body["symbols"]] == ["BTCUSDT"]


def test_snapshots_are_told_by_their_path() -> None:
    dialect = dialect_of("binance.spot")
    assert dialect.is_snapshot("/api/v3/depth")
    assert not dialect.is_snapshot("/api/v3/trades")


def test_an_unknown_product_is_refused() -> None:
    with pytest.raises(UnknownVenue):
        dialect_of("binance.nothing")
