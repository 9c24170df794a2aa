from __future__ import annotations

from decimal import Decimal

from tests.venues.bybit.dialect.private.kit import Venue


def test_fees_add_up_over_an_orders_fills(venue: Venue) -> None:
    order_id = venue.placed(orderType="Market", qty="1.5")
    fees = venue.order(order_id)["cumFeeDetail"]
    rows = venue.get("/v5/execution/list", category="linear")["list"]
    assert len(rows) == 2
    assert Decimal(fees["USDT"]) == sum(Decimal(row["execFee"]) for row in rows)


def test_why_an_order_ended_is_remembered_and_of_others_nothing_is_known(venue: Venue) -> None:
    order_id = venue.placed(timeInForce="IOC")
    assert venue.order(order_id)["rejectReason"] == "EC_NoImmediateQtyToFill"
    assert venue.side.context.annals.note(1).reason is None
