from __future__ import annotations

import json

from tests.venues.bybit.dialect.private.kit import Venue, column

from tickwright.venues.bybit.dialect.private.events import PRIVATE_TOPICS


def test_a_resting_order_is_told_once_as_new(venue: Venue) -> None:
    order_id = venue.placed()
    (row,) = venue.told("order")
    assert (row["orderId"], row["orderStatus"], row["category"]) == (order_id, "New", "linear")


def test_a_fill_comes_quick_then_with_its_order_then_with_position_and_wallet(venue: Venue) -> None:
    venue.placed(orderType="Market", qty="1.5")
    frames = [(name.split("/")[2], json.loads(text)) for name, text in venue.side.take_frames()]
    mine = [(name, body) for name, body in frames if not name.endswith(".linear")]
    assert [name for name, _ in mine] == [
        "execution.fast",
        "order",
        "execution",
        "position",
        "wallet",
    ]
    told = {name: body["data"] for name, body in mine}
    assert column(told["order"], "orderStatus") == ["Filled"], "no New is seen"
    assert column(told["execution"], "execId") == column(told["execution.fast"], "execId")
    assert column(told["execution"], "leavesQty") == ["0.500", "0.000"]
    assert "id" not in dict(mine)["execution.fast"]
    assert told["position"][0]["entryPrice"] == "65001.33333333"


def test_each_topic_is_told_under_its_own_name(venue: Venue) -> None:
    venue.placed("spot", orderType="Market", qty="100")
    for name, text in venue.side.take_frames():
        assert json.loads(text)["topic"] == name.split("/")[2]
        assert name.split("/")[2] in PRIVATE_TOPICS


def test_spot_has_no_positions(venue: Venue) -> None:
    venue.placed("spot", orderType="Market", qty="100")
    assert venue.told("position") == []


def test_a_maker_hears_of_a_fill_without_his_own_id_on_the_quick_topic(venue: Venue) -> None:
    venue.placed(price="64999.9", qty="0.5", orderLinkId="bot-1")
    venue.forget()
    body = venue.ask(
        "POST",
        "/v5/order/create",
        "DEMOKEY0002",
        category="linear",
        symbol="BTCUSDT",
        side="Sell",
        orderType="Market",
        qty="0.2",
    )
    assert body["retCode"] == 0
    frames = [(name, json.loads(text)["data"]) for name, text in venue.side.take_frames()]
    mine = {name.split("/")[2]: rows for name, rows in frames if name.startswith("user/me/")}
    yours = {name.split("/")[2]: rows for name, rows in frames if name.startswith("user/you/")}
    assert mine["execution.fast"][0]["orderLinkId"] == ""
    assert mine["execution"][0]["orderLinkId"] == "bot-1"
    assert (mine["execution"][0]["isMaker"], mine["execution"][0]["feeRate"]) == (True, "0.0002")
    assert mine["order"][0]["orderStatus"] == "PartiallyFilled"
    assert yours["execution"][0]["isMaker"] is False
    assert mine["execution"][0]["execId"] != yours["execution"][0]["execId"]


def test_a_position_is_told_with_every_order_even_if_it_did_not_change(venue: Venue) -> None:
    order_id = venue.placed()
    assert column(venue.told("position"), "size") == ["0.000"]
    venue.post("/v5/order/cancel", category="linear", symbol="BTCUSDT", orderId=order_id)
    assert column(venue.told("position.linear"), "side") == [""]


def test_a_wallet_message_holds_the_coins_of_the_change_in_full(venue: Venue) -> None:
    venue.placed("spot", orderType="Market", qty="100")
    (row,) = venue.told("wallet")
    assert {coin["coin"] for coin in row["coin"]} == {"USDT", "BTC"}
    venue.placed()
    (row,) = venue.told("wallet")
    assert column(row["coin"], "coin") == ["USDT"]
