"""What only spot's calls do, at the sandbox, which was written from the venue's documentation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.venues.binance.dialect.private.kit import OTHER_KEY
from tests.venues.binance.trading_rig import (
    SPOT,
    SPOT_BTC,
    SPOT_LISTINGS,
    Desk,
    ask,
    order_of,
    refused,
)

from tickwright.errors import NotSupported, UsageError, VenueRejected
from tickwright.model.market import Side
from tickwright.model.orders import (
    OrderReport,
    ReportedState,
    TimeInForce,
    Trigger,
    TriggerKind,
)
from tickwright.venues.trading import Verdict


D = Decimal


@pytest.fixture
def spot() -> Desk:
    return Desk(is_futures=False)


def test_spot_names_the_executions_of_an_order_that_trades_at_once(spot: Desk) -> None:
    report = spot.submit(price=None, quantity=D("0.150"))
    assert [(fill.price, fill.quantity, fill.fee_asset) for fill in report.fills] == [
        (D("65000.1"), D("0.1"), "BTC"),
        (D("65000.2"), D("0.05"), "BTC"),
    ]
    assert report.average_price == D("9750.02") / D("0.15")


def test_a_market_order_by_quote_spends_so_much_on_spot(spot: Desk) -> None:
    report = spot.submit(price=None, quantity=None, quote_quantity=D(650))
    assert report.state is ReportedState.FILLED
    assert report.filled_quantity == D("0.009")


@pytest.mark.parametrize("change", [{"quantity": D("0.020")}, {"price": D(59000)}])
def test_spot_cannot_amend_anything_else(spot: Desk, change: dict[str, Any]) -> None:
    order = order_of(spot.command())
    with pytest.raises(NotSupported, match=r"orders\.replace"):
        SPOT.amend(order, msgspec.structs.replace(order, **change), SPOT_BTC)


def test_g10_an_execution_has_one_name_in_every_answer(spot: Desk) -> None:
    placed = spot.submit(price=None, quantity=D("0.150"))
    rows = ask(spot.venue, SPOT.executions(SPOT_BTC, placed.venue_order_id))
    assert [row.fill.trade_id for row in rows] == [fill.trade_id for fill in placed.fills]


def test_an_order_that_the_venue_has_archived_ended_unfilled(spot: Desk) -> None:
    order = order_of(spot.command(), spot.submit())
    ask(spot.venue, SPOT.cancel(order, SPOT_BTC))
    spot.venue.market.now_ms += 91 * 86_400_000
    report = ask(spot.venue, SPOT.query(order, SPOT_BTC))
    assert (report.state, report.filled_quantity) == (ReportedState.CANCELED, 0)
    assert "archived" in report.text
    error = refused(spot.venue, SPOT.query(order_of(spot.command(client_order_id="x")), SPOT_BTC))
    assert SPOT.rejection(error).verdict is Verdict.NOT_FOUND


def test_an_immediate_order_that_finds_nobody_expires_with_the_venue_s_reason(spot: Desk) -> None:
    report = spot.submit(time_in_force=TimeInForce.IOC)
    assert report.state is ReportedState.EXPIRED
    assert report.text == "UNFILLED_IOC_QUANTITY_EXPIRED"


def test_spot_has_no_positions() -> None:
    with pytest.raises(NotSupported, match="balances, no positions"):
        SPOT.positions(SPOT_LISTINGS)


# ---------------------------------------------------------------------- order lists


def stop_at(price: int, kind: TriggerKind = TriggerKind.STOP) -> Trigger:
    return Trigger(kind=kind, price=D(price))


def legs(spot: Desk, side: Side, first: dict[str, Any], second: dict[str, Any]) -> Any:
    return (
        spot.command(side=side, client_order_id="limit", **first),
        spot.command(side=side, client_order_id="stop", **second),
    )


PROFIT = TriggerKind.TAKE_PROFIT


@pytest.mark.parametrize(
    ("side", "first", "second"),
    [
        (Side.SELL, {"price": D(70000), "post_only": True}, {"price": None, "trigger": 60000}),
        (Side.SELL, {"price": D(70000), "post_only": True}, {"price": D(59900), "trigger": 60000}),
        (Side.BUY, {"price": D(60000), "post_only": True}, {"price": D(70100), "trigger": 70000}),
        (
            Side.SELL,
            {"price": D(70000), "trigger": stop_at(69900, PROFIT)},
            {"price": None, "trigger": 60000},
        ),
        (
            Side.BUY,
            {"price": None, "trigger": stop_at(60000, PROFIT)},
            {"price": None, "trigger": 70000},
        ),
    ],
)
def test_one_order_lies_above_the_market_and_one_below(
    spot: Desk, side: Side, first: dict[str, Any], second: dict[str, Any]
) -> None:
    pair = legs(spot, side, first, {**second, "trigger": stop_at(second["trigger"])})
    for wanted in (pair, pair[::-1]):
        group = SPOT.submit_oco(wanted, SPOT_BTC)
        assert group.names == tuple(leg.client_order_id for leg in wanted)
        reports: list[Any] = ask(spot.venue, group.call)
        assert [report.client_order_id for report in reports] == list(group.names)
        assert {report.state for report in reports} == {ReportedState.OPEN}
        (waiting,) = [each for each in reports if each.client_order_id == "stop"]
        assert not waiting.is_working
        ask(spot.venue, SPOT.cancel_all(SPOT_BTC)[0])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"price": D(70000)}, {"price": None, "trigger": stop_at(60000)}),  # it might take
        ({"price": D(70000), "post_only": True}, {"price": D(71000), "post_only": True}),
        ({"price": None, "trigger": stop_at(61000)}, {"price": None, "trigger": stop_at(60000)}),
        (
            {"price": D(70000), "post_only": True, "quantity": D("0.02")},
            {"price": None, "trigger": stop_at(60000)},
        ),
    ],
)
def test_legs_that_do_not_go_together_are_no_pair(
    spot: Desk, first: dict[str, Any], second: dict[str, Any]
) -> None:
    with pytest.raises(UsageError, match="of an OCO"):
        SPOT.submit_oco(legs(spot, Side.SELL, first, second), SPOT_BTC)


def test_prices_on_the_wrong_side_of_the_market_are_refused_for_both(spot: Desk) -> None:
    pair = legs(
        spot,
        Side.SELL,
        {"price": D(70000), "post_only": True},
        {"price": None, "trigger": stop_at(69000)},
    )
    error = refused(spot.venue, SPOT.submit_oco(pair, SPOT_BTC).call)
    assert SPOT.rejection(error).verdict is Verdict.REFUSED


# ---------------------------------------------------------------------- replacing


@pytest.mark.parametrize("is_known", [True, False])
def test_an_order_takes_the_place_of_another(spot: Desk, is_known: bool) -> None:
    wanted = spot.command()
    report = spot.submit()
    old = order_of(wanted, report if is_known else None)
    group = SPOT.replace(old, spot.command(client_order_id="new", price=D(59000)), SPOT_BTC)
    assert group.names == ("me-1", "new")
    canceled, placed = ask(spot.venue, group.call)
    assert isinstance(canceled, OrderReport)
    assert (canceled.client_order_id, canceled.state) == ("me-1", ReportedState.CANCELED)
    assert isinstance(placed, OrderReport)
    assert (placed.client_order_id, placed.price) == ("new", D(59000))
    # By whatever name it was canceled, it is found by the one that we know.
    assert ask(spot.venue, SPOT.query(old, SPOT_BTC)).state is ReportedState.CANCELED


def test_an_order_that_was_filled_in_part_meanwhile_is_left_in_its_place(spot: Desk) -> None:
    wanted = spot.command(price=D(65000))
    old = order_of(wanted, spot.submit(price=D(65000)))
    theirs = {"symbol": "BTCUSDT", "side": "SELL", "type": "MARKET", "quantity": "0.004"}
    spot.venue.ok("POST", "/api/v3/order", key=OTHER_KEY, **theirs)
    group = SPOT.replace(old, spot.command(client_order_id="new"), SPOT_BTC)
    for answer in ask(spot.venue, group.call):
        assert isinstance(answer, VenueRejected)
        assert SPOT.rejection(answer).verdict is Verdict.REFUSED
    (left,) = ask(spot.venue, SPOT.open_orders(SPOT_LISTINGS)[0])
    assert (left.client_order_id, left.filled_quantity) == ("me-1", D("0.004"))
    known = msgspec.structs.replace(old, filled_quantity=D("0.004"))
    rest = spot.command(client_order_id="new", quantity=D("0.006"))
    canceled, placed = ask(spot.venue, SPOT.replace(known, rest, SPOT_BTC).call)
    assert isinstance(canceled, OrderReport)
    assert canceled.state is ReportedState.CANCELED
    assert isinstance(placed, OrderReport)
    assert placed.quantity == D("0.006")


def test_groups_of_spot_are_single_requests(spot: Desk) -> None:
    commands = [(spot.command(client_order_id=name), SPOT_BTC) for name in "abc"]
    groups = SPOT.submit_groups(commands)
    assert [group.names for group in groups] == [("a",), ("b",), ("c",)]
    for group in groups:
        ask(spot.venue, group.call)
    orders = [order_of(command) for command, _ in commands]
    changed = [msgspec.structs.replace(order, quantity=D("0.005")) for order in orders]
    changes = [(*pair, SPOT_BTC) for pair in zip(orders, changed, strict=True)]
    for group in SPOT.amend_groups(changes):
        (report,) = group.answers(ask(spot.venue, group.call))
        assert isinstance(report, OrderReport)
        assert report.quantity == D("0.005")
    for group in SPOT.cancel_groups([(order, SPOT_BTC) for order in orders]):
        (report,) = group.answers(ask(spot.venue, group.call))
        assert isinstance(report, OrderReport)
        assert (report.client_order_id, report.state) == (group.names[0], ReportedState.CANCELED)
