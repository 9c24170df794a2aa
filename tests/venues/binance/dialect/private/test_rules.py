"""What orders are held to is what ``exchangeInfo`` shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import listing

from tickwright.venues.binance.dialect.listings import exchange_info, inferred_listing
from tickwright.venues.binance.dialect.private.rules import market_rules
from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM
from tickwright.venues.facts import AMOUNT_SCALE, RATE_SCALE, raw_amount


def shown(product: Any, *, is_futures: bool) -> dict[str, dict[str, Any]]:
    info = json.loads(exchange_info(product, [listing(is_futures=is_futures)], 0))
    return {one["filterType"]: one for one in info["symbols"][0]["filters"]}


def test_spots_filters_are_the_ones_shown() -> None:
    rules, filters = market_rules(SPOT, listing(is_futures=False)), shown(SPOT, is_futures=False)
    assert rules is not None
    assert raw_amount(filters["NOTIONAL"]["minNotional"]) == rules.min_notional
    assert raw_amount(filters["NOTIONAL"]["maxNotional"]) == rules.max_notional
    assert filters["MAX_NUM_ORDERS"]["maxNumOrders"] == rules.max_orders
    assert filters["MAX_NUM_ALGO_ORDERS"]["maxNumAlgoOrders"] == rules.max_dormant
    assert filters["ICEBERG_PARTS"]["limit"] == rules.max_iceberg_parts
    assert filters["MAX_NUM_ORDER_LISTS"]["maxNumOrderLists"] == rules.max_lists
    assert filters["MAX_NUM_ORDER_AMENDS"]["maxNumOrderAmends"] == rules.max_amends
    assert filters["TRAILING_DELTA"]["maxTrailingAboveDelta"] == rules.trail_above.maximum
    assert (
        float(filters["PERCENT_PRICE_BY_SIDE"]["bidMultiplierUp"]) * 10**RATE_SCALE
        == rules.buy_band.up
    )
    assert float(filters["PRICE_FILTER"]["minPrice"]) == rules.min_price / 100
    assert float(filters["PRICE_FILTER"]["maxPrice"]) == rules.max_price / 100
    assert float(filters["LOT_SIZE"]["maxQty"]) == rules.size.maximum / 1000


def test_futures_filters_are_the_ones_shown() -> None:
    rules, filters = market_rules(USDM, listing(is_futures=True)), shown(USDM, is_futures=True)
    assert rules is not None
    assert int(filters["MIN_NOTIONAL"]["notional"]) * 10**AMOUNT_SCALE == rules.min_notional
    assert filters["MAX_NUM_ORDERS"]["limit"] == rules.max_orders
    up = float(filters["PERCENT_PRICE"]["multiplierUp"]) * 10**RATE_SCALE
    assert rules.buy_band.up == pytest.approx(up)
    assert rules.sell_band.up == rules.buy_band.down == 0


def test_inverse_contracts_have_none() -> None:
    assert market_rules(COINM, inferred_listing(COINM, "BTCUSD_PERP")) is None
