"""Placeholder of the contract; see the brief."""

from __future__ import annotations

from enum import Enum


class BookChain(Enum):
    """How deltas link to each other and to the snapshot."""

    FIRST_ID = "first id follows the last id of the delta before"
    """Binance spot ``U``/``u`` (venue documentation, local order book, text of 2025-11-12)."""
    PREVIOUS_ID = "previous id equals the last id of the delta before"
    """Binance futures ``pu``."""
