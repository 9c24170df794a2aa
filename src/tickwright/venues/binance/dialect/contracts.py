"""What futures know by their pair: its perpetual contract, and candles of prices that nobody trades at."""

from __future__ import annotations

from tickwright.venues.binance.dialect.spelling import decimal_text
from tickwright.venues.facts import RATE_SCALE, CandleFact, InstrumentView, Listing, MarketView


__all__ = ["perpetual", "price_candle"]

_SAMPLES = 60
_PREMIUM = (
    10**RATE_SCALE // 50_000
)  # of the mark price over the index, as the simulated market has it
_DIGITS = 8


def perpetual(market: MarketView, pair: str) -> InstrumentView | None:
    """Return the perpetual contract of a pair (upper case), if it is listed."""
    return next(
        (
            one
            for one in market.instruments
            if one.listing.pair == pair and one.listing.name.expiry is None
        ),
        None,
    )


def price_candle(listing: Listing, candle: CandleFact, kind: str) -> str:
    """Return a row of ``indexPriceKlines``, ``markPriceKlines`` or ``premiumIndexKlines``: no volumes, but samples.

    The simulated index goes with the trades, and the mark price stands a fixed premium above it.

    Example:
        >>> price_candle(listing, candle, "indexPriceKlines")
        '[1794999960000,"64990.00000000",…,"0",1795000019999,"0",60,"0","0","0"]'
    """

    def text(price: int) -> str:
        if kind == "premiumIndexKlines":
            return decimal_text(_PREMIUM, RATE_SCALE)
        index = price * 10 ** (_DIGITS - listing.price_scale)
        return decimal_text(index + (index // 50_000 if kind == "markPriceKlines" else 0), _DIGITS)

    prices = ",".join(
        f'"{text(one)}"' for one in (candle.open, candle.high, candle.low, candle.close)
    )
    return f'[{candle.open_ms},{prices},"0",{candle.close_ms},"0",{_SAMPLES},"0","0","0"]'
