"""Groups of orders that travel in one call, and what each of them is answered.

A batch, an order list, a cancel that places another order at once: all of them are one request whose answer has a word on each
order. So all of them are a `Group`, and whoever sends it need not know which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from tickwright.errors import VenueError
from tickwright.model.orders import OrderReport
from tickwright.venues.base import RestCall


__all__ = ["Answered", "Group", "alone", "in_groups"]

T = TypeVar("T")

Answered = OrderReport | VenueError
"""What one order of a group was answered."""


class Group(Struct, frozen=True):
    """Orders, and the call that is about all of them.

    Args:
        names: Their client order ids.
        call: Its answer has one item for each of them, in the same order, or is the report of the only one. Errors of the call as
            a whole are raised, as ever.
    """

    names: tuple[str, ...]
    call: RestCall[Any]

    def answers(self, answer: list[Answered] | OrderReport) -> list[Answered]:
        """Return what each order was answered.

        Args:
            answer: What the call brought.
        """
        return [answer] if isinstance(answer, OrderReport) else answer


def alone(name: str, call: RestCall[OrderReport]) -> Group:
    """Return a group of one, whose call is about nothing else.

    Args:
        name: Its client order id.
        call: What is done with it.
    """
    return Group((name,), call)


def in_groups(
    wanted: Sequence[T],
    size: int,
    *,
    single: Callable[[T], Group],
    several: Callable[[Sequence[T]], Group],
) -> Iterator[Group]:
    """Yield groups of at most ``size`` orders; one that is left over travels alone.

    Args:
        wanted: What is wanted, an item an order.
        size: The venue's bound.
        single: Makes the group of one item.
        several: Makes the group of several.
    """
    for start in range(0, len(wanted), size):
        part = wanted[start : start + size]
        yield single(part[0]) if len(part) == 1 else several(part)
