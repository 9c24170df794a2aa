"""Binance's own spot SDK with keys: every private endpoint's answer fits its model, and orders do what they should."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from tests.clients.keys import Key
from tests.clients.kit import ClientError, ClientProcess, sdk_addresses, unknown_fields

from tickwright.sandbox import LoopbackVenue


pytestmark = pytest.mark.slow  # importing the client takes seconds

ONE = {"symbol": "BTCUSDT"}
LIMIT = {**ONE, "side": "BUY", "type": "LIMIT", "time_in_force": "GTC", "quantity": 0.01}
MARKET = {**ONE, "side": "BUY", "type": "MARKET"}
# What the venue documents of canceled lists and the client's models leave out.
LEFT_OUT = {"selfTradePreventionMode"}
LOW, HIGH = 60_000.0, 70_000.0
WORKING = {
    "working_type": "LIMIT",
    "working_side": "BUY",
    "working_price": LOW,
    "working_quantity": 0.01,
    "working_time_in_force": "GTC",
}
ABOVE_AND_BELOW = {
    "above_type": "LIMIT_MAKER",
    "above_price": HIGH,
    "below_type": "STOP_LOSS",
    "below_stop_price": LOW,
}
# Order lists by the method that places them, and how many orders each is.
LISTS: list[tuple[str, dict[str, Any], int]] = [
    ("order_list_oco", {**ABOVE_AND_BELOW, "side": "SELL", "quantity": 0.01}, 2),
    ("order_list_oto", {**WORKING, "pending_type": "LIMIT", "pending_side": "SELL", "pending_quantity": 0.01, "pending_price": HIGH, "pending_time_in_force": "GTC"}, 2),
    ("order_list_otoco", {**WORKING, "pending_side": "SELL", "pending_quantity": 0.01, **{f"pending_{name}": value for name, value in ABOVE_AND_BELOW.items()}}, 3),
    ("order_list_opo", {**WORKING, "pending_type": "LIMIT", "pending_side": "SELL", "pending_price": HIGH, "pending_time_in_force": "GTC"}, 2),
    ("order_list_opoco", {**WORKING, "pending_side": "SELL", **{f"pending_{name}": value for name, value in ABOVE_AND_BELOW.items()}}, 3),
    ("order_oco", {"side": "SELL", "quantity": 0.01, "price": HIGH, "stop_price": LOW}, 2),
]  # fmt: skip
# What can be asked about an account, and the client's model of the answer.
QUESTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("get_account", {}, "GetAccountResponse"),
    ("get_account", {"omit_zero_balances": True}, "GetAccountResponse"),
    ("get_open_orders", {}, "list"),
    ("all_orders", ONE, "list"),
    ("my_trades", ONE, "list"),
    ("all_order_list", {}, "list"),
    ("open_order_list", {}, "list"),
    ("rate_limit_order", {}, "list"),
    ("my_prevented_matches", {**ONE, "order_id": 1}, "list"),
    ("my_allocations", ONE, "list"),
    ("account_commission", ONE, "AccountCommissionResponse"),
    ("my_filters", ONE, "MyFiltersResponse"),
]


@pytest.fixture
async def spot(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> AsyncIterator[ClientProcess]:
    await sdk.call("open", **sdk_addresses(trading, "spot", **keys["hmac"].for_sdk()))
    yield sdk
    await sdk.call("close")


async def ask(client: ClientProcess, method: str, **arguments: Any) -> Any:
    """Call a REST method; what it returns has no field that the client does not know."""
    answer = await client.call(f"rest.{method}", **arguments)
    assert unknown_fields(answer["data"]) <= LEFT_OUT, method
    return answer["data"]


async def balances(spot: ClientProcess) -> dict[str, Decimal]:
    """Return what the account has of each asset, locked or not."""
    rows = (await ask(spot, "get_account"))["balances"]
    return {row["asset"]: Decimal(row["free"]) + Decimal(row["locked"]) for row in rows}


async def refusal(client: ClientProcess, method: str, **arguments: Any) -> tuple[str, int, str]:
    """Call what is refused; return the client's class of error, and the venue's code and words."""
    with pytest.raises(ClientError) as caught:
        await client.call(f"rest.{method}", **arguments)
    detail = caught.value.detail
    return caught.value.kind, detail["status_code"], detail["error_message"]


@pytest.mark.parametrize(("wanted", "names"), [("ACK", 5), ("RESULT", 16), ("FULL", 17)])
async def test_an_answer_to_an_order_says_as_much_as_was_asked_for(
    spot: ClientProcess, wanted: str, names: int
) -> None:
    placed = await ask(spot, "new_order", **LIMIT, price=LOW, new_order_resp_type=wanted)
    told = {name for name, value in placed.items() if value is not None}
    assert len(told - {"additional_properties"}) == names
    asked = await ask(spot, "get_order", **ONE, order_id=placed["orderId"])
    assert (asked["status"], asked["price"]) == ("NEW", "60000.00000000")


async def test_an_order_lives_through_amendment_replacement_and_cancel(
    spot: ClientProcess,
) -> None:
    placed = await ask(spot, "new_order", **LIMIT, price=LOW, new_client_order_id="first")
    amended = await ask(spot, "order_amend_keep_priority", **ONE, new_qty=0.005, orig_client_order_id="first")  # fmt: skip
    assert amended["amendedOrder"]["qty"] == "0.00500000"
    (noted,) = await ask(spot, "order_amendments", **ONE, order_id=placed["orderId"])
    assert (noted["origQty"], noted["newQty"]) == ("0.01000000", "0.00500000")

    swap = {**LIMIT, "price": LOW + 1, "cancel_replace_mode": "STOP_ON_FAILURE"}
    replaced = await ask(spot, "order_cancel_replace", **swap, cancel_order_id=placed["orderId"])
    assert (replaced["cancelResult"], replaced["newOrderResult"]) == ("SUCCESS", "SUCCESS")
    kind, code, _ = await refusal(
        spot, "order_cancel_replace", **swap, cancel_order_id=placed["orderId"]
    )
    assert (kind, code) == ("BadRequestError", -2022)

    left = replaced["newOrderResponse"]
    canceled = await ask(spot, "delete_order", **ONE, order_id=left["orderId"])
    assert canceled["origClientOrderId"] == left["clientOrderId"] != canceled["clientOrderId"]
    assert await ask(spot, "get_open_orders") == []
    assert [one["status"] for one in await ask(spot, "all_orders", **ONE)] == ["CANCELED"] * 2


async def test_accepted_orders_are_counted_and_refused_ones_are_not(spot: ClientProcess) -> None:
    counts = []
    for number in range(1, 3):
        answer = await spot.call("rest.new_order", **LIMIT, price=LOW + number)
        counts.append({one["rateLimitType"]: one["count"] for one in answer["limits"]})
    assert [row["ORDERS"] for row in counts] == [1, 2]
    await refusal(spot, "new_order", **LIMIT, price=1.0)
    rows = await ask(spot, "rate_limit_order")
    assert [(row["interval"], row["count"]) for row in rows] == [("SECOND", 2), ("DAY", 2)]


async def test_market_orders_move_balances_by_exactly_their_fills(spot: ClientProcess) -> None:
    before = await balances(spot)
    orders = [
        await ask(spot, "new_order", **MARKET, quantity=0.02),
        await ask(spot, "new_order", **MARKET, quote_order_qty=500),
    ]
    moved = dict.fromkeys(("BTC", "USDT"), Decimal(0))
    for fill in (fill for order in orders for fill in order["fills"]):
        moved["BTC"] += Decimal(fill["qty"]) - Decimal(fill["commission"])
        moved["USDT"] -= Decimal(fill["price"]) * Decimal(fill["qty"])
    after = await balances(spot)
    assert {asset: after[asset] - before[asset] for asset in moved} == moved
    trades = await ask(spot, "my_trades", **ONE)
    assert [one["id"] for one in trades] == [
        fill["tradeId"] for order in orders for fill in order["fills"]
    ]


@pytest.mark.parametrize(("method", "arguments", "orders"), LISTS, ids=lambda one: str(one)[:16])
async def test_lists_of_orders_are_placed_found_and_canceled(
    spot: ClientProcess, method: str, arguments: dict[str, Any], orders: int
) -> None:
    placed = await ask(spot, method, **ONE, **arguments)
    assert (placed["listOrderStatus"], len(placed["orderReports"])) == ("EXECUTING", orders)
    asked = await ask(spot, "get_order_list", order_list_id=placed["orderListId"])
    assert asked["orders"] == placed["orders"]
    canceled = await ask(
        spot, "delete_order_list", **ONE, list_client_order_id=placed["listClientOrderId"]
    )
    assert (canceled["listOrderStatus"], len(canceled["orderReports"])) == ("ALL_DONE", orders)
    assert await ask(spot, "open_order_list") == []


async def test_a_list_is_canceled_with_all_orders_of_its_symbol(spot: ClientProcess) -> None:
    single = await ask(spot, "new_order", **LIMIT, price=LOW)
    method, arguments, _ = LISTS[0]
    await ask(spot, method, **ONE, **arguments)
    rows = await ask(spot, "delete_open_orders", **ONE)
    # The client reads each as an order, and keeps of a list no more than its id.
    assert sorted(row["orderListId"] for row in rows) == [-1, 1]
    assert (await ask(spot, "get_order", **ONE, order_id=single["orderId"]))["status"] == "CANCELED"


async def test_every_answer_fits_the_clients_model(
    spot: ClientProcess, trading: LoopbackVenue
) -> None:
    await ask(spot, "new_order", **MARKET, quantity=0.02)
    await ask(spot, "new_order", **LIMIT, price=LOW)
    await ask(spot, LISTS[0][0], **ONE, **LISTS[0][1])
    for method, arguments, model in QUESTIONS:
        answer = await spot.call(f"rest.{method}", **arguments)
        assert answer["model"] == model, method
        assert not unknown_fields(answer["data"]), method
        assert answer["data"] or method in ("my_prevented_matches", "my_allocations")
    tested = await spot.call("rest.order_test", **LIMIT, price=LOW, compute_commission_rates=True)
    rates = tested["data"]["standardCommissionForOrder"]
    assert (rates["maker"], rates["taker"]) == ("0.00100000", "0.00100000")
    assert spot.events("complaint") == []


REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    ({**LIMIT, "price": 1.0}, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
    ({**LIMIT, "price": 60_000.001}, -1013, "Filter failure: PRICE_FILTER"),
    ({**LIMIT, "price": LOW, "quantity": 0.010001}, -1013, "Filter failure: LOT_SIZE"),
    ({**LIMIT, "price": 20_000.0, "quantity": 0.0001}, -1013, "Filter failure: NOTIONAL"),
    ({**LIMIT, "price": 60_000.123456789}, -1111, "Parameter 'price' has too much precision."),
    ({**LIMIT, "price": LOW, "quantity": 100}, -2010, "Account has insufficient balance for requested action."),
    ({**ONE, "side": "BUY", "type": "LIMIT_MAKER", "quantity": 0.01, "price": HIGH}, -2010, "Order would immediately match and take."),
    ({**ONE, "side": "BUY", "type": "STOP_LOSS", "quantity": 0.01, "stop_price": LOW}, -2010, "Order would trigger immediately."),
    ({**MARKET}, -1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"),
    ({**LIMIT}, -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."),
]  # fmt: skip


@pytest.mark.parametrize(("order", "code", "text"), REFUSALS, ids=lambda one: str(one)[:24])
async def test_refusals_carry_the_venues_code_and_words(
    spot: ClientProcess, order: dict[str, Any], code: int, text: str
) -> None:
    assert await refusal(spot, "new_order", **order) == ("BadRequestError", code, text)


async def test_an_order_of_which_nobody_knows_is_a_server_error_and_can_be_found(
    spot: ClientProcess, trading: LoopbackVenue
) -> None:
    trading.faults.order_failures = 1
    trading.faults.order_failure_executes = True
    kind, *_ = await refusal(spot, "new_order", **LIMIT, price=LOW, new_client_order_id="mine")
    assert kind == "ServerError"
    found = await ask(spot, "get_order", **ONE, orig_client_order_id="mine")
    assert found["status"] == "NEW"


@pytest.mark.parametrize("kind", ["hmac", "rsa", "ed25519"])
async def test_keys_of_every_kind_trade(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key], kind: str
) -> None:
    await sdk.call("open", **sdk_addresses(trading, "spot", **keys[kind].for_sdk()))
    placed = await ask(sdk, "new_order", **LIMIT, price=LOW, new_client_order_id=f"of-{kind}")
    assert placed["clientOrderId"] == f"of-{kind}"
    assert len(await ask(sdk, "get_open_orders", **ONE)) == 1


async def test_who_is_not_let_in_is_told_why(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> None:
    good = keys["hmac"].for_sdk()
    for change, kind, code in (
        ({"api_secret": "another"}, "BadRequestError", -1022),
        ({"api_key": "x" * 64}, "UnauthorizedError", -2015),
        ({"api_key": "short"}, "UnauthorizedError", -2014),
    ):
        await sdk.call("open", **sdk_addresses(trading, "spot", **{**good, **change}))
        assert (await refusal(sdk, "get_account"))[:2] == (kind, code)
    await sdk.call("open", **sdk_addresses(trading, "spot", **good))
    for step_s, text in (
        (60.0, "Timestamp for this request is outside of the recvWindow."),
        (-60.0, "Timestamp for this request was 1000ms ahead of the server's time."),
    ):
        trading.faults.clock_step_s = step_s
        assert await refusal(sdk, "get_account") == ("BadRequestError", -1021, text)


async def test_times_come_in_microseconds_where_they_were_asked_for(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> None:
    addresses = sdk_addresses(trading, "spot", **keys["hmac"].for_sdk())
    for part in ("rest", "ws_api"):
        addresses[part]["time_unit"] = "MICROSECOND"
    await sdk.call("open", **addresses)
    placed = await ask(sdk, "new_order", **LIMIT, price=LOW)
    asked = await sdk.call("ws_api.order_status", **ONE, order_id=placed["orderId"])
    microseconds = 10**15
    assert placed["transactTime"] > microseconds
    assert asked["data"]["result"]["time"] == placed["transactTime"]
