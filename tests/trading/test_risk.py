"""The facts behind the checks: books, positions, open orders, orders a second."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import msgspec
from tests.core.test_ordercheck import BTC

from tickwright.core.risklimits import RiskLimits
from tickwright.model.account import Position
from tickwright.model.market import Side
from tickwright.model.orders import OrderReport, ReportedState, SubmitOrder
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.trading.accounts import Accounts
from tickwright.trading.board import OrderBoard
from tickwright.trading.journal import Denied, Reported, Submitted
from tickwright.trading.risk import RiskDesk
from tickwright.venues.trading import AccountNews


D = Decimal


def command(name: str = "a", quantity: str = "1", price: str = "60000") -> SubmitOrder:
    return SubmitOrder(
        client_order_id=name,
        instrument=BTC.id,
        side=Side.BUY,
        quantity=D(quantity),
        price=D(price),
    )


class Held:
    def __init__(self, **limits: object) -> None:
        self.board, self.accounts = OrderBoard(), Accounts()
        self.best: tuple[Decimal | None, Decimal | None] = (None, None)
        self.desk = RiskDesk(
            RiskLimits(**limits),  # type: ignore[arg-type]  # fields of the limits
            self.board,
            self.accounts,
            lambda instrument: self.best,
            VirtualClock(),
        )

    def code(self, order: SubmitOrder) -> str | None:
        denial = self.desk(order, BTC)
        return None if denial is None else denial.code


@virtual_time
async def test_g36_open_orders_and_the_position_count_towards_the_limit() -> None:
    held = Held(max_position=D(3))
    held.accounts.apply(
        "binance.spot", AccountNews(positions=(Position(instrument=BTC.id, quantity=D(1)),)), 1
    )
    held.board.apply(Submitted(at_ns=1, product="binance.spot", command=command("open")))
    assert held.code(command("b")) is None
    assert held.code(command("c", "1.001")) == "MAX_POSITION"


@virtual_time
async def test_g36_prices_are_held_against_a_live_book_only() -> None:
    held = Held(price_collar=D("0.01"))
    assert held.code(command()) == "PRICE_COLLAR"
    held.best = (D(59999), D(60000))
    assert held.code(command()) is None
    assert held.code(command(price="60600.01")) == "PRICE_COLLAR"


@virtual_time
async def test_g36_orders_a_second_are_counted_as_they_leave_and_denied_ones_are_not() -> None:
    held = Held(max_orders_per_s=2, max_order_quantity=D(5))
    assert held.code(command("a", "6")) == "MAX_ORDER_QUANTITY"
    assert [held.code(command(name)) for name in "abc"] == [None, None, "MAX_ORDERS_PER_S"]
    await asyncio.sleep(1.0)
    assert held.code(command("d")) is None


@virtual_time
async def test_g36_the_kill_switch_is_asked_first() -> None:
    held = Held()
    held.desk.is_killed = True
    assert held.code(command()) == "KILL_SWITCH"
    held.desk.is_killed = False
    assert held.code(command()) is None


@virtual_time
async def test_g36_orders_that_leave_at_the_same_time_count_like_those_that_have_left() -> None:
    held = Held(max_open_orders=2, max_position=D(3))
    ahead = [command("a"), command("b", "2")]
    assert held.desk(command("c", "2"), BTC, besides=ahead[:1]) is None
    denial = held.desk(command("c"), BTC, besides=ahead)
    assert denial is not None
    assert (denial.code, "2 orders are open" in denial.text) == ("MAX_OPEN_ORDERS", True)
    denial = held.desk(command("c", "2.5"), BTC, besides=ahead[:1])
    assert denial is not None
    assert denial.code == "MAX_POSITION"
    elsewhere = msgspec.structs.replace(command("a"), instrument="binance:ETH/USDT")
    assert held.desk(command("c"), BTC, besides=[elsewhere] * 5) is None


@virtual_time
async def test_g36_an_order_that_ends_makes_room_for_the_one_in_its_place() -> None:
    held = Held(max_open_orders=1, max_position=D(2))
    held.board.apply(Submitted(at_ns=1, product="binance.spot", command=command("old", "2")))
    assert held.code(command("new")) == "MAX_OPEN_ORDERS"
    old = held.board.order("old")
    assert held.desk(command("new", "2"), BTC, in_place_of=old) is None
    denial = held.desk(command("new", "2.1"), BTC, in_place_of=old)
    assert denial is not None
    assert denial.code == "MAX_POSITION"
    held.board.apply(Denied(at_ns=2, client_order_id="old", code="MINE", text="ended"))
    ended = held.board.order("old")
    assert held.desk(command("new", "2"), BTC, in_place_of=ended) is None


@virtual_time
async def test_g36_what_was_filled_counts_until_its_position_is_told() -> None:
    held = Held(max_position=D(3))
    assert held.code(command("a")) is None
    held.board.apply(Submitted(at_ns=1, product="binance.spot", command=command("a", "2")))
    report = OrderReport(
        client_order_id="a",
        instrument=BTC.id,
        state=ReportedState.FILLED,
        received_ts_ns=1,
        filled_quantity=D(2),
    )
    held.board.apply(Reported(at_ns=1, product="binance.spot", report=report))
    assert held.board.traded(BTC.id) == 2
    assert held.code(command("b", "2")) == "MAX_POSITION"
    position = Position(instrument=BTC.id, quantity=D(2))
    held.accounts.apply("binance.spot", AccountNews(positions=(position,)), 1)
    assert held.code(command("c")) is None
    assert held.code(command("d", "2")) == "MAX_POSITION"
