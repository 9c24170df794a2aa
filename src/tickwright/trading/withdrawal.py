"""Takes open orders back, however often it takes: for the dead-man switch, and on the way out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable

from tickwright.errors import CredentialsRefused, TickwrightError
from tickwright.model.orders import Order
from tickwright.trading.board import OrderBoard
from tickwright.trading.gateway import Gateway


__all__ = ["open_names", "withdraw"]

log = logging.getLogger(__name__)

_FIRST_S, _MAX_S = 0.25, 5.0
"""Waits between rounds: nearly always one round does, and a venue that is down is not hurried."""


def open_names(board: OrderBoard, products: Collection[str]) -> list[str]:
    """Return the client order ids of our orders at some products that may still trade; those of others on the account are theirs."""
    return [
        order.client_order_id
        for order in board.unfinished()
        if not order.state.is_final
        and not order.is_external
        and board.product(order.client_order_id) in products
    ]


async def withdraw(gateway: Gateway, names: Iterable[str]) -> None:
    """Cancel orders, and return once each of them has ended.

    What venues, networks and stores do is logged and met with another try, so somebody else sets the limit of time. An order whose
    outcome is unknown is canceled by its name; if it is not there yet, again until it is, or can no longer be.

    Args:
        gateway: Sends the cancels, by as few calls as the venues need.
        names: Client order ids.

    Raises:
        CredentialsRefused: The venue does not take the key any more: the next tries will not be taken either.
    """
    left = _not_ended(gateway, names)
    delay_s = _FIRST_S
    while left:
        errors = await _cancel(gateway, left)
        left = _not_ended(gateway, left)
        refusals = [error for error in errors if isinstance(error, CredentialsRefused)]
        if left and refusals and len(refusals) == len(errors):
            raise refusals[0]
        if left:
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, _MAX_S)


def _not_ended(gateway: Gateway, names: Iterable[str]) -> list[str]:
    """Return those that may still trade; one that is not known any more has ended long ago."""
    orders = [gateway.board.order(name) for name in names]
    return [order.client_order_id for order in orders if order and not order.state.is_final]


async def _cancel(gateway: Gateway, names: list[str]) -> list[Order | TickwrightError]:
    """Return what became of each, one error for all where nothing could be begun."""
    try:
        results = await gateway.cancel_many(names)
    except TickwrightError as error:
        results = [error]
    for result in results:
        if isinstance(result, TickwrightError):
            log.warning("of %d orders to cancel: %s", len(names), result)
    return results
