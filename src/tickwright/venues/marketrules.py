"""The rules that an instrument's orders are held to, as numbers: a venue's dialect fills them in, the engine checks them.

Zero switches a rule off. Prices and quantities are at the listing's scales, notionals at `AMOUNT_SCALE`, rates and
multipliers at `RATE_SCALE`.
"""

from __future__ import annotations

import msgspec

from tickwright.errors import ConfigError
from tickwright.venues.facts import AMOUNT_SCALE, Listing


__all__ = ["Band", "MarginBracket", "MarketRules", "SizeRule"]


class SizeRule(msgspec.Struct, frozen=True, gc=False):
    """Bounds and step of a quantity."""

    minimum: int = 0
    maximum: int = 0
    step: int = 0


class Band(msgspec.Struct, frozen=True, gc=False):
    """How far from the reference price something may be, as multipliers."""

    down: int = 0
    up: int = 0


class MarginBracket(msgspec.Struct, frozen=True, gc=False):
    """What positions up to a notional need to be kept, and with how much leverage they may be opened."""

    cap: int
    """Notional up to which it holds."""
    leverage: int
    rate: int
    """Maintenance margin of the notional."""
    deduction: int = 0
    """Taken off that, so that the margin has no step from the bracket below."""


class MarketRules(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument with everything that its orders are checked against.

    Raises:
        ConfigError: For an inverse contract, or digits beyond what amounts can hold.
    """

    listing: Listing
    is_margined: bool = False
    """Positions with margin (a linear contract) instead of balances of both assets."""

    min_price: int = 0
    max_price: int = 0
    size: SizeRule = SizeRule()
    """Of every quantity; the listing's lot is checked as well."""
    market_size: SizeRule = SizeRule()
    """Of market orders' quantities, in addition."""
    is_market_size_alone: bool = False
    """Market orders are held to ``market_size`` only."""
    min_notional: int = 0
    max_notional: int = 0
    min_notional_on_market: bool = True
    max_notional_on_market: bool = False
    is_reduce_only_free_of_notional: bool = False

    buy_band: Band = Band()
    """Of a buy's limit price, around the reference price."""
    sell_band: Band = Band()
    buy_reach: Band = Band()
    """How far from the reference price a taking buy may match; its rest expires."""
    sell_reach: Band = Band()
    is_mark_reference: bool = False
    """The mark price is the reference price."""

    max_orders: int = 0
    """Open orders of an account."""
    max_dormant: int = 0
    """Orders with a trigger of an account that were not triggered."""
    is_max_dormant_for_all: bool = False
    """``max_dormant`` counts the orders of all instruments together, and they do not count for ``max_orders``."""
    max_icebergs: int = 0
    max_iceberg_parts: int = 0
    max_lists: int = 0
    max_amends: int = 0
    max_position: int = 0
    """Of the base asset, what is being bought included; at the quantity's scale."""
    trail_above: SizeRule = SizeRule()
    """Hundredths of a percent, for orders whose trigger lies above the market."""
    trail_below: SizeRule = SizeRule()

    maker_fee: int = 0
    taker_fee: int = 0
    fee_digits: int = 8
    """Digits of a fee; what is beyond is not charged."""
    default_leverage: int = 20
    max_leverage: int = 125
    brackets: tuple[MarginBracket, ...] = ()
    """By notional, the smallest first; without any, positions need no maintenance margin and are never liquidated."""
    forced_name: str = ""
    """What client ids of the venue's own orders begin with."""
    trigger_protection: int = 0
    """How far last price and mark price may differ for protected orders to trigger, as a rate; 0 for any distance."""
    funding_interval_ns: int = 0
    """From one funding to the next; 0 pays none by itself."""

    refuses_crossing: bool = True
    """A post-only order that would take is refused; otherwise it is taken and expires."""
    refuses_unfillable_fok: bool = False
    """An unfillable FOK order is refused; otherwise it is taken and expires."""
    checks_dormant_funds: bool = True
    """Orders with a trigger lock what they need; otherwise it is asked for when they trigger."""

    def __post_init__(self) -> None:
        listing = self.listing
        if listing.contract_size is not None:
            raise ConfigError(f"{listing.symbol}: the engine trades no inverse contracts")
        if listing.price_scale + listing.quantity_scale > AMOUNT_SCALE:
            raise ConfigError(
                f"{listing.symbol}: price and quantity have {listing.price_scale} and"
                f" {listing.quantity_scale} digits; together at most {AMOUNT_SCALE} fit an amount"
            )

    @property
    def symbol(self) -> str:
        """The instrument's name in commands and events."""
        return self.listing.key
