"""Streams that gather: depth deltas over their interval."""

from __future__ import annotations

from collections.abc import Sequence

from tickwright.venues.binance.dialect.payloads import Payloads
from tickwright.venues.binance.dialect.spelling import Spelling
from tickwright.venues.binance.dialect.streams import StreamName
from tickwright.venues.facts import InstrumentView


__all__ = ["DepthWindow"]


class DepthWindow:
    """Book changes between two depth events of one stream.

    Quantities are read when the event is made, so that an event's levels are the book's at its last update id.
    """

    def __init__(self, name: StreamName, spelling: Spelling, instrument: InstrumentView) -> None:
        self.name = name
        self._spelling = spelling
        self._instrument = instrument
        self._previous_id = instrument.update_id
        self._first_id = 0
        self._bids: set[int] = set()
        self._asks: set[int] = set()

    def add(self, first_id: int, bid_prices: Sequence[int], ask_prices: Sequence[int]) -> None:
        """Note which prices changed, from update id ``first_id`` on."""
        if not self._bids and not self._asks:
            self._first_id = first_id
        self._bids.update(bid_prices)
        self._asks.update(ask_prices)

    def flush(self, payloads: Payloads, now_ms: int) -> str | None:
        """Return the event of what changed, ``None`` if nothing did."""
        if not self._bids and not self._asks:
            return None
        instrument = self._instrument
        ids = (self._first_id, instrument.update_id, self._previous_id)
        self._previous_id = instrument.update_id
        if self.name.levels:
            bids, asks = instrument.bids(self.name.levels), instrument.asks(self.name.levels)
            text = payloads.partial_depth(self._spelling, ids, bids, asks, now_ms)
        else:
            at = instrument.quantity_at
            bids = [(price, at(price, is_bid=True)) for price in sorted(self._bids, reverse=True)]
            asks = [(price, at(price, is_bid=False)) for price in sorted(self._asks)]
            text = payloads.depth(self._spelling, ids, bids, asks, now_ms)
        self._bids.clear()
        self._asks.clear()
        return text
