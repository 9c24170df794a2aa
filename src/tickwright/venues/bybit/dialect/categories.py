"""What differs between Bybit's categories on the venue's side: paths, beats, limits, spelling.

Written from the venue's documentation, never from our own codec: the two check each other.
"""

from __future__ import annotations

import msgspec

from tickwright.errors import UnknownVenue
from tickwright.model.ids import InstrumentName


__all__ = [
    "CATEGORIES",
    "INTERVALS",
    "INVERSE",
    "LINEAR",
    "SITE",
    "SPOT",
    "Category",
    "categories_of",
    "category_of",
    "spell",
    "unspell",
]

SITE = "bybit"
"""What the addresses are named after, which all categories share."""
INTERVALS = {
    "1": "1m", "3": "3m", "5": "5m", "15": "15m", "30": "30m", "60": "1h", "120": "2h", "240": "4h",
    "360": "6h", "720": "12h", "D": "1d", "W": "1w", "M": "1M",
}  # fmt: skip
"""Bybit's names of candle intervals → a market's (section 4)."""


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """One category as the servers behave."""

    name: str
    """As paths and requests say it: ``spot``."""
    product: str
    is_contract: bool
    is_inverse: bool = False
    """Settled in the base asset, counted in dollars; its orders are not simulated."""
    args_max: int | None
    """Topics in one subscribe request (section 3); ``None`` for any number."""
    subscribed_text: str
    """``ret_msg`` of a subscription that succeeded (section 3.1)."""
    ticker_interval_ms: int
    book_limit: int
    """Levels of a REST book that names none (section 7)."""
    trades_max: int
    trades_limit: int
    order_quotes: tuple[str, ...]
    """Assets that instruments are quoted in."""
    maker_fee: int
    taker_fee: int
    """In units of 10**-8."""
    band: int
    """``priceLimitRatioX`` in units of 10**-8 (section 8)."""
    band_outer: int
    """``priceLimitRatioY``."""
    orders_per_s: int
    """Creates, and cancels, that an account may send in a second (section 2.3)."""
    amends_per_s: int
    batch_max: int
    """Orders in a batch (section 12)."""

    @property
    def is_traded(self) -> bool:
        """Whether its orders are simulated; of others there is market data, and an account that never had any."""
        return not self.is_inverse

    def settle(self, name: InstrumentName) -> str | None:
        """Return in what an instrument of its kind settles, ``None`` if in nothing but the trade itself."""
        if not self.is_contract:
            return None
        return name.base if self.is_inverse else name.quote


SPOT = Category(
    name="spot",
    product="bybit.spot",
    is_contract=False,
    args_max=10,
    subscribed_text="subscribe",
    ticker_interval_ms=50,
    book_limit=1,
    trades_max=60,
    trades_limit=60,
    order_quotes=("USDT", "USDC", "EUR", "BTC", "ETH", "USDE", "BRL", "TRY", "DAI"),
    maker_fee=100_000,
    taker_fee=100_000,
    band=500_000,
    band_outer=1_000_000,
    orders_per_s=20,
    amends_per_s=10,
    batch_max=10,
)

LINEAR = Category(
    name="linear",
    product="bybit.linear",
    is_contract=True,
    args_max=None,
    subscribed_text="",
    ticker_interval_ms=100,
    book_limit=25,
    trades_max=1000,
    trades_limit=500,
    order_quotes=("USDT", "USDC"),
    maker_fee=20_000,
    taker_fee=55_000,
    band=1_000_000,
    band_outer=2_000_000,
    orders_per_s=10,
    amends_per_s=10,
    batch_max=20,
)

INVERSE = msgspec.structs.replace(
    LINEAR, name="inverse", product="bybit.inverse", is_inverse=True, order_quotes=("USD",)
)

CATEGORIES = {category.name: category for category in (SPOT, LINEAR, INVERSE)}

_PERPETUAL_USDC = "PERP"


def categories_of(name: str) -> tuple[Category, ...]:
    """Return the categories of a product (``bybit.spot``), or all those of the site.

    Raises:
        UnknownVenue: If Bybit has no product of that name here.
    """
    found = tuple(one for one in CATEGORIES.values() if name in (one.product, SITE))
    if not found:
        known = ", ".join(one.product for one in CATEGORIES.values())
        raise UnknownVenue(f"{name!r} has no Bybit dialect; there are {known}")
    return found


def category_of(product: str) -> Category:
    """Return the category of a product such as ``bybit.linear``; see `categories_of`."""
    (found,) = categories_of(product)
    return found


def spell(name: InstrumentName) -> str:
    """Return Bybit's symbol of an instrument.

    Perpetuals in USDC are called ``BTCPERP``.

    Example:
        >>> from tickwright.model.ids import parse_instrument_id
        >>> spell(parse_instrument_id("bybit:BTC/USDC:USDC"))
        'BTCPERP'
    """
    if name.settle == "USDC":
        return name.base + _PERPETUAL_USDC
    return name.base + name.quote


def unspell(category: Category, symbol: str) -> InstrumentName:
    """Return the instrument that a symbol most likely means; the inverse of `spell`.

    Example:
        >>> unspell(LINEAR, "BTCPERP").id, unspell(SPOT, "ETHBTC").id
        ('bybit:BTC/USDC:USDC', 'bybit:ETH/BTC')
    """
    if category.is_contract and symbol.endswith(_PERPETUAL_USDC):
        return InstrumentName(SITE, symbol[: -len(_PERPETUAL_USDC)], "USDC", "USDC")
    if category.is_inverse:
        base = symbol.removesuffix("USD")
        return InstrumentName(SITE, base, "USD", base)
    known = [asset for asset in category.order_quotes if symbol.endswith(asset) and symbol != asset]
    quote = max(known, key=len, default=symbol[-3:])
    return InstrumentName(
        SITE, symbol[: -len(quote)], quote, quote if category.is_contract else None
    )
