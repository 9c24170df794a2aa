"""In which steps spot tells of orders and order lists: section 17.3, row by row."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, PRICE, Venue
from tests.venues.binance.dialect.private.spot_kit import (
    DEFAULTS,
    LISTS,
    ORDER,
    OTO,
    RESTS,
    TAKES,
    place,
    reports,
    steps,
)

from tickwright.model.market import Side
from tickwright.venues.commands import Deposit, SubmitOrder
from tickwright.venues.facts import raw_amount


@pytest.mark.parametrize(
    ("changes", "expected", "reason"),
    [
        (RESTS, [("NEW", "NEW")], None),
        (TAKES, [("NEW", "NEW"), ("TRADE", "FILLED")], None),
        (
            {"type": "MARKET", "price": None, "timeInForce": None, "quantity": "0.150"},
            [("NEW", "NEW"), ("TRADE", "PARTIALLY_FILLED"), ("TRADE", "FILLED")],
            None,
        ),
        (
            {"type": "MARKET", "price": None, "timeInForce": None, "quantity": "1.100"},
            [("NEW", "NEW"), *[("TRADE", "PARTIALLY_FILLED")] * 10, ("EXPIRED", "EXPIRED")],
            "INSUFFICIENT_LIQUIDITY",
        ),
        (
            {**TAKES, "timeInForce": "IOC", "quantity": "0.150"},
            [("NEW", "NEW"), ("TRADE", "PARTIALLY_FILLED"), ("EXPIRED", "EXPIRED")],
            "UNFILLED_IOC_QUANTITY_EXPIRED",
        ),
        (
            {**TAKES, "timeInForce": "FOK", "quantity": "0.150"},
            [("NEW", "NEW"), ("EXPIRED", "EXPIRED")],
            "UNFILLED_FOK_ORDER_EXPIRED",
        ),
    ],
)  # fmt: skip
def test_an_order_is_told_step_by_step(
    spot: Venue, changes: dict[str, Any], expected: list[tuple[str, str]], reason: str | None
) -> None:
    place(spot, **changes)
    told = reports(spot)
    assert steps(told) == expected
    assert told[-1].get("eR") == reason
    assert [event["I"] for event in told] == sorted({event["I"] for event in told})


def test_a_refused_order_is_not_told_of(spot: Venue) -> None:
    spot.refused(
        "POST", ORDER, **{**DEFAULTS, "type": "LIMIT_MAKER", "timeInForce": "", "price": "66000.00"}
    )
    assert spot.told() == []


def test_a_replaced_order_is_a_cancel_and_a_new_one(spot: Venue) -> None:
    placed = place(spot, **RESTS)
    spot.told()
    spot.ok(
        "POST", f"{ORDER}/cancelReplace", cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=placed["orderId"],
        **{**DEFAULTS, "price": "64100.00", "newClientOrderId": "sim-0002"},
    )  # fmt: skip
    assert steps(spot.told()) == [("CANCELED", "CANCELED"), ("NEW", "NEW")]


def test_a_stop_is_new_again_when_it_goes_to_work(spot: Venue) -> None:
    place(spot, type="STOP_LOSS_LIMIT", side="SELL", stopPrice="64900.00", price="64800.00")
    first = reports(spot)[0]
    spot.trade_at(6_490_000)
    (again,) = [event for event in reports(spot) if event["x"] == "NEW"]
    assert (first["w"], "W" in first) == (False, False)
    assert (again["i"], again["X"], again["w"], again["W"]) == (first["i"], "NEW", True, NOW_MS)


def test_a_trailing_order_is_new_again_when_it_begins_to_follow(spot: Venue) -> None:
    place(spot, type="STOP_LOSS", side="SELL", price=None, timeInForce=None, trailingDelta=100)
    spot.trade_at(6_510_000)
    first, again = reports(spot)
    assert ("D" in first, again["x"], again["D"], again["w"]) == (False, "NEW", NOW_MS, False)


def test_one_leg_of_an_oco_ends_the_other(spot: Venue) -> None:
    spot.ok(
        "POST", f"{LISTS}/oco", symbol="BTCUSDT", side="SELL", quantity="0.020", listClientOrderId="lst-0001",
        aboveType="LIMIT_MAKER", abovePrice="65000.10", aboveClientOrderId="oco-lm",
        belowType="STOP_LOSS", belowStopPrice="64000.00", belowClientOrderId="oco-sl",
    )  # fmt: skip
    told = spot.told()
    assert steps(told) == [("NEW", "NEW"), ("NEW", "NEW")]
    (started,) = [event for event in told if event["e"] == "listStatus"]
    assert {event["g"] for event in told if "g" in event} == {started["g"]}
    assert {name: started[name] for name in "sclLrCT"} == {
        "s": "BTCUSDT", "c": "OCO", "l": "EXEC_STARTED", "L": "EXECUTING", "r": "NONE", "C": "lst-0001",
        "T": NOW_MS,
    }  # fmt: skip
    assert [(row["s"], row["c"]) for row in started["O"]] == [
        ("BTCUSDT", "oco-sl"),
        ("BTCUSDT", "oco-lm"),
    ]
    spot.do(
        SubmitOrder(account="you", symbol="BTCUSDT", side=Side.BUY, price=PRICE + 10, quantity=120)
    )
    events = [json.loads(text) for stream, text in spot.side.take_frames() if stream == "user/me"]
    assert sorted(steps(events)) == [("EXPIRED", "EXPIRED"), ("TRADE", "FILLED")]
    (expired,) = [event for event in events if event.get("x") == "EXPIRED"]
    assert (expired["c"], expired["eR"]) == ("oco-sl", "OCO_TRIGGER")
    (done,) = [event for event in events if event["e"] == "listStatus"]
    assert (done["l"], done["L"]) == ("ALL_DONE", "ALL_DONE")


def test_a_pending_order_is_new_when_its_turn_comes(spot: Venue) -> None:
    spot.ok("POST", f"{LISTS}/oto", **OTO)
    told = spot.told()
    assert steps(told) == [("NEW", "PENDING_NEW"), ("NEW", "NEW")]
    assert [event["c"] for event in told if event["e"] == "listStatus"] == ["OTO"]
    spot.do(
        SubmitOrder(account="you", symbol="BTCUSDT", side=Side.SELL, price=PRICE - 10, quantity=120)
    )
    events = [json.loads(text) for stream, text in spot.side.take_frames() if stream == "user/me"]
    assert steps(events) == [("TRADE", "FILLED"), ("NEW", "NEW")]


def test_a_pending_order_that_is_refused_then_expires_with_its_reason(spot: Venue) -> None:
    spot.ok("POST", f"{LISTS}/oto", **{**OTO, "pendingQuantity": "0.020"})
    spot.do(Deposit(account="me", asset="BTC", amount=-raw_amount("100000")))
    spot.told()
    spot.do(
        SubmitOrder(account="you", symbol="BTCUSDT", side=Side.SELL, price=PRICE - 10, quantity=120)
    )
    events = [json.loads(text) for stream, text in spot.side.take_frames() if stream == "user/me"]
    expired = events[1]
    assert steps(events) == [("TRADE", "FILLED"), ("EXPIRED", "EXPIRED")]
    assert (expired["eR"], expired["r"]) == ("REJECTED", "INSUFFICIENT_BALANCES")


def test_a_pending_order_expires_with_the_one_that_it_waits_for(spot: Venue) -> None:
    spot.ok(
        "POST", f"{LISTS}/oto", **{**OTO, "workingTimeInForce": "IOC", "workingPrice": "64000.00"}
    )
    told = spot.told()
    assert steps(told)[-2:] == [("EXPIRED", "EXPIRED"), ("EXPIRED", "EXPIRED")]
    assert [event["eR"] for event in told if event.get("x") == "EXPIRED"] == [
        "UNFILLED_IOC_QUANTITY_EXPIRED", "OTO_PHASE_ONE_EXPIRED",
    ]  # fmt: skip


def test_a_members_new_id_updates_its_list(spot: Venue) -> None:
    listed = spot.ok("POST", f"{LISTS}/oto", **OTO)
    spot.told()
    spot.ok(
        "PUT", f"{ORDER}/amend/keepPriority", symbol="BTCUSDT", orderId=listed["orders"][0]["orderId"],
        newQty="0.010", newClientOrderId="renamed",
    )  # fmt: skip
    (updated,) = spot.told("listStatus")
    assert (updated["l"], updated["L"], updated["O"][0]["c"]) == ("UPDATED", "EXECUTING", "renamed")


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("EXPIRE_TAKER", [("NEW", "NEW"), ("TRADE_PREVENTION", "EXPIRED_IN_MATCH")]),
        ("EXPIRE_MAKER", [("NEW", "NEW"), ("TRADE_PREVENTION", "EXPIRED_IN_MATCH")]),
        ("EXPIRE_BOTH", [("NEW", "NEW"), *[("TRADE_PREVENTION", "EXPIRED_IN_MATCH")] * 2]),
        (
            "DECREMENT",
            [("NEW", "NEW"), ("TRADE_PREVENTION", "EXPIRED_IN_MATCH"), ("TRADE_PREVENTION", "NEW")],
        ),
    ],
)  # fmt: skip
def test_who_would_trade_with_himself_is_told_what_he_lost(
    spot: Venue, mode: str, expected: list[tuple[str, str]]
) -> None:
    maker = place(spot, side="SELL", price="65000.00")["orderId"]
    spot.told()
    taker = place(
        spot, price="65000.00", quantity="0.030", newClientOrderId="taker", selfTradePreventionMode=mode
    )["orderId"]  # fmt: skip
    told = reports(spot)
    assert steps(told) == expected
    for event in told[1:]:
        other = maker if event["i"] == taker else taker
        assert (event["U"], event["Cs"], event["pl"], event["pL"]) == (
            other, "BTCUSDT", "0.02000000", "65000.00000000",
        )  # fmt: skip
        assert (event["pY"], event["A"], event["u"]) == ("1300.00000000", event["B"], -1)
        assert event["v"] > 0
        assert ("W" in event) == (event["X"] == "NEW")
