"""What working orders are worth, from report to report."""

from __future__ import annotations

import msgspec
from tests.venues.binance.dialect.private.kit import listing

from tickwright.model.market import Side
from tickwright.venues.binance.dialect.private.notionals import Notionals
from tickwright.venues.commands import OrderKind, SubmitOrder
from tickwright.venues.facts import AMOUNT_SCALE
from tickwright.venues.reports import OrderStatus, OrderView


LISTING = listing(is_futures=True)
USDT: int = 10**AMOUNT_SCALE


def view(
    order_id: int, side: Side, quantity: int, *, filled: int = 0, works: bool = True
) -> OrderView:
    request = SubmitOrder(account="me", symbol="BTCUSDT", side=side)
    status = OrderStatus.OPEN if works else OrderStatus.CANCELED
    numbers = (6_400_000, quantity, filled, 0, 0)
    return OrderView(
        order_id, request, "c", status, *numbers, works, 0, 0, 0, 0, 0, 0, 0, 0, 0
    )  # fmt: skip


def test_bids_and_asks_add_up_apart() -> None:
    notionals = Notionals()
    for order in (view(1, Side.BUY, 10), view(2, Side.BUY, 20), view(3, Side.SELL, 5)):
        notionals.note(order, LISTING)
    assert notionals.of("me", "BTCUSDT") == (1920 * USDT, 320 * USDT)
    assert notionals.of("you", "BTCUSDT") == notionals.of("me", "ETHUSDT") == (0, 0)


def test_what_was_filled_or_ended_counts_no_more() -> None:
    notionals = Notionals()
    notionals.note(view(1, Side.BUY, 10, filled=4), LISTING)
    assert notionals.of("me", "BTCUSDT") == (384 * USDT, 0)
    notionals.note(view(1, Side.BUY, 10, filled=4, works=False), LISTING)
    assert notionals.of("me", "BTCUSDT") == (0, 0)


def test_market_orders_never_count() -> None:
    notionals, order = Notionals(), view(1, Side.BUY, 10)
    request = msgspec.structs.replace(order.request, kind=OrderKind.MARKET)
    notionals.note(msgspec.structs.replace(order, request=request), LISTING)
    assert notionals.of("me", "BTCUSDT") == (0, 0)
