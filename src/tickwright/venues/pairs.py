"""Spot instruments guessed from symbols that join the two assets by a sign."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import InstrumentName
from tickwright.model.instrument import Instrument


__all__ = ["infer_pairs"]


def infer_pairs(product: str, sign: str) -> Callable[[str], Instrument]:
    """Return the function that guesses an instrument of ``product`` from ``BTC<sign>USD``.

    Example:
        >>> infer_pairs("acme.spot", "-")("BTC-USD").id
        'acme:BTC/USD'
    """
    venue = product.partition(".")[0]

    def infer(symbol: str) -> Instrument:
        assets = symbol.split(sign)
        if len(assets) != 2 or not all(assets):  # a base and a quote
            raise UnknownInstrument(f"{symbol!r} is no pair of {product}, such as BTC{sign}USD")
        name = InstrumentName(venue, *assets)
        return Instrument.inferred(name, product=product, symbol=symbol)

    return infer
