"""What a USD-M account is told of its wallets, positions and settings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, PRICE, Venue

from tickwright.venues.commands import AdjustMargin, Deposit, SetMark
from tickwright.venues.facts import raw_amount


MARKET: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}
ONE = "/fapi/v1"


@pytest.fixture
def venue(usdm: Venue) -> Venue:
    usdm.listen()
    return usdm


def updates(venue: Venue) -> list[dict[str, Any]]:
    return [event["a"] for event in venue.told("ACCOUNT_UPDATE")]


def test_a_trade_tells_wallet_and_position(venue: Venue) -> None:
    venue.ok("POST", f"{ONE}/order", **MARKET)
    (update,) = venue.told("ACCOUNT_UPDATE")
    assert update == {
        "e": "ACCOUNT_UPDATE", "E": NOW_MS, "T": NOW_MS,
        "a": {
            "m": "ORDER",
            "B": [{"a": "USDT", "wb": "99999.67499950", "cw": "99999.67499950", "bc": "0"}],
            "P": [
                {
                    "s": "BTCUSDT", "pa": "0.010", "ep": "65000.1", "bep": "65032.60005", "cr": "0",
                    "up": "-0.00100000", "mt": "cross", "iw": "0", "ps": "BOTH",
                },
            ],
        },
    }  # fmt: skip


def test_a_closed_position_is_told_with_what_it_brought(venue: Venue) -> None:
    venue.ok("POST", f"{ONE}/order", **MARKET)
    venue.ok("POST", f"{ONE}/order", **{**MARKET, "side": "SELL"})
    (row,) = updates(venue)[-1]["P"]
    assert (Decimal(row["pa"]), Decimal(row["ep"]), row["cr"]) == (0, 0, "-0.00200000")


def test_an_order_that_rests_changes_no_account(venue: Venue) -> None:
    venue.ok(
        "POST", f"{ONE}/order", symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", price="64000",
        quantity="0.010",
    )  # fmt: skip
    venue.ok("DELETE", f"{ONE}/allOpenOrders", symbol="BTCUSDT")
    assert updates(venue) == []


@pytest.mark.parametrize(("amount", "reason"), [("10", "DEPOSIT"), ("-10", "WITHDRAW")])
def test_transfers_are_told_with_their_amount(venue: Venue, amount: str, reason: str) -> None:
    venue.do(Deposit(account="me", asset="USDT", amount=raw_amount(amount)))
    balance = f"{100_000 + int(amount)}.00000000"
    assert updates(venue) == [
        {
            "m": reason,
            "B": [{"a": "USDT", "wb": balance, "cw": balance, "bc": f"{amount}.00000000"}],
            "P": [],
        }
    ]


def pay(venue: Venue) -> None:
    due_ms = NOW_MS + 1000
    venue.do(
        SetMark(symbol="BTCUSDT", mark=PRICE, funding_rate=10_000, funding_ns=due_ms * 1_000_000)
    )
    venue.market.now_ms = due_ms
    venue.side.take(venue.exchange.tick(due_ms * 1_000_000))


def test_a_funding_is_told_with_its_contract_and_without_the_position(venue: Venue) -> None:
    venue.ok("POST", f"{ONE}/order", **MARKET)
    venue.told()
    pay(venue)
    (update,) = venue.told()
    wallet = update["a"]["B"][0]
    assert (update["T"], update["a"]["m"], update["a"]["P"], update["a"]["S"]) == (
        NOW_MS + 1000, "FUNDING_FEE", [], "BTCUSDT",
    )  # fmt: skip
    assert Decimal(wallet["bc"]) < 0
    assert Decimal(wallet["wb"]) == Decimal("99999.67499950") + Decimal(wallet["bc"])
    (balance,) = [row for row in venue.ok("GET", "/fapi/v3/balance") if row["asset"] == "USDT"]
    assert balance["balance"] == wallet["wb"]


def test_an_isolated_position_is_told_with_its_funding(venue: Venue) -> None:
    venue.ok("POST", f"{ONE}/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    (changed,) = updates(venue)
    assert (changed["m"], changed["B"]) == ("MARGIN_TYPE_CHANGE", [])
    venue.ok("POST", f"{ONE}/order", **MARKET)
    venue.told()
    pay(venue)
    (paid,) = updates(venue)
    assert [(row["s"], row["mt"]) for row in paid["P"]] == [("BTCUSDT", "isolated")]


def test_settings_are_told(venue: Venue) -> None:
    venue.ok("POST", f"{ONE}/leverage", symbol="BTCUSDT", leverage=25)
    venue.ok("POST", f"{ONE}/multiAssetsMargin", multiAssetsMargin="true")
    head = {"e": "ACCOUNT_CONFIG_UPDATE", "E": NOW_MS, "T": NOW_MS}
    assert venue.told() == [
        {**head, "ac": {"s": "BTCUSDT", "l": 25}},
        {**head, "ai": {"j": True}},
    ]


def test_a_setting_that_is_refused_is_not_told_of(venue: Venue) -> None:
    venue.refused("POST", f"{ONE}/leverage", symbol="BTCUSDT", leverage=1000)
    venue.refused("POST", f"{ONE}/multiAssetsMargin", multiAssetsMargin="false")
    assert venue.told() == []


# ---------------------------------------------------------------------- danger, and the end


@pytest.fixture
def indebted(venue: Venue) -> Venue:
    """Somebody with 0.9 BTC, bought at 65000, little more than the margin for them, and an order."""
    venue.ok("POST", f"{ONE}/order", **{**MARKET, "quantity": "0.900"})
    venue.ok(
        "POST", f"{ONE}/order", symbol="BTCUSDT", side="SELL", type="LIMIT", timeInForce="GTC",
        quantity="0.010", price="66000",
    )  # fmt: skip
    venue.do(Deposit(account="me", asset="USDT", amount=-raw_amount("96900")))
    venue.told()
    return venue


def fall(venue: Venue, percent: str) -> list[Any]:
    """Let the mark price be so much of what it was, and return what is told of it."""
    venue.do(SetMark(symbol="BTCUSDT", mark=int(PRICE * Decimal(percent) / 100) // 10 * 10))
    told: list[Any] = venue.told()
    return told


def test_an_account_in_danger_is_called_once(indebted: Venue) -> None:
    assert fall(indebted, "99") == []
    (call,) = fall(indebted, "95.2")
    (row,) = call["p"]
    assert {name: row[name] for name in ("s", "ps", "pa", "mt", "iw", "mp")} == {
        "s": "BTCUSDT", "ps": "BOTH", "pa": "0.900", "mt": "CROSSED", "iw": "0",
        "mp": "61880.00000000",
    }  # fmt: skip
    margin = Decimal(call["cw"]) + Decimal(row["up"])
    assert margin * Decimal("0.8") <= Decimal(row["mm"]) < margin
    assert fall(indebted, "95.19") == []


def test_a_liquidation_is_told_as_an_order_of_the_venues(indebted: Venue) -> None:
    told = fall(indebted, "94")
    orders = [event["o"] for event in told if event["e"] == "ORDER_TRADE_UPDATE"]
    expired, forced, *trades = orders
    assert (expired["x"], expired["X"], expired["er"]) == ("EXPIRED", "EXPIRED", "5")
    assert (forced["x"], forced["X"], forced["o"], forced["f"], forced["S"]) == (
        "CALCULATED", "NEW", "LIMIT", "IOC", "SELL",
    )  # fmt: skip
    assert forced["c"].startswith("autoclose-")
    assert {trade["x"] for trade in trades} == {"TRADE"}
    assert (trades[-1]["X"], trades[-1]["z"]) == ("FILLED", "0.900")
    closed = [event["a"] for event in told if event["e"] == "ACCOUNT_UPDATE"]
    assert [update["m"] for update in closed] == ["ORDER"]
    assert Decimal(closed[0]["P"][0]["pa"]) == 0


def test_what_a_liquidation_leaves_owing_is_cleared_by_the_insurance(indebted: Venue) -> None:
    indebted.trade_at(4_000_000)  # takes the quotes away, too
    indebted.told()
    closed = [event["a"] for event in fall(indebted, "70") if event["e"] == "ACCOUNT_UPDATE"]
    assert [update["m"] for update in closed] == ["ORDER", "INSURANCE_CLEAR"]
    assert Decimal(closed[1]["B"][0]["wb"]) == 0
    assert Decimal(closed[1]["B"][0]["bc"]) == -Decimal(closed[0]["B"][0]["wb"])


def test_margin_that_is_set_apart_is_told(venue: Venue) -> None:
    venue.ok("POST", f"{ONE}/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    venue.ok("POST", f"{ONE}/order", **MARKET)
    venue.told()
    venue.do(AdjustMargin(account="me", symbol="BTCUSDT", amount=raw_amount("5")))
    (update,) = updates(venue)
    (wallet,), (position,) = update["B"], update["P"]
    assert (update["m"], position["mt"]) == ("MARGIN_TRANSFER", "isolated")
    assert Decimal(wallet["wb"]) - Decimal(wallet["cw"]) == Decimal(position["iw"]) > 5
