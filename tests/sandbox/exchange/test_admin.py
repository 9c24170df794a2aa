from __future__ import annotations

import pytest
from tests.sandbox.exchange.conftest import FUNDS, Desk

from tickwright.venues.commands import (
    AdjustMargin,
    Command,
    Deposit,
    OpenAccount,
    SetLeverage,
    SetMarginMode,
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


def test_the_margin_mode_changes_only_while_nothing_depends_on_it(futures: Desk) -> None:
    mode = SetMarginMode(account="me", symbol=S, is_isolated=True)
    resting = futures.buy("me", 1, 100)
    futures(mode)
    assert futures.refusal is Rule.MARGIN_MODE
    futures.cancel("me", resting)
    futures(mode)
    assert futures.refusal is None
    futures.sell("house", 1, 100)
    futures.buy("me", 1, 100)
    futures(SetMarginMode(account="me", symbol=S, is_isolated=False))
    assert futures.refusal is Rule.MARGIN_MODE
    futures(SetLeverage(account="me", symbol=S, leverage=1))
    assert futures.refusal is Rule.MARGIN_MODE


@pytest.mark.parametrize(
    ("is_isolated", "amount", "broken"),
    [
        (False, 1, Rule.MARGIN_MODE),
        (True, 1, Rule.NO_POSITION),
        (True, -1, Rule.NO_POSITION),
    ],
)
def test_margin_is_set_apart_for_isolated_positions_only(
    futures: Desk, is_isolated: bool, amount: int, broken: Rule
) -> None:
    futures(SetMarginMode(account="me", symbol=S, is_isolated=is_isolated))
    futures(AdjustMargin(account="me", symbol=S, amount=amount))
    assert futures.refusal is broken


def test_no_more_margin_is_set_apart_than_there_is(futures: Desk) -> None:
    futures(SetMarginMode(account="me", symbol=S, is_isolated=True))
    futures.sell("house", 1000, 100)
    futures.buy("me", 1000, 100)
    futures(AdjustMargin(account="me", symbol=S, amount=FUNDS))
    assert futures.refusal is Rule.MARGIN
    futures(AdjustMargin(account="nobody", symbol=S, amount=1))
    assert futures.refusal is Rule.UNKNOWN_ACCOUNT
