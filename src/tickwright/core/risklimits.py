"""What no order may exceed, as the user says it: a limit that can be no limit is refused when it is set, not at the first order."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tickwright.errors import InvalidNumber, UnknownInstrument
from tickwright.model.ids import parse_instrument_id
from tickwright.model.numbers import parse_decimal


__all__ = ["NO_LIMITS", "RiskLimits", "limit_fault"]


class RiskLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The user's own limits; ``None`` sets none.

    All are above 0, except `max_position` and `price_collar`, whose 0 says something: a position may only shrink, and
    a price may not lie beyond the other side of the book.

    Raises:
        InvalidNumber: One is infinite, not a number, too small, or a float.
        UnknownInstrument: One of the instruments is no instrument id.
    """

    instruments: frozenset[str] | None = None
    """Only these may be traded; of an empty set, none."""
    max_order_quantity: Decimal | None = None
    """Orders by quote quantity do not leave then: what they come to is not known."""
    max_order_notional: Decimal | None = None
    """In the quote asset."""
    max_open_orders: int | None = None
    """Of one instrument."""
    max_position: Decimal | None = None
    """Of one instrument, in either direction, all open orders of that side filled."""
    max_orders_per_s: int | None = None
    """At one venue, in any second."""
    price_collar: Decimal | None = None
    """How far beyond the other side of the book a price may lie: 0.05 allows buying at 5 % above the best offer."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            fault = None if value is None else limit_fault(name, value)
            if fault is not None:
                kind = UnknownInstrument if name == "instruments" else InvalidNumber
                raise kind(f"{name} {fault}, not {value!r}")

    @property
    def needs_book(self) -> bool:
        """Whether any of them is held against the best prices."""
        return self.price_collar is not None or self.max_order_notional is not None


def limit_fault(name: str, value: object) -> str | None:
    """Return what a limit should be and is not, ``None`` if it is fine.

    Example:
        >>> limit_fault("max_open_orders", 0)
        'should be above 0'
    """
    if name == "instruments":
        is_fine = isinstance(value, set | frozenset) and all(map(_is_instrument, value))
        return None if is_fine else "should be instrument ids, for example binance:BTC/USDT"
    if name in _COUNTS:
        if isinstance(value, bool) or not isinstance(value, int):
            return "should be a whole number"
    elif isinstance(value, bool) or not isinstance(value, Decimal | int):
        return "should be a Decimal"
    try:
        parse_decimal(value)
    except InvalidNumber:
        return "should be a number that an order can have"
    if value < 0 or (not value and name not in _ZEROES):
        return f"should be {'0 or ' if name in _ZEROES else ''}above 0"
    return None


NO_LIMITS = RiskLimits()
"""Of who sets none."""

_COUNTS = ("max_open_orders", "max_orders_per_s")
_ZEROES = ("max_position", "price_collar")
"""Of which 0 says something."""


def _is_instrument(text: object) -> bool:
    try:
        parse_instrument_id(str(text))
    except UnknownInstrument:
        return False
    return True
