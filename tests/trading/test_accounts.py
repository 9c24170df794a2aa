"""Balances and positions as last told."""

from __future__ import annotations

from decimal import Decimal

from tickwright.model.account import Balance, Position
from tickwright.trading.accounts import Accounts
from tickwright.venues.trading import AccountNews


D = Decimal
SPOT, USDM, PERP = "binance.spot", "binance.usdm", "binance:BTC/USDT:USDT"


def balance(asset: str, free: str, locked: str = "0", product: str = SPOT) -> Balance:
    return Balance(venue=product, asset=asset, free=D(free), locked=D(locked))


def test_what_was_asked_for_replaces_all_that_was_known_of_the_product_alone() -> None:
    accounts = Accounts()
    accounts.begin(SPOT, [balance("BTC", "1"), balance("USDT", "5")], [])
    accounts.begin(USDM, [balance("USDT", "7", product=USDM)], [])
    accounts.begin(SPOT, [balance("USDT", "6")], [])
    assert [each.asset for each in accounts.balances(SPOT)] == ["USDT"]
    assert accounts.balance(SPOT, "BTC").total == 0
    assert accounts.balance(USDM, "USDT").free == 7
    assert len(accounts.balances()) == 2


def test_a_told_balance_is_the_present_one() -> None:
    accounts = Accounts()
    accounts.apply(SPOT, AccountNews(balances=(balance("BTC", "1", "0.5"),)))
    accounts.apply(SPOT, AccountNews(balances=(balance("BTC", "0.5", "0"),)))
    assert accounts.balance(SPOT, "BTC") == balance("BTC", "0.5")


def test_a_wallet_that_is_told_without_what_is_free_keeps_what_was_locked() -> None:
    accounts = Accounts()
    accounts.begin(USDM, [balance("USDT", "90", "10", USDM)], [])
    accounts.apply(USDM, AccountNews(wallets=(("USDT", D(80)),)))
    assert accounts.balance(USDM, "USDT") == balance("USDT", "70", "10", USDM)
    accounts.apply(USDM, AccountNews(wallets=(("USDT", D(4)),)))
    assert accounts.balance(USDM, "USDT") == balance("USDT", "0", "4", USDM)


def test_a_position_of_nothing_has_ended() -> None:
    accounts = Accounts()
    accounts.apply(USDM, AccountNews(positions=(Position(instrument=PERP, quantity=D(-1)),)))
    assert accounts.position(PERP).quantity == -1
    assert [each.instrument for each in accounts.positions(USDM)] == [PERP]
    accounts.apply(USDM, AccountNews(positions=(Position(instrument=PERP, quantity=D(0)),)))
    assert accounts.position(PERP).quantity == 0
    assert accounts.positions() == []
