"""The deck: every card there is, and how one is played."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from tickwright.app.registry import products_of
from tickwright.sandbox.dialects import products_of as dialect_products
from tickwright.testing.virtual_time import run_virtual
from tickwright.venues.base import Product


__all__ = ["Card", "Play", "card", "cards", "served"]

Play = Callable[[Product], Awaitable[None]]
"""What a card does; raises ``AssertionError`` with a sentence if the product does otherwise than it must."""

_PLAYS: dict[str, list[Play]] = {}


class Card(msgspec.Struct, frozen=True):
    """One thing that a product must do."""

    product: Product
    play_async: Play
    """For those who have a virtual loop already."""

    def play(self) -> None:
        """Play it on a virtual loop of its own.

        Raises:
            AssertionError: If the product does otherwise; the text says what was expected.
        """

        async def played() -> None:
            await self.play_async(self.product)

        run_virtual(played())

    def __str__(self) -> str:
        title = self.play_async.__name__.replace("_", " ")
        return f"{self.product.name} {title}"


def cards(*names: str | Product, theme: str | None = None) -> list[Card]:
    """Return the cards for venues or products, as `tickwright.Connector.open` names them.

    Args:
        names: Venues, products, or `Product` values that no registry knows. Without any: all that are registered and that the
            sandbox serves.
        theme: Only those of one module of this package: ``books``, ``connections`` …

    Raises:
        UnknownVenue: For a name that is neither.
    """
    plays = [play for name, found in _PLAYS.items() if theme in (None, name) for play in found]
    products = products_of(*names) if names else served()
    return [Card(product, play) for product in products for play in plays]


def served() -> tuple[Product, ...]:
    """Return the registered products that have a side of the sandbox."""
    return tuple(
        product for product in products_of() if product.name in dialect_products(product.venue)
    )


def card(play: Play) -> Play:
    """Put a function among the cards of its module; its name is the title."""
    theme = play.__module__.rpartition(".")[2]
    _PLAYS.setdefault(theme, []).append(play)
    return play
