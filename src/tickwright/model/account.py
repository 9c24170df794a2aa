"""What an account holds at a venue: balances and positions; and what a key to it may."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tickwright.model.numbers import total


__all__ = ["Balance", "KeyPermissions", "Position"]


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one asset there is."""

    venue: str
    """Product whose wallet it is, for example ``binance.spot``."""
    asset: str
    free: Decimal
    """Can be traded with."""
    locked: Decimal = Decimal(0)
    """Held back for open orders, or as margin."""

    @property
    def total(self) -> Decimal:
        """Free and locked together."""
        return total(self.free, self.locked)


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A position in one contract; short ones have a quantity below zero."""

    instrument: str
    quantity: Decimal
    entry_price: Decimal | None = None
    mark_price: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    """In the settle asset."""
    liquidation_price: Decimal | None = None
    """``None`` where there is none in reach."""


class KeyPermissions(msgspec.Struct, frozen=True, kw_only=True):
    """What a venue says that an API key may."""

    can_trade: bool
    can_withdraw: bool
    """No trading program needs that."""
    is_bound: bool
    """Whether it works from named addresses only."""
    granted: tuple[str, ...] = ()
    """All that it may, in the venue's words."""
