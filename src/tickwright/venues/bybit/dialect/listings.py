"""Instruments as ``instruments-info`` lists them, with the filters that orders are held to (section 8)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import InstrumentName
from tickwright.venues.bybit.dialect.categories import SITE, Category, spell, unspell
from tickwright.venues.bybit.dialect.spelling import Spelling, decimal_text, stripped
from tickwright.venues.facts import RATE_SCALE, Listing


__all__ = [
    "FUNDING_MINUTES",
    "LEVERAGE_MAX",
    "MAX_LOTS",
    "MIN_VALUE",
    "RISK_LIMIT",
    "inferred_listing",
    "instrument_row",
    "instruments_result",
    "invented_listing",
    "page",
]

FUNDING_MINUTES = 480
LEVERAGE_MAX = 100
RISK_LIMIT = 100_000_000
"""A position's largest value, in quote asset; there is one step of risk only."""
MIN_VALUE = 5
"""Of an order, in quote asset."""
MAX_LOTS = {"spot": 100_000_000, "linear": 1_000_000, "inverse": 25_000_000}
"""Category → an order's largest quantity, in lots; half of it for a market order."""
_LAUNCH_MS = 1_585_526_400_000
_RECORDED_SCALE = 8

Json = dict[str, object]


def inferred_listing(category: Category, symbol: str) -> Listing:
    """Return a listing guessed from a symbol, for captures that hold none."""
    return Listing(
        name=unspell(category, symbol),
        product=category.product,
        symbol=symbol,
        price_scale=_RECORDED_SCALE,
        quantity_scale=_RECORDED_SCALE,
        tick=1,
        contract_size=1 if category.is_inverse else None,
        category=category.name,
        is_inferred=True,
    )


def invented_listing(category: Category, name: InstrumentName, price: float) -> Listing:
    """Return how an instrument of about that price would be listed.

    Raises:
        UnknownInstrument: If it does not belong to the category, or expires: those are not simulated.
    """
    is_ours = name.venue == SITE and name.expiry is None
    if (
        not is_ours
        or name.settle != category.settle(name)
        or name.quote not in category.order_quotes
    ):
        raise UnknownInstrument(f"{name.id!r} is no instrument of {category.product}")
    magnitude = math.floor(math.log10(price))
    if category.is_contract:
        price_scale, most = max(2, min(7, 4 - magnitude)), 3
    else:
        price_scale, most = max(1, min(7, 5 - magnitude)), 6
    # Turnovers need both scales' digits, and have eight. Inverse contracts are whole dollars.
    quantity_scale = max(0, min(magnitude + 2, 8 - price_scale, most))
    quantity_scale = 0 if category.is_inverse else quantity_scale
    return Listing(
        name=name,
        product=category.product,
        symbol=spell(name),
        price_scale=price_scale,
        quantity_scale=quantity_scale,
        tick=10 if category.is_contract and magnitude >= 4 else 1,
        contract_size=1 if category.is_inverse else None,
        category=category.name,
    )


def page(listings: Sequence[Listing], limit: int, cursor: str) -> tuple[Sequence[Listing], str]:
    """Return a page of listings by symbol, and the cursor to the next one, empty at the end.

    Cursors are opaque, and URL-encoded already when they are handed out (section 7).
    """
    ordered = sorted(listings, key=lambda one: one.symbol)
    first = int(cursor.removeprefix("first=").removeprefix("first%3D")) if cursor else 0
    found = ordered[first : first + limit]
    following = first + limit
    return found, f"first%3D{following}" if following < len(ordered) else ""


def instrument_row(listing: Listing) -> Json:
    """Return an instrument as it is listed."""
    at = Spelling(listing)
    return _contract(at) if at.category.is_contract else _spot(at)


def _ratio(raw: int) -> str:
    return stripped(decimal_text(raw, RATE_SCALE))


def _risk(category: Category) -> Json:
    return {
        "priceLimitRatioX": _ratio(category.band),
        "priceLimitRatioY": _ratio(category.band_outer),
    }


def _id(listing: Listing) -> int:
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(listing.symbol))


def _spot(at: Spelling) -> Json:
    listing, most = at.listing, MAX_LOTS[at.category.name] * at.listing.lot
    return {
        "symbolId": _id(listing),
        "symbol": at.symbol,
        "baseCoin": listing.name.base,
        "quoteCoin": listing.name.quote,
        "innovation": "0",
        "status": "Trading",
        "marginTrading": "utaOnly",
        "stTag": "0",
        "lotSizeFilter": {
            "basePrecision": at.quantity(listing.lot),
            "quotePrecision": stripped(
                decimal_text(1, listing.price_scale + listing.quantity_scale)
            ),
            "minOrderQty": at.quantity(listing.lot),
            "maxOrderQty": at.quantity(most),
            "minOrderAmt": str(MIN_VALUE),
            "maxOrderAmt": "8000000",
            "maxLimitOrderQty": at.quantity(most),
            "maxMarketOrderQty": at.quantity(most // 2),
            "postOnlyMaxLimitOrderSize": at.quantity(most),
        },
        "priceFilter": {"tickSize": at.price(listing.tick)},
        "riskParameters": _risk(at.category),
        "symbolType": "",
        "xstockMultiplier": "1",
    }


def _contract(at: Spelling) -> Json:
    listing, most = at.listing, MAX_LOTS[at.category.name] * at.listing.lot
    return {
        "symbol": at.symbol,
        "symbolId": _id(listing),
        "contractType": "InversePerpetual" if at.category.is_inverse else "LinearPerpetual",
        "status": "Trading",
        "baseCoin": listing.name.base,
        "quoteCoin": listing.name.quote,
        "launchTime": str(_LAUNCH_MS),
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": str(listing.price_scale),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": f"{LEVERAGE_MAX}.00",
            "leverageStep": "0.01",
        },
        "priceFilter": {
            "minPrice": at.price(listing.tick),
            "maxPrice": at.price(199_999_998 * listing.tick),
            "tickSize": at.price(listing.tick),
        },
        "lotSizeFilter": {
            "maxOrderQty": at.quantity(most),
            "minOrderQty": at.quantity(listing.lot),
            "qtyStep": at.quantity(listing.lot),
            "postOnlyMaxOrderQty": at.quantity(most),
            "maxMktOrderQty": at.quantity(most // 2),
            "minNotionalValue": str(MIN_VALUE),
        },
        "unifiedMarginTrade": True,
        "fundingInterval": FUNDING_MINUTES,
        "settleCoin": listing.name.settle,
        "copyTrading": "none",
        "upperFundingRate": "0.005",
        "lowerFundingRate": "-0.005",
        "displayName": "",
        "forbidUplWithdrawal": False,
        "isPreListing": False,
        "preListingInfo": None,
        "riskParameters": _risk(at.category),
        "symbolType": "",
        "fullName": listing.name.base,
        "marketRegion": "",
        "underlyingTicker": "",
        "tags": [],
    }


def instruments_result(
    category: Category, listings: Sequence[Listing], limit: int, cursor: str
) -> str:
    """Return the result of ``instruments-info``; spot has no pages."""
    if not category.is_contract:
        rows = [instrument_row(one) for one in sorted(listings, key=lambda one: one.symbol)]
        body: Json = {"category": category.name, "list": rows}
    else:
        found, following = page(listings, limit, cursor)
        rows = [instrument_row(one) for one in found]
        body = {"category": category.name, "list": rows, "nextPageCursor": following}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)
