"""What orders on a recording are held to: the filters of its own ``exchangeInfo``, where it holds one (section 13)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, DecimalException

import msgspec

from tickwright.venues.binance.dialect.listings import inferred_listing
from tickwright.venues.binance.dialect.private.rules import market_rules
from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.facts import AMOUNT_SCALE, Listing, scaled
from tickwright.venues.marketrules import MarketRules, SizeRule


__all__ = ["recorded_rules"]


class _Filter(msgspec.Struct, rename="camel"):
    filter_type: str
    min_price: Decimal = Decimal(0)
    max_price: Decimal = Decimal(0)
    tick_size: Decimal = Decimal(0)
    min_qty: Decimal = Decimal(0)
    max_qty: Decimal = Decimal(0)
    step_size: Decimal = Decimal(0)
    min_notional: Decimal = Decimal(0)
    notional: Decimal = Decimal(0)
    """What futures call the least notional."""


class _Symbol(msgspec.Struct):
    symbol: str
    filters: list[_Filter] = []


class _Info(msgspec.Struct):
    symbols: list[_Symbol] = []


_decode = msgspec.json.Decoder(_Info).decode


def recorded_rules(
    product: DialectProduct, symbols: Iterable[str], info: str | None
) -> list[MarketRules]:
    """Return the rules of recorded instruments; what the recording does not say is guessed.

    Args:
        product: What was recorded.
        symbols: Its instruments.
        info: The recorded ``exchangeInfo``.
    """
    known: dict[str, _Symbol] = {}
    if info is not None:
        try:
            known = {one.symbol: one for one in _decode(info).symbols}
        except (msgspec.DecodeError, DecimalException):
            known = {}
    found = (_rules(product, symbol, known.get(symbol)) for symbol in symbols)
    return [rules for rules in found if rules is not None]


def _rules(product: DialectProduct, symbol: str, row: _Symbol | None) -> MarketRules | None:
    guess = inferred_listing(product, symbol)
    filters = {} if row is None else {one.filter_type: one for one in row.filters}
    price, size = filters.get("PRICE_FILTER"), filters.get("LOT_SIZE")
    if price is None or size is None or not price.tick_size or not size.step_size:
        return market_rules(product, guess)
    # Steps are no bound for what stands in a book: a tick that was made coarser leaves finer orders behind.
    spare = 8 if product.digits == 8 else None
    price_scale = spare or max(_digits(price.tick_size), _digits(price.min_price))
    quantity_scale = spare or max(_digits(size.step_size), _digits(size.min_qty))
    listing = msgspec.structs.replace(
        guess,
        price_scale=price_scale,
        quantity_scale=quantity_scale,
        tick=_raw(price.tick_size, price_scale),
        lot=_raw(size.step_size, quantity_scale),
        is_inferred=False,
    )
    rules = market_rules(product, listing)
    return None if rules is None else _filtered(rules, listing, filters)


def _filtered(rules: MarketRules, listing: Listing, filters: dict[str, _Filter]) -> MarketRules:
    price, size = filters["PRICE_FILTER"], filters["LOT_SIZE"]
    market = filters.get("MARKET_LOT_SIZE", size)
    worth = filters.get("NOTIONAL") or filters.get("MIN_NOTIONAL")
    least = Decimal(0) if worth is None else worth.min_notional or worth.notional
    return msgspec.structs.replace(
        rules,
        min_price=_raw(price.min_price, listing.price_scale),
        max_price=_raw(price.max_price, listing.price_scale),
        size=_size(size, listing.quantity_scale),
        market_size=_size(market, listing.quantity_scale),
        min_notional=_raw(least, AMOUNT_SCALE),
    )


def _size(filter_: _Filter, scale: int) -> SizeRule:
    return SizeRule(
        _raw(filter_.min_qty, scale), _raw(filter_.max_qty, scale), _raw(filter_.step_size, scale)
    )


def _digits(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _raw(value: Decimal, scale: int) -> int:
    """Return a number of a filter at a scale; 0, which is no bound, where it has more digits."""
    return scaled(value, scale) or 0
