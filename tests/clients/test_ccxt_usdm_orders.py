"""ccxt with keys against USD-M futures: account, positions, orders and conditional orders through its unified methods."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.clients.conftest import USDM
from tests.clients.keys import Key
from tests.clients.kit import ClientError, ClientProcess, ccxt_addresses

from tickwright.sandbox import GeneratedMarket, LoopbackVenue


pytestmark = pytest.mark.slow  # importing the client takes seconds

SYMBOL = "BTC/USDT:USDT"
Markets = dict[str, GeneratedMarket]


@pytest.fixture
async def exchange(
    ccxt: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]
) -> AsyncIterator[ClientProcess]:
    """ccxt at USD-M futures, with a key; it need not wait between its requests."""
    config = {
        **keys["hmac"].for_ccxt(),
        "enableRateLimit": False,
        "options": {"fetchMarkets": {"types": ["linear"]}, "defaultType": "swap"},
    }
    await ccxt.call("open", urls=ccxt_addresses(trading), config=config)
    await ccxt.call("load_markets")
    yield ccxt
    await ccxt.call("close")


def best(markets: Markets) -> tuple[float, float]:
    """Return the best bid's and the best ask's price."""
    bids, asks = markets[USDM].book("BTCUSDT")
    return float(max(bids)), float(min(asks))


async def place(exchange: ClientProcess, *args: Any, **params: Any) -> dict[str, Any]:
    """Place an order for the symbol: type, side, amount, price."""
    kind, side, amount, *price = args
    order: dict[str, Any] = await exchange.call(
        "create_order", SYMBOL, kind, side, amount, price[0] if price else None, params
    )
    return order


async def refused(exchange: ClientProcess, *args: Any, **params: Any) -> ClientError:
    """Place an order that is refused, and return with what."""
    with pytest.raises(ClientError) as caught:
        await place(exchange, *args, **params)
    return caught.value


async def position(exchange: ClientProcess) -> dict[str, Any]:
    """Return the one position."""
    (found,) = await exchange.call("fetch_positions", [SYMBOL])
    assert isinstance(found, dict)
    return found


async def test_a_limit_order_rests_moves_and_is_canceled(
    exchange: ClientProcess, markets: Markets
) -> None:
    bid, _ = best(markets)
    placed = await place(exchange, "limit", "buy", 0.01, bid - 100)
    assert (placed["status"], placed["filled"], placed["remaining"]) == ("open", 0, 0.01)
    asked = await exchange.call("fetch_order", placed["id"], SYMBOL)
    assert await exchange.call("fetch_open_order", placed["id"], SYMBOL) == asked
    assert await exchange.call("fetch_open_orders", SYMBOL) == [asked]

    moved = await exchange.call("edit_order", placed["id"], SYMBOL, "limit", "buy", 0.02, bid - 200)
    assert (moved["id"], moved["amount"], moved["price"]) == (placed["id"], 0.02, bid - 200)
    with pytest.raises(ClientError, match="-5027"):
        await exchange.call("edit_order", placed["id"], SYMBOL, "limit", "buy", 0.02, bid - 200)

    canceled = await exchange.call("cancel_order", placed["id"], SYMBOL)
    assert (canceled["status"], canceled["clientOrderId"]) == (
        "canceled",
        placed["clientOrderId"],
    )
    assert await exchange.call("fetch_open_orders", SYMBOL) == []
    for method, code in (("cancel_order", "-2011"), ("fetch_open_order", "-2013")):
        with pytest.raises(ClientError, match=code) as caught:
            await exchange.call(method, placed["id"], SYMBOL)
        assert caught.value.kind == "OrderNotFound"


async def test_a_position_opens_shrinks_and_closes_and_the_wallet_has_profits_less_fees(
    exchange: ClientProcess, trading: LoopbackVenue
) -> None:
    bought = await place(exchange, "market", "buy", 0.05)
    assert (bought["status"], bought["filled"]) == ("closed", 0.05)
    held = await position(exchange)
    assert (held["side"], held["contracts"], held["marginMode"]) == ("long", 0.05, "cross")
    assert held["entryPrice"] == pytest.approx(bought["average"] or held["entryPrice"])
    assert held["initialMargin"] == pytest.approx(held["notional"] / 20)

    await trading.advance(5)
    error = await refused(exchange, "market", "buy", 0.01, reduceOnly=True)
    assert "-2022" in error.text
    sold = await place(exchange, "market", "sell", 0.09, reduceOnly=True)
    assert (sold["filled"], sold["reduceOnly"]) == (0.05, True)
    assert await exchange.call("fetch_positions", [SYMBOL]) == []

    trades = await exchange.call("fetch_my_trades", SYMBOL)
    profit = sum(Decimal(one["info"]["realizedPnl"]) for one in trades)
    fees = sum(Decimal(one["info"]["commission"]) for one in trades)
    wallet = (await exchange.call("fetch_balance"))["info"]["totalWalletBalance"]
    assert Decimal(wallet) == 1_000_000 + profit - fees
    rate = (await exchange.call("fetch_trading_fee", SYMBOL))["taker"]
    for one in trades:
        assert one["fee"]["cost"] == pytest.approx(one["cost"] * rate)
    ledger = await exchange.call("fetch_ledger")
    signed = (one["amount"] if one["direction"] == "in" else -one["amount"] for one in ledger)
    assert sum(signed) == pytest.approx(float(profit - fees))


async def test_an_order_that_may_not_take_is_refused(
    exchange: ClientProcess, markets: Markets
) -> None:
    bid, ask = best(markets)
    error = await refused(exchange, "limit", "buy", 0.01, ask + 1, postOnly=True)
    assert "-5022" in error.text
    waiting = await place(exchange, "limit", "buy", 0.01, bid - 10, postOnly=True)
    assert (waiting["status"], waiting["postOnly"], waiting["timeInForce"]) == ("open", True, "PO")
    error = await refused(exchange, "limit", "buy", 0.01, bid - 10, timeInForce="FOK")
    assert "-5021" in error.text
    expired = await place(exchange, "limit", "buy", 0.01, bid - 10, timeInForce="IOC")
    assert expired["status"] == "expired"


async def test_conditional_orders_wait_apart_fire_and_are_canceled(
    exchange: ClientProcess, markets: Markets
) -> None:
    bid, ask = best(markets)
    trigger = {"trigger": True}
    await place(exchange, "market", "buy", 0.05)
    stop = await place(exchange, "market", "sell", 0.02, stopLossPrice=bid - 1)
    profit = await place(exchange, "limit", "sell", 0.02, ask + 90, takeProfitPrice=ask + 100)
    trail = await place(exchange, "market", "sell", 0.02, trailingPercent=1)
    assert [one["status"] for one in (stop, profit, trail)] == ["open"] * 3
    assert "-2021" in (await refused(exchange, "market", "sell", 0.02, stopLossPrice=ask + 9)).text
    assert await exchange.call("fetch_open_orders", SYMBOL) == []
    waiting = await exchange.call("fetch_open_orders", SYMBOL, None, None, trigger)
    assert {one["id"] for one in waiting} == {one["id"] for one in (stop, profit, trail)}
    assert (await exchange.call("fetch_order", stop["id"], SYMBOL, trigger))["type"] == "market"

    bids, _ = markets[USDM].book("BTCUSDT")
    above = sum(quantity for price, quantity in bids.items() if price > Decimal(bid) - 1)
    await place(exchange, "market", "sell", round(float(above) + 0.01, 3))
    fired = await exchange.call("fetch_order", stop["id"], SYMBOL, trigger)
    assert fired["status"] == "closed"
    sold = await exchange.call("fetch_order", fired["info"]["actualOrderId"], SYMBOL)
    assert (sold["status"], sold["filled"], sold["side"]) == ("closed", 0.02, "sell")

    canceled = await exchange.call("cancel_order", profit["id"], SYMBOL, trigger)
    assert canceled["id"] == profit["id"]
    await exchange.call("cancel_all_orders", SYMBOL, trigger)
    assert await exchange.call("fetch_open_orders", SYMBOL, None, None, trigger) == []


async def test_batches_answer_order_by_order(exchange: ClientProcess, markets: Markets) -> None:
    bid, _ = best(markets)
    first, second = [
        {"symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.01, "price": bid - 10 * n}
        for n in (1, 2)
    ]
    tiny = {**first, "amount": 0.001, "price": 3000}
    # The client sorts what it is told by time, which a refusal does not have.
    failed, *told = await exchange.call("create_orders", [first, tiny, second])
    assert (failed["status"], failed["info"]["code"]) == ("rejected", "-4164")
    assert [(one["status"], one["price"]) for one in told] == [
        ("open", first["price"]),
        ("open", second["price"]),
    ]
    edit = {**first, "id": told[0]["id"], "amount": 0.02}
    (edited,) = await exchange.call("edit_orders", [edit])
    assert edited["amount"] == 0.02
    gone = await exchange.call("cancel_orders", [told[0]["id"], "4711"], SYMBOL)
    assert [one["status"] for one in gone] == ["canceled"]  # it leaves out what failed
    await exchange.call("cancel_all_orders", SYMBOL)
    assert await exchange.call("fetch_open_orders", SYMBOL) == []


async def test_leverage_margin_and_position_mode_are_told_and_set(
    exchange: ClientProcess,
) -> None:
    assert (await exchange.call("fetch_leverage", SYMBOL))["longLeverage"] == 20
    await exchange.call("set_leverage", 50, SYMBOL)
    assert (await exchange.call("fetch_leverage", SYMBOL))["longLeverage"] == 50
    await exchange.call("set_margin_mode", "isolated", SYMBOL)
    again = await exchange.call("set_margin_mode", "isolated", SYMBOL)
    assert again["code"] == -4046  # the client takes it for a success
    assert (await exchange.call("fetch_margin_mode", SYMBOL))["marginMode"] == "isolated"
    await exchange.call("set_margin_mode", "cross", SYMBOL)
    assert (await exchange.call("fetch_position_mode", SYMBOL))["hedged"] is False
    with pytest.raises(ClientError, match="-4059"):
        await exchange.call("set_position_mode", False, SYMBOL)
    tiers = await exchange.call("fetch_leverage_tiers", [SYMBOL])
    assert tiers[SYMBOL][0]["maxLeverage"] == 125


async def test_leverage_decides_what_a_position_ties_up(exchange: ClientProcess) -> None:
    await exchange.call("set_leverage", 100, SYMBOL)
    await place(exchange, "market", "buy", 0.1)
    held = await position(exchange)
    assert held["initialMargin"] == pytest.approx(held["notional"] / 100)
    assert await exchange.call("fetch_funding_history", SYMBOL) == []


# What is asked for, the client's class of error, and the venue's code. Some classes are broader than those that the
# client has: it looks for the finer ones of USD-M only at the real host's name.
REFUSALS = [
    pytest.param(("limit", "buy", 0.01, 90_000), {}, "BadRequest", "-4016", id="band"),
    pytest.param(("limit", "buy", 0.001, 3000), {}, "ExchangeError", "-4164", id="notional"),
    pytest.param(("limit", "buy", 900, 60_000), {}, "ExchangeError", "-2019", id="margin"),
    pytest.param(("limit", "buy", 0.01, 60_000), {"timeInForce": "GTZ"}, "BadRequest", "-1115", id="time-in-force"),
    pytest.param(("limit", "buy", 0.01, 60_000), {"positionSide": "LONG"}, "OperationRejected", "-4061", id="position-side"),
    pytest.param(("limit", "buy", 0.01, 60_000), {"newClientOrderId": "x" * 37}, "BadRequest", "-4015", id="client-id"),
]  # fmt: skip


@pytest.mark.parametrize(("order", "params", "kind", "code"), REFUSALS)
async def test_what_the_venue_refuses_is_the_error_that_the_client_has_for_it(
    exchange: ClientProcess, order: tuple[Any, ...], params: dict[str, Any], kind: str, code: str
) -> None:
    error = await refused(exchange, *order, **params)
    assert (kind, code in error.text) == (error.kind, True), error.text
    assert await exchange.call("fetch_open_orders", SYMBOL) == []


async def test_an_isolated_position_takes_margin_and_is_liquidated_when_it_is_gone(
    exchange: ClientProcess, trading: LoopbackVenue, markets: Markets
) -> None:
    tiers = await exchange.call("fetch_leverage_tiers", [SYMBOL])
    assert [tier["maintenanceMarginRate"] for tier in tiers[SYMBOL]][:3] == [0.004, 0.005, 0.0065]
    await exchange.call("set_margin_mode", "isolated", SYMBOL)
    await exchange.call("set_leverage", 10, SYMBOL)
    await place(exchange, "market", "buy", 0.1)
    before = await position(exchange)
    assert before["marginMode"] == "isolated"
    assert before["liquidationPrice"] == pytest.approx(before["entryPrice"] * 0.9 / 0.996, rel=1e-4)
    added = await exchange.call("add_margin", SYMBOL, 100)
    assert (added["type"], added["amount"]) == ("add", 100)
    after = await position(exchange)
    assert after["liquidationPrice"] < before["liquidationPrice"] - 900
    assert after["collateral"] == pytest.approx(before["collateral"] + 100, abs=20)
    (change,) = await exchange.call("fetch_margin_adjustment_history", SYMBOL)
    assert (change["type"], change["amount"]) == ("add", 100)

    instrument = markets[USDM].find("BTCUSDT")
    assert instrument is not None
    low = msgspec.structs.replace(instrument.mark(0), mark=instrument.mark(0).mark * 4 // 5)
    instrument.mark = lambda now_ms: low  # type: ignore[method-assign]  # it crashes
    await trading.advance(1)
    assert await exchange.call("fetch_positions", [SYMBOL]) == []
    (lost,) = await exchange.call("fetch_my_liquidations", SYMBOL)
    assert (lost["info"]["side"], lost["contracts"]) == ("SELL", 0.1)
    assert lost["info"]["clientOrderId"].startswith("autoclose-")
