from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.exchange.conftest import FUNDS, Desk

from tickwright.model.market import Side
from tickwright.venues.commands import (
    CancelList,
    OrderKind,
    SelfTrade,
    SubmitList,
    SubmitOrder,
    TimeInForce,
    Trigger,
    TriggerKind,
)
from tickwright.venues.facts import raw_amount
from tickwright.venues.reports import EndReason, ListReport, ListStatus, OrderStatus, Rule


BTC = 10**13
USDT = 10**11


def leg(side: Side, price: int, quantity: int = 10, **more: Any) -> SubmitOrder:
    return SubmitOrder(
        account="me", symbol="BTCUSDT", side=side, price=price, quantity=quantity, **more
    )


def stop(side: Side, trigger: int, price: int = 0, quantity: int = 10, **more: Any) -> SubmitOrder:
    return leg(
        side,
        price,
        quantity,
        kind=OrderKind.LIMIT if price else OrderKind.MARKET,
        trigger=Trigger(TriggerKind.STOP, trigger),
        **more,
    )


def a_list(*legs: SubmitOrder, **more: Any) -> SubmitList:
    return SubmitList(account="me", symbol="BTCUSDT", legs=legs, **more)


def statuses(desk: Desk) -> list[ListStatus]:
    return [event.status for event in desk.events if isinstance(event, ListReport)]


@pytest.fixture
def market(desk: Desk) -> Desk:
    """At a last price of 100, with bids at 90 and asks at 200."""
    desk.sell("you", 1, 100)
    desk.buy("you", 1, 100)
    desk.buy("you", 50, 90)
    desk.sell("you", 50, 200)
    return desk


# ---------------------------------------------------------------------- one cancels the other


@pytest.fixture
def oco(market: Desk) -> tuple[Desk, int, int]:
    """Sell at 110, or at market once it falls to 95."""
    market(a_list(stop(Side.SELL, 95), leg(Side.SELL, 110, is_post_only=True)))
    first, second = [one.order.id for one in market.reports]
    return market, first, second


def test_both_legs_wait_and_lock_once(oco: tuple[Desk, int, int]) -> None:
    desk, stopper, limit = oco
    assert statuses(desk) == [ListStatus.EXECUTING]
    assert desk.order(stopper).status is OrderStatus.DORMANT
    assert desk.order(limit).status is OrderStatus.OPEN
    assert desk.balance("me", "BTC") == (FUNDS - 10 * BTC, 10 * BTC)


def test_a_trade_of_one_leg_ends_the_other(oco: tuple[Desk, int, int]) -> None:
    desk, stopper, limit = oco
    desk.buy("you", 3, 110)
    assert desk.order(limit).status is OrderStatus.PARTIALLY_FILLED
    assert desk.order(stopper).status is OrderStatus.EXPIRED
    assert desk.reports[-1].reason is EndReason.OCO
    assert statuses(desk) == [ListStatus.DONE]
    assert desk.balance("me", "BTC") == (FUNDS - 10 * BTC, 7 * BTC)
    desk.cancel("me", limit)
    assert desk.balance("me", "BTC") == (FUNDS - 3 * BTC, 0)


def test_the_trigger_of_one_leg_ends_the_other(oco: tuple[Desk, int, int]) -> None:
    desk, stopper, limit = oco
    desk.buy("you", 1, 95)
    desk.sell("house", 1, 95)
    assert desk.order(stopper).status is OrderStatus.FILLED
    assert desk.order(limit).status is OrderStatus.EXPIRED
    assert desk.balance("me", "BTC")[1] == 0
    assert statuses(desk) == [ListStatus.DONE]


def test_one_trade_cannot_use_both_legs(market: Desk) -> None:
    # The trade that fills the limit leg prints the very price that would wake the stop.
    market(a_list(stop(Side.BUY, 110, 120), leg(Side.BUY, 95, is_post_only=True)))
    stopper, limit = [one.order.id for one in market.reports]
    market.sell("you", 10, 112)
    market.sell("you", 10, 95)
    assert market.order(limit).status is OrderStatus.FILLED
    market.buy("house", 1, 112)
    assert market.order(stopper).status is OrderStatus.EXPIRED
    assert market.order(stopper).filled == 0


def test_a_leg_that_traded_keeps_only_its_own_funds(market: Desk) -> None:
    # The stop, at 120, would have needed more.
    market(a_list(stop(Side.BUY, 110, 120), leg(Side.BUY, 95, is_post_only=True)))
    assert market.balance("me", "USDT")[1] == 1200 * USDT
    market.sell("you", 4, 95)
    assert market.balance("me", "USDT") == (FUNDS - 950 * USDT, 570 * USDT)


def test_a_leg_that_woke_ends_the_other_before_who_woke_with_it_trades(market: Desk) -> None:
    market(a_list(stop(Side.SELL, 95, 60), leg(Side.SELL, 105, is_post_only=True)))
    stopper, limit = [one.order.id for one in market.reports]
    eager = market.buy("you", 9, trigger=Trigger(TriggerKind.TAKE_PROFIT, 95))
    market.buy("house", 1, 95)
    market.sell("house", 1, 95)
    assert market.order(stopper).filled == 10
    assert market.order(limit).filled == 0
    assert market.order(eager, "you").turnover == 9 * 200 * USDT, "it got the next price"


def test_a_cancel_of_one_leg_cancels_both(oco: tuple[Desk, int, int]) -> None:
    desk, stopper, limit = oco
    desk.cancel("me", stopper, cancel_id="bye")
    assert {desk.order(one).status for one in (stopper, limit)} == {OrderStatus.CANCELED}
    assert desk.order(stopper).client_id == "bye"
    assert statuses(desk) == [ListStatus.DONE]
    assert desk.balance("me", "BTC") == (FUNDS, 0)
    assert desk.exchange.open_lists("me") == []


def test_a_list_is_canceled_as_a_whole(oco: tuple[Desk, int, int]) -> None:
    desk = oco[0]
    desk(CancelList(account="me", symbol="BTCUSDT", list_id=1))
    assert statuses(desk) == [ListStatus.DONE]
    desk(CancelList(account="me", symbol="BTCUSDT", list_id=1))
    assert desk.refusal is Rule.UNKNOWN_LIST


def test_a_smaller_quantity_is_for_both_legs(oco: tuple[Desk, int, int]) -> None:
    desk, stopper, limit = oco
    desk.amend("me", limit, quantity=4, new_client_id="smaller")
    assert [desk.order(one).quantity for one in (stopper, limit)] == [4, 4]
    assert desk.balance("me", "BTC")[1] == 4 * BTC
    assert statuses(desk) == [ListStatus.UPDATED]


@pytest.mark.parametrize(
    ("legs", "broken"),
    [
        ((stop(Side.SELL, 95), leg(Side.SELL, 110)), None),
        ((stop(Side.SELL, 95), leg(Side.SELL, 100)), Rule.LIST_PRICES),
        ((stop(Side.BUY, 105), leg(Side.BUY, 95)), None),
        ((stop(Side.BUY, 105), leg(Side.BUY, 101)), Rule.LIST_PRICES),
        ((stop(Side.SELL, 101), leg(Side.SELL, 110)), Rule.WOULD_TRIGGER),
        ((leg(Side.SELL, 110), leg(Side.SELL, 120)), Rule.COMBINATION),
        ((stop(Side.SELL, 95), stop(Side.SELL, 94)), Rule.COMBINATION),
        ((stop(Side.SELL, 95), leg(Side.BUY, 80)), Rule.COMBINATION),
        ((stop(Side.SELL, 95), leg(Side.SELL, 110, 11)), Rule.COMBINATION),
        ((stop(Side.SELL, 95),), Rule.COMBINATION),
        (
            (stop(Side.SELL, 95, client_id="x"), leg(Side.SELL, 110, client_id="x")),
            Rule.DUPLICATE_CLIENT_ID,
        ),
        ((stop(Side.BUY, 300), leg(Side.BUY, 250, is_post_only=True)), Rule.LIST_PRICES),
    ],
)
def test_legs_have_to_fit_together(
    market: Desk, legs: tuple[SubmitOrder, ...], broken: Rule | None
) -> None:
    market(a_list(*legs))
    assert market.refusal is broken
    assert broken is None or market.exchange.open_orders("me") == []


def test_margined_markets_have_no_lists(futures: Desk) -> None:
    futures(a_list(stop(Side.SELL, 95), leg(Side.SELL, 110)))
    assert futures.refusal is Rule.COMBINATION


def test_lists_and_their_orders_are_counted() -> None:
    desk = Desk(max_lists=1, max_orders=5)
    desk(a_list(stop(Side.SELL, 95), leg(Side.SELL, 110)))
    desk(a_list(stop(Side.SELL, 95), leg(Side.SELL, 110)))
    assert desk.refusal is Rule.MAX_LISTS
    desk(CancelList(account="me", symbol="BTCUSDT", list_id=1))
    desk(a_list(stop(Side.SELL, 95), leg(Side.SELL, 110)))
    assert desk.refusal is None


# ---------------------------------------------------------------------- one triggers the other


def test_a_pending_leg_is_placed_when_the_working_order_is_filled(market: Desk) -> None:
    market(a_list(leg(Side.SELL, 110), working=leg(Side.BUY, 99)))
    pending, working = [one.order.id for one in market.reports]
    assert market.order(pending).status is OrderStatus.PENDING
    assert market.balance("me", "BTC")[1] == 0, "what waits locks nothing"
    market.sell("you", 4, 99)
    assert market.order(pending).status is OrderStatus.PENDING
    market.sell("you", 6, 99)
    assert market.order(working).status is OrderStatus.FILLED
    assert market.order(pending).status is OrderStatus.OPEN
    assert market.balance("me", "BTC")[1] == 10 * BTC
    assert statuses(market) == []
    market.buy("you", 10, 110)
    assert statuses(market) == [ListStatus.DONE]


def test_a_pending_leg_of_an_order_filled_at_once_is_reported_as_pending_first(
    market: Desk,
) -> None:
    market.sell("you", 10, 99)
    market(a_list(leg(Side.SELL, 110), working=leg(Side.BUY, 99)))
    pending = market.reports[0].order.id
    assert [line for line in market.story if line.startswith(f"{pending} ")] == [
        f"{pending} accepted: pending",
        f"{pending} activated: open",
    ]


def test_pending_legs_expire_with_the_working_order(market: Desk) -> None:
    working = leg(Side.BUY, 80, time_in_force=TimeInForce.IOC)
    market(a_list(leg(Side.SELL, 110), working=working))
    assert market.reports[-1].reason is EndReason.WORKING_ENDED
    assert statuses(market) == [ListStatus.EXECUTING, ListStatus.DONE]
    assert market.exchange.open_orders("me") == []


def test_two_pending_legs_become_a_pair_that_cancels_each_other(market: Desk) -> None:
    legs = (stop(Side.SELL, 80, 79), leg(Side.SELL, 110))
    market(a_list(*legs, working=leg(Side.BUY, 99)))
    stopper, limit, _ = [one.order.id for one in market.reports]
    market.sell("you", 10, 99)
    assert market.order(stopper).status is OrderStatus.DORMANT
    assert market.order(limit).status is OrderStatus.OPEN
    assert market.balance("me", "BTC")[1] == 10 * BTC
    market.buy("you", 10, 110)
    assert market.order(stopper).status is OrderStatus.EXPIRED
    assert statuses(market) == [ListStatus.DONE]


def test_a_leg_that_would_be_refused_when_its_turn_comes_is_rejected(market: Desk) -> None:
    market(a_list(leg(Side.SELL, 85, is_post_only=True), working=leg(Side.BUY, 99)))
    market.sell("you", 10, 99)
    report = market.reports[-1]
    assert (report.order.status, report.reason) == (OrderStatus.REJECTED, EndReason.REFUSED)
    assert report.refusal is not None
    assert report.refusal.rule is Rule.WOULD_TAKE
    assert statuses(market) == [ListStatus.DONE]


def test_legs_may_sell_what_was_bought_net_of_fees() -> None:
    desk = Desk(maker_fee=10_000_000)  # 10 %
    desk(
        a_list(
            leg(Side.SELL, 110, 0),
            working=leg(Side.BUY, 100),
            legs_take_proceeds=True,
        )
    )
    pending = desk.reports[0].order
    assert pending.quantity == 0
    desk.sell("you", 10, 100)
    placed = desk.order(pending.id)
    assert (placed.status, placed.quantity) == (OrderStatus.OPEN, 9)
    assert desk.balance("me", "BTC") == (FUNDS, raw_amount("0.009"))


def test_self_trade_prevention_ends_the_list_too(market: Desk) -> None:
    market(a_list(stop(Side.SELL, 95), leg(Side.SELL, 110)))
    market.buy("me", 10, 110, self_trade=SelfTrade.EXPIRE_MAKER)
    assert statuses(market) == [ListStatus.DONE]
    assert len(market.exchange.open_orders("me")) == 1
