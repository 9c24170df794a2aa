"""What is over, asked for at the sandbox, which was written from the venue's documentation and not from this."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS
from tests.venues.binance.trading_rig import STOP, Desk, ask, order_of

from tickwright.model.market import Side
from tickwright.model.orders import ReportedState
from tickwright.venues.base import RestCall


D = Decimal
MS = 1_000_000
DAY_MS = 86_400_000
LONGEST_MS = {"binance.spot": DAY_MS, "binance.usdm": 7 * DAY_MS - 1}
MARKET: dict[str, Any] = {"price": None, "quantity": D("0.150")}


@pytest.fixture(params=[False, True], ids=["spot", "usdm"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(is_futures=request.param)


def past(desk: Desk, what: str, start_ms: int, end_ms: int) -> list[RestCall[list[Any]]]:
    calls = getattr(desk.calls, f"past_{what}")(desk.instrument, start_ms * MS, end_ms * MS)
    return list(calls)


def rows(desk: Desk, what: str, start_ms: int = NOW_MS, end_ms: int = NOW_MS) -> list[Any]:
    return [row for call in past(desk, what, start_ms, end_ms) for row in ask(desk.venue, call)]


def test_past_orders_are_open_ones_and_those_that_have_ended(desk: Desk) -> None:
    desk.submit()
    gone = order_of(desk.command(), desk.submit(client_order_id="me-2"))
    ask(desk.venue, desk.calls.cancel(gone, desk.instrument))
    desk.submit(client_order_id="me-3", **MARKET)
    states = [report.state for report in rows(desk, "orders")]
    assert states == [ReportedState.OPEN, ReportedState.CANCELED, ReportedState.FILLED]
    assert {report.placed_ts_ns for report in rows(desk, "orders")} == {NOW_MS * MS}
    assert {report.side for report in rows(desk, "orders")} == {Side.BUY}


def test_past_executions_name_their_orders(desk: Desk) -> None:
    placed = desk.submit(**MARKET)
    found = rows(desk, "executions")
    assert [row.fill.quantity for row in found] == [D("0.1"), D("0.05")]
    assert {row.venue_order_id for row in found} == {placed.venue_order_id}
    assert all(row.fill.fee for row in found)


def test_what_lies_outside_is_not_told(desk: Desk) -> None:
    desk.submit(**MARKET)
    for what in ("orders", "executions"):
        assert rows(desk, what, NOW_MS - 1000, NOW_MS - 1) == []
        assert rows(desk, what, NOW_MS + 1, NOW_MS + 1000) == []


def test_a_long_time_is_asked_for_in_pieces_that_the_venue_answers(desk: Desk) -> None:
    start_ms = NOW_MS - 20 * DAY_MS
    desk.submit(**MARKET)
    assert len(rows(desk, "orders", start_ms)) == 1
    assert len(rows(desk, "executions", start_ms)) == 2
    calls = [dict(call.params) for call in past(desk, "executions", start_ms, NOW_MS)]
    assert (calls[0]["startTime"], calls[-1]["endTime"]) == (str(start_ms), str(NOW_MS))
    assert {
        int(call["endTime"]) - int(call["startTime"]) for call in calls[:-1]
    } == {LONGEST_MS[desk.instrument.product]}  # fmt: skip


def test_of_usdm_s_conditional_orders_those_are_told_that_were_never_triggered() -> None:
    desk = Desk(is_futures=True)
    desk.submit(trigger=STOP, side=Side.SELL, price=None)
    (waiting,) = rows(desk, "orders")
    assert (waiting.client_order_id, waiting.is_working) == ("me-1", False)
    desk.venue.trade_at(int(STOP.price or 0) * 10)
    found = rows(desk, "orders")
    assert len(found) == len({report.client_order_id for report in found})
    assert all(report.venue_order_id for report in found)


def full_page(desk: Desk, what: str) -> tuple[RestCall[list[Any]], bytes]:
    """Return a call for a minute, and an answer of a thousand rows that all happened in its first five seconds."""
    desk.submit(**MARKET)
    call = past(desk, what, NOW_MS, NOW_MS + 60_000)[-1]
    ask(desk.venue, call)
    answered = desk.venue.answered
    assert answered is not None
    row = json.loads(answered.body)[0]
    return call, json.dumps(
        [{**row, "time": NOW_MS + 5 * number} for number in range(1000)]
    ).encode()


@pytest.mark.parametrize("what", ["orders", "executions"])
def test_a_full_answer_is_followed_by_the_page_that_begins_where_it_ended(
    desk: Desk, what: str
) -> None:
    call, body = full_page(desk, what)
    assert call.next_page is not None
    following = call.next_page(body)
    assert following is not None
    assert dict(following.params) == {**dict(call.params), "startTime": str(NOW_MS + 4995)}
    assert following.next_page is not None
    short = json.dumps(json.loads(body)[1:]).encode()
    assert following.next_page(short) is None


def test_a_page_of_one_moment_does_not_come_again_for_ever(desk: Desk) -> None:
    call, body = full_page(desk, "orders")
    at_once = json.dumps([{**row, "time": NOW_MS} for row in json.loads(body)]).encode()
    assert call.next_page is not None
    following = call.next_page(at_once)
    assert following is not None
    assert dict(following.params)["startTime"] == str(NOW_MS + 1)
