"""What a market is to the servers in front of it, whether generated or played from a recording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tickwright.venues.dialects import Answer, Dialect


__all__ = ["Market"]


class Market(Protocol):
    """One product's market."""

    product: str
    dialect: Dialect

    def want(self, stream: str) -> None:
        """Some connection subscribed to a stream that nobody had."""

    def unwant(self, stream: str) -> None:
        """The last connection subscribed to a stream is gone."""

    def answer(self, method: str, path: str, params: Mapping[str, str]) -> Answer:
        """Return the answer to a REST request."""
