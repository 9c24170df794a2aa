"""Checks before sending: a row for each rule, just within it and just beyond."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tickwright.core.ordercheck import Denial, OrderFacts, check_order
from tickwright.core.risklimits import RiskLimits
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.model.market import Side
from tickwright.model.orders import SubmitOrder, Trigger, TriggerKind


D = Decimal
BTC = Instrument(
    name=parse_instrument_id("binance:BTC/USDT"),
    product="binance.spot",
    symbol="BTCUSDT",
    tick_size=D("0.01"),
    lot_size=D("0.001"),
    price_scale=2,
    quantity_scale=3,
    max_quantity=D(100),
    min_notional=D(5),
)
INVERSE = Instrument(
    name=parse_instrument_id("binance:BTC/USD:BTC"),
    product="binance.coinm",
    symbol="BTCUSD_PERP",
    tick_size=D("0.1"),
    lot_size=D(1),
    price_scale=1,
    quantity_scale=0,
    contract_size=D(100),
)
BOOK = {"best_bid": D("59999.99"), "best_ask": D("60000.00")}
MARKET = {"price": None}


def denial(
    changes: dict[str, Any] | None = None,
    *,
    limits: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    instrument: Instrument = BTC,
) -> Denial | None:
    fields: dict[str, Any] = {
        "client_order_id": "me-1",
        "instrument": instrument.id,
        "side": Side.BUY,
        "quantity": D(1),
        "price": D(60000),
    }
    command = SubmitOrder(**{**fields, **(changes or {})})
    return check_order(
        command, instrument, RiskLimits(**(limits or {})), OrderFacts(**{**BOOK, **(facts or {})})
    )


def test_an_order_within_all_rules_leaves() -> None:
    assert denial() is None
    assert denial(MARKET) is None


@pytest.mark.parametrize(
    ("code", "within", "beyond"),
    [
        ("KILL_SWITCH", {}, {"facts": {"is_killed": True}}),
        (
            "INSTRUMENT",
            {"limits": {"instruments": frozenset({BTC.id})}},
            {"limits": {"instruments": frozenset({"binance:ETH/USDT"})}},
        ),
        (
            "INSTRUMENT_RULES",
            {"changes": {"price": D("60000.01")}},
            {"changes": {"price": D("60000.005")}},
        ),
        (
            "INSTRUMENT_RULES",
            {"changes": {"quantity": D("0.001")}},
            {"changes": {"quantity": D("0.0005")}},
        ),
        (
            "INSTRUMENT_RULES",
            {"changes": {"quantity": D(100)}},
            {"changes": {"quantity": D("100.001")}},
        ),
        (
            "INSTRUMENT_RULES",
            {"changes": {"price": D(5000), "quantity": D("0.001")}},
            {"changes": {"price": D(4999), "quantity": D("0.001")}},
        ),
        (
            "INSTRUMENT_RULES",
            {"changes": {"trigger": Trigger(kind=TriggerKind.STOP, price=D("1.01"))}},
            {"changes": {"trigger": Trigger(kind=TriggerKind.STOP, price=D("1.001"))}},
        ),
        (
            "INSTRUMENT_RULES",
            {"changes": {"display_quantity": D("0.5")}},
            {"changes": {"display_quantity": D("0.5001")}},
        ),
        (
            "MAX_ORDER_QUANTITY",
            {"limits": {"max_order_quantity": D(1)}},
            {"limits": {"max_order_quantity": D("0.999")}},
        ),
        (
            "MAX_ORDER_NOTIONAL",
            {"limits": {"max_order_notional": D(60000)}},
            {"limits": {"max_order_notional": D("59999.99")}},
        ),
        (
            "MAX_ORDER_NOTIONAL",
            {"changes": MARKET, "limits": {"max_order_notional": D(60000)}},
            {"changes": MARKET, "limits": {"max_order_notional": D("59999.99")}},
        ),
        (
            "MAX_ORDER_NOTIONAL",
            {
                "changes": {"price": None, "quantity": None, "quote_quantity": D(10)},
                "limits": {"max_order_notional": D(10)},
            },
            {
                "changes": {"price": None, "quantity": None, "quote_quantity": D(11)},
                "limits": {"max_order_notional": D(10)},
            },
        ),
        (
            "MAX_OPEN_ORDERS",
            {"limits": {"max_open_orders": 3}, "facts": {"open_orders": 2}},
            {"limits": {"max_open_orders": 3}, "facts": {"open_orders": 3}},
        ),
        (
            "MAX_POSITION",
            {
                "limits": {"max_position": D(3)},
                "facts": {"position": D(1), "open_buys": D(1), "open_sells": D(9)},
            },
            {
                "limits": {"max_position": D(3)},
                "facts": {"position": D(1), "open_buys": D("1.001")},
            },
        ),
        (
            "MAX_POSITION",
            {
                "changes": {"side": Side.SELL},
                "limits": {"max_position": D(1)},
                "facts": {"position": D(1), "open_sells": D(1)},
            },
            {
                "changes": {"side": Side.SELL},
                "limits": {"max_position": D(1)},
                "facts": {"position": D("-0.001")},
            },
        ),
        (
            "PRICE_COLLAR",
            {"changes": {"price": D(63000)}, "limits": {"price_collar": D("0.05")}},
            {"changes": {"price": D("63000.01")}, "limits": {"price_collar": D("0.05")}},
        ),
        (
            "PRICE_COLLAR",
            {
                "changes": {"price": D(57000), "side": Side.SELL},
                "limits": {"price_collar": D("0.05")},
            },
            {
                "changes": {"price": D("56999.9"), "side": Side.SELL},
                "limits": {"price_collar": D("0.05")},
            },
        ),
        (
            "MAX_ORDERS_PER_S",
            {"limits": {"max_orders_per_s": 5}, "facts": {"wait_s": 0.0}},
            {"limits": {"max_orders_per_s": 5}, "facts": {"wait_s": 0.25}},
        ),
    ],
)
def test_g36_each_rule_denies_just_beyond_it_and_names_itself(
    code: str, within: dict[str, Any], beyond: dict[str, Any]
) -> None:
    assert denial(**within) is None
    found = denial(**beyond)
    assert found is not None
    assert found.code == code
    assert found.text


@pytest.mark.parametrize("status", InstrumentStatus)
def test_g36_only_an_instrument_that_trades_takes_orders(status: InstrumentStatus) -> None:
    found = denial(instrument=msgspec.structs.replace(BTC, status=status))
    takes = status in (InstrumentStatus.TRADING, InstrumentStatus.UNKNOWN)
    assert (found is None) == takes


def test_g36_a_denial_names_its_numbers() -> None:
    found = denial(limits={"max_order_notional": D(50000)})
    assert found == Denial("MAX_ORDER_NOTIONAL", "binance:BTC/USDT: 60000 is above the limit 50000")


@pytest.mark.parametrize(
    ("changes", "limits", "code"),
    [
        (MARKET, {"max_order_notional": D(1)}, "MAX_ORDER_NOTIONAL"),
        ({}, {"price_collar": D("0.1")}, "PRICE_COLLAR"),
        (
            {"price": None, "quantity": None, "quote_quantity": D(10)},
            {"max_position": D(1)},
            "MAX_POSITION",
        ),
        (
            {"price": None, "quantity": None, "quote_quantity": D(10)},
            {"max_order_quantity": D(1)},
            "MAX_ORDER_QUANTITY",
        ),
    ],
)
def test_g36_what_cannot_be_checked_does_not_leave(
    changes: dict[str, Any], limits: dict[str, Any], code: str
) -> None:
    found = denial(changes, limits=limits, facts={"best_bid": None, "best_ask": None})
    assert found is not None
    assert found.code == code


def test_an_order_that_only_reduces_is_not_held_to_the_position_or_the_smallest_notional() -> None:
    tiny = {"reduce_only": True, "price": D(1000), "quantity": D("0.001")}
    assert denial(tiny, limits={"max_position": D(0)}) is None


def test_an_inverse_order_is_worth_its_contracts_at_any_price() -> None:
    changes = {"quantity": D(10), "price": None}
    no_book = {"best_bid": None, "best_ask": None}
    at_limit = {"max_order_notional": D(1000)}
    assert denial(changes, limits=at_limit, facts=no_book, instrument=INVERSE) is None
    below = denial(
        changes, limits={"max_order_notional": D(999)}, facts=no_book, instrument=INVERSE
    )
    assert below is not None
    assert below.code == "MAX_ORDER_NOTIONAL"


def test_the_first_rule_in_the_way_is_told() -> None:
    found = denial({"quantity": D(500)}, facts={"is_killed": True})
    assert found is not None
    assert found.code == "KILL_SWITCH"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"quantity": None, "quote_quantity": D(0), **MARKET},
            "quote quantity 0 is not above zero",
        ),
        ({"quantity": None, "quote_quantity": D(-1), **MARKET}, "quote quantity -1 is not"),
        ({"display_quantity": D("1.001")}, "display quantity 1.001 is above the quantity 1"),
        ({"trigger": Trigger(kind=TriggerKind.STOP, trail_bps=0)}, "trail of 0 bps is not above"),
        ({"trigger": Trigger(kind=TriggerKind.STOP, trail_bps=-5)}, "trail of -5 bps is not above"),
    ],
)
def test_g36_what_no_venue_takes_is_denied_here(changes: dict[str, Any], text: str) -> None:
    found = denial(changes)
    assert found is not None
    assert found.code == "INSTRUMENT_RULES"
    assert text in found.text


def test_a_denial_says_which_number_it_is_about() -> None:
    trigger = Trigger(kind=TriggerKind.STOP, price=D(0))
    for changes, name in (
        ({"trigger": trigger}, "trigger price of"),
        ({"display_quantity": D("0.0001")}, "display quantity of"),
    ):
        found = denial(changes)
        assert found is not None
        assert found.text.startswith(name)


def test_g36_a_limit_that_wants_a_book_says_how_to_get_one() -> None:
    nowhere = {"best_bid": None, "best_ask": None}
    for changes, limits in (
        ({}, {"price_collar": D("0.05")}),
        (MARKET, {"max_order_notional": D(1000)}),
    ):
        found = denial(changes, limits=limits, facts=nowhere)
        assert found is not None
        assert "`tw.book`" in found.text
