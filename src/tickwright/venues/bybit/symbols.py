"""Between Bybit's symbols and the unified names: from a listing's rows, or from spelling alone.

The same symbol stands for different instruments on different products: ``BTCUSDT`` is a pair on spot and a perpetual
on linear. Nothing in a frame tells them apart; the address of the socket does.
"""

from __future__ import annotations

import re
from calendar import FRIDAY, monthrange
from datetime import UTC, date, datetime

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import InstrumentName
from tickwright.model.instrument import Instrument


__all__ = ["VENUE", "expiry_of", "infer_inverse", "infer_linear", "infer_spot"]

VENUE = "bybit"

_SPOT_QUOTES = (
    "BRL", "BRZ", "BTC", "DAI", "ETH", "EUR", "EURQ", "EURR", "GBP", "JPY", "KZT", "MNT", "PLN", "SOL", "TRY",
    "USD1", "USDC", "USDE", "USDQ", "USDR", "USDT",
)  # fmt: skip
"""Coins that Bybit quoted a pair in, up to 2026; only guesses need them."""

_LINEAR_QUOTES = ("USDC", "USDT")
_BASE_LETTERS = 2
"""Most coins have at least so many letters: a pair's longest quote coin that leaves as many is taken."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DATED = re.compile(
    rf"(?P<pair>[A-Z0-9]+)-(?P<day>\d{{1,2}})(?P<month>{'|'.join(_MONTHS)})(?P<year>\d\d)"
)
_QUARTERLY = re.compile(r"(?P<base>[A-Z0-9]+)USD(?P<month>[HMUZ])(?P<year>\d\d)")
_QUARTER_MONTHS = {"H": 3, "M": 6, "U": 9, "Z": 12}


def expiry_of(delivery_ms: int) -> str | None:
    """Return the delivery day ``YYMMDD`` of a listing's ``deliveryTime``, ``None`` for 0: a perpetual.

    Example:
        >>> expiry_of(1786694400000), expiry_of(0)
        ('260814', None)
    """
    if delivery_ms <= 0:
        return None
    return datetime.fromtimestamp(delivery_ms // 1000, UTC).strftime("%y%m%d")


def infer_spot(symbol: str) -> Instrument:
    """Guess a pair from ``BTCUSDT``.

    Raises:
        UnknownInstrument: If the symbol ends in no coin that Bybit quotes in.
    """
    base, quote = _split(symbol, _SPOT_QUOTES, symbol)
    return Instrument.inferred(
        InstrumentName(venue=VENUE, base=base, quote=quote), product="bybit.spot", symbol=symbol
    )


def infer_linear(symbol: str) -> Instrument:
    """Guess a contract from ``BTCUSDT``, ``BTCPERP`` (in USDC), ``BTCUSDT-25DEC26`` or ``BTC-25DEC26`` (in USDC).

    Raises:
        UnknownInstrument: If the symbol is of none of these forms.
    """
    dated = _DATED.fullmatch(symbol)
    pair = symbol if dated is None else dated["pair"]
    if pair.endswith("PERP"):
        base, quote = pair.removesuffix("PERP"), "USDC"
    elif dated is not None and not pair.endswith(_LINEAR_QUOTES):
        base, quote = pair, "USDC"
    else:
        base, quote = _split(pair, _LINEAR_QUOTES, symbol)
    expiry = None
    if dated is not None:
        expiry = f"{dated['year']}{_MONTHS.index(dated['month']) + 1:02}{int(dated['day']):02}"
    name = InstrumentName(venue=VENUE, base=base, quote=quote, settle=quote, expiry=expiry)
    return Instrument.inferred(name, product="bybit.linear", symbol=symbol)


def infer_inverse(symbol: str) -> Instrument:
    """Guess a contract from ``BTCUSD`` or ``BTCUSDZ26``, which is delivered on the last Friday of its quarter.

    Raises:
        UnknownInstrument: If the symbol is of neither form.
    """
    quarterly = _QUARTERLY.fullmatch(symbol)
    if quarterly is None:
        base, expiry = _split(symbol, ("USD",), symbol)[0], None
    else:
        month = _QUARTER_MONTHS[quarterly["month"]]
        base, expiry = quarterly["base"], _last_friday(2000 + int(quarterly["year"]), month)
    name = InstrumentName(venue=VENUE, base=base, quote="USD", settle=base, expiry=expiry)
    return Instrument.inferred(name, product="bybit.inverse", symbol=symbol)


def _split(pair: str, quotes: tuple[str, ...], symbol: str) -> tuple[str, str]:
    found = [quote for quote in quotes if pair.endswith(quote) and pair != quote]
    if not found:
        raise UnknownInstrument(
            f"{symbol!r} ends in no quote coin that Bybit is known to use;"
            " give the listing instead of letting the instrument be guessed"
        )
    quote = max(found, key=lambda coin: (len(pair) - len(coin) >= _BASE_LETTERS, len(coin)))
    return pair.removesuffix(quote), quote


def _last_friday(year: int, month: int) -> str:
    last = date(year, month, monthrange(year, month)[1])
    return last.replace(day=last.day - (last.weekday() - FRIDAY) % 7).strftime("%y%m%d")
