"""ccxt with keys against the spot venue: account, orders and fills through its unified methods."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from tests.clients.conftest import SPOT
from tests.clients.keys import Key
from tests.clients.kit import ClientError, ClientProcess, ccxt_addresses

from tickwright.sandbox import GeneratedMarket, LoopbackVenue


pytestmark = pytest.mark.slow  # importing the client takes seconds

SYMBOL = "BTC/USDT"
Markets = dict[str, GeneratedMarket]


@pytest.fixture
async def exchange(
    ccxt: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> AsyncIterator[ClientProcess]:
    """ccxt at the spot venue, with a key; it need not wait between its requests."""
    config = {
        **keys["hmac"].for_ccxt(),
        "enableRateLimit": False,
        "options": {"fetchMarkets": {"types": ["spot"]}},
    }
    await ccxt.call("open", urls=ccxt_addresses(trading), config=config)
    await ccxt.call("load_markets")
    yield ccxt
    await ccxt.call("close")


def best(markets: Markets) -> tuple[Decimal, Decimal]:
    """Return the best bid's and the best ask's price."""
    bids, asks = markets[SPOT].book("BTCUSDT")
    return max(bids), min(asks)


async def balances(exchange: ClientProcess) -> dict[str, Decimal]:
    """Return what the account has of each asset, exactly."""
    told = await exchange.call("fetch_balance")
    rows = told["info"]["balances"]
    return {row["asset"]: Decimal(row["free"]) + Decimal(row["locked"]) for row in rows}


async def place(exchange: ClientProcess, *args: Any, **params: Any) -> dict[str, Any]:
    """Place an order for the symbol: type, side, amount, price."""
    kind, side, amount, *price = args
    limit = float(price[0]) if price else None
    order: dict[str, Any] = await exchange.call(
        "create_order", SYMBOL, kind, side, amount, limit, params
    )
    return order


async def refused(exchange: ClientProcess, *args: Any, **params: Any) -> ClientError:
    """Place an order that is refused, and return with what."""
    with pytest.raises(ClientError) as caught:
        await place(exchange, *args, **params)
    return caught.value


async def test_with_a_key_assets_come_before_markets_and_balances_are_the_accounts(
    exchange: ClientProcess,
) -> None:
    currencies = await exchange.call("fetch_currencies")
    assert {"USDT", "BTC", "ETH", "BNB"} <= set(currencies)
    assert await exchange.call("fetch_status") == {
        **dict.fromkeys(("updated", "eta", "url")),
        "status": "ok",
        "info": {"status": "0", "msg": "normal"},
    }
    balance = await exchange.call("fetch_balance")
    assert balance["BTC"] == {"free": 100, "used": 0, "total": 100}
    assert balance["USDT"]["total"] == 1_000_000


async def test_a_limit_order_rests_is_found_everywhere_and_is_canceled(
    exchange: ClientProcess, markets: Markets
) -> None:
    bid, _ = best(markets)
    placed = await place(exchange, "limit", "buy", 0.01, bid - 100)
    assert (placed["status"], placed["filled"], placed["remaining"]) == ("open", 0, 0.01)
    balance = await exchange.call("fetch_balance")
    assert balance["USDT"]["used"] == float((bid - 100) / 100)

    asked = await exchange.call("fetch_order", placed["id"], SYMBOL)
    named = {"origClientOrderId": placed["clientOrderId"]}
    assert await exchange.call("fetch_order", "0", SYMBOL, named) == asked
    assert await exchange.call("fetch_open_orders", SYMBOL) == [asked]
    assert asked["price"] == float(bid - 100)
    assert markets[SPOT].book("BTCUSDT")[0][bid - 100] >= Decimal("0.01")

    canceled = await exchange.call("cancel_order", placed["id"], SYMBOL)
    assert (canceled["id"], canceled["status"]) == (placed["id"], "canceled")
    assert await exchange.call("fetch_open_orders", SYMBOL) == []
    assert (await exchange.call("fetch_balance"))["USDT"]["used"] == 0
    with pytest.raises(ClientError, match="-2011") as caught:
        await exchange.call("cancel_order", placed["id"], SYMBOL)
    assert caught.value.kind == "OrderNotFound"


async def test_market_orders_by_amount_and_by_cost_move_balances_by_exactly_their_fills(
    exchange: ClientProcess,
) -> None:
    before = await balances(exchange)
    bought = await place(exchange, "market", "buy", 0.02)
    spent = await exchange.call("create_market_buy_order_with_cost", SYMBOL, 500)
    sold = await place(exchange, "market", "sell", 0.01)
    orders = [bought, spent, sold]
    assert [order["status"] for order in orders] == ["closed"] * 3
    assert 499 < spent["cost"] <= 500

    trades = await exchange.call("fetch_my_trades", SYMBOL)
    assert [one["order"] for one in trades] == [
        order["id"] for order in orders for _ in order["trades"]
    ]
    assert all(one["takerOrMaker"] == "taker" for one in trades)
    after = await balances(exchange)
    moved = dict.fromkeys(("BTC", "USDT"), Decimal(0))
    for row in (one["info"] for one in trades):
        sign = 1 if row["isBuyer"] else -1
        moved["BTC"] += sign * Decimal(row["qty"])
        moved["USDT"] -= sign * Decimal(row["quoteQty"])
        moved[row["commissionAsset"]] -= Decimal(row["commission"])
    assert {asset: after[asset] - before[asset] for asset in moved} == moved

    fee = await exchange.call("fetch_trading_fee", SYMBOL)
    first = trades[0]
    assert first["fee"]["cost"] == pytest.approx(first["amount"] * fee["taker"], abs=1e-8)
    told = await exchange.call("fetch_order_trades", sold["id"], SYMBOL)
    assert told == [one for one in trades if one["order"] == sold["id"]]


async def test_an_order_that_waits_is_filled_as_maker_by_the_flow(
    exchange: ClientProcess, trading: LoopbackVenue, markets: Markets
) -> None:
    _, ask = best(markets)
    waiting = await place(exchange, "limit", "buy", 0.0001, ask - Decimal("0.01"), postOnly=True)
    assert (waiting["status"], waiting["postOnly"]) == ("open", True)
    filled = waiting
    while filled["status"] == "open":
        await trading.advance(1)
        filled = await exchange.call("fetch_order", waiting["id"], SYMBOL)
    assert (filled["status"], filled["average"]) == ("closed", waiting["price"])
    trades = await exchange.call("fetch_my_trades", SYMBOL)
    assert {one["takerOrMaker"] for one in trades} == {"maker"}
    assert await exchange.call("fetch_closed_orders", SYMBOL) == [filled]


async def test_an_order_that_may_not_take_is_refused_and_one_that_may_not_wait_expires(
    exchange: ClientProcess, markets: Markets
) -> None:
    bid, ask = best(markets)
    error = await refused(exchange, "limit", "buy", 0.01, ask + 1, postOnly=True)
    assert error.kind == "OrderImmediatelyFillable"
    for time_in_force in ("IOC", "FOK"):
        order = await place(exchange, "limit", "buy", 0.01, bid - 100, timeInForce=time_in_force)
        assert (order["status"], order["filled"]) == ("expired", 0)


async def test_a_stop_waits_unseen_and_sells_once_the_price_has_come(
    exchange: ClientProcess, trading: LoopbackVenue, markets: Markets
) -> None:
    bid, _ = best(markets)
    stop = await place(exchange, "market", "sell", 0.01, stopLossPrice=float(bid - 1))
    assert stop["status"] in ("open", None)
    limited = await place(
        exchange, "limit", "sell", 0.01, bid - 50, stopLossPrice=float(bid - 2000)
    )
    bids, _ = markets[SPOT].book("BTCUSDT")
    assert bid in bids
    asked = await exchange.call("fetch_order", stop["id"], SYMBOL)
    assert (asked["status"], asked["triggerPrice"]) == ("open", float(bid - 1))
    above = sum(quantity for price, quantity in bids.items() if price > bid - 1)
    await place(exchange, "market", "sell", float(above) + 0.01)
    asked = await exchange.call("fetch_order", stop["id"], SYMBOL)
    assert (asked["status"], asked["filled"]) == ("closed", 0.01)
    assert [one["id"] for one in await exchange.call("fetch_open_orders", SYMBOL)] == [
        limited["id"]
    ]


async def test_editing_replaces_an_order_and_a_gone_one_is_not_replaced(
    exchange: ClientProcess, markets: Markets
) -> None:
    bid, _ = best(markets)
    first = await place(exchange, "limit", "buy", 0.01, bid - 100)
    second = await exchange.call(
        "edit_order", first["id"], SYMBOL, "limit", "buy", 0.02, float(bid - 200)
    )
    assert second["id"] != first["id"]
    (left,) = await exchange.call("fetch_open_orders", SYMBOL)
    assert (left["id"], left["amount"], left["price"]) == (second["id"], 0.02, float(bid - 200))
    with pytest.raises(ClientError, match="-2022") as caught:
        await exchange.call(
            "edit_order", first["id"], SYMBOL, "limit", "buy", 0.02, float(bid - 200)
        )
    assert "ExchangeError" in caught.value.kinds
    assert len(await exchange.call("fetch_open_orders", SYMBOL)) == 1


async def test_all_orders_of_a_symbol_are_canceled_at_once_and_stay_in_its_history(
    exchange: ClientProcess, markets: Markets
) -> None:
    bid, _ = best(markets)
    placed = [await place(exchange, "limit", "buy", 0.01, bid - 10 * n) for n in range(1, 4)]
    done = await place(exchange, "market", "buy", 0.01)
    canceled = await exchange.call("cancel_all_orders", SYMBOL)
    assert {one["id"] for one in canceled} == {one["id"] for one in placed}
    history = await exchange.call("fetch_orders", SYMBOL)
    assert [(one["id"], one["status"]) for one in history] == [
        *((one["id"], "canceled") for one in placed),
        (done["id"], "closed"),
    ]
    with pytest.raises(ClientError, match="-2011"):
        await exchange.call("cancel_all_orders", SYMBOL)


async def test_of_the_two_orders_of_a_list_the_one_that_is_filled_ends_the_other(
    exchange: ClientProcess, trading: LoopbackVenue, markets: Markets
) -> None:
    bid, ask = best(markets)
    request = {
        "symbol": "BTCUSDT",
        "side": "SELL",
        "quantity": "0.001",
        "aboveType": "LIMIT_MAKER",
        "abovePrice": str(ask + Decimal("0.01")),
        "belowType": "STOP_LOSS",
        "belowStopPrice": str(bid - 1000),
    }
    placed = await exchange.call("privatePostOrderListOco", request)
    assert (placed["listOrderStatus"], len(placed["orderReports"])) == ("EXECUTING", 2)
    assert len(await exchange.call("privateGetOpenOrderList")) == 1
    asked = placed
    while asked["listOrderStatus"] == "EXECUTING":
        await trading.advance(1)
        asked = await exchange.call("privateGetOrderList", {"orderListId": placed["orderListId"]})
    assert asked["listOrderStatus"] == "ALL_DONE"
    history = await exchange.call("fetch_orders", SYMBOL)
    assert sorted(one["status"] for one in history) == ["closed", "expired"]


# What is asked for, the client's class of error, and the venue's words.
REFUSALS = [
    pytest.param(("limit", "buy", 0.01, 1), {}, "InvalidOrder", "Filter failure: PERCENT_PRICE_BY_SIDE", id="band"),
    pytest.param(("limit", "buy", 0.00001, 60_000), {}, "BadRequest", "Filter failure: NOTIONAL", id="notional"),
    pytest.param(("limit", "buy", 100, 60_000), {}, "InsufficientFunds", "insufficient balance", id="balance"),
    pytest.param(("market", "sell", 0), {}, "InvalidOrder", "amount", id="nothing"),
    pytest.param(("limit", "sell", 0.01, 70_000), {"stopLossPrice": 70_000}, "OrderImmediatelyFillable", "trigger immediately", id="stop"),
    pytest.param(("limit", "buy", 0.01, 60_000), {"timeInForce": "GTX"}, "BadRequest", "-1115", id="time-in-force"),
    pytest.param(("limit", "buy", 0.01, 60_000), {"newClientOrderId": "not allowed!"}, "BadRequest", "-1100", id="client-id"),
]  # fmt: skip


@pytest.mark.parametrize(("order", "params", "kind", "text"), REFUSALS)
async def test_what_the_venue_refuses_is_the_error_that_the_client_has_for_it(
    exchange: ClientProcess, order: tuple[Any, ...], params: dict[str, Any], kind: str, text: str
) -> None:
    error = await refused(exchange, *order, **params)
    assert (kind, text in error.text) == (error.kind, True), error.text
    assert await exchange.call("fetch_open_orders", SYMBOL) == []


async def test_a_second_order_of_an_open_ones_client_id_is_refused(
    exchange: ClientProcess, markets: Markets
) -> None:
    bid, _ = best(markets)
    await place(exchange, "limit", "buy", 0.01, bid - 100, newClientOrderId="mine")
    error = await refused(exchange, "limit", "buy", 0.01, bid - 100, newClientOrderId="mine")
    assert (error.kind, "Duplicate order sent." in error.text) == ("InvalidOrder", True), error.text
    assert len(await exchange.call("fetch_open_orders", SYMBOL)) == 1
