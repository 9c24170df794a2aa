"""Several things at the same time, each to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar


__all__ = ["together"]

T = TypeVar("T")


async def together(work: Iterable[Awaitable[T]]) -> list[T]:
    """Do all of it and return the results in order; a failure of one stops none of the others.

    Args:
        work: What is to be done; none of it results in an exception that is not raised.

    Raises:
        Exception: The first failure, once all have ended.

    Example:
        >>> asyncio.run(together([asyncio.sleep(0.02, "slow"), asyncio.sleep(0, "fast")]))
        ['slow', 'fast']
    """
    todo = list(work)
    if len(todo) == 1:
        return [await todo[0]]
    results: list[T] = []
    for result in await asyncio.gather(*todo, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
        results.append(result)
    return results
