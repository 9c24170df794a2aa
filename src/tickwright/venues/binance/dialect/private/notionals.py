"""What an account's working orders in a contract are worth, at the moment of each of their reports."""

from __future__ import annotations

from tickwright.venues.commands import OrderKind
from tickwright.venues.facts import AMOUNT_SCALE, Listing
from tickwright.venues.reports import OrderView


__all__ = ["Notionals"]


class Notionals:
    """Follows orders from report to report.

    The engine could be asked too, but only for how things are at the end of a command.
    """

    def __init__(self) -> None:
        self._worth: dict[tuple[str, str], dict[int, int]] = {}

    def note(self, order: OrderView, listing: Listing) -> None:
        """Take an order as it is now."""
        orders = self._worth.setdefault((order.account, order.symbol), {})
        if not order.is_working or order.request.kind is OrderKind.MARKET or not order.leaves:
            orders.pop(order.id, None)
            return
        unit: int = 10 ** (AMOUNT_SCALE - listing.price_scale - listing.quantity_scale)
        sign = 1 if order.request.side.value == "buy" else -1
        orders[order.id] = sign * order.leaves * order.price * unit

    def of(self, account: str, symbol: str) -> tuple[int, int]:
        """Return what bids and what asks are worth, as amounts."""
        worth = self._worth.get((account, symbol), {}).values()
        return sum(one for one in worth if one > 0), -sum(one for one in worth if one < 0)
