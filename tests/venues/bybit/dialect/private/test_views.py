from __future__ import annotations

import pytest
from tests.venues.bybit.dialect.private.kit import Venue

from tickwright.model.market import Side
from tickwright.venues.commands import OrderKind, SubmitOrder
from tickwright.venues.facts import raw_amount


WS_LINEAR = (
    "category symbol orderId orderLinkId parentOrderLinkId blockTradeId side positionIdx orderStatus"
    " cancelType rejectReason timeInForce isLeverage price qty avgPrice leavesQty leavesValue"
    " cumExecQty cumExecValue cumExecFee orderType stopOrderType orderIv triggerPrice takeProfit"
    " stopLoss triggerBy tpTriggerBy slTriggerBy triggerDirection placeType lastPriceOnCreated"
    " closeOnTrigger reduceOnly smpGroup smpType smpOrderId slLimitPrice tpLimitPrice tpslMode"
    " createType marketUnit createdTime updatedTime feeCurrency closedPnl slippageTolerance"
    " slippageToleranceType cumFeeDetail rpiTakerAccess rpiMatchedQty"
)
WS_EXECUTION = (
    "category symbol closedSize execFee execId execPrice execQty execType execValue feeRate tradeIv"
    " markIv blockTradeId markPrice indexPrice underlyingPrice leavesQty orderId orderLinkId"
    " orderPrice orderQty orderType stopOrderType side execTime isLeverage isMaker seq marketUnit"
    " execPnl createType extraFees feeCurrency"
)
SPOT_LACKS = {"tpslMode", "createType", "closedPnl"}


def test_streamed_orders_have_the_documented_fields(venue: Venue) -> None:
    for category, lacks in (("linear", set[str]()), ("spot", SPOT_LACKS)):
        venue.forget()
        venue.placed(category)
        (row,) = venue.told("order")
        assert set(row) == set(WS_LINEAR.split()) - lacks


def test_streamed_fills_have_the_documented_fields(venue: Venue) -> None:
    for category, lacks in (("linear", set[str]()), ("spot", {"createType"})):
        venue.forget()
        venue.placed(category, orderType="Market", qty="0.01" if category == "linear" else "100")
        (row,) = venue.told("execution")
        assert set(row) == set(WS_EXECUTION.split()) - lacks


def test_what_is_queried_lacks_what_only_the_stream_tells(venue: Venue) -> None:
    row = venue.order(venue.placed())
    assert row["avgPrice"] == "0"
    assert "ocoTriggerBy" in row
    for name in ("category", "closedPnl", "feeCurrency", "slippageTolerance"):
        assert name not in row
    venue.placed(orderType="Market")
    (fill,) = venue.get("/v5/execution/list", category="linear")["list"]
    for name in ("category", "isLeverage", "marketUnit", "execPnl"):
        assert name not in fill


def test_a_contracts_market_order_shows_the_price_that_protects_it(venue: Venue) -> None:
    assert venue.order(venue.placed(orderType="Market"))["price"] == "68250.00"
    sold = venue.placed(orderType="Market", side="Sell")
    assert venue.order(sold)["price"] == "61750.00"
    bought = venue.placed("spot", orderType="Market", qty="100")
    assert venue.order(bought, "spot")["price"] == "0"


def test_averages_are_of_all_fills(venue: Venue) -> None:
    row = venue.order(venue.placed(orderType="Market", qty="2"))
    assert (row["orderStatus"], row["avgPrice"]) == ("Filled", "65001.5")
    assert row["cumExecValue"] == "130003"


def test_orders_that_may_not_rest_say_why_they_ended(venue: Venue) -> None:
    cases = {
        "IOC": ({"timeInForce": "IOC"}, "EC_NoImmediateQtyToFill"),
        "FOK": ({"timeInForce": "FOK", "price": "65001", "qty": "1.4"}, "EC_NoEnoughQtyToFill"),
        "part": ({"timeInForce": "IOC", "price": "65001", "qty": "1.4"}, "EC_CancelForNoFullFill"),
    }
    for fields, reason in cases.values():
        row = venue.order(venue.placed(**fields))
        assert (row["orderStatus"], row["cancelType"]) == ("Cancelled", "UNKNOWN")
        assert row["rejectReason"] == reason


@pytest.mark.parametrize(
    ("side", "amount", "unit"),
    [(Side.BUY, 0, "baseCoin"), (Side.SELL, 0, ""), (Side.BUY, 65, ""), (Side.SELL, 65, "quoteCoin")],
)  # fmt: skip
def test_what_a_market_order_on_spot_counts_is_shown_where_it_is_not_the_usual(
    venue: Venue, side: Side, amount: int, unit: str
) -> None:
    """Of an order that the engine was given by somebody without words: they would have had to say so."""
    key = "spot/BTCUSDT"
    listing = venue.market.one(key).listing
    venue.do(
        SubmitOrder(
            account="me",
            symbol=key,
            side=side,
            kind=OrderKind.MARKET,
            quantity=0 if amount else 10**listing.quantity_scale // 100,
            quote_amount=raw_amount(str(amount)),
        )
    )
    (row,) = venue.get("/v5/order/history", category="spot")["list"]
    assert row["marketUnit"] == unit
