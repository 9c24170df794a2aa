"""Ids as the venue shows them: numbers on spot, UUIDs on contracts (section 12), and back to those of the engine."""

from __future__ import annotations

from hashlib import sha256

from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.payloads import SPOT_IDS_FROM


__all__ = ["execution_id", "funding_ids", "order_id", "read_order_id"]

_ORDERS_FROM = 2_090_000_000_000_000_000


def order_id(category: Category, number: int) -> str:
    """Return an order's id.

    Example:
        >>> from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT
        >>> order_id(SPOT, 7)
        '2090000000000000007'
        >>> order_id(LINEAR, 7)[-12:]
        '000000000007'
    """
    return _uuid("order", number) if category.is_contract else str(_ORDERS_FROM + number)


def read_order_id(category: Category, text: str) -> int:
    """Return the engine's id of an order, 0 for a text that is none; the inverse of `order_id`."""
    if category.is_contract:
        try:
            number = int(text[-12:], 16)
        except ValueError:
            return 0
    else:
        number = int(text) - _ORDERS_FROM if text.isdecimal() else 0
    return number if number > 0 and order_id(category, number) == text else 0


def execution_id(category: Category, number: int, *, is_maker: bool) -> str:
    """Return the id of one side of a trade."""
    if not category.is_contract:
        return str(SPOT_IDS_FROM + number)
    return _uuid("maker" if is_maker else "taker", number)


def funding_ids(number: int) -> tuple[str, str]:
    """Return the id of a payment of funding, and of the order that it is said to be of."""
    return _uuid("funding", number), _uuid("funding order", number)


def _uuid(kind: str, number: int) -> str:
    digest = sha256(f"{kind}/{number}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{number:012x}"
