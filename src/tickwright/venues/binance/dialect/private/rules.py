"""What the engine holds a product's orders to: the filters that ``exchangeInfo`` shows, as numbers (section 13)."""

from __future__ import annotations

from tickwright.venues.binance.dialect.listings import upper_limits
from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.facts import RATE_SCALE, Listing, raw_amount
from tickwright.venues.marketrules import Band, MarginBracket, MarketRules, SizeRule


__all__ = ["MAX_LEVERAGE", "market_rules"]

MAX_LEVERAGE = 125

_ONE: int = 10**RATE_SCALE
_HOURS_8_NS = 8 * 3600 * 10**9
_BPS = _ONE // 10_000
# Notional in quote asset, leverage, maintenance margin in hundredths of a percent, and what is taken off it so that
# there is no step: about what the venue shows for its largest contract, for every contract here.
_BRACKETS = tuple(
    MarginBracket(raw_amount(cap), leverage, rate * _BPS, raw_amount(deduction))
    for cap, leverage, rate, deduction in (
        ("300000", MAX_LEVERAGE, 40, "0"),
        ("800000", 100, 50, "300"),
        ("3000000", 75, 65, "1500"),
        ("12000000", 50, 100, "12000"),
        ("70000000", 25, 200, "132000"),
        ("100000000", 20, 250, "482000"),
        ("230000000", 10, 500, "2982000"),
    )
)
_TRAIL = SizeRule(10, 2000)
_FUTURES_TRAIL = SizeRule(10, 2000)


def market_rules(product: DialectProduct, listing: Listing) -> MarketRules | None:
    """Return an instrument's rules, ``None`` for inverse contracts, whose orders are not simulated."""
    if product.is_inverse:
        return None
    return _futures(listing) if product.is_futures else _spot(listing)


def _size(listing: Listing) -> SizeRule:
    return SizeRule(listing.lot, upper_limits(listing)[1], listing.lot)


def _spot(listing: Listing) -> MarketRules:
    wide = Band(_ONE // 5, 5 * _ONE)
    return MarketRules(
        listing=listing,
        min_price=listing.tick,
        max_price=upper_limits(listing)[0],
        size=_size(listing),
        market_size=SizeRule(maximum=10**6 * 10**listing.quantity_scale),
        min_notional=raw_amount("5"),
        max_notional=raw_amount("9000000"),
        buy_band=wide,
        sell_band=wide,
        max_orders=200,
        max_dormant=5,
        max_iceberg_parts=100,
        max_lists=20,
        max_amends=10,
        trail_above=_TRAIL,
        trail_below=_TRAIL,
        maker_fee=_ONE // 1000,
        taker_fee=_ONE // 1000,
    )


def _futures(listing: Listing) -> MarketRules:
    up, down = _ONE * 105 // 100, _ONE * 95 // 100
    return MarketRules(
        listing=listing,
        is_margined=True,
        min_price=listing.tick,
        max_price=upper_limits(listing)[0],
        size=_size(listing),
        market_size=_size(listing),
        is_market_size_alone=True,
        min_notional=raw_amount("5"),
        is_reduce_only_free_of_notional=True,
        buy_band=Band(0, up),
        sell_band=Band(down, 0),
        buy_reach=Band(0, up),
        sell_reach=Band(down, 0),
        is_mark_reference=True,
        max_orders=200,
        max_dormant=200,
        is_max_dormant_for_all=True,
        max_amends=10_000,
        trail_above=_FUTURES_TRAIL,
        trail_below=_FUTURES_TRAIL,
        maker_fee=_ONE * 2 // 10_000,
        taker_fee=_ONE * 5 // 10_000,
        default_leverage=20,
        max_leverage=MAX_LEVERAGE,
        brackets=_BRACKETS,
        forced_name="autoclose-",
        trigger_protection=_ONE * 5 // 100,
        funding_interval_ns=_HOURS_8_NS,
        refuses_unfillable_fok=True,
        checks_dormant_funds=False,
    )
