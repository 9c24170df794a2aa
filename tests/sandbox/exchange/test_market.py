from __future__ import annotations

from tests.sandbox.exchange.conftest import PERP, SPOT

from tickwright.sandbox.exchange.market import Market
from tickwright.venues.commands import TriggerBy
from tickwright.venues.marketrules import Band, MarketRules


def test_units_turn_prices_and_quantities_into_amounts() -> None:
    market = Market(MarketRules(listing=SPOT))
    # 650.00 times 0.001 and 0.001 of the base asset, with 16 digits.
    assert 65_000 * 1 * market.notional_unit == 6_500_000_000_000_000
    assert market.quantity_unit == 10**13
    assert (market.base, market.quote, market.settle) == ("BTC", "USDT", "USDT")


def test_a_band_is_rounded_to_the_prices_inside_it() -> None:
    market = Market(MarketRules(listing=SPOT))
    market.reference = 101
    assert market.bounds(Band(90_000_000, 110_000_000)) == (91, 111)
    assert market.bounds(Band()) == (0, 0)


def test_prices_stand_in_for_each_other() -> None:
    market = Market(MarketRules(listing=PERP, is_margined=True, is_mark_reference=True))
    assert market.reference_price == 0
    market.last_price = 100
    assert (market.mark_price, market.reference_price) == (100, 100)
    market.mark = 101
    assert (market.mark_price, market.reference_price) == (101, 101)
    assert [market.price_for(by) for by in (TriggerBy.LAST, TriggerBy.MARK)] == [100, 101]
    market.reference = 99
    assert market.reference_price == 99


def test_an_unchanged_book_has_no_delta() -> None:
    assert Market(MarketRules(listing=SPOT)).changes(5) is None
