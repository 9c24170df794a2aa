"""Several things at the same time, each to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar


__all__ = ["together"]

T = TypeVar("T")


async def together(work: Iterable[Awaitable[T]]) -> list[T]:
    """Do all of it and return the results in order; a failure of one stops none of the others.

    Raises:
        Exception: The first failure, once all have ended.

    Example:
        >>> asyncio.run(together([asyncio.sleep(0.02, "slow"), asyncio.sleep(0, "fast")]))
        ['slow', 'fast']
    """
    todo = list(work)
    if len(todo) == 1:
        return [await todo[0]]
    failures: list[Exception] = []

    async def done(one: Awaitable[T]) -> list[T]:
        try:
            return [await one]
        except Exception as error:  # noqa: BLE001  # raised below, once the others have ended
            failures.append(error)
            return []

    results = await asyncio.gather(*map(done, todo))
    if failures:
        raise failures[0]
    return [result for each in results for result in each]
