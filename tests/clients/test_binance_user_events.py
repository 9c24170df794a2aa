"""User events through Binance's own SDKs: spot by subscription on the WebSocket API, USD-M by listen key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.clients.conftest import SPOT, USDM
from tests.clients.keys import Key
from tests.clients.kit import ClientProcess, sdk_addresses, unknown_fields

from tickwright.sandbox import LoopbackVenue


pytestmark = pytest.mark.slow  # importing the client takes seconds

ONE = {"symbol": "BTCUSDT"}
LOW = 63_000.0
LIMIT = {**ONE, "side": "BUY", "type": "LIMIT", "time_in_force": "GTC", "quantity": 0.01}
MARKET = {**ONE, "side": "BUY", "type": "MARKET", "quantity": 0.01}


@pytest.fixture
async def spot(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> AsyncIterator[ClientProcess]:
    """The spot client, logged on and subscribed to its account."""
    await sdk.call("open", **sdk_addresses(trading, "spot", **keys["ed25519"].for_sdk()))
    await sdk.call("ws_api.session_logon")
    told = await sdk.call("ws_api.user_data_stream_subscribe")
    assert told["data"]["result"] == {"subscriptionId": 0, "additional_properties": {}}
    yield sdk
    await sdk.call("close")


@pytest.fixture
async def usdm(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> AsyncIterator[ClientProcess]:
    """The USD-M client, listening to its account."""
    await sdk.call("open", **sdk_addresses(trading, "usdm", **keys["hmac"].for_sdk()))
    told = await sdk.call("rest.start_user_data_stream")
    await sdk.call("streams.user_data", told["data"]["listenKey"])
    await trading.wait_until(lambda: bool(trading.switchboard(USDM).streams))
    yield sdk
    await sdk.call("close")


def ends_with(kind: str, **fields: Any) -> Callable[[list[Any]], bool]:
    """Return a condition: the last event is of a model and has these fields."""

    def is_there(events: list[Any]) -> bool:
        last = events[-1] if events else {"models": [], "data": {}}
        return last["models"] == [kind] and fields.items() <= last["data"].items()

    return is_there


def shown(events: list[Any], kind: str, *names: str) -> list[tuple[Any, ...]]:
    """Return some fields of the events of one model."""
    rows = [event["data"] for event in events if event["models"] == [kind]]
    return [tuple(row[name] for name in names) for row in rows]


async def test_an_order_is_told_of_from_its_placement_to_its_end(spot: ClientProcess) -> None:
    await spot.call("rest.new_order", **LIMIT, price=LOW, new_client_order_id="mine")
    await spot.call("rest.delete_order", **ONE, orig_client_order_id="mine", new_client_order_id="end")  # fmt: skip
    await spot.wait_for("user", lambda seen: len(seen) == 4)
    events = spot.events("user")
    assert [event["models"] for event in events] == [
        ["ExecutionReport"],
        ["OutboundAccountPosition"],
    ] * 2
    assert shown(events, "ExecutionReport", "x", "X", "c", "C") == [
        ("NEW", "NEW", "mine", ""),
        ("CANCELED", "CANCELED", "end", "mine"),
    ]
    assert not any(unknown_fields(event["data"]) for event in events)


async def test_fills_and_balances_are_told_of_as_they_are_asked_for(spot: ClientProcess) -> None:
    placed = (await spot.call("rest.new_order", **MARKET))["data"]
    await spot.wait_for("user", ends_with("OutboundAccountPosition"))
    events = spot.events("user")
    reports = shown(events, "ExecutionReport", "x", "L", "l", "n", "t")
    assert reports[0][0] == "NEW"
    assert reports[1:] == [
        ("TRADE", fill["price"], fill["qty"], fill["commission"], fill["tradeId"])
        for fill in placed["fills"]
    ]
    account = (await spot.call("rest.get_account"))["data"]
    held = {row["asset"]: (row["free"], row["locked"]) for row in account["balances"]}
    ((told,),) = shown(events, "OutboundAccountPosition", "B")
    assert {row["a"]: (row["f"], row["l"]) for row in told} == {
        asset: held[asset] for asset in ("BTC", "USDT")
    }


async def test_lists_are_told_of_beside_their_orders(spot: ClientProcess) -> None:
    legs = {
        "above_type": "LIMIT_MAKER",
        "above_price": 70_000.0,
        "below_type": "STOP_LOSS",
        "below_stop_price": 60_000.0,
    }
    placed = await spot.call("rest.order_list_oco", **ONE, side="SELL", quantity=0.01, **legs)
    number = placed["data"]["orderListId"]
    await spot.call("rest.delete_order_list", **ONE, order_list_id=number)
    events = await spot.wait_for(
        "user", lambda seen: len(shown(seen, "ListStatus", "l")) == 2 and ends_with("OutboundAccountPosition")(seen)
    )  # fmt: skip
    assert shown(events, "ListStatus", "g", "l", "L") == [
        (number, "EXEC_STARTED", "EXECUTING"),
        (number, "ALL_DONE", "ALL_DONE"),
    ]
    assert sorted(shown(events, "ExecutionReport", "x")) == [("CANCELED",)] * 2 + [("NEW",)] * 2


async def test_a_subscription_by_signature_needs_no_session_and_ends_when_asked_to(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> None:
    await sdk.call("open", **sdk_addresses(trading, "spot", **keys["hmac"].for_sdk()))
    await sdk.call("ws_api.user_data_stream_subscribe_signature")
    listed = await sdk.call("ws_api.session_subscriptions")
    assert [row["subscriptionId"] for row in listed["data"]["result"]] == [0]
    await sdk.call("rest.new_order", **LIMIT, price=LOW)
    await sdk.wait_for("user", ends_with("OutboundAccountPosition"))
    await sdk.call("ws_api.user_data_stream_unsubscribe", subscription_id=0)
    await trading.wait_until(lambda: not trading.switchboard(SPOT).streams)
    listed = await sdk.call("ws_api.session_subscriptions")
    assert listed["data"]["result"] == []


async def test_a_futures_account_is_told_of_its_orders_fills_and_positions(
    usdm: ClientProcess,
) -> None:
    await usdm.call("rest.new_order", **LIMIT, price=LOW, new_client_order_id="mine")
    await usdm.call("rest.modify_order", **ONE, side="BUY", quantity=0.02, price=LOW + 10, orig_client_order_id="mine")  # fmt: skip
    await usdm.call("rest.cancel_order", **ONE, orig_client_order_id="mine")
    await usdm.call("rest.new_order", **MARKET)
    await usdm.wait_for("user_data", ends_with("AccountUpdate"))
    events = usdm.events("user_data")
    orders = [row for (row,) in shown(events, "OrderTradeUpdate", "o")]
    assert [(one["x"], one["X"]) for one in orders[:4]] == [
        ("NEW", "NEW"),
        ("AMENDMENT", "NEW"),
        ("CANCELED", "CANCELED"),
        ("NEW", "NEW"),
    ]
    fills = (await usdm.call("rest.account_trade_list", **ONE))["data"]
    trades = [one for one in orders if one["x"] == "TRADE"]
    assert [(one["t"], one["L"], one["n"]) for one in trades] == [
        (fill["id"], fill["price"], fill["commission"]) for fill in fills
    ]
    assert [row[0] for row in shown(events, "TradeLite", "t")] == [fill["id"] for fill in fills]
    (held,) = (await usdm.call("rest.position_information_v3", **ONE))["data"]
    told = shown(events, "AccountUpdate", "a")[-1][0]
    assert (told["m"], told["P"][0]["pa"], told["P"][0]["ep"]) == (
        "ORDER",
        held["positionAmt"],
        held["entryPrice"],
    )
    assert not any(unknown_fields(event["data"]) for event in events)


async def test_a_futures_account_is_told_of_conditional_orders_and_settings(
    usdm: ClientProcess,
) -> None:
    stop = {"algo_type": "CONDITIONAL", **ONE, "side": "SELL", "quantity": 0.02}
    placed = await usdm.call("rest.new_algo_order", **stop, type="STOP_MARKET", trigger_price=LOW)
    await usdm.call("rest.cancel_algo_order", algo_id=placed["data"]["algoId"])
    await usdm.call("rest.change_initial_leverage", **ONE, leverage=7)
    events = await usdm.wait_for("user_data", ends_with("AccountConfigUpdate"))
    told = [row for (row,) in shown(events, "AlgoUpdate", "o")]
    assert [(one["aid"], one["X"]) for one in told] == [
        (placed["data"]["algoId"], "NEW"),
        (placed["data"]["algoId"], "CANCELED"),
    ]
    assert events[-1]["data"]["ac"]["l"] == 7
    assert not any(unknown_fields(event["data"]) for event in events)


async def test_a_listen_key_that_runs_out_says_so(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> None:
    trading.faults.listen_key_lifetime_s = 5.0
    await sdk.call("open", **sdk_addresses(trading, "usdm", **keys["hmac"].for_sdk()))
    told = await sdk.call("rest.start_user_data_stream")
    await sdk.call("streams.user_data", told["data"]["listenKey"])
    await trading.wait_until(lambda: bool(trading.switchboard(USDM).streams))
    await trading.advance(6)
    (event,) = await sdk.wait_for("user_data", ends_with("ListenKeyExpired"))
    assert event["data"]["listenKey"] == told["data"]["listenKey"]
