"""Whatever happens to an account, its user events add up to what REST shows of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.venues.binance.dialect.private.folds import (
    SPOT_QUESTIONS,
    USDM_QUESTIONS,
    SpotFold,
    UsdmFold,
)
from tests.venues.binance.dialect.private.kit import FUNDS, OTHER_KEY, PRICE, Venue

from tickwright.model.market import Side
from tickwright.venues.commands import Deposit, OrderKind, SetMark, SubmitOrder
from tickwright.venues.facts import AMOUNT_SCALE, raw_amount


Step = Callable[[Venue], object]
SYMBOL = {"symbol": "BTCUSDT"}

sides = st.sampled_from(("BUY", "SELL"))
ticks = st.integers(-12, 12).map(lambda step: f"{(PRICE + 10 * step) / 100:.2f}")
quantities = st.integers(1, 250).map(lambda raw: f"{raw / 1000:.3f}")
modes = st.sampled_from(("EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"))
picks = st.integers(0, 50)


def ask(venue: Venue, method: str, path: str, **params: Any) -> Any:
    """Ask, and take a refusal as an answer like any other."""
    return venue.call(method, path, **SYMBOL, **params)[1]


def request(method: str, path: str, **fixed: Any) -> Callable[..., Step]:
    def make(**params: Any) -> Step:
        return lambda venue: ask(venue, method, path, **fixed, **params)

    return make


def one_of(rows: Any, number: int) -> Any:
    return rows[number % len(rows)] if isinstance(rows, list) and rows else None


def with_open(list_path: str, then: Callable[[Venue, Any], object], number: int) -> Step:
    """Do something to one of the account's open orders."""

    def step(venue: Venue) -> object:
        found = one_of(ask(venue, "GET", list_path), number)
        return None if found is None else then(venue, found)

    return step


# ---------------------------------------------------------------------- the others


def house_takes(side: Side, quantity: int) -> Step:
    def step(venue: Venue) -> object:
        return venue.do(
            SubmitOrder(
                account="house",
                symbol="BTCUSDT",
                side=side,
                kind=OrderKind.MARKET,
                quantity=quantity,
            )
        )

    return step


def house_quotes(side: Side, step: int, quantity: int) -> Step:
    price = PRICE - 10 * step if side is Side.BUY else PRICE + 10 * step
    return lambda venue: venue.quote(side, price, quantity)


def somebody_takes(order_path: str, side: str, quantity: str) -> Step:
    return lambda venue: ask(
        venue, "POST", order_path, key=OTHER_KEY, type="MARKET", side=side, quantity=quantity
    )


def time_passes(delay_ms: int) -> Step:
    def step(venue: Venue) -> object:
        venue.market.now_ms += delay_ms
        venue.side.take(venue.exchange.tick(venue.market.now_ms * 1_000_000))
        venue.side.beat(venue.market.now_ms)
        return None

    return step


def deposit(amount: int) -> Step:
    return lambda venue: venue.do(
        Deposit(account="me", asset="USDT", amount=raw_amount(str(amount)))
    )


flow = st.one_of(
    st.builds(house_takes, st.sampled_from(Side), st.integers(1, 1000)),
    st.builds(house_quotes, st.sampled_from(Side), st.integers(-5, 12), st.integers(0, 300)),
    st.builds(deposit, st.integers(-50, 50).filter(bool)),
)

# ---------------------------------------------------------------------- spot

ORDER, LISTS = "/api/v3/order", "/api/v3/orderList"
LIMIT = {"type": "LIMIT", "timeInForce": "GTC"}


def replace(venue: Venue, order: Any, price: str, quantity: str) -> object:
    return ask(
        venue, "POST", f"{ORDER}/cancelReplace", cancelReplaceMode="ALLOW_FAILURE", side=order["side"],
        cancelOrderId=order["orderId"], price=price, quantity=quantity, **LIMIT,
    )  # fmt: skip


def shrink(venue: Venue, order: Any) -> object:
    half = float(order["origQty"]) / 2
    return ask(
        venue, "PUT", f"{ORDER}/amend/keepPriority", orderId=order["orderId"], newQty=f"{half:.3f}"
    )


def cancel(path: str, venue: Venue, order: Any) -> object:
    return ask(venue, "DELETE", path, orderId=order["orderId"])


spot_steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        request("POST", ORDER, type="LIMIT"), side=sides, price=ticks, quantity=quantities,
        timeInForce=st.sampled_from(("GTC", "GTC", "IOC", "FOK")),
        selfTradePreventionMode=st.one_of(modes, st.just("DECREMENT")),
    ),
    st.builds(request("POST", ORDER, type="LIMIT_MAKER"), side=sides, price=ticks, quantity=quantities),
    st.builds(request("POST", ORDER, type="MARKET"), side=sides, quantity=quantities),
    st.builds(
        request("POST", ORDER, type="MARKET"), side=sides, quoteOrderQty=st.integers(10, 9000).map(str)
    ),
    st.builds(
        request("POST", ORDER, timeInForce="GTC"), type=st.sampled_from(("STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT")),
        side=sides, price=ticks, stopPrice=ticks, quantity=quantities,
    ),
    st.builds(
        request("POST", ORDER, type="STOP_LOSS"), side=sides, trailingDelta=st.integers(10, 30),
        quantity=quantities,
    ),
    st.builds(
        request("POST", f"{LISTS}/oco", side="SELL", aboveType="LIMIT_MAKER", belowType="STOP_LOSS"),
        abovePrice=ticks, belowStopPrice=ticks, quantity=quantities,
    ),
    st.builds(
        request(
            "POST", f"{LISTS}/oto", workingType="LIMIT", workingSide="BUY", workingTimeInForce="GTC",
            pendingType="LIMIT", pendingSide="SELL", pendingTimeInForce="GTC",
        ),
        workingPrice=ticks, workingQuantity=quantities, pendingPrice=ticks, pendingQuantity=quantities,
    ),
    st.builds(partial(with_open, "/api/v3/openOrders", partial(cancel, ORDER)), picks),
    st.builds(partial(with_open, "/api/v3/openOrders", shrink), picks),
    st.builds(
        lambda price, quantity, number: with_open(
            "/api/v3/openOrders", partial(replace, price=price, quantity=quantity), number
        ),
        ticks, quantities, picks,
    ),
    st.builds(request("DELETE", "/api/v3/openOrders")),
    st.builds(partial(somebody_takes, ORDER), sides, quantities),
    flow,
)  # fmt: skip


def told(venue: Venue, prefix: str) -> list[Any]:
    return [
        json.loads(text) for stream, text in venue.side.take_frames() if stream.startswith(prefix)
    ]


def shown(venue: Venue, questions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {path: venue.ok("GET", path, **params) for path, params in questions.items()}


@settings(max_examples=120, deadline=None)
@given(st.lists(spot_steps, min_size=15, max_size=40))
def test_spots_events_add_up_to_what_rest_shows(steps: list[Step]) -> None:
    venue, fold = Venue(is_futures=False), SpotFold()
    for step in steps:
        step(venue)
        fold.take(told(venue, "user/me"))
    fold.compare(shown(venue, SPOT_QUESTIONS))


# ---------------------------------------------------------------------- USD-M

USDM_ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"


def modify(venue: Venue, order: Any, price: str, quantity: str) -> object:
    return ask(
        venue, "PUT", USDM_ORDER, orderId=order["orderId"], side=order["side"], price=price, quantity=quantity
    )  # fmt: skip


def cancel_algo(venue: Venue, order: Any) -> object:
    return ask(venue, "DELETE", ALGO, algoId=order["algoId"])


def mark(step: int, rate: int) -> Step:
    def do(venue: Venue) -> object:
        due_ns = (venue.market.now_ms + 1000) * 1_000_000
        return venue.do(
            SetMark(symbol="BTCUSDT", mark=PRICE + 10 * step, funding_rate=rate, funding_ns=due_ns)
        )

    return do


def ruin(percent: int) -> Step:
    """Leave hardly more than a position's margin, and let the mark price fall."""

    def step(venue: Venue) -> object:
        ask(venue, "POST", USDM_ORDER, type="MARKET", side="BUY", quantity="0.100")
        free = venue.exchange.available("me", "USDT") // 10**AMOUNT_SCALE
        deposit(10 - free)(venue)
        return mark(-PRICE * percent // 1000, 0)(venue)

    return step


usdm_steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        request("POST", USDM_ORDER, type="LIMIT"), side=sides, price=ticks, quantity=quantities,
        timeInForce=st.sampled_from(("GTC", "GTC", "IOC", "FOK", "GTX")), selfTradePreventionMode=modes,
        reduceOnly=st.sampled_from(("false", "false", "true")),
    ),
    st.builds(
        request("POST", USDM_ORDER, type="MARKET"), side=sides, quantity=quantities,
        reduceOnly=st.sampled_from(("false", "true")),
    ),
    st.builds(
        request("POST", ALGO, algoType="CONDITIONAL"), side=sides, quantity=quantities, triggerPrice=ticks,
        type=st.sampled_from(("STOP_MARKET", "TAKE_PROFIT_MARKET")),
        workingType=st.sampled_from(("MARK_PRICE", "CONTRACT_PRICE")),
    ),
    st.builds(
        request("POST", ALGO, algoType="CONDITIONAL", type="STOP"), side=sides, quantity=quantities,
        triggerPrice=ticks, price=ticks, reduceOnly=st.sampled_from(("false", "true")),
    ),
    st.builds(
        request("POST", ALGO, algoType="CONDITIONAL", type="STOP_MARKET", closePosition="true"), side=sides,
        triggerPrice=ticks,
    ),
    st.builds(
        request("POST", ALGO, algoType="CONDITIONAL", type="TRAILING_STOP_MARKET", callbackRate="0.1"),
        side=sides, quantity=quantities,
    ),
    st.builds(partial(with_open, "/fapi/v1/openOrders", partial(cancel, USDM_ORDER)), picks),
    st.builds(
        lambda price, quantity, number: with_open(
            "/fapi/v1/openOrders", partial(modify, price=price, quantity=quantity), number
        ),
        ticks, quantities, picks,
    ),
    st.builds(partial(with_open, "/fapi/v1/openAlgoOrders", cancel_algo), picks),
    st.builds(request("DELETE", "/fapi/v1/allOpenOrders")),
    st.builds(request("DELETE", "/fapi/v1/algoOpenOrders")),
    st.builds(request("POST", "/fapi/v1/countdownCancelAll", countdownTime="500")),
    st.builds(partial(somebody_takes, USDM_ORDER), sides, quantities),
    st.builds(mark, st.integers(-12, 12), st.integers(-20_000, 20_000)),
    st.builds(ruin, st.integers(2, 40)),
    st.builds(request("POST", "/fapi/v1/leverage"), leverage=st.sampled_from((1, 20, 125))),
    st.builds(request("POST", "/fapi/v1/marginType"), marginType=st.sampled_from(("ISOLATED", "CROSSED"))),
    st.builds(
        request("POST", "/fapi/v1/positionMargin"), amount=st.integers(1, 50).map(str),
        type=st.sampled_from(("1", "2")),
    ),
    st.builds(time_passes, st.sampled_from((100, 1000, 5000))),
    flow,
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(usdm_steps, min_size=15, max_size=40))
def test_usdms_events_add_up_to_what_rest_shows(steps: list[Step]) -> None:
    venue, fold = Venue(is_futures=True), UsdmFold(FUNDS)
    key = venue.listen()
    for step in steps:
        step(venue)
        fold.take(told(venue, f"user/{key}/"))
    fold.compare(shown(venue, USDM_QUESTIONS))


# ---------------------------------------------------------------------- the fold itself


def report(**changes: Any) -> dict[str, Any]:
    return {"i": 1, "x": "NEW", "X": "NEW", "l": "0", "z": "0", "t": -1, "I": 1, **changes}


@pytest.mark.parametrize(
    "second",
    [
        report(),  # the same execution once more
        report(I=2, x="TRADE", X="FILLED", l="1", z="2", t=7),  # a trade between them is missing
        report(I=2, x="CANCELED", X="FILLED"),
        report(I=2, i=2, x="CANCELED", X="CANCELED"),  # of an order that nobody told of
    ],
)  # fmt: skip
def test_a_fold_notices_what_cannot_be(second: dict[str, Any]) -> None:
    fold = SpotFold()
    fold.take([{"e": "executionReport", **report()}])
    with pytest.raises(AssertionError):
        fold.take([{"e": "executionReport", **second}])
