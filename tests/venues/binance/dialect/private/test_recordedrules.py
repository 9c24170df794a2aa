from __future__ import annotations

import json
from typing import Any

from tickwright.venues.binance.dialect.private.recordedrules import recorded_rules
from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM
from tickwright.venues.facts import raw_amount
from tickwright.venues.marketrules import SizeRule


def info(symbol: str, **worth: Any) -> str:
    filters = [
        {"filterType": "PRICE_FILTER", "minPrice": "0.10", "maxPrice": "900", "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "100", "stepSize": "0.001"},
        {"filterType": "MARKET_LOT_SIZE", "minQty": "0.001", "maxQty": "50", "stepSize": "0.001"},
        {"filterType": "MAX_NUM_ORDERS", "limit": 200},
        worth,
    ]
    return json.dumps({"symbols": [{"symbol": symbol, "filters": filters}]})


def test_the_recorded_filters_are_the_rules() -> None:
    body = info("BTCUSDT", filterType="MIN_NOTIONAL", notional="50")
    (rules,) = recorded_rules(USDM, ["BTCUSDT"], body)
    listing = rules.listing
    assert (listing.price_scale, listing.tick) == (1, 1)
    assert (listing.quantity_scale, listing.lot) == (3, 1)
    assert not listing.is_inferred
    assert (rules.min_price, rules.max_price) == (1, 9000)
    assert rules.size == SizeRule(1, 100_000, 1)
    assert rules.market_size == SizeRule(1, 50_000, 1)
    assert rules.min_notional == raw_amount("50")


def test_spot_keeps_its_eight_digits_since_books_hold_finer_orders_than_the_tick() -> None:
    body = info("BTCUSDT", filterType="NOTIONAL", minNotional="0.0001")
    (rules,) = recorded_rules(SPOT, ["BTCUSDT"], body)
    assert (rules.listing.price_scale, rules.listing.tick) == (8, 10_000_000)
    assert (rules.listing.quantity_scale, rules.listing.lot) == (8, 100_000)
    assert rules.min_notional == raw_amount("0.0001")


def test_without_a_recorded_word_rules_are_guessed() -> None:
    for body in (None, "{", info("OTHER"), '{"symbols":[{"symbol":"BTCUSDT","filters":[]}]}'):
        (rules,) = recorded_rules(USDM, ["BTCUSDT"], body)
        assert rules.listing.is_inferred
        assert (rules.listing.price_scale, rules.listing.tick) == (8, 1)


def test_contracts_that_are_only_listed_have_no_tick_yet() -> None:
    body = info("BTCUSDT").replace('"tickSize": "0.10"', '"tickSize": "0"')
    (rules,) = recorded_rules(USDM, ["BTCUSDT"], body)
    assert rules.listing.is_inferred


def test_inverse_contracts_have_none() -> None:
    assert recorded_rules(COINM, ["BTCUSD_PERP"], None) == []
