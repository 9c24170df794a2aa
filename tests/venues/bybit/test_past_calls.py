"""What is over, asked for at the sandbox, which was written from the venue's documentation and not from this."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.venues.bybit.trading_rig import Desk

from tickwright.model.orders import ReportedState


D = Decimal
MS = 1_000_000
DAY_MS = 86_400_000


@pytest.fixture(params=["spot", "linear"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(request.param)


def rows(desk: Desk, what: str, start_ms: int, end_ms: int | None = None) -> list[Any]:
    """Return the rows of all pages of all calls."""
    until_ms = desk.now_ms if end_ms is None else end_ms
    calls = getattr(desk.calls, f"past_{what}")(desk.instrument, start_ms * MS, until_ms * MS)
    return [row for call in calls for row in desk.pages(call)]


def test_past_orders_are_those_that_have_ended(desk: Desk) -> None:
    start_ms = desk.now_ms
    desk.placed()
    gone = desk.placed(client_order_id="me-2")
    desk.ask(desk.calls.cancel(gone, desk.instrument))
    desk.placed(client_order_id="me-3", price=None, quantity=D("0.005"))
    found = rows(desk, "orders", start_ms)
    assert [(each.client_order_id, each.state) for each in found] == [
        ("me-2", ReportedState.CANCELED),
        ("me-3", ReportedState.FILLED),
    ]
    assert all(each.placed_ts_ns == start_ms * MS for each in found)
    assert rows(desk, "orders", start_ms - 1000, start_ms - 1) == []


def test_past_executions_name_their_orders_and_are_trades_alone() -> None:
    desk = Desk("linear")
    start_ms = desk.now_ms
    placed = desk.placed(price=None, quantity=D("0.005"))
    desk.venue.fund()
    found = rows(desk, "executions", start_ms)
    assert sum(row.fill.quantity for row in found) == D("0.005")
    assert {row.venue_order_id for row in found} == {placed.venue_order_id}


def test_every_page_is_read(desk: Desk) -> None:
    start_ms = desk.now_ms
    for number in range(60):
        desk.venue.later()
        order = desk.placed(client_order_id=f"many-{number}", price=D(64900 - number))
        desk.ask(desk.calls.cancel(order, desk.instrument))
    names = {report.client_order_id for report in rows(desk, "orders", start_ms)}
    assert len(names) == 60


def test_a_long_time_is_asked_for_in_weeks(desk: Desk) -> None:
    start_ms = desk.now_ms - 20 * DAY_MS
    desk.placed(price=None, quantity=D("0.005"))
    assert len(rows(desk, "orders", start_ms)) == 1
    assert rows(desk, "executions", start_ms)
    calls = desk.calls.past_executions(desk.instrument, start_ms * MS, desk.now_ms * MS)
    spans = [(dict(call.params)["startTime"], dict(call.params)["endTime"]) for call in calls]
    assert [int(end) - int(start) for start, end in spans[:2]] == [7 * DAY_MS] * 2
    assert (spans[0][0], spans[-1][1]) == (str(start_ms), str(desk.now_ms))
