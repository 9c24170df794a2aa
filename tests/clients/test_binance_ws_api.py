"""The WebSocket APIs of spot and USD-M futures through Binance's own SDKs: sessions, orders, questions, refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.clients.keys import Key
from tests.clients.kit import ClientProcess, sdk_addresses, unknown_fields

from tickwright.sandbox import LoopbackVenue


pytestmark = pytest.mark.slow  # importing the client takes seconds

ONE = {"symbol": "BTCUSDT"}
LOW = 63_000.0
LIMIT = {**ONE, "side": "BUY", "type": "LIMIT", "time_in_force": "GTC", "quantity": 0.01, "price": LOW}  # fmt: skip
MARKET = {**ONE, "side": "BUY", "type": "MARKET", "quantity": 0.01}
# Method, arguments, and the client's model of the answer.
SPOT_QUESTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("ping", {}, "PingResponse"),
    ("time", {}, "TimeResponse"),
    ("exchange_info", ONE, "ExchangeInfoResponse"),
    ("depth", {**ONE, "limit": 5}, "DepthResponse"),
    ("trades_recent", {**ONE, "limit": 2}, "TradesRecentResponse"),
    ("trades_historical", {**ONE, "limit": 2}, "TradesHistoricalResponse"),
    ("trades_aggregate", {**ONE, "limit": 2}, "TradesAggregateResponse"),
    ("klines", {**ONE, "interval": "1m", "limit": 2}, "KlinesResponse"),
    ("ui_klines", {**ONE, "interval": "1m", "limit": 2}, "UiKlinesResponse"),
    ("avg_price", ONE, "AvgPriceResponse"),
    ("ticker24hr", ONE, "Ticker24hrResponse"),
    ("ticker", ONE, "TickerResponse"),
    ("ticker_price", ONE, "TickerPriceResponse"),
    ("ticker_book", {}, "TickerBookResponse"),
    ("account_status", {}, "AccountStatusResponse"),
    ("open_orders_status", ONE, "OpenOrdersStatusResponse"),
    ("all_orders", ONE, "AllOrdersResponse"),
    ("my_trades", ONE, "MyTradesResponse"),
    ("open_order_lists_status", {}, "OpenOrderListsStatusResponse"),
    ("account_rate_limits_orders", {}, "AccountRateLimitsOrdersResponse"),
    ("account_commission", ONE, "AccountCommissionResponse"),
    ("session_status", {}, "SessionStatusResponse"),
    ("session_subscriptions", {}, "SessionSubscriptionsResponse"),
]
# Where the client's models are wrong: of the envelope they lack all or the limits, which the client itself insists on, and
# of futures they have the book's sides beside the result.
LEFT_OUT = {
    "exchange_info": {"id", "status", "result"},
    "session_status": {"rateLimits"},
    "session_subscriptions": {"rateLimits"},
    "order_book": {"bids", "asks"},
}
USDM_QUESTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("order_book", {**ONE, "limit": 5}, "OrderBookResponse"),
    ("symbol_price_ticker", ONE, "SymbolPriceTickerResponse"),
    ("symbol_order_book_ticker", ONE, "SymbolOrderBookTickerResponse"),
    ("account_information", {}, "AccountInformationResponse"),
    ("account_information_v2", {}, "AccountInformationV2Response"),
    ("futures_account_balance", {}, "FuturesAccountBalanceResponse"),
    ("futures_account_balance_v2", {}, "FuturesAccountBalanceV2Response"),
    ("position_information", {}, "PositionInformationResponse"),
    ("position_information_v2", {}, "PositionInformationV2Response"),
]


@pytest.fixture
async def spot(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> AsyncIterator[ClientProcess]:
    await sdk.call("open", **sdk_addresses(trading, "spot", **keys["ed25519"].for_sdk()))
    yield sdk
    await sdk.call("close")


@pytest.fixture
async def usdm(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> AsyncIterator[ClientProcess]:
    await sdk.call("open", **sdk_addresses(trading, "usdm", **keys["hmac"].for_sdk()))
    yield sdk
    await sdk.call("close")


async def ask(client: ClientProcess, method: str, **arguments: Any) -> Any:
    """Call a method and return its result."""
    answer = await client.call(f"ws_api.{method}", **arguments)
    return answer["data"]["result"]


async def refusal(client: ClientProcess, method: str, **arguments: Any) -> tuple[int, str]:
    """Call what is refused, and return the venue's code and words; the client does not raise then."""
    answer = await client.call(f"ws_api.{method}", **arguments)
    error = answer["data"]["error"]
    return error["code"], error["msg"]


async def test_a_session_is_logged_on_with_an_ed25519_key_and_trades_without_signatures(
    spot: ClientProcess, keys: dict[str, Key]
) -> None:
    status = await ask(spot, "session_status")
    assert (status["apiKey"], status["authorizedSince"]) == (None, None)
    status = await ask(spot, "session_logon")
    assert status["apiKey"] == keys["ed25519"].key
    assert status["authorizedSince"] >= status["connectedSince"]
    placed = await ask(spot, "order_place", **LIMIT)
    assert [one["orderId"] for one in await ask(spot, "open_orders_status")] == [placed["orderId"]]
    assert (await ask(spot, "session_logout"))["apiKey"] is None


@pytest.mark.parametrize("kind", ["hmac", "rsa", "ed25519"])
async def test_requests_signed_one_by_one_are_taken_with_keys_of_every_kind(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key], kind: str
) -> None:
    for product, method in (("spot", "order_place"), ("usdm", "new_order")):
        await sdk.call("open", **sdk_addresses(trading, product, **keys[kind].for_sdk()))
        placed = await ask(sdk, method, **LIMIT, new_client_order_id=f"of-{kind}")
        assert (placed["clientOrderId"], placed["status"]) == (f"of-{kind}", "NEW")


async def test_an_order_lives_on_the_socket_as_it_does_over_rest(spot: ClientProcess) -> None:
    placed = await ask(spot, "order_place", **LIMIT)
    known = {**ONE, "order_id": placed["orderId"]}
    asked = await ask(spot, "order_status", **known)
    over_rest = (await spot.call("rest.get_order", **known))["data"]
    assert {name: asked[name] for name in over_rest if name in asked}.items() <= over_rest.items()
    amended = await ask(spot, "order_amend_keep_priority", **known, new_qty=0.005)
    assert amended["amendedOrder"]["qty"] == "0.00500000"
    swap = {**LIMIT, "price": LOW + 1, "cancel_replace_mode": "STOP_ON_FAILURE"}
    replaced = await ask(spot, "order_cancel_replace", **swap, cancel_order_id=placed["orderId"])
    left = replaced["newOrderResponse"]["orderId"]
    canceled = await ask(spot, "order_cancel", **ONE, order_id=left)
    assert canceled["status"] == "CANCELED"
    filled = await ask(spot, "order_place", **MARKET)
    assert (filled["status"], bool(filled["fills"])) == ("FILLED", True)
    listed = await ask(
        spot,
        "order_list_place_oco",
        **ONE,
        side="SELL",
        quantity=0.01,
        above_type="LIMIT_MAKER",
        above_price=70_000.0,
        below_type="STOP_LOSS",
        below_stop_price=60_000.0,
    )
    assert len(listed["orderReports"]) == 2
    (ended,) = await ask(spot, "open_orders_cancel_all", **ONE)
    assert ended["orderListId"] == listed["orderListId"]


async def test_a_futures_order_is_placed_moved_and_canceled(usdm: ClientProcess) -> None:
    placed = await ask(usdm, "new_order", **LIMIT)
    known = {**ONE, "order_id": placed["orderId"]}
    moved = await ask(usdm, "modify_order", **known, side="BUY", quantity=0.02, price=LOW + 10)
    assert (moved["price"], moved["origQty"]) == ("63010.00", "0.020")
    assert (await ask(usdm, "query_order", **known))["status"] == "NEW"
    assert (await ask(usdm, "cancel_order", **known))["status"] == "CANCELED"
    stop = {"algo_type": "CONDITIONAL", **ONE, "side": "SELL", "quantity": 0.02}
    waiting = await ask(usdm, "new_algo_order", **stop, type="STOP_MARKET", trigger_price=LOW)
    assert waiting["algoStatus"] == "NEW"
    gone = await ask(usdm, "cancel_algo_order", algo_id=waiting["algoId"])
    assert gone["code"] == "200"


@pytest.mark.parametrize(
    ("product", "kind", "questions", "order"),
    [
        ("spot", "ed25519", SPOT_QUESTIONS, "order_place"),
        ("usdm", "hmac", USDM_QUESTIONS, "new_order"),
    ],
    ids=["spot", "usdm"],
)
async def test_every_answer_fits_the_clients_model_and_tells_what_is_used_up(
    sdk: ClientProcess,
    trading: LoopbackVenue,
    keys: dict[str, Key],
    product: str,
    kind: str,
    questions: list[tuple[str, dict[str, Any], str]],
    order: str,
) -> None:
    await sdk.call("open", **sdk_addresses(trading, product, **keys[kind].for_sdk()))
    await ask(sdk, order, **MARKET)
    used = 0
    for method, arguments, model in questions:
        answer = await sdk.call(f"ws_api.{method}", **arguments)
        assert answer["model"] == model, method
        assert unknown_fields(answer["data"]) <= LEFT_OUT.get(method, set()), method
        (limit,) = (one for one in answer["limits"] if one["rateLimitType"] == "REQUEST_WEIGHT")
        assert limit["count"] > used
        used = limit["count"]
    assert sdk.events("complaint") == []


async def test_refusals_carry_the_venues_code_and_words(
    spot: ClientProcess, trading: LoopbackVenue
) -> None:
    for method, arguments, code, text in (
        ("order_place", {**LIMIT, "price": 1.0}, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        ("order_cancel", {**ONE, "order_id": 4711}, -2011, "Unknown order sent."),
        ("depth", {"symbol": "NOPE"}, -1121, "Invalid symbol."),
    ):
        assert await refusal(spot, method, **arguments) == (code, text)
    trading.faults.clock_step_s = 60.0
    assert (await refusal(spot, "account_status"))[0] == -1021


async def test_who_is_not_let_in_is_told_why(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> None:
    good = keys["hmac"].for_sdk()
    for product, method in (("spot", "account_status"), ("usdm", "account_information_v2")):
        for change, code in (
            ({"api_secret": "another"}, -1022),
            ({"api_key": "x" * 64}, -2015),
        ):
            await sdk.call("open", **sdk_addresses(trading, product, **{**good, **change}))
            assert (await refusal(sdk, method))[0] == code


async def test_a_key_that_is_not_ed25519_cannot_log_on(
    sdk: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> None:
    for kind in ("hmac", "rsa"):
        await sdk.call("open", **sdk_addresses(trading, "spot", **keys[kind].for_sdk()))
        code, _ = await refusal(sdk, "session_logon")
        assert code < 0
