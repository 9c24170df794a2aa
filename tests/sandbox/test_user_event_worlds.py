"""Minutes of a generated market with somebody trading in it: what he is told is what REST shows, whatever goes wrong."""

from __future__ import annotations

import asyncio
import json
from random import Random
from typing import Any

import pytest
from tests.sandbox.listener import ORDERS, SPOT, USDM, Listener, play
from tests.venues.binance.dialect.private.folds import (
    SPOT_QUESTIONS,
    USDM_QUESTIONS,
    SpotFold,
    UsdmFold,
)


DEPTHS = {SPOT: "/api/v3/depth", USDM: "/fapi/v1/depth"}
OPEN = {SPOT: "/api/v3/openOrders", USDM: "/fapi/v1/openOrders"}
QUESTIONS = {SPOT: SPOT_QUESTIONS, USDM: USDM_QUESTIONS}
STEPS = 60


async def trade(listener: Listener, rng: Random) -> None:
    """Place an order near the market, or cancel one."""
    book = await listener.send("GET", DEPTHS[listener.product], symbol="BTCUSDT", limit=5)
    side = rng.choice(("BUY", "SELL"))
    price = rng.choice(book[rng.choice(("bids", "asks"))])[0]
    quantity = f"{rng.randrange(1, 20) / 1000:.3f}"
    path, action = ORDERS[listener.product], rng.random()
    if action < 0.6:
        await listener.send(
            "POST", path, symbol="BTCUSDT", side=side, type="LIMIT", quantity=quantity, price=price,
            timeInForce=rng.choice(("GTC", "GTC", "IOC")),
        )  # fmt: skip
    elif action < 0.75:
        await listener.send(
            "POST", path, symbol="BTCUSDT", side=side, type="MARKET", quantity=quantity
        )
    else:
        found = await listener.send("GET", OPEN[listener.product], symbol="BTCUSDT")
        if found:
            order_id = rng.choice(found)["orderId"]
            await listener.send("DELETE", path, symbol="BTCUSDT", orderId=order_id)


def spoil(listener: Listener, rng: Random) -> None:
    """Let events come twice, late, or before the answer; none is lost."""
    faults = listener.faults
    faults.fill_before_ack = rng.random() < 0.5
    faults.double_reports = rng.randrange(4)
    faults.report_delay_s = max(faults.report_delay_s, rng.choice((0.0, 0.0, 1.5)))


def once_each(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [json.loads(text) for text in dict.fromkeys(json.dumps(event) for event in events)]


@pytest.mark.parametrize("product", [SPOT, USDM])
@pytest.mark.parametrize("is_spoiled", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_told_adds_up_to_what_is_shown(product: str, is_spoiled: bool, seed: int) -> None:
    async def scenario(listener: Listener) -> None:
        rng = Random(seed)
        wallet = str(listener.sandbox.account.balances["USDT"])
        for _ in range(STEPS):
            if is_spoiled:
                spoil(listener, rng)
            await trade(listener, rng)
            await asyncio.sleep(rng.expovariate(0.1))
        await asyncio.sleep(3)
        async with asyncio.TaskGroup() as group:
            # At one instant, so that the market does not move between two answers.
            answers = {
                path: group.create_task(listener.send("GET", path, **params))
                for path, params in QUESTIONS[product].items()
            }
        told = once_each(listener.events)
        assert (len(told) < len(listener.events)) is is_spoiled
        fold = SpotFold() if product == SPOT else UsdmFold(wallet)
        fold.take(told)
        fold.compare({path: answer.result() for path, answer in answers.items()})

    play("memory", product, scenario)
