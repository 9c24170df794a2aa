"""What the venue has forgotten by its age (sections 11.4, 12.3 and 19.1).

Spot archives orders that ended unfilled after 90 days: a query says so with -2026, and lists leave them out. USD-M
knows such orders for three days, and everything else for 90.
"""

from __future__ import annotations

from tickwright.venues.reports import Fill, OrderStatus, OrderView


__all__ = ["is_fill_kept", "is_order_kept"]

_DAY_NS = 86_400 * 10**9
_KEPT_NS = 90 * _DAY_NS
_UNFILLED_KEPT_NS = 3 * _DAY_NS
_UNFILLED = frozenset({OrderStatus.CANCELED, OrderStatus.EXPIRED})


def is_order_kept(order: OrderView, now_ns: int, *, is_futures: bool) -> bool:
    """Tell whether an order can still be found; an open one always can."""
    if order.status.is_open:
        return True
    age_ns = now_ns - order.updated_ns
    if not is_futures:
        return order.filled > 0 or age_ns < _KEPT_NS
    is_brief = not order.filled and order.status in _UNFILLED
    return age_ns < (_UNFILLED_KEPT_NS if is_brief else _KEPT_NS)


def is_fill_kept(fill: Fill, now_ns: int, *, is_futures: bool) -> bool:
    """Tell whether a trade of an account's can still be found: on spot always."""
    return not is_futures or now_ns - fill.ts_ns < _KEPT_NS
