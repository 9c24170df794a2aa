"""What is noted of orders: reasons, prevented matches, amendments, lists."""

from __future__ import annotations

from typing import Any

import msgspec
from tests.venues.binance.dialect.private.kit import Venue

from tickwright.venues.binance.dialect.private import annals as module
from tickwright.venues.binance.dialect.private.annals import Annals, is_first_fill
from tickwright.venues.reports import EndReason, OrderReport, Prevention


ORDER = "/api/v3/order"


def bid(venue: Venue, **changes: Any) -> int:
    order = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
        "quantity": "0.020", "price": "65000.10", **changes,
    }  # fmt: skip
    order_id: int = venue.ok("POST", ORDER, **order)["orderId"]
    return order_id


def test_reasons_are_kept_of_orders_that_ended_by_themselves(spot: Venue) -> None:
    annals = spot.side.context.annals
    rest = bid(spot, quantity="0.200", timeInForce="IOC")
    assert annals.reason(rest) is EndReason.IOC
    waiting = bid(spot, price="60000")
    spot.ok("DELETE", ORDER, symbol="BTCUSDT", orderId=waiting)
    assert annals.reason(waiting) is None


def test_amendments_know_the_sizes_before_and_after(spot: Venue) -> None:
    order_id = bid(spot, price="60000")
    path = f"{ORDER}/amend/keepPriority"
    for quantity in ("0.010", "0.005"):
        spot.ok("PUT", path, symbol="BTCUSDT", orderId=order_id, newQty=quantity)
    first, second = spot.side.context.annals.amendments(order_id)
    assert (first.before, first.after) == ((6_000_000, 20), (6_000_000, 10))
    assert (second.before, second.after) == ((6_000_000, 10), (6_000_000, 5))
    assert first.client_id == second.previous_client_id


def test_only_the_first_fill_is_the_first(spot: Venue) -> None:
    reports: list[OrderReport] = []
    heard = spot.side.take

    def take(events: Any) -> Any:
        reports.extend(event for event in events if isinstance(event, OrderReport))
        return heard(events)

    spot.side.take = take  # type: ignore[method-assign]  # listens in
    bid(spot, quantity="0.150", price="65000.20")
    assert [is_first_fill(one) for one in reports] == [False, True, False]


def test_only_the_latest_notes_are_kept(spot: Venue, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "_KEPT", 2)
    annals = Annals()
    order_id = bid(spot, price="60000")
    view = spot.exchange.order("me", "BTCUSDT", order_id=order_id)
    assert view is not None
    for number in range(1, 5):
        order = msgspec.structs.replace(view, id=number)
        prevention = Prevention(number, 1, 2, 3, 4, 5)
        report = OrderReport(number, _execution(), order, 0, prevention=prevention)
        annals.take([report])
    assert [order_id for order_id, _ in annals.all_preventions()] == [3, 4]


def _execution() -> Any:
    from tickwright.venues.reports import Execution

    return Execution.PREVENTED
