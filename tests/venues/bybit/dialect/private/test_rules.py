from __future__ import annotations

from tests.venues.bybit.dialect.samples import FixedMarket

from tickwright.venues.bybit.dialect.listings import instrument_row
from tickwright.venues.bybit.dialect.private.rules import market_rules
from tickwright.venues.facts import raw_amount


def test_orders_are_held_to_what_is_listed() -> None:
    for instrument in FixedMarket().instruments:
        listing = instrument.listing
        rules, row = market_rules(listing), instrument_row(listing)
        lots = row["lotSizeFilter"]
        assert isinstance(lots, dict)
        assert rules.min_notional == raw_amount("5")
        most = lots["maxOrderQty"]
        assert float(listing.quantity(rules.size.maximum)) == float(most)
        assert rules.symbol == listing.key


def test_contracts_have_positions_and_spot_has_none() -> None:
    spot, linear = (market_rules(one.listing) for one in FixedMarket().instruments)
    assert (spot.is_margined, linear.is_margined) == (False, True)
    assert spot.buy_reach.up > 10**8 > spot.sell_reach.down
    assert not spot.refuses_crossing
    assert linear.funding_interval_ns == 8 * 3600 * 10**9
