"""How Binance writes numbers: decimal strings with the digits that each product shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.facts import RATE_SCALE, TURNOVER_SCALE, Listing


__all__ = ["Spelling", "decimal_text", "levels_text", "writer"]

Writer = Callable[[int], str]


@lru_cache(maxsize=1024)
def writer(scale: int, digits: int) -> Writer:
    """Return a function that writes a whole number of ``10**-scale`` with ``digits`` after the point.

    Example:
        >>> writer(2, 8)(6500010)
        '65000.10000000'
    """
    if digits < scale:
        cut = writer(digits, digits)
        unit = 10 ** (scale - digits)
        return lambda raw: cut(raw // unit)
    if scale == 0:
        tail = "." + "0" * digits if digits else ""
        return lambda raw: f"{raw}{tail}"
    unit, padding = 10**scale, "0" * (digits - scale)

    def write(raw: int) -> str:
        if raw < 0:
            return "-" + write(-raw)
        return f"{raw // unit}.{raw % unit:0{scale}d}{padding}"

    return write


def decimal_text(raw: int, scale: int, digits: int | None = None) -> str:
    """Return one number as text, with as many digits as its scale unless told."""
    return writer(scale, scale if digits is None else digits)(raw)


class Spelling:
    """One instrument as its product writes it.

    Args:
        product: Decides the digits and whether the pair is named.
        listing: The instrument.
    """

    __slots__ = ("listing", "lower", "pair", "price", "quantity", "symbol", "turnover")

    def __init__(self, product: DialectProduct, listing: Listing) -> None:
        self.listing = listing
        self.symbol = listing.symbol
        self.lower = listing.symbol.lower()
        self.pair = listing.pair
        self.price = writer(listing.price_scale, _or(product.digits, listing.price_scale))
        self.quantity = writer(listing.quantity_scale, _or(product.digits, listing.quantity_scale))
        self.turnover = writer(TURNOVER_SCALE, 8)

    def rate(self, raw: int) -> str:
        """Return a mark price, index price or funding rate."""
        return decimal_text(raw, RATE_SCALE)

    def change_percent(self, first: int, last: int) -> str:
        """Return a relative change in percent, with three digits."""
        return decimal_text(round((last - first) * 100_000 / first), 3) if first else "0.000"

    def average(self, turnover: int, quantity: int, fallback: int) -> str:
        """Return the volume-weighted price of what was traded."""
        listing = self.listing
        if not quantity:
            return self.price(fallback)
        if listing.contract_size is not None:
            worth = listing.contract_size * quantity
            return self.price(worth * 10 ** (TURNOVER_SCALE + listing.price_scale) // turnover)
        shift: int = 10 ** (TURNOVER_SCALE - listing.quantity_scale - listing.price_scale)
        return self.price(turnover // (quantity * shift))


def _or(digits: int | None, scale: int) -> int:
    return scale if digits is None else digits


def levels_text(spelling: Spelling, levels: list[tuple[int, int]]) -> str:
    """Return book levels as the JSON array that every depth message holds."""
    price, quantity = spelling.price, spelling.quantity
    return "[" + ",".join([f'["{price(at)}","{quantity(amount)}"]' for at, amount in levels]) + "]"
