from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.exchange.conftest import FUNDS, Desk

from tickwright.model.market import Side
from tickwright.venues.commands import SetMark, SetReference, TimeInForce, Trigger, TriggerKind
from tickwright.venues.facts import raw_amount
from tickwright.venues.marketrules import Band, SizeRule
from tickwright.venues.reports import Refused, Rule


IOC, FOK, GTD = TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTD


def numbers(desk: Desk) -> tuple[int, int]:
    refused = next(event for event in desk.events if isinstance(event, Refused))
    return refused.refusal.value, refused.refusal.limit


@pytest.mark.parametrize(
    ("rules", "price", "broken"),
    [
        ({}, -5, Rule.PRICE_NOT_POSITIVE),
        ({"min_price": 50}, 49, Rule.PRICE_MIN),
        ({"min_price": 50}, 50, None),
        ({"max_price": 50}, 51, Rule.PRICE_MAX),
        ({"max_price": 50}, 50, None),
    ],
)
def test_prices_have_bounds(rules: dict[str, Any], price: int, broken: Rule | None) -> None:
    desk = Desk(**rules)
    desk.buy("me", 5, price)
    assert desk.refusal is broken


@pytest.mark.parametrize(
    ("side", "price", "broken"),
    [
        (Side.BUY, 120, None),
        (Side.BUY, 121, Rule.PRICE_BAND_UP),
        (Side.BUY, 50, None),
        (Side.BUY, 49, Rule.PRICE_BAND_DOWN),
        (Side.SELL, 80, None),
        (Side.SELL, 79, Rule.PRICE_BAND_DOWN),
        (Side.SELL, 9999, None),
    ],
)
def test_each_side_has_its_band_around_the_reference(
    side: Side, price: int, broken: Rule | None
) -> None:
    desk = Desk(buy_band=Band(50_000_000, 120_000_000), sell_band=Band(80_000_000, 0))
    desk(SetReference(symbol="BTCUSDT", price=100))
    desk.place("me", side, 1, price)
    assert desk.refusal is broken


def test_without_a_reference_there_is_no_band() -> None:
    desk = Desk(sell_band=Band(80_000_000, 0))
    desk.sell("me", 1, 1)
    assert desk.refusal is None


def test_the_mark_price_may_be_the_reference() -> None:
    desk = Desk(is_margined=True, is_mark_reference=True, buy_band=Band(0, 110_000_000))
    desk(SetMark(symbol="BTCUSDT", mark=100))
    desk.buy("me", 1, 111)
    assert desk.refusal is Rule.PRICE_BAND_UP
    assert numbers(desk) == (111, 110)


@pytest.mark.parametrize(
    ("quantity", "price", "broken"),
    [
        (0, 100, Rule.QUANTITY_NOT_POSITIVE),
        (8, 100, Rule.QUANTITY_MIN),
        (10, 100, None),
        (1000, 100, None),
        (1010, 100, Rule.QUANTITY_MAX),
        (15, 100, Rule.QUANTITY_LOT),
        (20, 0, Rule.MARKET_QUANTITY_MIN),
        (30, 0, None),
        (510, 0, Rule.MARKET_QUANTITY_MAX),
        (40, 0, Rule.MARKET_QUANTITY_LOT),
    ],
)
def test_quantities_have_bounds_and_steps(quantity: int, price: int, broken: Rule | None) -> None:
    desk = Desk(size=SizeRule(10, 1000, 10), market_size=SizeRule(30, 500, 30))
    desk.sell("you", 1000, 100)
    desk.buy("me", quantity, price)
    assert desk.refusal in (broken, Rule.COMBINATION if not quantity and not price else broken)


def test_a_venue_may_hold_market_orders_to_their_own_sizes_only() -> None:
    desk = Desk(size=SizeRule(10, 0, 0), market_size=SizeRule(1, 0, 0), is_market_size_alone=True)
    desk.buy("me", 1)
    assert desk.refusal is None


def test_notionals_have_bounds_and_market_orders_are_held_to_the_reference() -> None:
    desk = Desk(min_notional=raw_amount("1"), max_notional=raw_amount("10"))
    desk(SetReference(symbol="BTCUSDT", price=100))
    for quantity, price, broken in (
        (999, 100, Rule.NOTIONAL_MIN),
        (1000, 100, None),
        (10_001, 100, Rule.NOTIONAL_MAX),
        (999, 0, Rule.NOTIONAL_MIN),
        (10_001, 0, None),  # the maximum is not applied to market orders here
    ):
        desk.buy("me", quantity, price)
        assert desk.refusal is broken, (quantity, price)
    desk.buy("me", 0, quote_amount=raw_amount("0.5"))
    assert desk.refusal is Rule.NOTIONAL_MIN


def test_reduce_only_orders_may_be_free_of_the_minimum() -> None:
    desk = Desk(
        is_margined=True, min_notional=raw_amount("1"), is_reduce_only_free_of_notional=True
    )
    desk.buy("me", 1, 100, is_reduce_only=True)
    assert desk.refusal is Rule.REDUCE_ONLY, "it got as far as that"


@pytest.mark.parametrize(
    ("more", "broken"),
    [
        ({"display": 20}, Rule.ICEBERG_DISPLAY),
        ({"display": 2}, Rule.ICEBERG_PARTS),
        ({"display": 4}, None),
        ({"display": 4, "time_in_force": IOC}, Rule.COMBINATION),
        ({"is_post_only": True, "time_in_force": FOK}, Rule.COMBINATION),
        ({"quote_amount": 5}, Rule.COMBINATION),
        ({"closes_position": True}, Rule.COMBINATION),
        ({"is_reduce_only": True}, Rule.COMBINATION),
        ({"time_in_force": GTD}, Rule.EXPIRY),
        ({"time_in_force": GTD, "expires_ns": 1}, None),
    ],
)
def test_properties_have_to_go_together(more: dict[str, Any], broken: Rule | None) -> None:
    desk = Desk(max_iceberg_parts=3)
    desk.buy("me", 10, 100, **more)
    assert desk.refusal is broken


@pytest.mark.parametrize(
    "more",
    [
        {"is_post_only": True},
        {"display": 2},
        {"quote_amount": 5},
        {"closes_position": True},
    ],
)
def test_market_orders_take_no_limit_orders_properties(more: dict[str, Any]) -> None:
    desk = Desk(is_margined=True)
    desk.buy("me", 10, **more)
    assert desk.refusal is Rule.COMBINATION


@pytest.mark.parametrize(
    ("side", "kind", "price", "broken"),
    [
        (Side.BUY, TriggerKind.STOP, 101, None),
        (Side.BUY, TriggerKind.STOP, 100, Rule.WOULD_TRIGGER),
        (Side.SELL, TriggerKind.STOP, 99, None),
        (Side.SELL, TriggerKind.STOP, 100, Rule.WOULD_TRIGGER),
        (Side.BUY, TriggerKind.TAKE_PROFIT, 99, None),
        (Side.BUY, TriggerKind.TAKE_PROFIT, 101, Rule.WOULD_TRIGGER),
        (Side.SELL, TriggerKind.TAKE_PROFIT, 101, None),
        (Side.SELL, TriggerKind.TAKE_PROFIT, 99, Rule.WOULD_TRIGGER),
        (Side.SELL, TriggerKind.TAKE_PROFIT, 0, Rule.PRICE_NOT_POSITIVE),
    ],
)
def test_triggers_lie_on_their_side_of_the_market(
    desk: Desk, side: Side, kind: TriggerKind, price: int, broken: Rule | None
) -> None:
    desk.sell("you", 1, 100)
    desk.buy("me", 1, 100)
    desk.place("me", side, 1, 100, trigger=Trigger(kind, price))
    assert desk.refusal is broken


def test_trailing_distances_have_a_range_above_and_one_below() -> None:
    desk = Desk(trail_above=SizeRule(10, 100), trail_below=SizeRule(20, 200))
    for side, distance, broken in (
        (Side.BUY, 9, Rule.TRAIL_RANGE),
        (Side.BUY, 101, Rule.TRAIL_RANGE),
        (Side.BUY, 100, None),
        (Side.SELL, 19, Rule.TRAIL_RANGE),
        (Side.SELL, 200, None),
    ):
        desk.place("me", side, 1, 100, trigger=Trigger(TriggerKind.STOP, trail_bps=distance))
        assert desk.refusal is broken


def test_open_orders_are_counted_for_each_account() -> None:
    desk = Desk(max_orders=2, max_icebergs=1)
    desk.buy("me", 5, 100, display=1)
    desk.buy("me", 5, 100, display=1)
    assert desk.refusal is Rule.MAX_ICEBERGS
    last = desk.buy("me", 5, 100)
    desk.buy("me", 5, 100)
    assert desk.refusal is Rule.MAX_ORDERS
    assert numbers(desk) == (3, 2)
    desk.buy("you", 5, 100)
    assert desk.refusal is None
    desk.cancel("me", last)
    desk.buy("me", 5, 100)
    assert desk.refusal is None


def test_dormant_orders_have_a_count_of_their_own() -> None:
    stop = Trigger(TriggerKind.STOP, 200)
    desk = Desk(max_orders=3, max_dormant=1)
    desk.buy("me", 5, 100, trigger=stop)
    desk.buy("me", 5, 100, trigger=stop)
    assert desk.refusal is Rule.MAX_DORMANT
    for expected in (None, None, Rule.MAX_ORDERS):
        desk.buy("me", 5, 100)
        assert desk.refusal is expected


def test_dormant_orders_may_be_counted_apart_over_all_markets() -> None:
    stop = Trigger(TriggerKind.STOP, 200)
    desk = Desk(is_margined=True, max_orders=1, max_dormant=1, is_max_dormant_for_all=True)
    desk.buy("me", 5, 100)
    desk.buy("me", 5, 100, trigger=stop)
    assert desk.refusal is None
    desk.buy("me", 5, 100, trigger=stop)
    assert desk.refusal is Rule.MAX_DORMANT
    desk.buy("me", 5, 100)
    assert desk.refusal is Rule.MAX_ORDERS


def test_a_position_limit_counts_what_is_held_and_what_is_being_bought() -> None:
    held = FUNDS // 10**13
    desk = Desk(max_position=held + 10)
    desk.buy("me", 6, 100)
    desk.buy("me", 5, 100)
    assert desk.refusal is Rule.MAX_POSITION
    assert numbers(desk) == (held + 11, held + 10)
    desk.sell("me", 500, 200)
    assert desk.refusal is None
