"""The demo's orders: followed to their end at a sandbox, whichever end that is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright import Connector, Sandbox, Side
from tickwright.cli import demo_order
from tickwright.cli.demo_order import buy, grouped, told, told_event
from tickwright.model.orders import Order, OrderEvent, OrderState, SubmitOrder
from tickwright.model.topics import OrderUpdates


async def bought(sandbox: Sandbox, price: str) -> tuple[Order, list[str]]:
    said: list[str] = []

    def tell(event: OrderEvent) -> None:
        said.append(told_event(event)[0])

    (product,) = sandbox.endpoints
    async with Connector.open(product, environment=sandbox, journal="memory:") as tw:
        (listed,) = await tw.instruments(product)
        tw.on(OrderUpdates(), tell)
        await tw.orders.ready()
        order = await buy(tw, listed, quantity=Decimal("0.05"), price=Decimal(price))
    return order, said


def standing(product: str) -> Sandbox:
    return Sandbox((product,), instruments=1, speed=0)


@pytest.mark.parametrize("product", ["binance.spot", "binance.usdm", "bybit.linear"])
async def test_it_is_filled_each_execution_is_told_and_its_fee_is_known(product: str) -> None:
    async with standing(product) as sandbox:
        order, said = await bought(sandbox, "65500")
    assert order.state is OrderState.FILLED
    assert order.missing_quantity == 0
    assert all(fill.fee for fill in order.fills)
    assert said[0].endswith("order sent: buy 0.05 BTC for at most 65,500")
    assert [text for text in said if f"accepted as {order.venue_order_id}" in text]
    assert len([text for text in said if "filled:" in text]) == len(order.fills)


async def test_what_nobody_sells_is_canceled_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_order, "PATIENCE_S", 0.05)
    async with standing("binance.spot") as sandbox:
        order, said = await bought(sandbox, "60000")
    assert order.state is OrderState.CANCELED
    assert said[-1].endswith("canceled")


async def test_g01_a_lost_reply_leaves_it_unknown_until_it_is_found() -> None:
    async with standing("binance.spot") as sandbox:
        sandbox.faults.replies_lost = 1
        order, said = await bought(sandbox, "65500")
    assert order.state is OrderState.FILLED
    assert len([text for text in said if "nobody knows what became of it" in text]) == 1
    assert len([text for text in said if "order sent" in text]) == 1


def test_an_order_is_told_in_a_few_words() -> None:
    command = SubmitOrder(
        client_order_id="demo-1",
        instrument="binance:BTC/USDT",
        side=Side.BUY,
        quantity=Decimal("0.05"),
        price=Decimal("65000.30"),
    )
    assert told(command) == "buy 0.05 BTC for at most 65,000.3"


def test_numbers_are_grouped_without_the_venue_s_zeros() -> None:
    assert grouped(Decimal("65065.12000000")) == "65,065.12"
