"""``tickwright orders watch``: a line for everything that becomes of an account's orders."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress
from typing import Any

import msgspec

from tickwright.app.connector import Connector
from tickwright.cli.console import err, logs_into, out, say_log
from tickwright.cli.events import describe, notice_in
from tickwright.cli.order_view import event_line, event_row, order_row, show_orders
from tickwright.model.notices import Notice
from tickwright.model.orders import OrderEvent
from tickwright.model.topics import Notices, OrderUpdates


__all__ = ["watch_orders"]


async def watch_orders(
    tw: Connector, instrument: str | None, *, seconds: float | None, is_json: bool
) -> None:
    """Print the open orders, then every event, until cancelled or the time is over.

    Connections that end and come back are told on standard error.
    """
    if instrument is not None:
        await tw.instrument(instrument)
    topic = OrderUpdates() if instrument is None else OrderUpdates(instrument)
    tw.on(Notices(), _say)
    with logs_into(_say_unless_notice):
        async with tw.subscribe(topic) as events:
            orders = [order.now for order in await tw.orders.open(instrument)]
            if is_json:
                _write({"open": [order_row(order) for order in orders]})
            else:
                show_orders(orders, out)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    async for event in events:
                        assert isinstance(event, OrderEvent)
                        _print(event, is_json=is_json)


def _print(event: OrderEvent, *, is_json: bool) -> None:
    if is_json:
        _write(event_row(event))
    else:
        out.print(event_line(event), soft_wrap=True)


def _write(row: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.encode(row).decode() + "\n")
    sys.stdout.flush()


def _say_unless_notice(record: logging.LogRecord) -> None:
    """Print a log line; notices are told as they come, also those that are not worth logging."""
    if notice_in(record) is None:
        say_log(record)


def _say(notice: Notice) -> None:
    text, colour = describe(notice)
    err.print(text, style=colour, soft_wrap=True, markup=False)
