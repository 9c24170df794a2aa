"""What Tickwright's own clients share: Binance spot without limits on REST, and when all streams are there.

Opening 200 books at once would otherwise take minutes, by design. Nothing of it is on the measured path; the source has
no limits to run into.
"""

from __future__ import annotations

from msgspec.structs import replace

from tickwright import Connector
from tickwright.app import registry
from tickwright.venues.binance import spec


__all__ = ["PRODUCTS", "confirmed", "install"]

_UNLIMITED = tuple(replace(bucket, limit=10**9) for bucket in spec.SPOT.rest_limits.buckets)

PRODUCTS = (
    replace(spec.SPOT, rest_limits=replace(spec.SPOT.rest_limits, buckets=_UNLIMITED)),
    *(product for product in spec.PRODUCTS if product is not spec.SPOT),
)


def install() -> None:
    """Let the registry find these products under Binance's name."""
    registry.VENUES["binance"] = __name__


def confirmed(tw: Connector) -> int:
    """Return how many streams the venue has confirmed so far."""
    return sum(
        session.streams.get("confirmed", 0)
        for product in tw.status().products
        for session in product.sessions
    )
