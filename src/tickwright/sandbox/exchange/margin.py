"""How near positions are to their liquidation: what stands for them, and what keeping them needs.

An isolated position has a part of the wallet set apart for itself. All others that settle in an asset share the
rest of its wallet. What stands for positions is that plus their open profit at the mark price; once their maintenance
margin is as much, they are closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tickwright.venues.facts import RATE_SCALE


if TYPE_CHECKING:
    from tickwright.sandbox.exchange.account import Account, Seat

__all__ = ["Standing", "bankruptcy_price", "liquidation_price", "shared", "standing"]

_ONE: int = 10**RATE_SCALE
_CALL_PERCENT = 80  # the venue warns at a margin ratio of 80 %


class Standing(msgspec.Struct, frozen=True):
    """Positions that stand and fall together."""

    seats: tuple[Seat, ...]
    balance: int
    """What of the wallet stands for them."""
    profit: int
    """Theirs that is open."""
    maintenance: int

    @property
    def is_called(self) -> bool:
        """Whether their margin gets scarce."""
        return self.maintenance * 100 >= (self.balance + self.profit) * _CALL_PERCENT

    @property
    def is_lost(self) -> bool:
        """Whether they are to be closed."""
        return self.maintenance >= self.balance + self.profit


def shared(account: Account, asset: str) -> int:
    """Return what of a wallet is not set apart for isolated positions."""
    apart = sum(one.isolated for one in account.seats.values() if one.wallet.asset == asset)
    return account.balance(asset).free - apart


def standing(seat: Seat) -> Standing:
    """Return how a position stands, with those that share its margin."""
    if seat.is_isolated:
        return Standing((seat,), seat.isolated, seat.unrealized(), seat.maintenance())
    asset = seat.wallet.asset
    seats = tuple(
        one
        for one in seat.account.seats.values()
        if one.position and not one.is_isolated and one.wallet.asset == asset
    )
    profit = sum(one.unrealized() for one in seats)
    maintenance = sum(one.maintenance() for one in seats)
    return Standing(seats, shared(seat.account, asset), profit, maintenance)


def liquidation_price(seat: Seat) -> int:
    """Return the mark price at which a position is liquidated if nothing else moves; 0 if there is none.

    With a balance ``b``, a cost ``c``, a quantity ``q`` and a maintenance margin ``p·q·r - d``, a long position solves
    ``b + p·q - c = p·q·r - d`` for ``p``, a short one ``b + c - p·q = p·q·r - d``.
    """
    bracket = seat.bracket()
    if not seat.position or bracket is None:
        return 0
    group = standing(seat)
    # What the other positions leave for this one.
    balance = group.balance + group.profit - seat.unrealized()
    balance -= group.maintenance - seat.maintenance()
    unit = abs(seat.position) * seat.market.notional_unit
    if seat.position > 0:
        price = (seat.cost - balance - bracket.deduction) * _ONE // (unit * (_ONE - bracket.rate))
    else:
        price = (seat.cost + balance + bracket.deduction) * _ONE // (unit * (_ONE + bracket.rate))
    return max(0, price)


def bankruptcy_price(seat: Seat) -> int:
    """Return the price at which closing a position leaves nothing of what stands for it; on the tick, and above zero."""
    group, tick = standing(seat), seat.market.tick
    balance = group.balance + group.profit - seat.unrealized()
    unit = abs(seat.position) * seat.market.notional_unit * tick
    if seat.position > 0:
        return max(1, -((balance - seat.cost) // unit)) * tick
    return max(1, (seat.cost + balance) // unit) * tick
