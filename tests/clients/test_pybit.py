"""pybit, Bybit's own client, against the venue: unpatched but for addresses and keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.clients.bybit import (
    CATEGORIES,
    LINEAR,
    addresses,
    keys,
    market_of,
    sides,
    top,
)
from tests.clients.keys import rsa_key
from tests.clients.kit import ClientError, ClientProcess, Clients

from tickwright.sandbox import Sandbox


pytestmark = pytest.mark.slow  # importing the client takes seconds


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    # pybit notes a subscription only after it was sent, and breaks if the answer is quicker than that: as on loopback.
    faults = {"ack_delay_s": 0.02}
    async with Sandbox(
        ["bybit"], instruments=3, seed=23, rate_per_s=300, speed=0, faults=faults
    ) as opened:
        yield opened


@pytest.fixture
async def session(clients: Clients, sandbox: Sandbox) -> AsyncIterator[ClientProcess]:
    process = clients.get("pybit_agent")
    config = {"max_retries": 1, "retry_delay": 0}
    await process.call("open", urls=addresses(sandbox), keys=keys(sandbox), **config)
    yield process
    await process.call("close")
    process.forget()


async def follow(
    session: ClientProcess, sandbox: Sandbox, stream: str, channel: str, method: str, **more: Any
) -> None:
    """Start a stream whose messages come as events named after it, and wait until it is subscribed."""
    await session.call("follow", stream, channel, method, **more)
    await sandbox.wait_until(lambda: stream in sandbox.venue.switchboard(LINEAR).streams)


def _has(count: int) -> Callable[[list[Any]], bool]:
    return lambda seen: len(seen) >= count


def _has_rows(count: int) -> Callable[[list[Any]], bool]:
    return lambda seen: sum(len(one["data"]) for one in seen) >= count


async def error_of(session: ClientProcess, method: str, **fields: Any) -> ClientError:
    with pytest.raises(ClientError) as raised:
        await session.call(method, **fields)
    return raised.value


# ---------------------------------------------------------------------- public


async def test_time_and_instruments_are_the_venues(
    session: ClientProcess, sandbox: Sandbox
) -> None:
    now_ms = market_of(sandbox).now_ms
    told = await session.call("get_server_time")
    assert (told["time"], told["result"]["timeNano"]) == (now_ms, str(now_ms * 1_000_000))
    for category in CATEGORIES:
        listed = (await session.call("get_instruments_info", category=category))["result"]["list"]
        symbols = {one.symbol for one in market_of(sandbox).listings if one.category == category}
        assert {row["symbol"] for row in listed} == symbols


async def test_contracts_are_listed_page_by_page(session: ClientProcess) -> None:
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        asked = {"category": "linear", "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await session.call("get_instruments_info", **asked))["result"]
        seen += [row["symbol"] for row in page["list"]]
        cursor = page["nextPageCursor"]
    assert cursor == ""
    assert len(set(seen)) == 3


@pytest.mark.parametrize("category", CATEGORIES)
async def test_a_snapshot_is_the_venues_book(
    session: ClientProcess, sandbox: Sandbox, category: str
) -> None:
    asked = {"category": category, "symbol": "BTCUSDT", "limit": 200}
    book = (await session.call("get_orderbook", **asked))["result"]
    assert sides(book) == top(sandbox, f"{category}/BTCUSDT", 200)


@pytest.mark.parametrize("depth", [1, 50, 200])
@pytest.mark.parametrize("category", CATEGORIES)
async def test_the_streamed_book_equals_the_venues_after_each_of_150_advances(
    session: ClientProcess, sandbox: Sandbox, category: str, depth: int
) -> None:
    stream = f"{category}/orderbook.{depth}.BTCUSDT"
    await follow(
        session, sandbox, stream, category, "orderbook_stream", depth=depth, symbol="BTCUSDT"
    )
    events = await session.wait_for(stream, bool)
    board = sandbox.venue.switchboard(LINEAR)
    for _ in range(150):
        session.forget()
        sent = board.frames_sent
        await sandbox.advance(0.2)
        made = board.frames_sent - sent
        if made:
            events = await session.wait_for(stream, _has(made))
        assert sides(events[-1]["data"]) == top(sandbox, f"{category}/BTCUSDT", depth)


async def test_trades_have_neither_hole_nor_double(
    session: ClientProcess, sandbox: Sandbox
) -> None:
    for category in CATEGORIES:
        stream = f"{category}/publicTrade.BTCUSDT"
        await follow(session, sandbox, stream, category, "trade_stream", symbol="BTCUSDT")
        instrument = market_of(sandbox).find(f"{category}/BTCUSDT")
        assert instrument is not None
        first_id = instrument.last_trade_id + 1
        await sandbox.advance(10)
        made = instrument.trades(first_id, 10_000)
        events = await session.wait_for(stream, _has_rows(len(made)))
        seen = [row for event in events for row in event["data"]]
        assert len({row["i"] for row in seen}) == len(seen) == len(made)
        listing = instrument.listing
        assert [Decimal(row["p"]) for row in seen] == [listing.price(one.price) for one in made]


async def test_a_tickers_parts_add_up_to_what_rest_tells(
    session: ClientProcess, sandbox: Sandbox
) -> None:
    stream = "linear/tickers.BTCUSDT"
    await follow(session, sandbox, stream, "linear", "ticker_stream", symbol="BTCUSDT")
    await sandbox.advance(5.05)
    await sandbox.advance(0.05)
    sent = sandbox.venue.switchboard(LINEAR).frames_sent
    events = await session.wait_for(stream, lambda seen: len(seen) >= sent)
    rows = await session.call("get_tickers", category="linear", symbol="BTCUSDT")
    (row,) = rows["result"]["list"]
    merged = events[-1]["data"]
    assert {name: merged[name] for name in ("symbol", "highPrice24h", "fundingRate")} == {
        name: row[name] for name in ("symbol", "highPrice24h", "fundingRate")
    }
    assert len(merged) > 25


async def test_candles_and_liquidations_stream(session: ClientProcess, sandbox: Sandbox) -> None:
    candle, forced = "linear/kline.1.BTCUSDT", "linear/allLiquidation.BTCUSDT"
    await follow(session, sandbox, candle, "linear", "kline_stream", interval=1, symbol="BTCUSDT")
    await follow(session, sandbox, forced, "linear", "all_liquidation_stream", symbol="BTCUSDT")
    await sandbox.advance(130)
    closed = await session.wait_for(
        candle, lambda seen: sum(one["data"][0]["confirm"] for one in seen) >= 2
    )
    starts = [one["data"][0]["start"] for one in closed if one["data"][0]["confirm"]]
    assert starts == sorted(set(starts))
    asked = {"category": "linear", "symbol": "BTCUSDT", "interval": 1, "limit": 3}
    rows = (await session.call("get_kline", **asked))["result"]["list"]
    assert {str(start) for start in starts} <= {row[0] for row in rows}
    await session.wait_for(forced, bool)


async def test_funding_interest_and_trades_are_told_over_rest(session: ClientProcess) -> None:
    asked = {"category": "linear", "symbol": "BTCUSDT"}
    for method, more in (
        ("get_funding_rate_history", {"limit": 3}),
        ("get_open_interest", {"intervalTime": "5min", "limit": 3}),
        ("get_risk_limit", {}),
        ("get_mark_price_kline", {"interval": 1, "limit": 3}),
    ):
        assert (await session.call(method, **asked, **more))["result"]["list"], method


async def test_unsubscribing_ends_a_stream(session: ClientProcess, sandbox: Sandbox) -> None:
    stream = "linear/publicTrade.BTCUSDT"
    await follow(session, sandbox, stream, "linear", "trade_stream", symbol="BTCUSDT")
    await session.call("unfollow", "linear", "publicTrade.BTCUSDT")
    await sandbox.wait_until(lambda: stream not in sandbox.venue.switchboard(LINEAR).streams)


async def test_errors_and_bans_are_the_venues(session: ClientProcess, sandbox: Sandbox) -> None:
    error = await error_of(session, "get_orderbook", category="linear", symbol="NOPEUSDT")
    assert (error.kind, error.detail["status_code"]) == ("InvalidRequestError", 10001)
    sandbox.venue.rest(LINEAR).meter.limit = 0
    error = await error_of(session, "get_server_time")
    assert (error.kind, error.detail["status_code"]) == ("FailedRequestError", 403)


# ---------------------------------------------------------------------- private


LIMIT = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit"}


async def test_an_order_lives_its_life(session: ClientProcess, sandbox: Sandbox) -> None:
    which = {"category": "linear", "symbol": "BTCUSDT"}
    order = {**LIMIT, "qty": "0.01", "price": "64500", "timeInForce": "PostOnly"}
    placed = (await session.call("place_order", **order, orderLinkId="p-1"))["result"]
    (row,) = (await session.call("get_open_orders", **which))["result"]["list"]
    assert (row["orderId"], row["orderStatus"]) == (placed["orderId"], "New")
    await session.call("amend_order", **which, orderLinkId="p-1", price="64400")
    await session.call("cancel_order", **which, orderId=placed["orderId"])
    (row,) = (await session.call("get_order_history", **which))["result"]["list"]
    assert (row["orderStatus"], row["price"]) == ("Cancelled", "64400.00")
    assert (await session.call("cancel_all_orders", **which))["result"]["list"] == []


async def test_fills_change_positions_and_the_wallet(
    session: ClientProcess, sandbox: Sandbox
) -> None:
    which = {"category": "linear", "symbol": "BTCUSDT"}
    await session.call("place_order", **{**LIMIT, "orderType": "Market"}, qty="0.01")
    (fill, *_) = (await session.call("get_executions", **which))["result"]["list"]
    assert fill["execType"] == "Trade"
    (position,) = (await session.call("get_positions", **which))["result"]["list"]
    assert (position["side"], position["size"]) == ("Buy", "0.010")
    wallet = await session.call("get_wallet_balance", accountType="UNIFIED", coin="USDT")
    (coin,) = wallet["result"]["list"][0]["coin"]
    assert Decimal(coin["walletBalance"]) < 1_000_000
    await session.call("set_leverage", **which, buyLeverage="5", sellLeverage="5")
    (position,) = (await session.call("get_positions", **which))["result"]["list"]
    assert position["leverage"] == "5"


async def test_batches_and_small_endpoints_answer(session: ClientProcess) -> None:
    rows = [
        {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": price}
        for price in ("64500", "64400")
    ]
    told = await session.call("place_batch_order", category="linear", request=rows)
    assert [one["code"] for one in told["retExtInfo"]["list"]] == [0, 0]
    for method, more in (
        ("get_account_info", {}),
        ("get_api_key_information", {}),
        ("get_fee_rates", {"category": "spot"}),
        ("get_coin_info", {}),
        ("get_collateral_info", {}),
        ("set_dcp", {"timeWindow": 40}),
    ):
        assert (await session.call(method, **more))["retCode"] == 0, method


async def test_the_private_stream_tells_what_became_of_an_order(
    session: ClientProcess, sandbox: Sandbox
) -> None:
    topics = ("order", "execution", "position", "wallet")
    for topic in topics:
        await session.call("follow", topic, "private", f"{topic}_stream")
    board = sandbox.venue.switchboard(LINEAR)
    await sandbox.wait_until(
        lambda: all(any(one.endswith(f"/{topic}") for one in board.streams) for topic in topics)
    )
    placed = await session.call(
        "place_order", category="spot", symbol="BTCUSDT", side="Buy", orderType="Market", qty="1000"
    )
    (event,) = await session.wait_for("order", bool)
    (row,) = event["data"]
    assert (row["orderId"], row["orderStatus"]) == (placed["result"]["orderId"], "Filled")
    fills = await session.wait_for("execution", bool)
    total = sum(Decimal(one["execValue"]) for event in fills for one in event["data"])
    assert total == Decimal(row["cumExecValue"])
    await session.wait_for("wallet", bool)
    assert session.events("position") == [], "spot has none"


async def test_orders_go_over_the_trade_socket(session: ClientProcess) -> None:
    order = {**LIMIT, "qty": "0.01", "price": "64500", "orderLinkId": "ws-1"}
    placed = await session.call("trade", "place_order", **order)
    assert (placed["retCode"], placed["op"]) == (0, "order.create")
    again = await session.call("trade", "place_order", **order)
    assert again["retCode"] == 110072
    which = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "ws-1"}
    assert (await session.call("trade", "amend_order", **which, qty="0.02"))["retCode"] == 0
    assert (await session.call("trade", "cancel_order", **which))["retCode"] == 0
    rows = {"category": "linear", "request": [{**order, "orderLinkId": "ws-2"}]}
    batch = await session.call("trade", "place_batch_order", **rows)
    assert batch["retExtInfo"]["list"] == [{"code": 0, "msg": "OK"}]


async def test_refusals_have_the_venues_codes(session: ClientProcess, sandbox: Sandbox) -> None:
    order = {**LIMIT, "qty": "1000", "price": "64500"}
    assert (await error_of(session, "place_order", **order)).detail["status_code"] == 110007
    order = {**LIMIT, "category": "spot", "qty": "0.1", "price": "64500.005"}
    assert (await error_of(session, "place_order", **order)).detail["status_code"] == 170134


async def test_wrong_keys_are_refused(session: ClientProcess, sandbox: Sandbox) -> None:
    for wrong, kind in (
        ({"api_secret": "wrong"}, "10004"),
        ({"api_key": "wrong"}, "10003"),
    ):
        used = {**keys(sandbox), **wrong}
        await session.call("open", urls=addresses(sandbox), keys=used, max_retries=1)
        error = await error_of(session, "get_account_info")
        assert kind in error.text or error.detail.get("status_code") == int(kind), error.text


async def test_an_old_timestamp_is_refused(session: ClientProcess, sandbox: Sandbox) -> None:
    sandbox.faults.clock_step_s = 60.0
    error = await error_of(session, "get_account_info")
    assert "retries exceeded" in error.text, "it tries again with a longer window, and gives up"


async def test_rsa_keys_sign_requests_and_logins(clients: Clients) -> None:
    key = rsa_key()
    used = {"api_key": key.key, "api_secret": key.private_key, "rsa_authentication": True}
    faults = {"ack_delay_s": 0.02}
    async with Sandbox(
        ["bybit"], instruments=1, speed=0, keys=[key.held()], faults=faults
    ) as sandbox:
        process = clients.get("pybit_agent")
        await process.call("open", urls=addresses(sandbox), keys=used, max_retries=1)
        try:
            order = {**LIMIT, "qty": "0.01", "price": "64500", "orderLinkId": "rsa-1"}
            assert (await process.call("place_order", **order))["retCode"] == 0
            which = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "rsa-1"}
            assert (await process.call("trade", "cancel_order", **which))["retCode"] == 0
            told = await process.call("get_order_history", category="linear")
            assert told["result"]["list"][0]["orderStatus"] == "Cancelled"
        finally:
            await process.call("close")
            process.forget()
