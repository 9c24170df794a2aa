"""Finding a product's dialect: the sandbox names no venue, a venue's folder or another package brings its own."""

from __future__ import annotations

import difflib
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import tickwright.venues
from tickwright.errors import UnknownVenue
from tickwright.io.plugins import plugin_dialect, plugin_venues
from tickwright.venues.dialects import Dialect


__all__ = ["dialect_of", "products_of"]


def dialect_of(product: str) -> Dialect:
    """Return the dialect of a product such as ``binance.spot``, or of a site such as ``bybit``.

    It is ``dialect_of`` of ``tickwright.venues.<venue>.dialect``: found by name, so that a new venue needs no
    line here.

    Raises:
        UnknownVenue: If there is no such venue or product, or it brings no dialect.
    """
    module = _module(product.partition(".")[0])
    if module is None:
        raise UnknownVenue(
            f"{product!r} cannot be served: write VENUE.PRODUCT, for example binance.spot;"
            f" the venues are {', '.join(_venues())}"
        )
    dialect: Dialect = module.dialect_of(product)
    return dialect


def products_of(venue: str) -> tuple[str, ...]:
    """Return the products that a venue's dialect speaks; a product's name stands for itself.

    Raises:
        UnknownVenue: If there is no such venue or product; the text names the nearest.

    Example:
        >>> products_of("binance")
        ('binance.spot', 'binance.usdm', 'binance.coinm')
    """
    module = _module(venue.partition(".")[0])
    if module is None:
        known = _venues()
        near = difflib.get_close_matches(venue, known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UnknownVenue(f"the sandbox has no venue {venue!r}: it has {', '.join(known)}{hint}")
    names: tuple[str, ...] = module.PRODUCT_NAMES
    if "." not in venue:
        return names
    if venue not in names:
        near = difflib.get_close_matches(venue, names, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UnknownVenue(f"the sandbox has no product {venue!r}: it has {', '.join(names)}{hint}")
    return (venue,)


def _venues() -> list[str]:
    folders = iter_modules(tickwright.venues.__path__)
    return sorted({*(name for _, name, is_package in folders if is_package), *plugin_venues()})


def _module(venue: str) -> ModuleType | None:
    names = (f"tickwright.venues.{venue}.dialect", plugin_dialect(venue))
    found = (_imported(name) for name in names if name is not None)
    return next((module for module in found if module is not None), None)


def _imported(name: str) -> ModuleType | None:
    """Return a module, ``None`` if it is not there; what is wrong inside it is raised."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        return None
