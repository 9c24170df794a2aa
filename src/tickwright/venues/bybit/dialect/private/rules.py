"""What an instrument's orders are held to, as ``instruments-info`` lists it (section 8)."""

from __future__ import annotations

from tickwright.venues.bybit.dialect.categories import CATEGORIES, Category
from tickwright.venues.bybit.dialect.listings import (
    FUNDING_MINUTES,
    LEVERAGE_MAX,
    MAX_LOTS,
    MIN_VALUE,
    RISK_LIMIT,
)
from tickwright.venues.facts import RATE_SCALE, Listing, raw_amount
from tickwright.venues.marketrules import Band, MarginBracket, MarketRules, SizeRule


__all__ = ["market_rules"]

_ONE: int = 10**RATE_SCALE
_PRICES_MAX = 199_999_998  # ticks
_ORDERS_MAX, _DORMANT_MAX = 500, 30
_CONTRACT_DORMANT_MAX = 10
_LEVERAGE = 10
_MAINTENANCE = 500_000  # 0.5 %, in units of 10**-8


def market_rules(listing: Listing) -> MarketRules:
    """Return an instrument's rules."""
    category = CATEGORIES[listing.category]
    return _contract(category, listing) if category.is_contract else _spot(category, listing)


def _sizes(listing: Listing) -> tuple[SizeRule, SizeRule]:
    """Return what limit orders and market orders may be."""
    most = MAX_LOTS[listing.category] * listing.lot
    return (
        SizeRule(listing.lot, most, listing.lot),
        SizeRule(listing.lot, most // 2, listing.lot),
    )


def _spot(category: Category, listing: Listing) -> MarketRules:
    size, market_size = _sizes(listing)
    up, down = _ONE + category.band, _ONE - category.band
    return MarketRules(
        listing=listing,
        min_price=listing.tick,
        size=size,
        market_size=market_size,
        min_notional=raw_amount(str(MIN_VALUE)),
        # Limit prices beyond the band are the dialect's to refuse or to move: see `orders.py`.
        buy_reach=Band(0, up),
        sell_reach=Band(down, 0),
        max_orders=_ORDERS_MAX,
        max_dormant=_DORMANT_MAX,
        maker_fee=category.maker_fee,
        taker_fee=category.taker_fee,
        refuses_crossing=False,
    )


def _contract(category: Category, listing: Listing) -> MarketRules:
    size, market_size = _sizes(listing)
    up, down = _ONE + category.band_outer, _ONE - category.band_outer
    return MarketRules(
        listing=listing,
        is_margined=True,
        min_price=listing.tick,
        max_price=listing.tick * _PRICES_MAX,
        size=size,
        market_size=market_size,
        is_market_size_alone=True,
        min_notional=raw_amount(str(MIN_VALUE)),
        is_reduce_only_free_of_notional=True,
        buy_reach=Band(0, up),
        sell_reach=Band(down, 0),
        is_mark_reference=True,
        max_orders=_ORDERS_MAX,
        max_dormant=_CONTRACT_DORMANT_MAX,
        maker_fee=category.maker_fee,
        taker_fee=category.taker_fee,
        default_leverage=_LEVERAGE,
        max_leverage=LEVERAGE_MAX,
        brackets=(MarginBracket(raw_amount(str(RISK_LIMIT)), LEVERAGE_MAX, _MAINTENANCE),),
        funding_interval_ns=FUNDING_MINUTES * 60 * 10**9,
        refuses_crossing=False,
        checks_dormant_funds=False,
    )
