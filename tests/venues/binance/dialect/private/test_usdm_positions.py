"""Wallets and positions, to the last digit."""

from __future__ import annotations

from decimal import Decimal

from tests.venues.binance.dialect.private.kit import NOW_MS, Venue

from tickwright.venues.commands import SetMark


MARKET = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}


def test_a_position_is_shown_as_documented(usdm: Venue) -> None:
    usdm.ok("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=10)
    usdm.ok("POST", "/fapi/v1/order", **MARKET)
    (row,) = usdm.ok("GET", "/fapi/v3/positionRisk")
    assert row == {
        "symbol": "BTCUSDT", "positionSide": "BOTH", "positionAmt": "0.010",
        "entryPrice": "65000.1", "breakEvenPrice": "65032.60005", "markPrice": "65000.00000000",
        "unRealizedProfit": "-0.00100000", "liquidationPrice": "0", "isolatedMargin": "0",
        "notional": "650.00000000", "marginAsset": "USDT", "isolatedWallet": "0",
        "updateTime": NOW_MS, "initialMargin": "65.00000000", "maintMargin": "2.60000000",
        "positionInitialMargin": "65.00000000", "openOrderInitialMargin": "0.00000000", "adl": 1,
        "bidNotional": "0.00000000", "askNotional": "0.00000000",
    }  # fmt: skip
    (older,) = usdm.ok("GET", "/fapi/v2/positionRisk", symbol="BTCUSDT")
    assert (older["leverage"], older["marginType"], older["isAutoAddMargin"]) == (
        "10",
        "cross",
        "false",
    )
    assert usdm.refused("GET", "/fapi/v3/positionRisk", symbol="NOPE")[0] == -1121


def test_a_short_position_has_a_sign(usdm: Venue) -> None:
    usdm.ok("POST", "/fapi/v1/order", **{**MARKET, "side": "SELL"})
    usdm.do(SetMark(symbol="BTCUSDT", mark=6_400_000))
    (row,) = usdm.ok("GET", "/fapi/v3/positionRisk")
    assert (row["positionAmt"], row["notional"]) == ("-0.010", "-640.00000000")
    assert row["unRealizedProfit"] == "9.99900000"
    assert Decimal(row["breakEvenPrice"]) < Decimal(row["entryPrice"])


def test_the_account_adds_up(usdm: Venue) -> None:
    usdm.ok("POST", "/fapi/v1/order", **MARKET)
    usdm.do(SetMark(symbol="BTCUSDT", mark=6_600_000))
    body = usdm.ok("GET", "/fapi/v3/account")
    number = {name: Decimal(value) for name, value in body.items() if isinstance(value, str)}
    fee = Decimal("650.001") * Decimal("0.0005")
    assert number["totalWalletBalance"] == 100_000 - fee.quantize(Decimal("1E-8"))
    assert number["totalUnrealizedProfit"] == Decimal("9.999")
    assert number["totalMarginBalance"] == number["totalWalletBalance"] + Decimal("9.999")
    assert number["availableBalance"] == number["totalMarginBalance"] - number["totalInitialMargin"]
    assert body["positions"][0]["positionAmt"] == "0.010"
    wallet = body["assets"][0]
    assert (wallet["asset"], wallet["walletBalance"]) == ("USDT", body["totalWalletBalance"])


def test_the_newer_forms_leave_out_what_was_never_touched(usdm: Venue) -> None:
    assert usdm.ok("GET", "/fapi/v3/account")["positions"] == []
    assert usdm.ok("GET", "/fapi/v3/positionRisk") == []
    (position,) = usdm.ok("GET", "/fapi/v2/account")["positions"]
    assert (position["positionAmt"], position["leverage"], position["isolated"]) == (
        "0.000",
        "20",
        False,
    )
    (risk,) = usdm.ok("GET", "/fapi/v2/positionRisk")
    assert (risk["entryPrice"], risk["positionAmt"]) == ("0.0", "0.000")


def test_balances_are_the_wallets(usdm: Venue) -> None:
    rows = usdm.ok("GET", "/fapi/v2/balance")
    assert {row["asset"]: row["balance"] for row in rows} == {
        "USDT": "100000.00000000",
        "BTC": "100000.00000000",
    }
    assert rows[0]["availableBalance"] == "100000.00000000"
