"""Every call of order entry, made at the sandbox's door, which was written from the documentation and not from this."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.venues.bybit.trading_rig import STOP, Desk

from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, UsageError, VenueError
from tickwright.model.market import Side
from tickwright.model.orders import (
    Order,
    OrderState,
    ReportedState,
)
from tickwright.venues.base import Security
from tickwright.venues.trading import RejectCode, Verdict


D = Decimal


@pytest.fixture(params=["spot", "linear"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(request.param)


def test_a_placed_order_is_queued_and_then_found_open(desk: Desk) -> None:
    order = desk.placed()
    assert order.venue_order_id
    report = desk.query(order)
    assert (report.state, report.client_order_id) == (ReportedState.OPEN, "me-1")
    unnamed = msgspec.structs.replace(order, venue_order_id=None)
    assert desk.query(unnamed) == report


def test_an_order_is_amended_and_canceled_under_its_names(desk: Desk) -> None:
    order = desk.placed()
    changed = msgspec.structs.replace(order, quantity=D("0.008"), price=D(64890))
    desk.ask(desk.calls.amend(order, changed, desk.instrument))
    report = desk.query(order)
    assert (report.quantity, report.price) == (D("0.008"), D(64890))
    desk.ask(desk.calls.cancel(order, desk.instrument))
    assert desk.query(order).state is ReportedState.CANCELED


def test_only_limit_orders_can_be_amended(desk: Desk) -> None:
    order = Order(command=desk.command(price=None), state=OrderState.SENT)
    with pytest.raises(UsageError, match="only limit orders"):
        desk.calls.amend(order, order, desk.instrument)


def test_a_conditional_order_waits_and_can_be_canceled(desk: Desk) -> None:
    order = desk.placed(trigger=STOP, side=Side.SELL, price=None)
    report = desk.query(order)
    assert (report.state, report.is_working) == (ReportedState.OPEN, False)
    desk.ask(desk.calls.cancel(order, desk.instrument))
    assert desk.query(order).state is ReportedState.CANCELED


def test_on_spot_what_waits_and_is_more_than_a_stop_is_canceled_as_what_it_can_be_besides() -> None:
    desk = Desk("spot")
    order = desk.placed(trigger=STOP, side=Side.SELL, price=None)
    for is_understood, kind in ((True, b"StopOrder"), (False, b"tpslOrder")):
        each = msgspec.structs.replace(order, is_understood=is_understood)
        assert b'"orderFilter":"' + kind in desk.calls.cancel(each, desk.instrument).body


def test_open_orders_are_listed_of_one_instrument_or_of_all(desk: Desk) -> None:
    desk.placed()
    desk.placed(client_order_id="me-2", price=D(64800))
    for instrument in (None, desk.instrument):
        found = {
            report.client_order_id
            for call in desk.calls.open_orders(desk.listings, instrument)
            for report in desk.ask(call)
        }
        assert found == {"me-1", "me-2"}


def test_a_long_list_is_asked_for_page_by_page(desk: Desk) -> None:
    for number in range(60):
        desk.placed(client_order_id=f"me-{number}", price=D(64000) + number)
        desk.venue.later()
    page: Any = desk.calls.open_orders(desk.listings, desk.instrument)[0]
    names: list[str] = []
    while page is not None:
        names += [report.client_order_id for report in desk.ask(page)]
        body = desk.venue.ask("GET", page.path, **dict(page.params))
        page = page.next_page(msgspec.json.encode(body))
    assert len(names) == len(set(names)) == 60


def test_cancel_all_leaves_none_open(desk: Desk) -> None:
    desk.placed()
    desk.placed(client_order_id="me-2", trigger=STOP, side=Side.SELL, price=None)
    for call in desk.calls.cancel_all(desk.instrument):
        desk.ask(call)
    left = [
        each
        for call in desk.calls.open_orders(desk.listings, desk.instrument)
        for each in desk.ask(call)
    ]
    assert left == []


def test_executions_tell_price_fee_and_order(desk: Desk) -> None:
    order = desk.placed(price=None, quantity=D("0.005"))
    desk.placed(client_order_id="me-2", price=None, quantity=D("0.003"))
    rows = desk.ask(desk.calls.executions(desk.instrument, order.venue_order_id or ""))
    assert sum(row.fill.quantity for row in rows) == D("0.005")
    assert {row.venue_order_id for row in rows} == {order.venue_order_id}
    assert not any(row.fill.is_maker for row in rows)
    assert all(row.fill.fee is not None for row in rows)


def test_balances_are_those_of_one_wallet(desk: Desk) -> None:
    desk.placed()
    balances = {each.asset: each for each in desk.ask(desk.calls.balances())}
    assert {each.venue for each in balances.values()} == {"bybit"}
    assert balances["USDT"].locked > 0


def test_positions_are_those_of_contracts() -> None:
    linear = Desk("linear")
    linear.placed(price=None, side=Side.SELL, quantity=D("0.005"))
    held = [each for call in linear.calls.positions(linear.listings) for each in linear.ask(call)]
    assert [position.quantity for position in held] == [D("-0.005")]
    with pytest.raises(NotSupported):
        Desk("spot").calls.positions(linear.listings)


def test_the_sides_of_a_hedge_are_one_position() -> None:
    desk = Desk("linear")
    call = desk.calls.positions(desk.listings)[0]
    row = {"symbol": "BTCUSDT", "avgPrice": "60000", "markPrice": "65000"}
    rows = [
        {**row, "positionIdx": 1, "side": "Buy", "size": "0.5", "unrealisedPnl": "2500"},
        {**row, "positionIdx": 2, "side": "Sell", "size": "0.2", "unrealisedPnl": "-1000"},
    ]
    body = {"retCode": 0, "result": {"category": "linear", "list": rows, "nextPageCursor": ""}}
    (position,) = call.decode(msgspec.json.encode(body), 5)
    assert (position.quantity, position.unrealized_pnl) == (D("0.3"), 1500)
    assert position.entry_price is None


def test_g02_a_taken_name_says_that_an_earlier_try_landed(desk: Desk) -> None:
    desk.placed()
    error = desk.refused(desk.calls.submit(desk.command(), desk.instrument))
    assert desk.calls.rejection(error).verdict is Verdict.LANDED


def test_a_query_for_nothing_finds_nothing(desk: Desk) -> None:
    order = Order(command=desk.command(), state=OrderState.UNKNOWN)
    error = desk.refused(desk.calls.query(order, desk.instrument))
    assert desk.calls.rejection(error).verdict is Verdict.NOT_FOUND


def test_an_order_that_ended_is_found_in_its_history_once_realtime_has_forgotten_it(
    desk: Desk,
) -> None:
    order = desk.placed(price=None, quantity=D("0.005"))
    unnamed = msgspec.structs.replace(order, venue_order_id=None, state=OrderState.UNKNOWN)
    desk.venue.faults.forgets_closed_orders = True
    for each in (order, unnamed):
        assert isinstance(desk.refused(desk.calls.query(each, desk.instrument)), VenueError)
        report = desk.ask(desk.calls.look_back(each, desk.instrument)[0])
        assert (report.state, report.filled_quantity) == (ReportedState.FILLED, D("0.005"))
    desk.venue.faults.history_lag_s = 60.0
    history, executions = desk.calls.look_back(unnamed, desk.instrument)
    assert isinstance(desk.refused(history), VenueError)
    report = desk.ask(executions)
    assert sum(fill.quantity for fill in report.fills) == D("0.005")
    assert (report.client_order_id, report.venue_order_id) == ("me-1", order.venue_order_id)


def test_an_order_that_is_nowhere_is_found_nowhere(desk: Desk) -> None:
    order = Order(command=desk.command(), state=OrderState.UNKNOWN)
    calls = desk.calls.look_back(order, desk.instrument)
    assert [call.path for call in calls] == ["/v5/order/history", "/v5/execution/list"]
    for call in calls:
        assert desk.calls.rejection(desk.refused(call)).verdict is Verdict.NOT_FOUND


def test_g02_nothing_that_changes_something_may_be_repeated(desk: Desk) -> None:
    order = Order(command=desk.command(), state=OrderState.OPEN, quantity=D(1), price=D(1))
    changed = msgspec.structs.replace(order, quantity=D(2))
    for call, priority in (
        (desk.calls.submit(order.command, desk.instrument), Priority.ORDER),
        (desk.calls.amend(order, changed, desk.instrument), Priority.ORDER),
        (desk.calls.cancel(order, desk.instrument), Priority.CANCEL),
        *((each, Priority.CANCEL) for each in desk.calls.cancel_all(desk.instrument)),
    ):
        assert not call.is_idempotent
        assert call.priority is priority
        assert call.security is Security.SIGNED


# ---------------------------------------------------------------------- groups


def test_orders_go_by_tens_and_each_is_queued_for_itself(desk: Desk) -> None:
    commands = [
        (desk.command(client_order_id=f"me-{place}", price=D(64000 - place)), desk.instrument)
        for place in range(12)
    ]
    groups = desk.calls.submit_groups(commands)
    assert [len(group.names) for group in groups] == [10, 2]
    reports: list[Any] = desk.ask(groups[0].call)  # as many as a second allows
    assert [report.client_order_id for report in reports] == list(groups[0].names)
    assert {report.state for report in reports} == {ReportedState.QUEUED}
    assert all(report.venue_order_id for report in reports)


def test_a_batch_is_changed_and_canceled_by_whatever_names_are_known(desk: Desk) -> None:
    orders = [desk.placed(client_order_id=name) for name in "ab"]
    orders[1] = msgspec.structs.replace(orders[1], venue_order_id=None)
    changes = [
        (order, msgspec.structs.replace(order, quantity=D("0.008")), desk.instrument)
        for order in orders
    ]
    (group,) = desk.calls.amend_groups(changes)
    assert desk.ask(group.call)
    assert [desk.query(order).quantity for order in orders] == [D("0.008")] * 2
    (group,) = desk.calls.cancel_groups([(order, desk.instrument) for order in orders])
    assert group.call.priority is Priority.CANCEL
    desk.ask(group.call)
    assert {desk.query(order).state for order in orders} == {ReportedState.CANCELED}


def test_of_a_batch_each_order_is_refused_for_itself(desk: Desk) -> None:
    orders = [
        desk.placed(client_order_id="a"),
        Order(command=desk.command(), state=OrderState.SENT),
    ]
    (group,) = desk.calls.cancel_groups([(order, desk.instrument) for order in orders])
    first, second = desk.ask(group.call)
    assert not isinstance(first, VenueError)
    assert isinstance(second, VenueError)
    assert desk.calls.rejection(second).code is RejectCode.ORDER_GONE


def test_waiting_orders_are_amended_alone_and_on_spot_canceled_alone(desk: Desk) -> None:
    working = [desk.placed(client_order_id=name) for name in "ab"]
    waiting = msgspec.structs.replace(
        desk.placed(client_order_id="stop", trigger=STOP, side=Side.SELL, price=D(63900)),
        is_working=False,
    )
    orders = [*working, waiting]
    groups = desk.calls.amend_groups([(order, order, desk.instrument) for order in orders])
    assert [group.names for group in groups] == [("stop",), ("a", "b")]
    groups = desk.calls.cancel_groups([(order, desk.instrument) for order in orders])
    is_spot = desk.category == "spot"
    assert [group.names for group in groups] == (
        [("stop",), ("a", "b")] if is_spot else [("a", "b", "stop")]
    )
    for group in groups:
        desk.ask(group.call)
    assert {desk.query(order).state for order in orders} == {ReportedState.CANCELED}


def test_what_the_venue_has_in_place_of_lists_and_replacing_is_said(desk: Desk) -> None:
    order = Order(command=desk.command(), state=OrderState.OPEN)
    with pytest.raises(NotSupported, match="no OCO of two orders"):
        desk.calls.submit_oco((order.command, order.command), desk.instrument)
    with pytest.raises(NotSupported, match=r"orders\.amend"):
        desk.calls.replace(order, order.command, desk.instrument)
