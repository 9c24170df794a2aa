"""What is written of spot orders beyond what the endpoints' tests show."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.venues.binance.dialect.private.kit import Venue

from tickwright.venues.binance.dialect.private import spot_views
from tickwright.venues.binance.dialect.private.annals import Annals
from tickwright.venues.binance.dialect.private.desk import to_us
from tickwright.venues.reports import BalanceView, EndReason, OrderStatus, OrderView


@pytest.fixture
def order(spot: Venue) -> OrderView:
    placed = spot.ok(
        "POST", "/api/v3/order", symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC",
        quantity="0.020", price="60000", icebergQty="0.010",
    )  # fmt: skip
    found = spot.exchange.order("me", "BTCUSDT", order_id=placed["orderId"])
    assert found is not None
    return found


def test_every_status_but_the_first_has_a_word() -> None:
    assert set(OrderStatus) - set(spot_views.STATUSES) == {OrderStatus.RECEIVED}


def test_endings_that_the_venue_explains_have_a_word() -> None:
    unexplained = set(EndReason) - set(spot_views.EXPIRY_REASONS)
    assert unexplained == {
        EndReason.GTD, EndReason.REDUCE_ONLY, EndReason.SELF_TRADE, EndReason.WOULD_TAKE,
        EndReason.SHRUNK, EndReason.QUOTE_SPENT, EndReason.LIQUIDATION,
    }  # fmt: skip


def test_icebergs_show_what_they_show(spot: Venue, order: OrderView) -> None:
    views = spot_views.SpotViews(spot.listing, Annals(), to_us)
    body = views.order(order)
    assert body["icebergQty"] == "0.01000000"
    assert body["time"] == order.created_ns // 1000


@pytest.mark.parametrize(
    ("status", "word", "is_working"),
    [(OrderStatus.PENDING, "PENDING_NEW", False), (OrderStatus.DORMANT, "NEW", True)],
)
def test_only_pending_orders_do_not_work(
    spot: Venue, order: OrderView, status: OrderStatus, word: str, is_working: bool
) -> None:
    waiting = msgspec.structs.replace(order, status=status, working_ns=0)
    body = spot_views.SpotViews(spot.listing, Annals(), to_us).order(waiting)
    assert (body["status"], body["isWorking"], body["workingTime"]) == (word, is_working, -1)


def test_empty_balances_may_be_left_out() -> None:
    balances = [BalanceView("BTC", 0, 0), BalanceView("USDT", 10**16, 0)]
    shown = []
    for omits in (False, True):
        body: dict[str, Any] = spot_views.account(balances, 0, 0, 0, omits_zero=omits)
        shown.append([one["asset"] for one in body["balances"]])
    assert shown == [["BTC", "USDT"], ["USDT"]]
