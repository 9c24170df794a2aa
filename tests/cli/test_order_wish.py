"""Orders as they stand on the command line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tickwright.cli.order_wish import Wish
from tickwright.errors import InvalidNumber, UsageError
from tickwright.model.orders import TimeInForce, Trigger, TriggerBy, TriggerKind


def wish(**given: Any) -> Wish:
    fields: dict[str, Any] = dict.fromkeys(Wish.__struct_fields__)
    fields |= {"instrument": "binance:BTC/USDT", "side": "buy", "quantity": "0.01"}
    fields |= {"trigger_kind": TriggerKind.STOP, "trigger_by": TriggerBy.LAST}
    fields |= {"time_in_force": TimeInForce.GTC, "post_only": False, "reduce_only": False}
    return Wish(**{**fields, **given})


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"price": "60000"}, "buy 0.01 binance:BTC/USDT at 60000"),
        ({}, "buy 0.01 binance:BTC/USDT at market"),
        (
            {"quantity": None, "quote_quantity": "100"},
            "buy for 100 binance:BTC/USDT at market",
        ),
        (
            {"trigger_price": "61000"},
            "buy 0.01 binance:BTC/USDT at market, once stop 61000 is reached",
        ),
        (
            {"trail_bps": 50, "trigger_kind": TriggerKind.TAKE_PROFIT},
            "buy 0.01 binance:BTC/USDT at market, once take-profit 50 bp is reached",
        ),
    ],
)
def test_a_wish_reads_as_one_would_say_it(given: dict[str, Any], text: str) -> None:
    assert str(wish(**given)) == text


def test_numbers_stay_the_text_that_was_typed() -> None:
    arguments = wish(price="60000.10").arguments
    assert (arguments["price"], arguments["quantity"]) == ("60000.10", "0.01")
    assert arguments["trigger"] is None


def test_a_trigger_is_made_of_its_options() -> None:
    trigger = wish(trigger_price="61000", trail_bps=50, trigger_by=TriggerBy.MARK).arguments
    assert trigger["trigger"] == Trigger(
        kind=TriggerKind.STOP, price=Decimal(61000), by=TriggerBy.MARK, trail_bps=50
    )
    with pytest.raises(InvalidNumber, match="--trigger"):
        assert wish(trigger_price="high").arguments


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-02", 86_400_000_000_000),
        ("1970-01-01T00:00:01.000001", 1_000_001_000),
        ("1970-01-01T01:00:00+01:00", 0),
    ],
)
def test_an_expiry_without_a_zone_is_utc(text: str, time_ns: int) -> None:
    assert wish(expire=text).arguments["expire_ts_ns"] == time_ns


def test_an_expiry_that_is_no_time_says_how_to_write_one() -> None:
    with pytest.raises(UsageError, match="write a time, as 2026"):
        assert wish(expire="soon").arguments
