"""Which instrument ids belong to a product, told by their form alone."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import InstrumentKind, parse_instrument_id


__all__ = ["owns_kinds"]


def owns_kinds(product: str, *kinds: InstrumentKind) -> Callable[[str], bool]:
    """Return the test of whether an id belongs to ``product``: an id of its venue, of one of ``kinds``.

    Example:
        >>> owns = owns_kinds("bybit.spot", InstrumentKind.SPOT)
        >>> owns("bybit:BTC/USDT"), owns("bybit:BTC/USDT:USDT"), owns("bybit.spot:*")
        (True, False, True)
    """
    venue = product.partition(".")[0]
    wildcard = f"{product}:*"

    def owns(instrument_id: str) -> bool:
        if instrument_id == wildcard:
            return True
        try:
            name = parse_instrument_id(instrument_id)
        except UnknownInstrument:
            return False
        return name.venue == venue and name.kind in kinds

    return owns
