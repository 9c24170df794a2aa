"""Binance's side of the conversation, for the sandbox: what its servers accept, refuse and send.

Written from the venue's documentation and from recordings, never from `tickwright.venues.binance`'s own codec: the
two check each other. Pure, as all venue code.
"""

from __future__ import annotations

from tickwright.venues.binance.dialect.dialect import BinanceDialect, dialect_of
from tickwright.venues.binance.dialect.products import PRODUCTS


__all__ = ["PRODUCT_NAMES", "BinanceDialect", "dialect_of"]

PRODUCT_NAMES = tuple(PRODUCTS)
"""What a sandbox of this venue serves."""
