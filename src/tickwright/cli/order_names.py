"""Orders by the names that somebody types: one that several orders go by is refused, and never guessed."""

from __future__ import annotations

from tickwright.app.connector import Connector
from tickwright.errors import UsageError
from tickwright.model.orders import Order
from tickwright.trading.live import LiveOrder


__all__ = ["found"]


async def found(tw: Connector, name: str, instrument: str | None) -> LiveOrder:
    """Return the order that goes by a name: one that may still trade, or else one that has ended.

    Others on the account may use a name at one product that is used at another, or twice. Then one of them goes by more here
    (``name@product``, ``name#number`` with the venue's own id), and which one depends on what was heard of first. All of them are
    found by their name, and by that with the venue's id.

    Args:
        tw: Knows the orders.
        name: What was typed.
        instrument: Only among those of this one.

    Raises:
        UsageError: No order goes by that name, or several do; the text says of what.
    """
    known = [order for order in await tw.orders.all(instrument) if _goes_by(order, name)]
    matching = [order for order in known if not order.state.is_final] or known
    if not matching:
        raise UsageError(
            f"no order goes by {name!r} here; `tickwright orders list` shows those that are open"
        )
    if len(matching) > 1:
        candidates = ", ".join(sorted(f"one of {order.command.instrument}" for order in matching))
        raise UsageError(
            f"{len(matching)} orders go by {name!r}: {candidates}; say which with --instrument"
        )
    return await tw.orders.get(matching[0].client_order_id)


def _goes_by(order: Order, name: str) -> bool:
    plain = order.name_at_venue
    return name in (order.client_order_id, plain, f"{plain}#{order.venue_order_id}")
