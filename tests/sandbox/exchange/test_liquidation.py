from __future__ import annotations

from typing import Any, TypeVar

import pytest
from tests.sandbox.exchange.conftest import Desk
from tests.sandbox.exchange.test_margin import UNIT, S, desk_with, seat_of

from tickwright.sandbox.exchange.liquidation import FUND
from tickwright.venues.commands import (
    AdjustMargin,
    Deposit,
    SetLeverage,
    SetMarginMode,
    SetMark,
    Trigger,
    TriggerKind,
)
from tickwright.venues.reports import (
    AccountChange,
    AccountChanged,
    EndReason,
    Execution,
    MarginCalled,
    OrderStatus,
    PositionLiquidated,
    TradePrinted,
)


Told = TypeVar("Told")


def told(desk: Desk, kind: type[Told]) -> list[Told]:
    return [event for event in desk.events if isinstance(event, kind)]


def mark(desk: Desk, price: int) -> None:
    desk(SetMark(symbol=S, mark=price))


def opened(wallet: int = 20_000, *, is_long: bool = True, **more: Any) -> Desk:
    """Return a desk where ``me`` holds a hundred at 1,000: a long one is lost at 808, a short one at 1,188."""
    desk = desk_with(wallet, forced_name="autoclose-", **more)
    mark(desk, 1000)
    (desk.sell if is_long else desk.buy)("house", 100, 1000)
    (desk.buy if is_long else desk.sell)("me", 100, 1000)
    return desk


def wallet_of(desk: Desk) -> int:
    return desk.balance("me", "USDT")[0] // UNIT


def test_margin_is_called_once_until_it_is_enough_again() -> None:
    desk = opened()
    mark(desk, 815)
    assert not told(desk, MarginCalled)
    mark(desk, 810)
    (call,) = told(desk, MarginCalled)
    assert (call.account, call.asset, call.balance) == ("me", "USDT", 20_000 * UNIT)
    assert call.maintenance == 810 * UNIT
    assert [one.quantity for one in call.positions] == [100]
    mark(desk, 809)
    assert not told(desk, MarginCalled)
    mark(desk, 900)
    mark(desk, 810)
    assert told(desk, MarginCalled)


@pytest.mark.parametrize(("is_long", "lost"), [(True, 807), (False, 1189)])
def test_a_lost_position_is_closed_in_the_book_at_what_is_there(is_long: bool, lost: int) -> None:
    desk = opened(is_long=is_long)
    (desk.buy if is_long else desk.sell)("house", 100, lost)
    mark(desk, lost)
    (end,) = told(desk, PositionLiquidated)
    order = end.order
    assert (order.status, order.filled, end.taken_over) == (OrderStatus.FILLED, 100, 0)
    assert order.client_id.startswith("autoclose-")
    assert order.request.is_forced
    assert order.price == (800 if is_long else 1200), "where nothing would be left"
    assert desk.trades == [(lost, 100)]
    assert [one.execution for one in desk.reports] == [Execution.FORCED, Execution.TRADED]
    assert desk.position().quantity == 0
    assert wallet_of(desk) == 20_000 - 100 * abs(1000 - lost)


def test_the_fund_takes_over_what_the_book_does_not_and_nobody_sees_it() -> None:
    desk = opened()
    desk.buy("house", 30, 805)
    desk.buy("house", 30, 799)
    mark(desk, 700)
    (end,) = told(desk, PositionLiquidated)
    assert (end.order.status, end.order.filled, end.taken_over) == (OrderStatus.FILLED, 100, 70)
    assert [(one.price, one.quantity) for one in told(desk, TradePrinted)] == [(805, 30)]
    now = desk.exchange.market_now(S)
    assert (now.last_price, now.last_trade_id) == (805, 2), "the public's ids have no hole"
    assert desk.exchange.fills("me")[-1].trade_id > 10**15
    assert seat_of(desk, FUND).position == 70
    assert wallet_of(desk) == 150
    assert desk.bids == [(799, 30)]


def test_the_fund_pays_what_fees_leave_owing_and_says_so() -> None:
    desk = opened(taker_fee=10**5)
    mark(desk, 700)
    changes = [one for one in told(desk, AccountChanged) if one.account == "me"]
    assert [one.cause for one in changes] == [AccountChange.TRADES, AccountChange.INSURANCE]
    # Of 100,000 bought and 80,100 sold a thousandth each; the price left room for the first fee only.
    assert changes[1].change == 80_100 * UNIT // 1000
    assert wallet_of(desk) == 0
    assert desk.exchange.collected["USDT"] == 100_000 * UNIT // 1000


def test_open_orders_expire_before_the_position_is_closed() -> None:
    desk = opened()
    resting = desk.buy("me", 1, 500)
    dormant = desk.sell("me", 1, 0, trigger=Trigger(TriggerKind.STOP, 400))
    mark(desk, 807)
    ends = {one.order.id: one for one in desk.reports if one.reason is EndReason.LIQUIDATION}
    assert set(ends) == {resting, dormant}
    assert all(one.order.status is OrderStatus.EXPIRED for one in ends.values())
    assert desk.exchange.open_orders("me") == []


def test_an_isolated_position_is_lost_alone() -> None:
    desk = desk_with(50_000)
    mark(desk, 1000)
    desk(SetMarginMode(account="me", symbol=S, is_isolated=True))
    desk(SetLeverage(account="me", symbol=S, leverage=10))
    desk.sell("house", 100, 1000)
    desk.buy("me", 100, 1000)
    assert (desk.position().isolated, desk.position().is_isolated) == (10_000 * UNIT, True)
    assert desk.position().liquidation_price == 909
    mark(desk, 908)
    (end,) = told(desk, PositionLiquidated)
    assert end.order.price == 900
    assert wallet_of(desk) == 40_000
    assert desk.position().isolated == 0


def test_more_margin_saves_an_isolated_position_and_less_is_bounded() -> None:
    desk = desk_with(50_000)
    mark(desk, 1000)
    desk(SetMarginMode(account="me", symbol=S, is_isolated=True))
    desk(SetLeverage(account="me", symbol=S, leverage=10))
    desk.sell("house", 100, 1000)
    desk.buy("me", 100, 1000)
    desk(AdjustMargin(account="me", symbol=S, amount=5000 * UNIT))
    (change,) = told(desk, AccountChanged)
    assert (change.cause, change.positions[0].isolated) == (AccountChange.MARGIN, 15_000 * UNIT)
    mark(desk, 908)
    assert not told(desk, PositionLiquidated)
    desk(AdjustMargin(account="me", symbol=S, amount=-5000 * UNIT))
    assert desk.refusal is not None
    mark(desk, 1000)
    desk(AdjustMargin(account="me", symbol=S, amount=-5000 * UNIT))
    assert desk.refusal is None


def test_a_funding_or_a_withdrawal_can_be_the_last_straw() -> None:
    desk = opened()
    mark(desk, 809)
    desk.now_ns = 10
    desk(SetMark(symbol=S, mark=809, funding_rate=10**6, funding_ns=20))
    desk.now_ns = 30
    desk.cancel("me", 1)
    assert told(desk, PositionLiquidated)


def test_houses_and_healthy_accounts_are_left_alone() -> None:
    desk = opened(200_000)
    desk(Deposit(account="house", asset="USDT", amount=1))
    mark(desk, 1)
    assert not told(desk, PositionLiquidated)
    mark(desk, 100_000)
    assert not told(desk, PositionLiquidated)


def test_one_liquidation_may_bring_about_the_next() -> None:
    desk = desk_with(20_000)
    desk(
        Deposit(account="you", asset="USDT", amount=25_000 * UNIT - desk.balance("you", "USDT")[0])
    )
    for name in ("me", "you"):
        desk.sell("house", 100, 1000)
        desk.buy(name, 100, 1000)
    # Nobody sets a mark price here, so the last price is it: closing one position moves it.
    desk.buy("house", 100, 803)
    desk.buy("house", 100, 757)
    desk.buy("house", 200, 756)
    desk.sell("house", 100, 803)
    assert desk.exchange.market_now(S).last_price == 803
    lost = [end.order.account for end in told(desk, PositionLiquidated)]
    assert lost == ["me"]
    desk.sell("house", 1, 756)
    assert [end.order.account for end in told(desk, PositionLiquidated)] == ["you"]
