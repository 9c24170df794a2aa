"""How Bybit writes numbers: decimal strings with an instrument's own digits, on spot without zeros at their end."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tickwright.venues.bybit.dialect.categories import CATEGORIES, Category
from tickwright.venues.facts import AMOUNT_SCALE, RATE_SCALE, TURNOVER_SCALE, Listing


__all__ = ["Spelling", "amount_text", "decimal_text", "levels_text", "stripped"]

Writer = Callable[[int], str]
_TURNOVER_DIGITS = 4
_INDEX_DIGITS = 6


def stripped(text: str) -> str:
    """Return a number without zeros at its end.

    Example:
        >>> stripped("90000.00"), stripped("0.000"), stripped("100")
        ('90000', '0', '100')
    """
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimal_text(raw: int, scale: int) -> str:
    """Return a whole number of ``10**-scale`` with all its digits.

    Example:
        >>> decimal_text(-9000010, 2)
        '-90000.10'
    """
    if raw < 0:
        return "-" + decimal_text(-raw, scale)
    if not scale:
        return str(raw)
    unit = 10**scale
    return f"{raw // unit}.{raw % unit:0{scale}d}"


def amount_text(raw: int, digits: int = 8) -> str:
    """Return an amount of an asset without zeros at its end; digits beyond are cut off, toward zero.

    Example:
        >>> amount_text(-15 * 10**15), amount_text(1)
        ('-1.5', '0')
    """
    cut = abs(raw) // 10 ** (AMOUNT_SCALE - digits)
    text = stripped(decimal_text(cut, digits))
    return f"-{text}" if raw < 0 and cut else text


@lru_cache(maxsize=256)
def _plain(scale: int) -> Writer:
    if not scale:
        return str
    unit = 10**scale

    def write(raw: int) -> str:
        if raw < 0:
            return "-" + write(-raw)
        return f"{raw // unit}.{raw % unit:0{scale}d}"

    return write


@lru_cache(maxsize=256)
def _stripped(scale: int) -> Writer:
    write = _plain(scale)
    return lambda raw: stripped(write(raw))


class Spelling:
    """One instrument as its category writes it.

    Args:
        listing: The instrument.
    """

    __slots__ = ("category", "listing", "price", "quantity", "symbol")

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.symbol = listing.symbol
        self.category: Category = CATEGORIES[listing.category]
        # Section 4.1, rule 11: contracts keep their digits, spot does not.
        make = _plain if self.category.is_contract else _stripped
        self.price: Writer = make(listing.price_scale)
        self.quantity: Writer = make(listing.quantity_scale)

    def turnover(self, raw: int) -> str:
        """Return a turnover: four digits on linear contracts, else those that it has."""
        if self.category.is_contract and not self.category.is_inverse:
            return decimal_text(raw // 10 ** (TURNOVER_SCALE - _TURNOVER_DIGITS), _TURNOVER_DIGITS)
        return stripped(decimal_text(raw, TURNOVER_SCALE))

    def mark(self, raw: int) -> str:
        """Return a mark or index price, with the digits of prices."""
        scale = self.listing.price_scale
        return self.price(raw // 10 ** (RATE_SCALE - scale))

    def index(self, raw: int) -> str:
        """Return an index price in dollars, as spot shows it."""
        return stripped(decimal_text(raw // 10 ** (RATE_SCALE - _INDEX_DIGITS), _INDEX_DIGITS))

    def rate(self, raw: int) -> str:
        """Return a funding rate."""
        return stripped(decimal_text(raw, RATE_SCALE))

    def change(self, first: int, last: int) -> str:
        """Return a relative change: a fraction with six digits on contracts, with four on spot."""
        digits = 6 if self.category.is_contract else 4
        return decimal_text((last - first) * 10**digits // first if first else 0, digits)


def levels_text(spelling: Spelling, levels: list[tuple[int, int]]) -> str:
    """Return book levels as the JSON array that every book message holds; a level that is gone has the size ``0``."""
    price, quantity = spelling.price, spelling.quantity
    rows = [f'["{price(at)}","{quantity(amount) if amount else 0}"]' for at, amount in levels]
    return f"[{','.join(rows)}]"
