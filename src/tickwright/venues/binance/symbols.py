"""Between Binance's symbols and the unified names: from a listing's rows, or from spelling alone."""

from __future__ import annotations

import re

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import InstrumentName
from tickwright.model.instrument import Instrument


__all__ = [
    "VENUE",
    "expiry_of",
    "infer_coinm",
    "infer_spot",
    "infer_usdm",
    "inverse_name",
    "linear_name",
    "spot_name",
]

VENUE = "binance"

_QUOTE_ASSETS = (
    "AEUR", "ARS", "AUD", "BFUSD", "BIDR", "BKRW", "BNB", "BRL", "BTC", "BUSD", "BVND", "COP",
    "CZK", "DAI", "DOGE", "DOT", "ETH", "EUR", "EURI", "FDUSD", "GBP", "IDR", "IDRT", "JPY", "MXN",
    "NGN", "PAX", "PLN", "RON", "RUB", "SOL", "TRX", "TRY", "TUSD", "UAH", "USD", "USD1", "USDC",
    "USDE", "USDP", "USDS", "USDT", "UST", "VAI", "XRP", "ZAR",
)  # fmt: skip
"""Assets that Binance (or Binance US) quoted a market in, up to 2026; only guesses need them."""

_USDM_QUOTE_ASSETS = ("BTC", "BUSD", "FDUSD", "USD1", "USDC", "USDT")
_COINM_QUOTE_ASSETS = ("USD",)
_BASE_LETTERS = 3
"""Most assets have at least so many: HNTUSD is HNT/USD, not HN/TUSD."""
_DELIVERY = re.compile(r".+_(?P<expiry>\d{6})")


def spot_name(base: str, quote: str) -> InstrumentName:
    """Return the name of a spot pair."""
    return InstrumentName(venue=VENUE, base=base, quote=quote)


def linear_name(base: str, quote: str, settle: str, symbol: str) -> InstrumentName:
    """Return the name of a USD-M contract; a delivery contract shows its day in the symbol."""
    return InstrumentName(
        venue=VENUE, base=base, quote=quote, settle=settle, expiry=expiry_of(symbol)
    )


def inverse_name(base: str, quote: str, settle: str, symbol: str) -> InstrumentName:
    """Return the name of a COIN-M contract (``BTCUSD_PERP``, ``BTCUSD_261225``)."""
    return linear_name(base, quote, settle, symbol)


def expiry_of(symbol: str) -> str | None:
    """Return the delivery day ``YYMMDD`` that a symbol spells, ``None`` for a perpetual.

    The spelling is asked and not ``contractType``, whose words change with each quarter's roll and are empty
    for contracts not listed yet.
    """
    match = _DELIVERY.fullmatch(symbol)
    return None if match is None else match["expiry"]


def infer_spot(symbol: str) -> Instrument:
    """Guess a spot instrument from ``BTCUSDT``.

    Raises:
        UnknownInstrument: If the symbol ends in no asset that Binance quotes in.
    """
    base, quote = _split(symbol, _QUOTE_ASSETS, symbol)
    return Instrument.inferred(spot_name(base, quote), product="binance.spot", symbol=symbol)


def infer_usdm(symbol: str) -> Instrument:
    """Guess a USD-M contract from ``BTCUSDT`` or ``BTCUSDT_261225``; it settles in its quote asset.

    Raises:
        UnknownInstrument: If the symbol ends in no asset that Binance quotes in.
    """
    base, quote = _split(symbol.partition("_")[0], _USDM_QUOTE_ASSETS, symbol)
    name = linear_name(base, quote, quote, symbol)
    return Instrument.inferred(name, product="binance.usdm", symbol=symbol)


def infer_coinm(symbol: str) -> Instrument:
    """Guess a COIN-M contract from ``BTCUSD_PERP`` or ``LINKUSD_211231``; it settles in its base asset.

    Raises:
        UnknownInstrument: If the symbol is not of that form.
    """
    base, quote = _split(symbol.partition("_")[0], _COINM_QUOTE_ASSETS, symbol)
    name = inverse_name(base, quote, base, symbol)
    return Instrument.inferred(name, product="binance.coinm", symbol=symbol)


def _split(pair: str, quote_assets: tuple[str, ...], symbol: str) -> tuple[str, str]:
    found = [quote for quote in quote_assets if pair.endswith(quote) and pair != quote]
    if not found:
        raise UnknownInstrument(
            f"{symbol!r} ends in no quote asset that Binance is known to use;"
            " give exchange information instead of letting the instrument be guessed"
        )
    # The longest suffix wins (BTCFDUSD is BTC/FDUSD, not BTCFD/USD) that leaves a base of usual length.
    quote = max(found, key=lambda asset: (len(pair) - len(asset) >= _BASE_LETTERS, len(asset)))
    return pair.removesuffix(quote), quote
