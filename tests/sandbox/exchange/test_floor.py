from __future__ import annotations

from tests.sandbox.exchange.conftest import SPOT, Desk

from tickwright.model.market import Side
from tickwright.sandbox.exchange import Exchange
from tickwright.venues.commands import (
    CancelAll,
    CancelOrder,
    Deposit,
    OpenAccount,
    SubmitList,
    SubmitOrder,
    Trigger,
    TriggerKind,
)
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.reports import BookChanged, OrderReport


def test_report_ids_run_on_without_holes(desk: Desk) -> None:
    seen = []
    for account, price in (("me", 100), ("you", 101), ("me", 102)):
        desk.buy(account, 1, price)
        seen += [one.id for one in desk.reports]
        desk.sell("you", 1, price)
        seen += [one.id for one in desk.reports]
    assert seen == list(range(seen[0], seen[0] + len(seen)))


def test_one_delta_tells_what_a_command_left(desk: Desk) -> None:
    for price in (100, 101, 102):
        desk.sell("you", 2, price)
    desk.buy("me", 5, 102)
    (delta,) = [event for event in desk.events if isinstance(event, BookChanged)]
    assert delta.asks == [(100, 0), (101, 0), (102, 1)]
    assert (delta.first_id, delta.last_id) == (4, 6)


def test_only_so_many_closed_orders_are_kept() -> None:
    exchange = Exchange([MarketRules(listing=SPOT)], first_order_id=1000, kept=2)
    exchange.submit(OpenAccount(account="me"), 0)
    exchange.submit(Deposit(account="me", asset="USDT", amount=10**20), 0)
    for _ in range(3):
        (report, *_rest) = exchange.submit(
            SubmitOrder(
                account="me", symbol="BTCUSDT", side=Side.BUY, quantity=1, price=1, client_id="x"
            ),
            0,
        )
        assert isinstance(report, OrderReport)
        order_id = report.order.id
        exchange.submit(CancelOrder(account="me", symbol="BTCUSDT", order_id=order_id), 0)
    assert [order.id for order in exchange.all_orders("me")] == [1001, 1002]
    assert exchange.order("me", "BTCUSDT", order_id=1000) is None
    latest = exchange.order("me", "BTCUSDT", client_id="x")
    assert latest is not None
    assert latest.id == 1002


def test_only_so_many_order_lists_are_kept() -> None:
    desk = Desk()
    floor = desk.exchange._floor
    floor.kept = 2
    legs = (
        SubmitOrder(account="me", symbol="BTCUSDT", side=Side.SELL, quantity=1, price=200),
        SubmitOrder(
            account="me",
            symbol="BTCUSDT",
            side=Side.SELL,
            quantity=1,
            price=90,
            trigger=Trigger(TriggerKind.STOP, 95),
        ),
    )
    for _ in range(4):
        desk(SubmitList(account="me", symbol="BTCUSDT", legs=legs))
        desk(CancelAll(account="me"))
    assert list(floor.lists) == [3, 4]
