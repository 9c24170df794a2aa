"""The bodies of ``exchangeInfo``: every listing with the filters that the venue would show."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import InstrumentName
from tickwright.venues.binance.dialect.products import DialectProduct, spell, unspell
from tickwright.venues.binance.dialect.spelling import decimal_text
from tickwright.venues.facts import Listing


__all__ = [
    "exchange_info",
    "inferred_listing",
    "invented_listing",
    "upper_limits",
    "with_pending",
]

_PERPETUAL_DELIVERY_MS = 4_133_404_800_000
_CONTRACT_SIZES = {"BTC": 100}
_TICKS_MAX, _LOTS_MAX, _GUESSED_MAX = 10**8, 9 * 10**8, 10**15
_ONBOARD_MS = 1_569_398_400_000
_SPOT_ORDERS = (
    "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT",
)  # fmt: skip
_FUTURES_ORDERS = (
    "LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET",
)  # fmt: skip

_SELF_TRADE = ("EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "TRANSFER")

Json = dict[str, object]


def inferred_listing(product: DialectProduct, symbol: str, *, scale: int = 8) -> Listing:
    """Return a listing guessed from a symbol, for captures that hold no exchange information."""
    name = unspell(product, symbol)
    return Listing(
        name=name,
        product=product.name,
        symbol=symbol,
        price_scale=scale,
        quantity_scale=scale,
        tick=1,
        contract_size=10 if product.is_inverse else None,
        is_inferred=True,
    )


def invented_listing(product: DialectProduct, name: InstrumentName, price: float) -> Listing:
    """Return how an instrument of about that price would be listed: five or six digits for the price.

    Raises:
        UnknownInstrument: If it does not belong to the product.
    """
    is_spot, is_inverse = name.settle is None, name.settle == name.base
    is_linear = name.settle == name.quote
    is_ours = name.venue == "binance" and (is_spot or is_inverse or is_linear)
    if not is_ours or is_spot == product.is_futures or is_inverse != product.is_inverse:
        raise UnknownInstrument(f"{name.id!r} is no instrument of {product.name}")
    magnitude = math.floor(math.log10(price))
    price_scale = max(1 if is_inverse else 2, min(7, 4 - magnitude))
    # Turnovers need both scales' digits, and have eight.
    quantity_scale = max(0, min(magnitude + 1, 8 - price_scale, 3 if product.is_futures else 5))
    return Listing(
        name=name,
        product=product.name,
        symbol=spell(product, name),
        price_scale=price_scale,
        quantity_scale=0 if is_inverse else quantity_scale,
        tick=10 if product.is_futures and not is_inverse and magnitude >= 4 else 1,
        contract_size=_CONTRACT_SIZES.get(name.base, 10) if is_inverse else None,
    )


def upper_limits(listing: Listing) -> tuple[int, int]:
    """Return the highest price and the largest quantity that an order may have.

    So many ticks and lots as the venue shows of BTCUSDT, 1,000,000.00 and 9,000.00000: clients with numbers of a fixed
    size cannot take just any. Guessed steps say nothing about either.
    """
    if listing.is_inferred:
        return listing.tick * _GUESSED_MAX, listing.lot * _GUESSED_MAX
    return listing.tick * _TICKS_MAX, listing.lot * _LOTS_MAX


def exchange_info(product: DialectProduct, listings: Sequence[Listing], now_ms: int) -> str:
    """Return the body of ``exchangeInfo`` for some listings."""
    one = _futures_symbol if product.is_futures else _spot_symbol
    body: Json = {"timezone": "UTC", "serverTime": now_ms}
    if product.is_futures and not product.is_inverse:
        body["futuresType"] = "U_MARGINED"
    body["rateLimits"] = _rate_limits(product)
    body["exchangeFilters"] = []
    if product.is_futures and not product.is_inverse:
        settled = dict.fromkeys(str(listing.name.settle) for listing in listings)
        body["assets"] = [
            {"asset": asset, "marginAvailable": True, "autoAssetExchange": "-10000"}
            for asset in settled
        ]
    body["symbols"] = [one(product, listing) for listing in listings]
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def with_pending(body: str, count: int) -> str:
    """Return a body of ``exchangeInfo`` with so many contracts more, as they are listed days before they trade."""
    info = json.loads(body)
    like = info["symbols"][:1]
    for number in range(1, count + 1) if like else ():
        name, row = f"SOON{number}", json.loads(json.dumps(like[0]))
        row |= {"symbol": f"{name}USDT", "pair": f"{name}USDT", "baseAsset": name}
        row["contractStatus" if "contractStatus" in row else "status"] = "PENDING_TRADING"
        for one in row["filters"]:
            if one["filterType"] == "PRICE_FILTER":
                one["tickSize"] = "0"
        info["symbols"].append(row)
    return json.dumps(info, separators=(",", ":"), ensure_ascii=False)


def _limit(kind: str, interval: str, count: int, limit: int) -> Json:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": count, "limit": limit}


def _rate_limits(product: DialectProduct) -> list[Json]:
    weight = _limit("REQUEST_WEIGHT", "MINUTE", 1, product.weight_per_minute)
    if product.is_futures:
        return [
            weight,
            _limit("ORDERS", "MINUTE", 1, 1200),
            _limit("ORDERS", "SECOND", 10, 300),
        ]
    return [
        weight,
        _limit("ORDERS", "SECOND", 10, 100),
        _limit("ORDERS", "DAY", 1, 200_000),
        _limit("RAW_REQUESTS", "MINUTE", 5, 300_000),
    ]


def _filters(product: DialectProduct, listing: Listing) -> list[Json]:
    def price(raw: int) -> str:
        return decimal_text(raw, listing.price_scale, product.digits)

    def quantity(raw: int) -> str:
        return decimal_text(raw, listing.quantity_scale, product.digits)

    tick, lot = listing.tick, listing.lot
    max_price, max_quantity = upper_limits(listing)
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": price(tick),
            "maxPrice": price(max_price),
            "tickSize": price(tick),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": quantity(lot),
            "maxQty": quantity(max_quantity),
            "stepSize": quantity(lot),
        },
    ]


def _spot_symbol(product: DialectProduct, listing: Listing) -> Json:
    name = listing.name
    more: list[Json] = [
        {"filterType": "ICEBERG_PARTS", "limit": 100},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": "0.00000000",
            "maxQty": "1000000.00000000",
            "stepSize": "0.00000000",
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": 10,
            "maxTrailingAboveDelta": 2000,
            "minTrailingBelowDelta": 10,
            "maxTrailingBelowDelta": 2000,
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": "5",
            "bidMultiplierDown": "0.2",
            "askMultiplierUp": "5",
            "askMultiplierDown": "0.2",
            "avgPriceMins": 5,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": "5.00000000",
            "applyMinToMarket": True,
            "maxNotional": "9000000.00000000",
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 20},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10},
    ]
    flags = ("icebergAllowed", "ocoAllowed", "otoAllowed", "opoAllowed", "quoteOrderQtyMarketAllowed",
             "allowTrailingStop", "cancelReplaceAllowed", "amendAllowed", "isSpotTradingAllowed")  # fmt: skip
    return {
        "symbol": listing.symbol,
        "status": "TRADING",
        "baseAsset": name.base,
        "baseAssetPrecision": 8,
        "quoteAsset": name.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": list(_SPOT_ORDERS),
        **dict.fromkeys(flags, True),
        "pegInstructionsAllowed": False,
        "isMarginTradingAllowed": False,
        "filters": _filters(product, listing) + more,
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": list(_SELF_TRADE),
    }


def _futures_symbol(product: DialectProduct, listing: Listing) -> Json:
    name = listing.name
    filters = _filters(product, listing)
    filters.append({**filters[1], "filterType": "MARKET_LOT_SIZE"})
    filters.append({"filterType": "MAX_NUM_ORDERS", "limit": 200})
    if not product.is_inverse:
        filters.append({"filterType": "MIN_NOTIONAL", "notional": "5"})
    filters.append(
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": "1.0500",
            "multiplierDown": "0.9500",
            "multiplierDecimal": "4",
        }
    )
    symbol: Json = {
        "symbol": listing.symbol,
        "pair": listing.pair,
        "contractType": "CURRENT_QUARTER" if name.expiry else "PERPETUAL",
        "deliveryDate": _PERPETUAL_DELIVERY_MS,
        "onboardDate": _ONBOARD_MS,
        "contractStatus" if product.is_inverse else "status": "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": name.base,
        "quoteAsset": name.quote,
        "marginAsset": name.settle,
        "pricePrecision": listing.price_scale,
        "quantityPrecision": listing.quantity_scale,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10_000,
        "filters": filters,
        "orderTypes": list(_FUTURES_ORDERS),
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }
    if product.is_inverse:
        symbol["contractSize"] = listing.contract_size
        symbol["equalQtyPrecision"] = 4
    return symbol
