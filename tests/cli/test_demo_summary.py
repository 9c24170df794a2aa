"""The demo's last words about its order; its table of books is seen in test_demo.py."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tickwright import Side
from tickwright.cli.demo_summary import compare, conclude
from tickwright.model.orders import Fill, Order, OrderState, SubmitOrder
from tickwright.testing.virtual_time import VirtualClock, virtual_time


D = Decimal
COMMAND = SubmitOrder(
    client_order_id="demo-1",
    instrument="binance:BTC/USDT",
    side=Side.BUY,
    quantity=D("0.05"),
    price=D("65000.30"),
)
SESSION = SimpleNamespace(frames=1000, decode_failures=0, reconnects=1)
TW: Any = SimpleNamespace(
    status=lambda: SimpleNamespace(products=[SimpleNamespace(sessions=[SESSION])])
)


def fill(number: int, quantity: str, fee: str) -> Fill:
    return Fill(
        trade_id=str(number), price=D(65000), quantity=D(quantity), fee=D(fee), fee_asset="BTC"
    )


def test_a_filled_order_is_told_with_its_price_and_its_fees(
    capsys: pytest.CaptureFixture[str],
) -> None:
    order = Order(
        command=COMMAND,
        state=OrderState.FILLED,
        filled_quantity=D("0.05"),
        average_price=D("65000.2449"),
        fills=(fill(1, "0.03", "0.00003"), fill(2, "0.02", "0.00002")),
    )
    assert conclude(TW, [], set(), [order]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "is filled: 0.05 at 65,000.24 for a fee of 0.00005 BTC." in shown
    assert "1,000 frames over 1 connections" in shown


@pytest.mark.parametrize(
    ("orders", "text"),
    [
        ([], "No order was sent"),
        ([Order(command=COMMAND, state=OrderState.CANCELED)], "is canceled: 0."),
    ],
)
def test_without_a_filled_order_the_demo_has_failed(
    orders: list[Order], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conclude(TW, [], set(), orders) == 1
    assert text in " ".join(capsys.readouterr().out.split())


@virtual_time
async def test_books_that_never_are_equal_are_given_up_after_a_while() -> None:
    async def advance(delay_s: float) -> None:
        return

    clock = VirtualClock()
    sandbox: Any = SimpleNamespace(advance=advance, book=lambda _: ({}, {}))
    book = SimpleNamespace(is_readable=True, bids=lambda: [(D(1), D(1))], asks=list)
    watched: Any = [SimpleNamespace(id="x", book=book), SimpleNamespace(id="y", book=None)]
    began_s = clock.monotonic_s()
    assert await compare(watched, sandbox, clock) == set()
    assert 8 <= clock.monotonic_s() - began_s < 9
