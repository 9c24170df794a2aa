"""What differs between Binance's products on the venue's side: paths, limits, beats, spelling.

Written from the venue's documentation, never from our own codec: the two check each other.
"""

from __future__ import annotations

import re

import msgspec

from tickwright.errors import UnknownVenue
from tickwright.model.ids import InstrumentName


__all__ = ["COINM", "PRODUCTS", "SPOT", "USDM", "DialectProduct", "product_of", "spell", "unspell"]


class DialectProduct(msgspec.Struct, frozen=True, kw_only=True):
    """One product as its servers behave."""

    name: str
    prefix: str
    """What REST paths begin with."""
    frames_per_s: int
    """Frames a client may send in a second, control frames included."""
    streams_max: int = 1024
    ping_interval_s: float
    pong_deadline_s: float
    is_routed: bool
    """Whether ``/public``, ``/market`` and ``/private`` serve different streams."""
    weight_per_minute: int
    depth_limits: tuple[int, ...] | None
    """The only limits that depth takes; ``None`` for any."""
    depth_default: int
    depth_max: int
    depth_interval_ms: int
    """Speed of a depth stream that names none."""
    kline_interval_ms: int
    klines_max: int
    ticker_interval_ms: int
    digits: int | None
    """Digits after the point of every price and quantity; ``None`` for the instrument's own."""
    has_unsigned_ids: bool
    """Whether a request's id must be an unsigned integer."""
    hosts: tuple[str, ...]
    """Which addresses it has: field names of ``Endpoints``."""
    relatives: tuple[str, ...] = ()
    """Products whose instruments stand in its all-market streams, too."""
    ws_api_path: str
    ws_api_connect_weight: int
    """What connecting to the WebSocket API costs."""

    @property
    def is_futures(self) -> bool:
        """True for both families of contracts."""
        return self.name != "binance.spot"

    @property
    def is_inverse(self) -> bool:
        """True for contracts that settle in their base asset."""
        return self.name == "binance.coinm"


SPOT = DialectProduct(
    name="binance.spot",
    prefix="/api/v3",
    frames_per_s=5,
    ping_interval_s=20,
    pong_deadline_s=60,
    is_routed=False,
    weight_per_minute=6000,
    depth_limits=None,
    depth_default=100,
    depth_max=5000,
    depth_interval_ms=1000,
    kline_interval_ms=2000,
    klines_max=1000,
    ticker_interval_ms=1000,
    digits=8,
    has_unsigned_ids=False,
    hosts=("rest", "ws_public", "ws_api"),
    ws_api_path="/ws-api/v3",
    ws_api_connect_weight=2,
)

USDM = DialectProduct(
    name="binance.usdm",
    prefix="/fapi/v1",
    frames_per_s=10,
    ping_interval_s=180,
    pong_deadline_s=600,
    is_routed=True,
    weight_per_minute=2400,
    depth_limits=(5, 10, 20, 50, 100, 500, 1000),
    depth_default=500,
    depth_max=1000,
    depth_interval_ms=250,
    kline_interval_ms=250,
    klines_max=1500,
    ticker_interval_ms=2000,
    digits=None,
    has_unsigned_ids=True,
    hosts=("rest", "ws_public", "ws_private", "ws_api"),
    relatives=("binance.coinm",),
    ws_api_path="/ws-fapi/v1",
    ws_api_connect_weight=5,
)

COINM = msgspec.structs.replace(
    USDM,
    name="binance.coinm",
    prefix="/dapi/v1",
    # Its documentation knows no routes; both kinds of path are in use.
    is_routed=False,
    relatives=(),
    ws_api_path="/ws-dapi/v1",
)

PRODUCTS = {product.name: product for product in (SPOT, USDM, COINM)}

_PERPETUAL = "_PERP"
# Assets in which Binance quotes.
_QUOTES = (
    "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USDP", "BIDR", "IDRT", "BVND", "USD1", "USDS", "BTC", "ETH",
    "BNB", "TRX", "XRP", "DOGE", "DOT", "SOL", "EUR", "TRY", "GBP", "AUD", "BRL", "JPY", "MXN", "PLN",
    "RUB", "UAH", "NGN", "ZAR", "ARS", "RON", "CZK", "COP", "IDR", "DAI", "PAX", "VAI", "USD",
)  # fmt: skip
_LINEAR_QUOTES = ("USDT", "USDC", "BUSD", "FDUSD", "USD1", "BTC")
_INVERSE_QUOTES = ("USD",)
_USUAL_BASE = 3
_CONTRACT = re.compile(r"(?P<pair>[^_]+)(?:_(?P<tail>PERP|\d{6}))?")


def product_of(product: str) -> DialectProduct:
    """Return the product of a name such as ``binance.spot``.

    Raises:
        UnknownVenue: If Binance has no product of that name here.
    """
    try:
        return PRODUCTS[product]
    except KeyError:
        known = ", ".join(PRODUCTS)
        raise UnknownVenue(f"{product!r} has no Binance dialect; there are {known}") from None


def spell(product: DialectProduct, name: InstrumentName) -> str:
    """Return Binance's symbol of an instrument.

    Example:
        >>> from tickwright.model.ids import parse_instrument_id
        >>> spell(COINM, parse_instrument_id("binance:BTC/USD:BTC"))
        'BTCUSD_PERP'
    """
    pair = name.base + name.quote
    if name.expiry is not None:
        return f"{pair}_{name.expiry}"
    return pair + _PERPETUAL if product.is_inverse else pair


def unspell(product: DialectProduct, symbol: str) -> InstrumentName:
    """Return the instrument that a symbol most likely means; the inverse of `spell`.

    Example:
        >>> unspell(USDM, "BTCUSDT_261225").id
        'binance:BTC/USDT:USDT-261225'
    """
    match = _CONTRACT.fullmatch(symbol)
    pair, tail = (match["pair"], match["tail"]) if match else (symbol, None)
    quote = _quote(product, pair)
    base = pair[: -len(quote)]
    if not product.is_futures:
        return InstrumentName("binance", base, quote)
    settle = base if product.is_inverse else quote
    expiry = None if tail in (None, "PERP") else tail
    return InstrumentName("binance", base, quote, settle, expiry)


def _quote(product: DialectProduct, pair: str) -> str:
    """Return the longest quote asset that leaves a base of usual length: HNTUSD is not quoted in TUSD."""
    known: tuple[str, ...] = _LINEAR_QUOTES if product.is_futures else _QUOTES
    if product.is_inverse:
        known = _INVERSE_QUOTES
    found = [asset for asset in known if pair.endswith(asset) and pair != asset]
    return max(
        found,
        key=lambda asset: (len(pair) - len(asset) >= _USUAL_BASE, len(asset)),
        default=pair[-3:],
    )
