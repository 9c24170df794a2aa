from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.venues.bybit.dialect.private.kit import Venue


def wallet(venue: Venue, **fields: str) -> Any:
    (found,) = venue.get("/v5/account/wallet-balance", accountType="UNIFIED", **fields)["list"]
    return found


def coin(venue: Venue, name: str) -> dict[str, str]:
    (row,) = wallet(venue, coin=name)["coin"]
    found: dict[str, str] = row
    return found


def test_spot_and_contracts_share_one_wallet(venue: Venue) -> None:
    before = Decimal(coin(venue, "USDT")["walletBalance"])
    venue.placed("spot", orderType="Market", qty="1000")
    venue.placed(orderType="Market", qty="1")
    row = coin(venue, "USDT")
    spent = before - Decimal(row["walletBalance"])
    fee = Decimal(65001) * Decimal("0.00055")
    assert 999 < spent - fee <= 1000
    assert Decimal(row["totalPositionIM"]) > 6000
    assert Decimal(coin(venue, "BTC")["walletBalance"]) > 10


def test_open_spot_orders_lock_and_contracts_orders_need_margin(venue: Venue) -> None:
    venue.placed("spot", qty="0.1")
    venue.placed(qty="0.1")
    row = coin(venue, "USDT")
    assert (row["locked"], row["totalOrderIM"]) == ("6400", "640")
    total = wallet(venue)
    assert Decimal(total["totalAvailableBalance"]) == Decimal(total["totalEquity"]) - 7040


def test_coins_of_which_there_are_none_are_shown_only_when_named(venue: Venue) -> None:
    assert {row["coin"] for row in wallet(venue)["coin"]} == {"USDT", "BTC"}
    assert coin(venue, "ETH")["walletBalance"] == "0"


def test_coins_are_worth_what_they_are_traded_for(venue: Venue) -> None:
    assert coin(venue, "BTC")["usdValue"] == "650000"
    assert coin(venue, "USDT")["usdValue"] == "100000"
    assert wallet(venue)["totalEquity"] == "750000"


def test_a_position_has_an_entry_and_a_flat_one_a_row_too(venue: Venue) -> None:
    asked = {"category": "linear", "symbol": "BTCUSDT"}
    (flat,) = venue.get("/v5/position/list", **asked)["list"]
    assert (flat["side"], flat["size"], flat["avgPrice"], flat["seq"]) == ("", "0.000", "0", -1)
    venue.placed(orderType="Market", side="Sell", qty="2")
    (short,) = venue.get("/v5/position/list", **asked)["list"]
    assert (short["side"], short["size"], short["avgPrice"]) == ("Sell", "2.000", "64998.5")
    assert short["positionValue"] == "129997"
    assert Decimal(short["positionIM"]) == Decimal(13_000)
    assert short["unrealisedPnl"] == "-3"
