"""What a USD-M account is told of its orders, field by field and step by step."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, OTHER_KEY, Venue

from tickwright.model.market import Side
from tickwright.venues.commands import SetMark, SubmitOrder


ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"
LIMIT: dict[str, Any] = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.010",
    "price": "64000.10", "newClientOrderId": "fsim-0001",
}  # fmt: skip
MARKET: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}
STOP: dict[str, Any] = {
    "symbol": "BTCUSDT", "side": "SELL", "algoType": "CONDITIONAL", "type": "STOP_MARKET",
    "triggerPrice": "64900.00", "quantity": "0.010", "clientAlgoId": "alg-0001",
}  # fmt: skip


@pytest.fixture
def venue(usdm: Venue) -> Venue:
    usdm.listen()
    return usdm


def orders(venue: Venue) -> list[dict[str, Any]]:
    return [event["o"] for event in venue.told("ORDER_TRADE_UPDATE")]


def steps(venue: Venue) -> list[tuple[str, str, str]]:
    return [(order["x"], order["X"], order["er"]) for order in orders(venue)]


def algos(events: list[dict[str, Any]]) -> list[str]:
    """Types of events, and of conditional orders their states."""
    return [event["o"]["X"] if event["e"] == "ALGO_UPDATE" else event["e"] for event in events]


def test_a_new_order_is_told_as_the_documentation_shows_it(venue: Venue) -> None:
    order_id = venue.ok("POST", ORDER, **LIMIT)["orderId"]
    assert venue.told() == [
        {
            "e": "ORDER_TRADE_UPDATE", "E": NOW_MS, "T": NOW_MS,
            "o": {
                "s": "BTCUSDT", "c": "fsim-0001", "S": "BUY", "o": "LIMIT", "f": "GTC", "q": "0.010",
                "p": "64000.10", "ap": "0", "sp": "0", "x": "NEW", "X": "NEW", "i": order_id, "l": "0",
                "z": "0", "L": "0", "T": NOW_MS, "t": 0, "b": "640.00100", "a": "0", "m": False, "R": False,
                "wt": "CONTRACT_PRICE", "ot": "LIMIT", "ps": "BOTH", "cp": False, "pP": False, "si": 0,
                "ss": 0, "rp": "0", "V": "EXPIRE_MAKER", "pm": "NONE", "gtd": 0, "er": "0",
            },
        }
    ]  # fmt: skip


def test_a_trade_comes_in_few_words_first_then_in_full_then_as_a_position(venue: Venue) -> None:
    venue.ok("POST", ORDER, **{**LIMIT, "price": "65000.10"})
    new, lite, trade, account = venue.told()
    assert [event["e"] for event in (new, lite, trade, account)] == [
        "ORDER_TRADE_UPDATE", "TRADE_LITE", "ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE",
    ]  # fmt: skip
    told = trade["o"]
    assert lite == {
        "e": "TRADE_LITE", "E": NOW_MS, "T": NOW_MS, "s": "BTCUSDT", "q": "0.010", "p": "65000.10",
        "m": False, "c": "fsim-0001", "S": "BUY", "L": "65000.10", "l": "0.010", "t": told["t"],
        "i": told["i"],
    }  # fmt: skip
    assert {key: told[key] for key in ("x", "X", "ap", "l", "z", "L", "n", "N", "b", "m", "rp")} == {
        "x": "TRADE", "X": "FILLED", "ap": "65000.10000", "l": "0.010", "z": "0.010", "L": "65000.10",
        "n": "0.32500050", "N": "USDT", "b": "0", "m": False, "rp": "0",
    }  # fmt: skip
    assert (new["o"]["b"], new["o"]["X"]) == ("650.00100", "NEW")


def test_closing_tells_the_profit(venue: Venue) -> None:
    venue.ok("POST", ORDER, **MARKET)
    venue.told()
    venue.ok("POST", ORDER, **{**MARKET, "side": "SELL", "reduceOnly": "true"})
    new, trade = orders(venue)
    assert (new["R"], new["p"], trade["rp"]) == (True, "0", "-0.00200000")


def test_a_modification_is_an_amendment_with_its_number(venue: Venue) -> None:
    venue.ok("POST", ORDER, **LIMIT)
    venue.told()
    changes = {"symbol": "BTCUSDT", "side": "BUY", "origClientOrderId": "fsim-0001"}
    venue.ok("PUT", ORDER, **changes, quantity="0.020", price="64990.00", modifyId=7)
    venue.ok("PUT", ORDER, **changes, quantity="0.020", price="64980.00")
    first, second = orders(venue)
    assert (first["x"], first["X"], first["q"], first["p"], first["M"], first["b"]) == (
        "AMENDMENT", "NEW", "0.020", "64990.00", "7", "1299.80000",
    )  # fmt: skip
    assert "M" not in second


def test_an_amendment_that_ends_the_order_says_so(venue: Venue) -> None:
    venue.ok("POST", ORDER, **{**LIMIT, "timeInForce": "GTX"})
    venue.told()
    changes = {"symbol": "BTCUSDT", "side": "BUY", "origClientOrderId": "fsim-0001"}
    venue.ok("PUT", ORDER, **changes, quantity="0.010", price="65100.00")
    assert steps(venue) == [("AMENDMENT", "CANCELED", "0")]


def test_a_canceled_order_keeps_its_id(venue: Venue) -> None:
    venue.ok("POST", ORDER, **LIMIT)
    venue.told()
    venue.ok("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="fsim-0001")
    (told,) = orders(venue)
    assert (told["x"], told["X"], told["c"], told["b"]) == (
        "CANCELED",
        "CANCELED",
        "fsim-0001",
        "0",
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({**LIMIT, "price": "65000.10", "quantity": "0.150", "timeInForce": "IOC"}, ("EXPIRED", "EXPIRED", "2")),
        ({**MARKET, "quantity": "1.100"}, ("EXPIRED", "EXPIRED", "9")),
    ],
)  # fmt: skip
def test_what_is_not_filled_expires_with_a_reason(
    venue: Venue, changes: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    venue.ok("POST", ORDER, **changes)
    assert steps(venue)[-1] == expected


@pytest.mark.parametrize(
    ("tif", "mode", "expected"),
    [
        ("GTC", "EXPIRE_TAKER", [("NEW", "NEW", "0"), ("EXPIRED", "EXPIRED_IN_MATCH", "1")]),
        ("IOC", "EXPIRE_TAKER", [("NEW", "NEW", "0"), ("EXPIRED", "EXPIRED_IN_MATCH", "3")]),
        ("GTC", "EXPIRE_MAKER", [("NEW", "NEW", "0"), ("EXPIRED", "EXPIRED_IN_MATCH", "1")]),
        ("GTC", "EXPIRE_BOTH", [("NEW", "NEW", "0"), *[("EXPIRED", "EXPIRED_IN_MATCH", "1")] * 2]),
    ],
)  # fmt: skip
def test_who_would_trade_with_himself_expires_in_match(
    venue: Venue, tif: str, mode: str, expected: list[tuple[str, str, str]]
) -> None:
    venue.ok("POST", ORDER, **{**LIMIT, "side": "SELL", "price": "65000.00"})
    venue.told()
    taker = {**LIMIT, "price": "65000.00", "newClientOrderId": "taker", "timeInForce": tif}
    venue.ok("POST", ORDER, **taker, selfTradePreventionMode=mode)
    assert steps(venue) == expected


def test_an_order_that_reduces_nothing_any_more_is_trimmed_and_then_expires(venue: Venue) -> None:
    venue.ok("POST", ORDER, **{**MARKET, "quantity": "0.020"})
    venue.ok(
        "POST", ORDER,
        **{**LIMIT, "side": "SELL", "price": "66000.00", "quantity": "0.020", "reduceOnly": "true"},
    )  # fmt: skip
    venue.told()
    venue.ok("POST", ORDER, **{**MARKET, "side": "SELL"})
    trimmed = next(order for order in orders(venue) if order["x"] == "AMENDMENT")
    assert (trimmed["q"], trimmed["X"], trimmed["er"]) == ("0.010", "NEW", "0")
    venue.ok("POST", ORDER, **{**MARKET, "side": "SELL"})
    expired = next(order for order in orders(venue) if order["x"] == "EXPIRED")
    assert (expired["X"], expired["er"]) == ("EXPIRED", "4")


def test_an_order_that_is_good_till_a_date_expires_then(venue: Venue) -> None:
    till_ms = NOW_MS + 700_000
    venue.ok("POST", ORDER, **{**LIMIT, "timeInForce": "GTD", "goodTillDate": till_ms})
    (placed,) = orders(venue)
    assert (placed["f"], placed["gtd"]) == ("GTD", till_ms)
    venue.market.now_ms = till_ms
    venue.side.take(venue.exchange.tick(till_ms * 1_000_000))
    assert steps(venue) == [("EXPIRED", "EXPIRED", "0")]


def test_notionals_are_those_of_all_working_orders(venue: Venue) -> None:
    venue.ok("POST", ORDER, **LIMIT)
    venue.ok("POST", ORDER, **{**LIMIT, "newClientOrderId": "two"})
    venue.ok(
        "POST", ORDER, **{**LIMIT, "side": "SELL", "price": "66000.00", "newClientOrderId": "three"}
    )
    venue.ok("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="fsim-0001")
    told = [(order["b"], order["a"]) for order in orders(venue)]
    assert told == [
        ("640.00100", "0"), ("1280.00200", "0"), ("1280.00200", "660.00000"), ("640.00100", "660.00000"),
    ]  # fmt: skip


# ---------------------------------------------------------------------- conditional orders


def test_a_conditional_order_is_told_of_by_its_own_service_until_its_trigger(venue: Venue) -> None:
    placed = venue.ok("POST", ALGO, **STOP)
    (told,) = venue.told()
    assert told == {
        "e": "ALGO_UPDATE", "E": NOW_MS, "T": NOW_MS,
        "o": {
            "caid": "alg-0001", "aid": placed["algoId"], "at": "CONDITIONAL", "o": "STOP_MARKET",
            "s": "BTCUSDT", "S": "SELL", "ps": "BOTH", "f": "GTC", "q": "0.010", "X": "NEW", "ai": "",
            "tp": "64900.00", "p": "0.00", "V": "EXPIRE_MAKER", "wt": "CONTRACT_PRICE", "pm": "NONE",
            "cp": False, "pP": False, "R": False, "tt": 0, "gtd": 0, "rm": "", "ia": False,
        },
    }  # fmt: skip
    venue.ok("DELETE", ALGO, algoId=placed["algoId"])
    assert algos(venue.told()) == ["CANCELED"]


def test_a_triggered_order_is_told_of_by_both(venue: Venue) -> None:
    placed = venue.ok("POST", ALGO, **STOP)
    venue.told()
    venue.quote(Side.BUY, 6_480_000, 100)
    venue.trade_at(6_490_000)
    venue.quote(Side.BUY, 6_480_000, 100)
    told = venue.told()
    assert algos(told)[:4] == [
        "TRIGGERING",
        "TRIGGERED",
        "ORDER_TRADE_UPDATE",
        "ORDER_TRADE_UPDATE",
    ]
    new, triggered = told[2]["o"], told[1]["o"]
    assert (triggered["ai"], triggered["ap"], triggered["aq"], triggered["act"], triggered["tt"]) == (
        str(new["i"]), "0.00000", "0.00000", "MARKET", NOW_MS,
    )  # fmt: skip
    assert (told[0]["o"]["ai"], "act" in told[0]["o"]) == ("", False)
    assert (new["x"], new["o"], new["ot"], new["sp"]) == (
        "NEW",
        "MARKET",
        "STOP_MARKET",
        "64900.00",
    )
    assert algos(told)[-1] == "FINISHED"
    shown = venue.ok("GET", ALGO, algoId=placed["algoId"])
    assert (told[-1]["o"]["aid"], shown["algoStatus"]) == (placed["algoId"], "FINISHED")


def test_a_triggered_order_that_fills_tells_what_it_got(venue: Venue) -> None:
    venue.ok("POST", ALGO, **STOP)
    venue.told()
    venue.trade_at(6_500_010)  # takes the other quotes away
    venue.quote(Side.BUY, 6_490_000, 200)
    venue.do(
        SubmitOrder(account="house", symbol="BTCUSDT", side=Side.SELL, price=6_490_000, quantity=1)
    )
    told = venue.told()
    finished = [event for event in told if event["e"] == "ALGO_UPDATE"][-1]["o"]
    filled = [event for event in told if event["e"] == "ORDER_TRADE_UPDATE"][-1]["o"]
    assert (filled["X"], finished["X"]) == ("FILLED", "FINISHED")
    assert (finished["ap"], finished["aq"]) == (filled["ap"], "0.01000")


def test_an_order_that_is_refused_at_its_trigger_says_why(venue: Venue) -> None:
    venue.ok("POST", ALGO, **{**STOP, "reduceOnly": "true"})
    venue.told()
    venue.trade_at(6_490_000)
    triggering, rejected = venue.told()
    assert (triggering["o"]["X"], rejected["o"]["X"]) == ("TRIGGERING", "REJECTED")
    assert (rejected["o"]["rm"], rejected["o"]["ai"]) == ("ReduceOnly Order is rejected.", "")


def test_an_order_that_closes_nothing_expires_at_its_trigger(venue: Venue) -> None:
    stop = {name: value for name, value in STOP.items() if name != "quantity"}
    venue.ok("POST", ALGO, **stop, closePosition="true")
    (placed,) = venue.told()
    assert placed["o"]["cp"]
    venue.trade_at(6_490_000)
    assert algos(venue.told()) == ["EXPIRED"]


def test_a_trailing_order_is_new_twice_and_shows_its_rate(venue: Venue) -> None:
    venue.ok(
        "POST", ALGO, symbol="BTCUSDT", side="SELL", algoType="CONDITIONAL", type="TRAILING_STOP_MARKET",
        quantity="0.010", activatePrice="65100.00", callbackRate="1",
    )  # fmt: skip
    venue.trade_at(6_511_000)
    first, again = venue.told("ALGO_UPDATE")
    assert (first["o"]["X"], first["o"]["ia"]) == ("NEW", False)
    assert (again["o"]["X"], again["o"]["ia"], again["o"]["tp"]) == ("NEW", True, "64458.90")
    venue.trade_at(6_440_000)
    (order, *_) = orders(venue)
    assert (order["AP"], order["cr"], order["ot"]) == ("65100.00", "1", "TRAILING_STOP_MARKET")


def test_an_order_that_looks_at_the_mark_price_wakes_with_it(venue: Venue) -> None:
    venue.ok("POST", ALGO, **{**STOP, "workingType": "MARK_PRICE"})
    venue.told()
    venue.do(SetMark(symbol="BTCUSDT", mark=6_490_000))
    triggering, triggered, *_ = venue.told()
    assert [triggering["o"]["X"], triggered["o"]["X"]] == ["TRIGGERING", "TRIGGERED"]
    assert triggered["o"]["wt"] == "MARK_PRICE"


def test_makers_are_told_too(venue: Venue) -> None:
    venue.ok("POST", ORDER, **{**LIMIT, "price": "65000.00"})
    venue.told()
    venue.ok("POST", ORDER, **{**MARKET, "side": "SELL", "key": OTHER_KEY})
    lite, trade, account = venue.told()
    assert (lite["m"], trade["o"]["m"], account["e"]) == (True, True, "ACCOUNT_UPDATE")
