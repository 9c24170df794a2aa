"""Finding a product's dialect: the sandbox names no venue, a venue's folder brings its own."""

from __future__ import annotations

from importlib import import_module

from tickwright.errors import UnknownVenue
from tickwright.venues.dialects import Dialect


__all__ = ["dialect_of"]


def dialect_of(product: str) -> Dialect:
    """Return the dialect of a product such as ``binance.spot``.

    It is ``dialect_of`` of ``tickwright.venues.<venue>.dialect``: found by name, so that a new venue needs no
    line here.

    Raises:
        UnknownVenue: If there is no such venue or product, or it brings no dialect.
    """
    venue = product.partition(".")[0]
    name = f"tickwright.venues.{venue}.dialect"
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        raise UnknownVenue(
            f"{product!r} cannot be served: there is no module {name}; write VENUE.PRODUCT,"
            " for example binance.spot"
        ) from None
    dialect: Dialect = module.dialect_of(product)
    return dialect
