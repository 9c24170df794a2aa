"""Bybit's side of the conversation, for the sandbox: what its servers accept, refuse and send.

Written from the venue's documentation and from recordings, never from `tickwright.venues.bybit`'s own codec: the two
check each other. Pure, as all venue code. Section numbers are those of our reference of the V5 protocol.
"""

from __future__ import annotations

from tickwright.venues.bybit.dialect.categories import CATEGORIES
from tickwright.venues.bybit.dialect.dialect import BybitDialect, dialect_of


__all__ = ["PRODUCT_NAMES", "BybitDialect", "dialect_of"]

PRODUCT_NAMES = tuple(category.product for category in CATEGORIES.values())
"""What a sandbox of this venue serves."""
