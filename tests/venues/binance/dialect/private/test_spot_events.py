"""Spot's user events: every field with its condition, and to whom they go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import SHARED_DATA
from tests.venues.binance.dialect.private.kit import NOW_MS, OTHER_KEY, PRICE, Venue
from tests.venues.binance.dialect.private.spot_kit import (
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
from tickwright.sandbox import Faults
from tickwright.venues.binance.dialect.timeunit import in_microseconds
from tickwright.venues.commands import Deposit, SubmitOrder
from tickwright.venues.facts import raw_amount


ALWAYS = set("eEscSofqpPFgCxXrilzLnNTtIwmMOZYQV")


# ---------------------------------------------------------------------- fields


def test_a_new_order_is_told_as_the_documentation_shows_it(spot: Venue) -> None:
    order_id = place(spot, **RESTS)["orderId"]
    told = spot.told()
    assert [event["e"] for event in told] == ["executionReport", "outboundAccountPosition"]
    assert told[0] == {
        "e": "executionReport", "E": NOW_MS, "s": "BTCUSDT", "c": "sim-0001", "S": "BUY", "o": "LIMIT",
        "f": "GTC", "q": "0.02000000", "p": "64000.00000000", "P": "0.00000000", "F": "0.00000000", "g": -1,
        "C": "", "x": "NEW", "X": "NEW", "r": "NONE", "i": order_id, "l": "0.00000000", "z": "0.00000000",
        "L": "0.00000000", "n": "0", "N": None, "T": NOW_MS, "t": -1, "I": told[0]["I"], "w": True,
        "m": False, "M": False, "O": NOW_MS, "Z": "0.00000000", "Y": "0.00000000", "Q": "0.00000000",
        "W": NOW_MS, "V": "EXPIRE_MAKER",
    }  # fmt: skip
    assert told[1] == {
        "e": "outboundAccountPosition", "E": NOW_MS, "u": NOW_MS,
        "B": [{"a": "USDT", "f": "98720.00000000", "l": "1280.00000000"}],
    }  # fmt: skip


def test_a_trade_says_what_was_paid_and_to_whom_the_fee_goes(spot: Venue) -> None:
    placed = place(spot, **TAKES)
    _, trade, balances = spot.told()
    fill = placed["fills"][0]
    assert (trade["x"], trade["X"], trade["w"], trade["m"], trade["M"]) == (
        "TRADE", "FILLED", False, False, True,
    )  # fmt: skip
    assert (trade["l"], trade["L"], trade["n"], trade["N"], trade["t"]) == (
        fill["qty"], fill["price"], fill["commission"], "BTC", fill["tradeId"],
    )  # fmt: skip
    assert (trade["z"], trade["Z"], trade["Y"]) == ("0.02000000", "1300.00200000", "1300.00200000")
    assert trade["W"] == trade["O"] == NOW_MS
    assert {row["a"] for row in balances["B"]} == {"BTC", "USDT"}


def test_a_resting_order_is_told_of_what_others_do_to_it(spot: Venue) -> None:
    order_id = place(spot, price="64999.90")["orderId"]
    spot.told()
    spot.do(
        SubmitOrder(account="you", symbol="BTCUSDT", side=Side.SELL, price=PRICE - 10, quantity=110)
    )
    events = [json.loads(text) for stream, text in spot.side.take_frames() if stream == "user/me"]
    assert steps(events) == [("TRADE", "PARTIALLY_FILLED")]
    assert (events[0]["i"], events[0]["m"], events[0]["w"], events[0]["N"]) == (
        order_id,
        True,
        True,
        "BTC",
    )


def test_a_canceled_order_goes_by_the_cancels_id(spot: Venue) -> None:
    place(spot, **RESTS)
    spot.told()
    body = spot.ok(
        "DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="sim-0001", newClientOrderId="cxl-0001"
    )
    (told,) = reports(spot)
    assert (told["x"], told["X"], told["c"], told["C"]) == (
        "CANCELED",
        "CANCELED",
        "cxl-0001",
        "sim-0001",
    )
    assert (body["clientOrderId"], body["origClientOrderId"]) == ("cxl-0001", "sim-0001")
    assert set(told) == ALWAYS  # no W: it works no more


def test_orders_canceled_together_get_ids_that_the_answer_names_too(spot: Venue) -> None:
    place(spot, **RESTS)
    place(spot, **RESTS, newClientOrderId="sim-0002")
    spot.told()
    rows = spot.ok("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    told = reports(spot)
    assert [(event["c"], event["C"]) for event in told] == [
        (row["clientOrderId"], row["origClientOrderId"]) for row in rows
    ]
    assert {event["C"] for event in told} == {"sim-0001", "sim-0002"}


def test_an_amendment_replaces_and_names_both_ids(spot: Venue) -> None:
    place(spot, **RESTS)
    spot.told()
    body = spot.ok(
        "PUT", f"{ORDER}/amend/keepPriority", symbol="BTCUSDT", origClientOrderId="sim-0001",
        newQty="0.010", newClientOrderId="sim-0002",
    )  # fmt: skip
    (told,) = reports(spot)
    assert (told["x"], told["X"], told["c"], told["C"], told["q"]) == (
        "REPLACED", "NEW", "sim-0002", "sim-0001", "0.01000000",
    )  # fmt: skip
    assert told["I"] == body["executionId"]


def test_fields_that_only_some_orders_have(spot: Venue) -> None:
    place(spot, **RESTS, icebergQty="0.010", strategyId=3, strategyType=1_000_001)
    (told,) = reports(spot)
    assert (told["F"], told["j"], told["J"]) == ("0.01000000", 3, 1_000_001)
    place(
        spot, type="MARKET", quantity=None, price=None, timeInForce=None, quoteOrderQty="130.0002",
        newClientOrderId="market",
    )  # fmt: skip
    new, trade = reports(spot)
    assert (new["Q"], new["p"], new["w"], trade["X"]) == (
        "130.00020000",
        "0.00000000",
        True,
        "FILLED",
    )
    place(
        spot, type="STOP_LOSS_LIMIT", side="SELL", stopPrice="64000.00", price="63990.00", trailingDelta=100,
        newClientOrderId="trail",
    )  # fmt: skip
    (told,) = reports(spot)
    assert (told["P"], told["d"], told["w"], told["X"]) == ("64000.00000000", 100, False, "NEW")
    assert not {"D", "W"} & set(told)


# ---------------------------------------------------------------------- balances, and who is told


def test_what_comes_and_goes_is_told_twice_as_a_change_and_as_a_balance(spot: Venue) -> None:
    for amount in ("0.5", "-0.25"):
        spot.do(Deposit(account="me", asset="BTC", amount=raw_amount(amount)))
    first, position, second, _ = spot.told()
    assert first == {"e": "balanceUpdate", "E": NOW_MS, "a": "BTC", "d": "0.50000000", "T": NOW_MS}
    assert position["B"] == [{"a": "BTC", "f": "100000.50000000", "l": "0.00000000"}]
    assert second["d"] == "-0.25000000"


def test_everybody_is_told_only_of_himself(spot: Venue) -> None:
    place(spot, side="SELL", price="65000.00")
    spot.told()
    place(spot, price="65000.00", key=OTHER_KEY)
    heard: dict[str, list[str]] = {}
    for stream, text in spot.side.take_frames():
        heard.setdefault(stream, []).append(json.loads(text)["e"])
    assert heard == {
        "user/you": ["executionReport", "executionReport", "outboundAccountPosition"],
        "user/me": ["executionReport", "outboundAccountPosition"],
    }


def test_events_tell_the_time_of_a_clock_that_is_off(spot: Venue) -> None:
    spot.side.faults = Faults(clock_step_s=5.0)
    place(spot, **RESTS)
    assert {event["E"] - NOW_MS for event in spot.told()} == {5000}


def test_all_times_can_be_told_in_microseconds(spot: Venue) -> None:
    place(spot, **TAKES)
    place(
        spot, type="STOP_LOSS", side="SELL", price=None, timeInForce=None, trailingDelta=100,
        newClientOrderId="trail",
    )  # fmt: skip
    spot.do(Deposit(account="me", asset="BTC", amount=raw_amount("1")))
    spot.trade_at(6_510_000)
    spot.ok("POST", f"{LISTS}/oto", **OTO)
    told = [text for _, text in spot.side.take_frames()]
    seen = set()
    for text in told:
        before, after = json.loads(text), json.loads(in_microseconds(text))
        times = {key for key, value in before.items() if value == NOW_MS}
        assert {key: after[key] for key in times} == dict.fromkeys(times, NOW_MS * 1000)
        assert {key: after[key] for key in set(before) - times} == {
            key: before[key] for key in set(before) - times
        }
        seen |= times
    assert seen == set("ETOWDu")


# ---------------------------------------------------------------------- as others recorded them

SINCE = {"V"}  # newer than the recordings
DOCUMENTED_ONLY = {"b", "a", "k", "uS"}  # of orders that were routed to other books


@pytest.mark.parametrize("step", [0, 1])
def test_reports_have_the_fields_of_recorded_ones(spot: Venue, step: int) -> None:
    name = ("gct__jTfvpakT2yT0hVIo5gYWVihZhdM2PrBgJUZ5PyfZ4EVpCkx4Uoxk5timcrQc_9.json",
            "gct__jTfvpakT2yT0hVIo5gYWVihZhdM2PrBgJUZ5PyfZ4EVpCkx4Uoxk5timcrQc_10.json")[step]  # fmt: skip
    recorded = fixture(name)["data"]
    place(spot, **TAKES)
    told = reports(spot)[step]
    assert set(told) == set(recorded) | SINCE
    same = "eSofgCxXrwmMPFQ"
    assert {key: told[key] for key in same} == {key: recorded[key] for key in same}
    assert {key: type(told[key]) for key in recorded if key != "N"} == {
        key: type(value) for key, value in recorded.items() if key != "N"
    }


def test_every_documented_field_is_told_by_some_report(spot: Venue) -> None:
    documented = set(fixture("adshao_v2__executionReport_12.json"))
    place(spot, side="SELL", price="65000.00", strategyId=1, strategyType=1_000_000)
    place(spot, price="65000.00", newClientOrderId="taker")
    place(
        spot,
        type="STOP_LOSS",
        side="SELL",
        price=None,
        timeInForce=None,
        trailingDelta=100,
        newClientOrderId="d",
    )
    spot.trade_at(6_510_000)
    told = {key for event in reports(spot) for key in event}
    assert documented - told == DOCUMENTED_ONLY
    assert told - documented == set()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adshao_v2__outboundAccountPosition_11.json", "outboundAccountPosition"),
        ("gct__jTfvpakT2yT0hVIo5gYWVihZhdM2PrBgJUZ5PyfZ4EVpCkx4Uoxk5timcrQc_6.json", "balanceUpdate"),
        ("gct__jTfvpakT2yT0hVIo5gYWVihZhdM2PrBgJUZ5PyfZ4EVpCkx4Uoxk5timcrQc_7.json", "listStatus"),
    ],
)  # fmt: skip
def test_other_events_have_the_fields_of_recorded_ones(spot: Venue, name: str, kind: str) -> None:
    recorded = fixture(name)
    recorded = recorded.get("data", recorded)
    spot.do(Deposit(account="me", asset="BTC", amount=raw_amount("1")))
    spot.ok("POST", f"{LISTS}/oto", **OTO)
    told = spot.told(kind)[0]
    assert list(told) == list(recorded)
    for key in ("B", "O"):
        if key in told:
            assert list(told[key][0]) == list(recorded[key][0])


def fixture(name: str) -> Any:
    path = SHARED_DATA / "fixtures/binance/ws-user" / name
    if not path.exists():
        pytest.skip(f"no fixture {name}")
    return json.loads(path.read_text())
