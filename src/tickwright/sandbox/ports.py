"""What a market is to the server that plays it: the seam between a venue's dialect and its sockets."""

from __future__ import annotations

from typing import Protocol

from tickwright.venues.binance.dialect import Answer, DialectProduct, Frame


__all__ = ["Answer", "Frame", "Market"]


class Market(Protocol):
    """One product's market: generated, or played from a capture."""

    product: str
    dialect: DialectProduct

    def want(self, stream: str) -> None:
        """Some connection subscribed to a stream that nobody had."""

    def unwant(self, stream: str) -> None:
        """The last connection subscribed to a stream is gone."""

    def answer(self, method: str, path: str, params: dict[str, str]) -> Answer:
        """Return the answer to a REST request."""
