"""Hedged positions: where an account holds a long and a short side of one contract, they come to one position here.

(*Position*; *Get Position Info*; ``positionIdx``.) The venue tells of each side by a row of its own: asked for, of all that are
open; on the stream, of what changed, which may be one side alone. What that comes to is known once the other one was told on the
same connection; until then what was asked for stands, and it is asked for anew with every audit of the stream. Orders here are
those of one-way accounts, which the venue refuses in hedge mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tickwright.model.account import Position
from tickwright.model.numbers import total


__all__ = ["Sided", "Sides", "net"]

Sided = tuple[int, Position]
"""``positionIdx``, 0 in one-way mode, 1 for the long and 2 for the short side; and what the row says."""

_SIDES = 2


def net(sides: Sequence[Position]) -> Position:
    """Return what the sides of one position come to.

    With both open there is no entry price, and no price at which it would be liquidated: each side has its own.

    Raises:
        ValueError: If there are no sides.
    """
    held = [side for side in sides if side.quantity]
    if len(held) < _SIDES:
        return (held or list(sides))[0]
    gains = [side.unrealized_pnl for side in held if side.unrealized_pnl is not None]
    return Position(
        instrument=held[0].instrument,
        quantity=total(*(side.quantity for side in held)),
        mark_price=held[0].mark_price,
        unrealized_pnl=total(*gains) if len(gains) == len(held) else None,
    )


class Sides:
    """What one connection told of the sides of positions.

    Example:
        >>> sides = Sides()
        >>> sides.told([(1, long)])
        []
        >>> sides.told([(2, short)])
        [Position(instrument='bybit:BTC/USDT:USDT', …)]
    """

    def __init__(self) -> None:
        self._told: dict[str, dict[int, Position]] = {}

    def told(self, rows: Iterable[Sided]) -> list[Position]:
        """Take in the rows of a frame, and return the positions that are known by them."""
        touched: dict[str, Position | None] = {}
        for side, position in rows:
            name = position.instrument
            if not side:
                self._told.pop(name, None)
                touched[name] = position
                continue
            sides = self._told.setdefault(name, {})
            sides[side] = position
            touched[name] = net(list(sides.values())) if len(sides) == _SIDES else None
        return [position for position in touched.values() if position is not None]
