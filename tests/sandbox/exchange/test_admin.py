from __future__ import annotations

import pytest
from tests.sandbox.exchange.conftest import FUNDS, Desk

from tickwright.venues.commands import (
    Command,
    Deposit,
    OpenAccount,
    SetLeverage,
    SetMark,
    SetReference,
    SetStatus,
)
from tickwright.venues.reports import AccountChange, AccountChanged, Rule


S = "BTCUSDT"


def test_a_transfer_is_told_with_its_change(desk: Desk) -> None:
    (event,) = desk(Deposit(account="me", asset="USDT", amount=-5))
    assert isinstance(event, AccountChanged)
    assert (event.cause, event.change) == (AccountChange.TRANSFER, -5)
    assert event.balances[0].free == FUNDS - 5


def test_only_what_is_free_can_be_withdrawn(desk: Desk, futures: Desk) -> None:
    desk.buy("me", 1, 100)
    desk(Deposit(account="me", asset="USDT", amount=-FUNDS))
    assert desk.refusal is Rule.BALANCE
    futures.buy("me", 1, 100)
    futures(Deposit(account="me", asset="USDT", amount=-FUNDS))
    assert futures.refusal is Rule.BALANCE


@pytest.mark.parametrize(
    ("command", "broken"),
    [
        (Deposit(account="nobody", asset="USDT", amount=1), Rule.UNKNOWN_ACCOUNT),
        (OpenAccount(account="me", is_house=True), Rule.COMBINATION),
        (SetLeverage(account="me", symbol=S, leverage=126), Rule.LEVERAGE),
        (SetLeverage(account="me", symbol=S, leverage=0), Rule.LEVERAGE),
        (SetLeverage(account="nobody", symbol=S, leverage=1), Rule.UNKNOWN_ACCOUNT),
        (SetLeverage(account="me", symbol=S, leverage=125), None),
        (SetMark(symbol="XYZ", mark=1), Rule.UNKNOWN_SYMBOL),
        (SetMark(symbol=S, mark=0), Rule.PRICE_NOT_POSITIVE),
        (SetReference(symbol="XYZ", price=1), Rule.UNKNOWN_SYMBOL),
        (SetReference(symbol=S, price=-1), Rule.PRICE_NOT_POSITIVE),
        (SetStatus(symbol="XYZ", is_trading=True), Rule.UNKNOWN_SYMBOL),
    ],
)
def test_what_makes_no_sense_is_refused(
    futures: Desk, command: Command, broken: Rule | None
) -> None:
    futures(command)
    assert futures.refusal is broken


def test_leverage_cannot_fall_below_what_positions_need(futures: Desk) -> None:
    futures.sell("house", 10**8, 100)
    futures.buy("me", 10**8, 100)
    futures(SetLeverage(account="me", symbol=S, leverage=1))
    assert futures.refusal is None
    futures(Deposit(account="me", asset="USDT", amount=-futures.exchange.available("me", "USDT")))
    futures(SetLeverage(account="me", symbol=S, leverage=2))
    futures(Deposit(account="me", asset="USDT", amount=-futures.exchange.available("me", "USDT")))
    futures(SetLeverage(account="me", symbol=S, leverage=1))
    assert futures.refusal is Rule.MARGIN
    assert futures.exchange.leverage("me", S) == 2


def test_a_closed_market_takes_cancels_only(desk: Desk) -> None:
    order_id = desk.buy("me", 1, 100)
    desk(SetStatus(symbol=S, is_trading=False))
    desk.buy("me", 1, 100)
    assert desk.refusal is Rule.NOT_TRADING
    desk.cancel("me", order_id)
    assert desk.refusal is None
