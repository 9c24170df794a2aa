"""The demo's order: followed to its end at a sandbox, whichever end that is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright import Connector, Sandbox, Side
from tickwright.app.registry import products_of
from tickwright.cli import demo_order
from tickwright.cli.demo_order import buy, told
from tickwright.io.clock import SystemClock
from tickwright.model.orders import Order, OrderState, SubmitOrder


async def bought(sandbox: Sandbox, price: str, product: str) -> tuple[Order, list[str]]:
    said: list[str] = []
    async with Connector.open(product, environment=sandbox) as tw:
        (listed,) = await tw.instruments(product)
        order = await buy(
            sandbox,
            products_of(product)[0],
            listed,
            quantity=Decimal("0.05"),
            price=Decimal(price),
            clock=SystemClock(),
            say=lambda text, colour: said.append(text),
        )
    return order, said


def standing(product: str) -> Sandbox:
    return Sandbox((product,), instruments=1, speed=0)


@pytest.mark.parametrize("product", ["binance.spot", "binance.usdm"])
async def test_it_is_filled_each_execution_is_told_and_its_fee_is_known(product: str) -> None:
    async with standing(product) as sandbox:
        order, said = await bought(sandbox, "66000", product)
    assert order.state is OrderState.FILLED
    assert order.missing_quantity == 0
    assert all(fill.fee for fill in order.fills)
    assert said[0].endswith("order demo-1: buy 0.05 BTC for at most 66,000")
    assert [text for text in said if "accepted as" in text]
    assert len([text for text in said if "filled:" in text]) == len(order.fills)


async def test_what_nobody_sells_is_canceled_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_order, "_PATIENCE_S", 0.05)
    async with standing("binance.spot") as sandbox:
        order, said = await bought(sandbox, "60000", "binance.spot")
    assert order.state is OrderState.CANCELED
    assert said[-1].endswith("canceled")


async def test_a_reply_that_does_not_tell_leaves_it_unknown() -> None:
    async with standing("binance.spot") as sandbox:
        sandbox.faults.order_failures = 1
        order, said = await bought(sandbox, "66000", "binance.spot")
    assert order.state is OrderState.UNKNOWN
    assert "-1007" in said[-1]


def test_an_order_is_told_in_a_few_words() -> None:
    command = SubmitOrder(
        client_order_id="demo-1",
        instrument="binance:BTC/USDT",
        side=Side.BUY,
        quantity=Decimal("0.05"),
        price=Decimal("65000.30"),
    )
    order = Order(command=command, state=OrderState.NEW)
    assert told(order) == "buy 0.05 BTC for at most 65,000.30"
