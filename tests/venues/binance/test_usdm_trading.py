"""What only USD-M's calls do, at the sandbox, which was written from the venue's documentation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.venues.binance.trading_rig import (
    RECEIVED_NS,
    STOP,
    USDM,
    USDM_BTC,
    USDM_LISTINGS,
    Desk,
    ask,
    order_of,
    refused,
)

from tickwright.errors import NotSupported, UsageError, VenueError
from tickwright.model.market import Side
from tickwright.model.orders import OrderReport, ReportedState
from tickwright.venues.binance.rest import WEIGHT
from tickwright.venues.trading import RejectCode, Verdict


D = Decimal


@pytest.fixture
def usdm() -> Desk:
    return Desk(is_futures=True)


def test_futures_can_amend_the_price_but_not_of_an_order_that_waits(usdm: Desk) -> None:
    order = order_of(usdm.command())
    usdm.submit()
    changed = msgspec.structs.replace(order, price=D(59000))
    assert ask(usdm.venue, USDM.amend(order, changed, USDM_BTC)).price == D(59000)
    waiting = order_of(usdm.command(client_order_id="me-2", trigger=STOP, side=Side.SELL))
    with pytest.raises(NotSupported, match="waits for its trigger"):
        USDM.amend(waiting, waiting, USDM_BTC)
    with pytest.raises(UsageError, match="only limit orders"):
        USDM.amend(order, msgspec.structs.replace(order, price=None), USDM_BTC)


def test_a_triggered_order_of_futures_is_found_by_the_id_that_it_got_then(usdm: Desk) -> None:
    wanted = usdm.command(trigger=STOP, side=Side.SELL, price=D(63000))
    usdm.submit(trigger=STOP, side=Side.SELL, price=D(63000))
    usdm.venue.trade_at(6_399_000)
    report = ask(usdm.venue, USDM.query(order_of(wanted), USDM_BTC))
    assert report.is_working
    assert report.venue_order_id is not None
    order = order_of(wanted, report)
    found = ask(usdm.venue, USDM.query(order, USDM_BTC))
    assert found.client_order_id == "me-1"
    assert found.venue_order_id == report.venue_order_id


@pytest.mark.parametrize("placed_ts_ns", [0, RECEIVED_NS, RECEIVED_NS + 3_600_000_000_000])
def test_a_triggered_order_is_found_in_the_list_and_as_what_it_became(
    usdm: Desk, placed_ts_ns: int
) -> None:
    wanted = usdm.command(trigger=STOP, side=Side.SELL, price=D(63000))
    order = msgspec.structs.replace(order_of(wanted), placed_ts_ns=placed_ts_ns)
    listed, became = USDM.look_back(order, USDM_BTC)
    for call in (listed, became):
        error = refused(usdm.venue, call)
        assert USDM.rejection(error).verdict is Verdict.NOT_FOUND
    usdm.submit(trigger=STOP, side=Side.SELL, price=D(63000))
    usdm.venue.trade_at(6_399_000)
    found = [ask(usdm.venue, call) for call in (listed, became)]
    assert len({report.venue_order_id for report in found}) == 1
    assert {report.client_order_id for report in found} == {"me-1"}
    known = order_of(wanted, found[0])
    assert USDM.look_back(known, USDM_BTC) == ()


def test_positions_of_futures_are_signed(usdm: Desk) -> None:
    (held,) = USDM.positions(USDM_LISTINGS)
    assert ask(usdm.venue, held) == []
    usdm.submit(side=Side.SELL, price=None)
    (position,) = ask(usdm.venue, held)
    assert position.quantity == D("-0.010")
    assert position.entry_price == D("64999.9")


# ---------------------------------------------------------------------- groups


def test_working_orders_go_by_fives_and_waiting_ones_alone(usdm: Desk) -> None:
    commands = [
        (usdm.command(client_order_id=f"me-{place}", price=D(60000 - place)), USDM_BTC)
        for place in range(7)
    ]
    waiting = usdm.command(client_order_id="stop", trigger=STOP, side=Side.SELL, price=None)
    groups = USDM.submit_groups([*commands, (waiting, USDM_BTC)])
    assert sorted(len(group.names) for group in groups) == [1, 2, 5]
    reports = [report for group in groups for report in group.answers(ask(usdm.venue, group.call))]
    states = {report.state for report in reports if isinstance(report, OrderReport)}
    assert (len(reports), states) == (8, {ReportedState.OPEN})
    (largest,) = [group for group in groups if len(group.names) == 5]
    assert largest.call.costs == {WEIGHT: 5, "ORDERS_10S": 5, "ORDERS_1M": 1}


def test_a_batch_is_changed_and_canceled_by_the_names_that_are_known(usdm: Desk) -> None:
    commands = [(usdm.command(client_order_id=name), USDM_BTC) for name in "abcd"]
    (group,) = USDM.submit_groups(commands)
    reports: list[Any] = ask(usdm.venue, group.call)
    # Of two of them the venue's own ids are known.
    known = [
        order_of(command, report if place < 2 else None)
        for place, ((command, _), report) in enumerate(zip(commands, reports, strict=True))
    ]
    changes = [(each, msgspec.structs.replace(each, price=D(59000)), USDM_BTC) for each in known]
    (group,) = USDM.amend_groups(changes)
    amended: list[Any] = ask(usdm.venue, group.call)
    assert [report.price for report in amended] == [D(59000)] * 4
    groups = USDM.cancel_groups([(order, USDM_BTC) for order in known])
    assert [group.names for group in groups] == [("a", "b"), ("c", "d")]
    ended: list[Any] = [
        report for group in groups for report in group.answers(ask(usdm.venue, group.call))
    ]
    assert [report.client_order_id for report in ended] == ["a", "b", "c", "d"]
    assert {report.state for report in ended} == {ReportedState.CANCELED}


def test_of_a_batch_of_cancels_each_is_refused_for_itself(usdm: Desk) -> None:
    usdm.submit(client_order_id="a")
    orders = [order_of(usdm.command(client_order_id=name)) for name in ("a", "gone")]
    (group,) = USDM.cancel_groups([(order, USDM_BTC) for order in orders])
    first, second = ask(usdm.venue, group.call)
    assert isinstance(first, OrderReport)
    assert isinstance(second, VenueError)
    assert USDM.rejection(second).code is RejectCode.ORDER_GONE


def test_waiting_orders_are_canceled_alone_and_never_amended(usdm: Desk) -> None:
    waiting = order_of(usdm.command(trigger=STOP, side=Side.SELL, price=None))
    usdm.submit(trigger=STOP, side=Side.SELL, price=None)
    (group,) = USDM.cancel_groups([(waiting, USDM_BTC)])
    (report,) = group.answers(ask(usdm.venue, group.call))
    assert isinstance(report, OrderReport)
    assert report.state is ReportedState.CANCELED
    other = order_of(usdm.command(client_order_id="b"))
    with pytest.raises(NotSupported, match="waits for its trigger"):
        USDM.amend_groups([(waiting, waiting, USDM_BTC), (other, other, USDM_BTC)])


def test_what_futures_have_in_place_of_lists_and_replacing_is_said(usdm: Desk) -> None:
    order = order_of(usdm.command())
    with pytest.raises(NotSupported, match="reduce-only"):
        USDM.submit_oco((order.command, order.command), USDM_BTC)
    with pytest.raises(NotSupported, match=r"orders\.amend"):
        USDM.replace(order, order.command, USDM_BTC)
