"""How order entry is left: open orders are taken back if that is asked for, countdowns stopped.

All of it in bounded time, and nothing is raised: what a program ends with is its own exception, or none.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from tickwright.errors import CredentialsRefused, TickwrightError
from tickwright.model.notices import Caution
from tickwright.trading.withdrawal import open_names, withdraw


if TYPE_CHECKING:
    from tickwright.app.ordering import Floor


__all__ = ["leave"]

log = logging.getLogger(__name__)

_WITHDRAW_S = 5.0
"""For a venue that answers a second will do; one that does not keeps nobody longer."""
_STAND_DOWN_S = 2.0
"""A single call a countdown; one that is not stopped runs out."""


async def leave(floor: Floor, *, is_orderly: bool) -> None:
    """Leave order entry. Twice is fine.

    Args:
        floor: What is left.
        is_orderly: Whether orders that stay open are meant to: not after an exception, nor where taking them back failed. Then
            the venue's countdowns run out, and it cancels.
    """
    if floor.cancels_on_exit:
        floor.risk.is_killed = True
        is_orderly = await _withdrawn(floor) and is_orderly
    if is_orderly:
        await _stand_down(floor)


async def _withdrawn(floor: Floor) -> bool:
    """Cancel all of our orders, and return whether none is left."""
    board = floor.gateway.board
    try:
        async with asyncio.timeout(_WITHDRAW_S):
            await _cleared(floor)
            while names := open_names(
                board, floor.desks
            ):  # one may have been on its way into the journal
                await withdraw(floor.gateway, names)
    except (TimeoutError, CredentialsRefused) as error:
        left = open_names(board, floor.desks)
        why = str(error) or "canceling them took too long"
        text = f"orders may be open still, {', '.join(left)}: {why}"
        now_ns = floor.clock.time_ns()
        floor.notify(Caution(received_ts_ns=now_ns, subject="orders", text=text))
        return False
    return True


async def _cleared(floor: Floor) -> None:
    """Cancel by the venues' own forms, where they may be used: one by one, many orders wait for limits until it is too late."""
    try:
        await floor.gateway.cancel_all()
    except TickwrightError as error:
        log.warning("open orders are not all canceled at once: %s", error)


async def _stand_down(floor: Floor) -> None:
    try:
        async with asyncio.timeout(_STAND_DOWN_S):
            await asyncio.gather(*(switch.stand_down() for switch in floor.switches))
    except TimeoutError:
        log.warning("countdowns could not be stopped in time: the venue will cancel open orders")
