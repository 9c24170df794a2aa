"""What a USD-M account is told of its wallets, positions and settings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, PRICE, Venue

from tickwright.venues.commands import Deposit, SetMark
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
