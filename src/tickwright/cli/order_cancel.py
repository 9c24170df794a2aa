"""What ``tickwright orders cancel`` does: as much as can be done, and a word about whatever could not."""

from __future__ import annotations

from collections.abc import Sequence

from tickwright.app.connector import Connector
from tickwright.cli.order_names import found
from tickwright.errors import TickwrightError, UsageError
from tickwright.model.orders import Order
from tickwright.trading.live import LiveOrder


__all__ = ["Canceled", "cancel_everything", "cancel_named"]

Canceled = tuple[Sequence[Order], list[TickwrightError]]
"""The orders as they are then, and what went wrong."""


async def cancel_named(tw: Connector, names: Sequence[str], instrument: str | None) -> Canceled:
    """Cancel the orders that are found by their names; those that are not hold up no other.

    Raises:
        UsageError: None of them is found.
    """
    orders: dict[str, LiveOrder] = {}
    errors: list[TickwrightError] = []
    for name in names:
        try:
            order = await found(tw, name, instrument)
        except UsageError as error:
            errors.append(error)
        else:
            orders[order.client_order_id] = order
    if not orders:
        raise UsageError("; ".join(str(error) for error in errors))
    results = await tw.orders.cancel_many(list(orders.values()))
    refused = {
        name: result
        for name, result in zip(orders, results, strict=True)
        if isinstance(result, TickwrightError)
    }
    now = [order.now for order in orders.values()]
    return now, [*errors, *_still_open(now, refused)]


async def cancel_everything(tw: Connector, instrument: str | None, venue: str | None) -> Canceled:
    """Cancel all open orders, whoever placed them, of an instrument, of a venue or of the account."""
    if instrument is not None:
        await tw.instrument(instrument)
    now = await tw.orders.cancel_all(instrument, venue=venue, include_external=True)
    return now, _still_open(now, {})


def _still_open(
    orders: Sequence[Order], refused: dict[str, TickwrightError]
) -> list[TickwrightError]:
    """Return an error for each order that may trade yet."""
    return [
        TickwrightError(
            f"order {order.client_order_id} is still {order.state.value}: "
            + str(refused.get(order.client_order_id, "its cancel did not take; try again"))
        )
        for order in orders
        if order.state.is_open
    ]
