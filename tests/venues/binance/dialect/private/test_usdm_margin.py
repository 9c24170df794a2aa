"""Leverage, margin types, margin that is set apart, and what happens when there is too little of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, OTHER_KEY, PRICE, Venue

from tickwright.venues.commands import Deposit, SetMark
from tickwright.venues.facts import raw_amount


LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
         "quantity": "0.010", "price": "64000.00"}  # fmt: skip
MARKET = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}
ISOLATED = {"symbol": "BTCUSDT", "marginType": "ISOLATED"}


def test_leverage_is_set_within_its_range(usdm: Venue) -> None:
    path = "/fapi/v1/leverage"
    done = usdm.ok("POST", path, symbol="BTCUSDT", leverage=10)
    assert done == {"leverage": 10, "maxNotionalValue": "230000000", "symbol": "BTCUSDT"}
    (row,) = usdm.ok("GET", "/fapi/v1/symbolConfig", symbol="BTCUSDT")
    assert row == {
        "symbol": "BTCUSDT", "marginType": "CROSSED", "isAutoAddMargin": False, "leverage": 10,
        "maxNotionalValue": "230000000",
    }  # fmt: skip
    assert usdm.ok("GET", "/fapi/v1/symbolConfig", key=OTHER_KEY)[0]["leverage"] == 20
    assert usdm.refused("POST", path, symbol="BTCUSDT", leverage=126) == (
        -4028,
        "Leverage 126 is not valid",
    )
    assert usdm.refused("POST", path, symbol="BTCUSDT")[0] == -1102


def test_margin_types_change_only_while_nothing_is_open(usdm: Venue) -> None:
    path = "/fapi/v1/marginType"
    isolated, crossed = (
        {"symbol": "BTCUSDT", "marginType": one} for one in ("ISOLATED", "CROSSED")
    )
    assert usdm.refused("POST", path, **crossed) == (-4046, "No need to change margin type.")
    assert usdm.ok("POST", path, **isolated) == {"code": 200, "msg": "success"}
    assert usdm.ok("GET", "/fapi/v2/positionRisk")[0]["marginType"] == "isolated"
    assert usdm.ok("GET", "/fapi/v1/symbolConfig")[0]["marginType"] == "ISOLATED"
    order = usdm.ok("POST", "/fapi/v1/order", **LIMIT)
    assert usdm.refused("POST", path, **crossed)[0] == -4047
    usdm.ok("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    usdm.ok("POST", "/fapi/v1/order", **MARKET)
    assert usdm.refused("POST", path, **crossed)[0] == -4048
    assert usdm.refused("POST", path, symbol="BTCUSDT", marginType="HALF")[0] == -1130


def test_brackets_come_alone_or_in_a_list(usdm: Venue) -> None:
    one = usdm.ok("GET", "/fapi/v1/leverageBracket", symbol="BTCUSDT")
    first, second = one["brackets"][:2]
    assert first == {
        "bracket": 1, "initialLeverage": 125, "notionalCap": 300_000, "notionalFloor": 0,
        "maintMarginRatio": 0.004, "cum": 0.0,
    }  # fmt: skip
    assert (second["notionalFloor"], second["cum"]) == (300_000, 300.0)
    assert one["brackets"][-1]["notionalCap"] == 230_000_000
    assert usdm.ok("GET", "/fapi/v1/leverageBracket") == [one]


# ---------------------------------------------------------------------- isolated positions


def isolated(venue: Venue) -> None:
    venue.ok("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=10)
    venue.ok("POST", "/fapi/v1/marginType", **ISOLATED)
    venue.ok("POST", "/fapi/v1/order", **MARKET)


def test_an_isolated_position_has_a_wallet_of_its_own(usdm: Venue) -> None:
    isolated(usdm)
    (row,) = usdm.ok("GET", "/fapi/v3/positionRisk")
    assert row["isolatedWallet"] == "65.00010000"
    assert row["isolatedMargin"] == "64.99910000"
    assert Decimal(58500) < Decimal(row["liquidationPrice"]) < Decimal(59000)
    account = usdm.ok("GET", "/fapi/v3/account")
    wallet, cross = (Decimal(account[f"total{one}Balance"]) for one in ("Wallet", "CrossWallet"))
    assert wallet - cross == Decimal("65.0001")
    assert account["totalCrossUnPnl"] == "0.00000000"
    assert usdm.ok("GET", "/fapi/v2/account")["positions"][0]["isolated"] is True


def test_margin_is_added_and_taken_and_remembered(usdm: Venue) -> None:
    isolated(usdm)
    path = "/fapi/v1/positionMargin"
    done = usdm.ok("POST", path, symbol="BTCUSDT", amount="10.5", type=1)
    assert done == {
        "amount": 10.5, "code": 200, "msg": "Successfully modify position margin.", "type": 1,
    }  # fmt: skip
    usdm.ok("POST", path, symbol="BTCUSDT", amount="10", type=2)
    assert usdm.ok("GET", "/fapi/v3/positionRisk")[0]["isolatedWallet"] == "65.50010000"
    rows = usdm.ok("GET", f"{path}/history", symbol="BTCUSDT")
    assert rows[0] == {
        "symbol": "BTCUSDT", "type": 1, "deltaType": "USER_ADJUST", "amount": "10.50000000",
        "asset": "USDT", "time": NOW_MS, "positionSide": "BOTH",
    }  # fmt: skip
    assert [row["type"] for row in rows] == [1, 2]
    assert len(usdm.ok("GET", f"{path}/history", symbol="BTCUSDT", type=2)) == 1
    assert usdm.ok("GET", f"{path}/history", key=OTHER_KEY, symbol="BTCUSDT") == []


@pytest.mark.parametrize(
    ("amount", "kind", "code"),
    [
        ("0", 1, -4055),
        ("1000000", 1, -4050),
        ("60", 2, -4051),
        ("1", 3, -1130),
        ("0.00000000000000001", 1, -1130),
    ],
)
def test_amounts_that_cannot_be_are_refused(usdm: Venue, amount: str, kind: int, code: int) -> None:
    isolated(usdm)
    path = "/fapi/v1/positionMargin"
    assert usdm.refused("POST", path, symbol="BTCUSDT", amount=amount, type=kind)[0] == code


def test_only_isolated_positions_have_margin_to_change(usdm: Venue) -> None:
    path, asked = "/fapi/v1/positionMargin", {"symbol": "BTCUSDT", "amount": "1", "type": 1}
    assert usdm.refused("POST", path, **asked)[0] == -4049
    usdm.ok("POST", "/fapi/v1/marginType", **ISOLATED)
    assert usdm.refused("POST", path, **asked)[0] == -4054
    assert usdm.refused("POST", path, symbol="BTCUSDT", type=1)[0] == -1102


def test_leverage_of_an_isolated_position_is_not_lowered(usdm: Venue) -> None:
    isolated(usdm)
    refused = usdm.refused("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=5)
    assert refused[0] == -4161


# ---------------------------------------------------------------------- too little of it


def test_a_position_too_large_for_the_leverage_is_refused(usdm: Venue) -> None:
    usdm.do(Deposit(account="me", asset="USDT", amount=raw_amount("9000000")))
    usdm.ok("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=125)
    large = {**LIMIT, "quantity": "5"}
    assert usdm.refused("POST", "/fapi/v1/order", **large)[0] == -2027
    usdm.ok("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=100)
    usdm.ok("POST", "/fapi/v1/order", **large)


def test_a_liquidated_position_leaves_a_forced_order(usdm: Venue) -> None:
    isolated(usdm)
    usdm.do(SetMark(symbol="BTCUSDT", mark=PRICE * 9 // 10))
    (row,) = usdm.ok("GET", "/fapi/v1/forceOrders")
    assert row["clientOrderId"].startswith("autoclose-")
    assert (row["status"], row["type"], row["timeInForce"]) == ("FILLED", "LIMIT", "IOC")
    assert (row["side"], row["origQty"], row["executedQty"]) == ("SELL", "0.010", "0.010")
    assert usdm.ok("GET", "/fapi/v1/forceOrders", autoCloseType="ADL") == []
    assert usdm.ok("GET", "/fapi/v3/positionRisk") == []
    assert usdm.refused("GET", "/fapi/v1/forceOrders", autoCloseType="X")[0] == -1130
