from __future__ import annotations

from typing import Any

import pytest
from tests.venues.bybit.dialect.private.kit import PRICE, Venue

from tickwright.model.market import Side


def test_an_order_rests_with_the_words_in_which_it_was_placed(venue: Venue) -> None:
    order_id = venue.placed(timeInForce="PostOnly", orderLinkId="bot-1", smpType="CancelMaker")
    row = venue.order(order_id)
    shown = ("orderStatus", "timeInForce", "orderLinkId", "smpType", "price", "qty", "side")
    assert [row[name] for name in shown] == [
        "New", "PostOnly", "bot-1", "CancelMaker", "64000.00", "0.010", "Buy"
    ]  # fmt: skip
    assert row["lastPriceOnCreated"] == f"{PRICE}.00"


@pytest.mark.parametrize(
    ("category", "fields", "code"),
    [
        ("linear", {"side": "buy"}, 10001),
        ("linear", {"orderType": "Stop"}, 10001),
        ("linear", {"timeInForce": "GTD"}, 10001),
        ("linear", {"qty": ""}, 10001),
        ("linear", {"qty": "-1"}, 10001),
        ("linear", {"qty": "0.0001"}, 10001),
        ("linear", {"price": ""}, 10001),
        ("linear", {"price": "64000.05"}, 10001),
        ("linear", {"price": "64000.001"}, 10001),
        ("linear", {"orderLinkId": "x" * 37}, 10001),
        ("linear", {"orderLinkId": "a b"}, 10001),
        ("linear", {"positionIdx": 1}, 10001),
        ("linear", {"takeProfit": "70000"}, 10001),
        ("linear", {"reduceOnly": True}, 110017),
        ("linear", {"qty": "0.00001", "price": "64000"}, 10001),
        ("linear", {"qty": "0"}, 10001),
        ("linear", {"triggerPrice": "66000"}, 10001),
        ("linear", {"triggerPrice": "66000", "triggerDirection": 2}, 110092),
        ("linear", {"symbol": "NOPEUSDT"}, 10001),
        ("linear", {"qty": "20"}, 110007),
        ("spot", {"symbol": "NOPEUSDT"}, 170121),
        ("spot", {"price": "64000.05"}, 170134),
        ("spot", {"qty": "0.0000001"}, 170137),
        ("spot", {"qty": "0.000001"}, 170140),
        ("spot", {"qty": "9"}, 170131),
        ("spot", {"price": "70000"}, 170193),
        ("spot", {"side": "Sell", "price": "60000"}, 170194),
        ("spot", {"orderType": "Market", "qty": "10.00000001"}, 170148),
    ],
)
def test_what_cannot_be_ordered_is_refused_at_once(
    venue: Venue, category: str, fields: dict[str, Any], code: int
) -> None:
    assert venue.create(category, **fields)["retCode"] == code
    assert venue.get("/v5/order/realtime", category=category, symbol="BTCUSDT")["list"] == []


def test_a_contracts_price_beyond_the_band_is_moved_to_it(venue: Venue) -> None:
    venue.quote("linear/BTCUSDT", Side.SELL, 64_000, "0")
    order_id = venue.placed(side="Sell", price="60000", timeInForce="PostOnly", qty="0.01")
    assert float(venue.order(order_id)["price"]) == 64_351.2
    assert venue.order(venue.placed(price="60000"))["price"] == "60000.00", "passive ones stay"


def test_a_spot_market_buy_spends_quote_and_a_sell_base(venue: Venue) -> None:
    bought = venue.order(venue.placed("spot", orderType="Market", qty="1000"), "spot")
    assert bought["qty"] == "1000"
    assert 999 < float(bought["cumExecValue"]) <= 1000
    sold = venue.order(venue.placed("spot", orderType="Market", side="Sell", qty="0.5"), "spot")
    assert sold["cumExecQty"] == "0.5"
    by_base = venue.placed("spot", orderType="Market", qty="0.5", marketUnit="baseCoin")
    assert venue.order(by_base, "spot")["cumExecQty"] == "0.5"


def test_quantity_zero_closes_a_position(venue: Venue) -> None:
    venue.placed(orderType="Market", qty="0.5")
    order_id = venue.placed(
        orderType="Market", side="Sell", qty="0", reduceOnly=True, closeOnTrigger=True
    )
    assert venue.order(order_id)["cumExecQty"] == "0.500"
    (row,) = venue.get("/v5/position/list", category="linear", symbol="BTCUSDT")["list"]
    assert (row["side"], row["size"]) == ("", "0.000")


def test_a_conditional_order_waits_untriggered(venue: Venue) -> None:
    order_id = venue.placed(triggerPrice="66000", triggerDirection=1, price="66100")
    row = venue.order(order_id)
    assert (row["orderStatus"], row["stopOrderType"]) == ("Untriggered", "Stop")
    assert (row["triggerPrice"], row["triggerDirection"], row["triggerBy"]) == (
        "66000.00",
        1,
        "LastPrice",
    )
    venue.post("/v5/order/cancel", category="linear", symbol="BTCUSDT", orderId=order_id)
    assert venue.order(order_id)["orderStatus"] == "Deactivated"


def test_on_spot_the_trigger_says_by_itself_where_it_lies(venue: Venue) -> None:
    for price, direction in (("66000", 1), ("64000", 2)):
        order_id = venue.placed("spot", orderFilter="StopOrder", triggerPrice=price, price="64900")
        assert venue.order(order_id, "spot")["triggerDirection"] == direction
