"""What dialects of public data share: listings, limits, what is strange, and what there is not."""

from __future__ import annotations

from typing import Any

import pytest

from tickwright.errors import NotSupported, UnknownInstrument, UnknownVenue
from tickwright.model.ids import parse_instrument_id
from tickwright.sandbox.dialects import dialect_of
from tickwright.venues.dialects import Verdict
from tickwright.venues.okx.dialect import OkxDialect
from tickwright.venues.publicdialect import WindowMeter, digits


DIALECT = OkxDialect()


@pytest.mark.parametrize("price", [0.0000123, 0.12, 1, 150, 65_000, 2_000_000])
def test_digits_suit_the_price_and_fit_a_turnover(price: float) -> None:
    price_scale, quantity_scale = digits(price)
    assert price_scale >= 1
    assert quantity_scale >= 0
    assert price_scale + quantity_scale <= 8
    assert price * 10**price_scale >= 100


def test_a_window_lets_as_many_requests_through_as_it_holds() -> None:
    meter = WindowMeter(2, 1000)
    assert [meter.take(1, at_ms).status for at_ms in (0, 500, 900)] == [200, 200, 429]
    assert meter.used == 2
    assert meter.take(1, 900) == Verdict(429, retry_at_ms=1000)
    assert meter.take(1, 1000).status == 200
    assert meter.take(0, 1000).status == 200


def test_pairs_are_listed_and_nothing_else() -> None:
    listing = DIALECT.listed(parse_instrument_id("okx:BTC/USDT"), 65_000.0)
    assert (listing.symbol, listing.product, listing.key) == ("BTC-USDT", "okx.v5", "BTC-USDT")
    assert DIALECT.invented("ETH").id == "okx:ETH/USDT"
    for name in ("okx:BTC/USDT:USDT", "kraken:BTC/USDT"):
        with pytest.raises(UnknownInstrument):
            DIALECT.listed(parse_instrument_id(name), 65_000.0)


@pytest.mark.parametrize("venue", ["okx", "coinbase", "kraken"])
def test_a_dialect_is_found_by_venue_and_by_product(venue: str) -> None:
    found = dialect_of(venue)
    assert dialect_of(found.name).products == found.products == (found.site,)
    assert found.hosts == ("rest", "ws_public")
    with pytest.raises(UnknownVenue):
        dialect_of(f"{venue}.futures")


def test_every_object_gets_a_field_that_nobody_knows_but_those_whose_keys_are_names() -> None:
    dialect = dialect_of("kraken")
    body: Any = {"error": [], "result": {"XBTUSD": {"status": "online"}}}
    dialect.estrange(body, "new")
    assert body == {
        "error": [],
        "new": "new",
        "result": {"XBTUSD": {"status": "online", "new": "new"}},
    }


def test_nothing_is_simulated_beyond_public_data() -> None:
    listing = DIALECT.listed(parse_instrument_id("okx:BTC/USDT"), 65_000.0)
    assert DIALECT.rules(listing) is None
    assert DIALECT.recorded_rules(["BTC-USDT"], None) == []
    assert not DIALECT.is_snapshot("/api/v5/market/books")
    for refuse in (lambda: DIALECT.taken_apart("{}"), DIALECT.book_record):
        with pytest.raises(NotSupported, match="no recordings"):
            refuse()
    assert DIALECT.unlisted(()).status == 404


@pytest.mark.parametrize("venue", ["okx", "coinbase", "kraken"])
def test_the_venue_s_clock_can_be_stepped(venue: str) -> None:
    dialect = dialect_of(venue)
    at_ms = 1_790_000_000_000
    assert dialect.time_stepped(dialect.time_body(at_ms), 30_000) == dialect.time_body(
        at_ms + 30_000
    )
