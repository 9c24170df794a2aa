"""Every call that both products have, made at the sandbox, which was written from the venue's documentation and not from this."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS
from tests.venues.binance.trading_rig import (
    STOP,
    USDM,
    Desk,
    ask,
    order_of,
    refused,
)

from tickwright.core.limits import Priority
from tickwright.model.market import Side
from tickwright.model.orders import ReportedState
from tickwright.venues.base import Security
from tickwright.venues.trading import RejectCode, Verdict


D = Decimal


@pytest.fixture(params=[False, True], ids=["spot", "usdm"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(is_futures=request.param)


def test_a_limit_order_rests_under_the_id_that_it_was_given(desk: Desk) -> None:
    report = desk.submit()
    assert report.state is ReportedState.OPEN
    assert report.client_order_id == "me-1"
    assert report.instrument == desk.instrument.id
    assert (report.quantity, report.price, report.filled_quantity) == (D("0.010"), D(60000), 0)
    assert report.venue_ts_ns == NOW_MS * 1_000_000
    assert report.is_working


def test_a_market_order_is_filled(desk: Desk) -> None:
    report = desk.submit(price=None, quantity=D("0.150"))
    assert report.state is ReportedState.FILLED
    assert report.filled_quantity == D("0.150")


def test_a_query_finds_the_order_by_its_client_order_id(desk: Desk) -> None:
    wanted = desk.command()
    desk.submit()
    report = ask(desk.venue, desk.calls.query(order_of(wanted), desk.instrument))
    assert (report.client_order_id, report.state) == ("me-1", ReportedState.OPEN)


def test_a_canceled_order_keeps_its_name_in_every_answer(desk: Desk) -> None:
    order = order_of(desk.command(), desk.submit())
    for call in (desk.calls.cancel, desk.calls.query):
        report = ask(desk.venue, call(order, desk.instrument))
        assert (report.client_order_id, report.state) == ("me-1", ReportedState.CANCELED)


def test_an_amend_lowers_the_quantity_and_keeps_the_name(desk: Desk) -> None:
    wanted = desk.command()
    desk.submit()
    order = order_of(wanted)
    changed = msgspec.structs.replace(order, quantity=D("0.005"))
    report = ask(desk.venue, desk.calls.amend(order, changed, desk.instrument))
    assert (report.client_order_id, report.quantity) == ("me-1", D("0.005"))
    again = ask(desk.venue, desk.calls.query(order, desk.instrument))
    assert again.quantity == D("0.005")


def test_a_conditional_order_waits_and_is_queried_listed_and_canceled_by_its_name(
    desk: Desk,
) -> None:
    wanted = desk.command(trigger=STOP, side=Side.SELL, price=None)
    report = desk.submit(trigger=STOP, side=Side.SELL, price=None)
    assert (report.state, report.is_working) == (ReportedState.OPEN, False)
    order = order_of(wanted)
    listed = [
        each for call in desk.calls.open_orders(desk.listings) for each in ask(desk.venue, call)
    ]
    assert [each.client_order_id for each in listed] == ["me-1"]
    assert not ask(desk.venue, desk.calls.query(order, desk.instrument)).is_working
    canceled = ask(desk.venue, desk.calls.cancel(order, desk.instrument))
    assert canceled.state is ReportedState.CANCELED


def test_open_orders_are_listed_of_one_instrument_or_of_all(desk: Desk) -> None:
    desk.submit()
    desk.submit(client_order_id="me-2", price=D(59000))
    for instrument in (None, desk.instrument):
        found = [
            report.client_order_id
            for call in desk.calls.open_orders(desk.listings, instrument)
            for report in ask(desk.venue, call)
        ]
        assert found == ["me-1", "me-2"]


def test_cancel_all_leaves_none_open_working_or_waiting(desk: Desk) -> None:
    desk.submit()
    desk.submit(client_order_id="me-2", trigger=STOP, side=Side.SELL, price=None)
    for call in desk.calls.cancel_all(desk.instrument):
        ask(desk.venue, call)
    left = [
        each for call in desk.calls.open_orders(desk.listings) for each in ask(desk.venue, call)
    ]
    assert left == []


def test_executions_tell_price_fee_and_order(desk: Desk) -> None:
    placed = desk.submit(price=None, quantity=D("0.150"))
    desk.submit(client_order_id="me-2", price=None, quantity=D("0.020"))
    rows = ask(desk.venue, desk.calls.executions(desk.instrument, placed.venue_order_id))
    assert [row.fill.quantity for row in rows] == [D("0.1"), D("0.05")]
    assert {row.venue_order_id for row in rows} == {placed.venue_order_id}
    assert {row.side for row in rows} == {Side.BUY}
    assert not any(row.fill.is_maker for row in rows)
    assert all(row.fill.fee for row in rows)


def test_balances_show_what_an_order_holds_back(desk: Desk) -> None:
    desk.submit()
    balances = {each.asset: each for each in ask(desk.venue, desk.calls.balances())}
    usdt = balances["USDT"]
    assert usdt.venue == desk.instrument.product
    assert usdt.locked > 0
    assert usdt.total == 100_000


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"price": D(66000), "post_only": True}, RejectCode.POST_ONLY),
        ({"quantity": D("90"), "price": D(64000)}, RejectCode.FUNDS),
        ({"price": D("60000.05")}, RejectCode.FILTER),
        ({"trigger": STOP, "side": Side.BUY, "price": None}, RejectCode.TRIGGER),
    ],
)
def test_refusals_look_alike_on_all_products(
    desk: Desk, changes: dict[str, Any], code: RejectCode
) -> None:
    if desk.calls is USDM and code is RejectCode.FUNDS:
        changes = {**changes, "quantity": D("400")}
    error = refused(desk.venue, desk.calls.submit(desk.command(**changes), desk.instrument))
    found = desk.calls.rejection(error)
    assert (found.verdict, found.code) == (Verdict.REFUSED, code)


def test_g02_a_taken_id_says_that_an_earlier_try_landed(desk: Desk) -> None:
    desk.submit()
    error = refused(desk.venue, desk.calls.submit(desk.command(), desk.instrument))
    assert desk.calls.rejection(error).verdict is Verdict.LANDED


def test_a_query_for_nothing_finds_nothing(desk: Desk) -> None:
    error = refused(desk.venue, desk.calls.query(order_of(desk.command()), desk.instrument))
    assert desk.calls.rejection(error).verdict is Verdict.NOT_FOUND


def test_g13_cancels_go_before_orders_and_both_before_questions(desk: Desk) -> None:
    order = order_of(desk.command())
    assert desk.calls.cancel(order, desk.instrument).priority is Priority.CANCEL
    assert desk.calls.submit(order.command, desk.instrument).priority is Priority.ORDER
    assert desk.calls.query(order, desk.instrument).priority is Priority.QUERY


def test_g02_nothing_that_changes_something_may_be_repeated(desk: Desk) -> None:
    order = order_of(desk.command())
    changed = msgspec.structs.replace(order, quantity=D("0.005"))
    for call in (
        desk.calls.submit(order.command, desk.instrument),
        desk.calls.amend(order, changed, desk.instrument),
        desk.calls.cancel(order, desk.instrument),
        *desk.calls.cancel_all(desk.instrument),
    ):
        assert not call.is_idempotent
        assert call.security is Security.SIGNED
