"""Binance's side of the conversation, for the sandbox: what its servers accept, refuse and send.

Written from the venue's documentation and from recordings, never from `tickwright.venues.binance`'s own codec: the
two check each other. Pure, as all venue code.
"""

from __future__ import annotations

from tickwright.venues.binance.dialect.control import Conversation, FrameCounter, Reply
from tickwright.venues.binance.dialect.listings import exchange_info, inferred_listing
from tickwright.venues.binance.dialect.products import (
    COINM,
    PRODUCTS,
    SPOT,
    USDM,
    DialectProduct,
    dialect_of,
    spell,
    unspell,
)
from tickwright.venues.binance.dialect.publisher import Frame, Publisher
from tickwright.venues.binance.dialect.rest import Answer, RestDesk, error_body
from tickwright.venues.binance.dialect.streams import family_of, parse_stream, route_of
from tickwright.venues.binance.dialect.weights import Verdict, WeightMeter


__all__ = [
    "COINM",
    "PRODUCTS",
    "SPOT",
    "USDM",
    "Answer",
    "Conversation",
    "DialectProduct",
    "Frame",
    "FrameCounter",
    "Publisher",
    "Reply",
    "RestDesk",
    "Verdict",
    "WeightMeter",
    "dialect_of",
    "error_body",
    "exchange_info",
    "family_of",
    "inferred_listing",
    "parse_stream",
    "route_of",
    "spell",
    "unspell",
]
