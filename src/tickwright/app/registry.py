"""The one list of venues. A venue's folder is imported when it is first asked for, so unused ones cost nothing.

Other packages bring venues of their own by entry points; see `tickwright.io.plugins`.
"""

from __future__ import annotations

import difflib
import importlib

from tickwright.errors import UnknownVenue
from tickwright.io.plugins import plugin_venues
from tickwright.venues.base import Product


__all__ = ["VENUES", "products_of", "venue_names"]

VENUES: dict[str, str] = {
    "binance": "tickwright.venues.binance.spec",
    "bybit": "tickwright.venues.bybit.spec",
    "coinbase": "tickwright.venues.coinbase.spec",
    "kraken": "tickwright.venues.kraken.spec",
    "okx": "tickwright.venues.okx.spec",
}
"""Venue → the module whose ``PRODUCTS`` declares it."""


def venue_names() -> list[str]:
    """Return the names of all venues, those of other packages among them."""
    return sorted({*VENUES, *plugin_venues()})


def products_of(*names: str | Product) -> tuple[Product, ...]:
    """Return the products of venues (``binance``), or single products (``binance.spot``); all without names.

    A `Product` stands for itself, so that a venue of one's own needs no entry here.

    Raises:
        UnknownVenue: For a name that is neither; the error lists what there is.
    """
    found: dict[str, Product] = {}
    for name in names or venue_names():
        if isinstance(name, Product):
            found[name.name] = name
            continue
        venue = name.partition(".")[0]
        declared = _load(venue)
        chosen = [product for product in declared if name in (product.venue, product.name)]
        if not chosen:
            known = [product.name for product in declared] or venue_names()
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UnknownVenue(f"unknown venue {name!r}: known are {', '.join(known)}{hint}")
        found.update((product.name, product) for product in chosen)
    return tuple(found.values())


def _load(venue: str) -> tuple[Product, ...]:
    """Return what a venue declares, nothing if there is none of that name. Ours come first: nobody can replace them."""
    module = VENUES.get(venue) or plugin_venues().get(venue)
    if module is None:
        return ()
    products: tuple[Product, ...] = importlib.import_module(module).PRODUCTS
    return products
