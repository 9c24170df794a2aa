"""What an account holds at a venue, what it traded, and how that changes; and what a key to it may."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tickwright.model.market import Side, Stamped
from tickwright.model.numbers import total
from tickwright.model.orders import Fill


__all__ = [
    "AccountEvent",
    "AccountFill",
    "Balance",
    "BalanceChanged",
    "KeyPermissions",
    "Position",
    "PositionChanged",
]


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


class AccountEvent(Stamped, frozen=True, kw_only=True):
    """What changed of an account."""

    received_ts_ns: int
    """When we learned it."""


class BalanceChanged(AccountEvent, frozen=True, kw_only=True):
    """There is more or less of an asset than before, or more or less of it is held back."""

    balance: Balance
    """As it is now; one of nothing has gone."""


class PositionChanged(AccountEvent, frozen=True, kw_only=True):
    """A position is another than before, or is worth something else."""

    position: Position
    """As it is now; one of nothing has ended."""


class AccountFill(msgspec.Struct, frozen=True, kw_only=True):
    """An execution of one of the account's orders, with what the order says of it."""

    instrument: str
    side: Side
    client_order_id: str
    venue_order_id: str | None
    is_external: bool
    """Whether somebody else placed the order."""
    fill: Fill


class KeyPermissions(msgspec.Struct, frozen=True, kw_only=True):
    """What a venue says that an API key may."""

    can_trade: bool
    can_withdraw: bool
    """No trading program needs that."""
    is_bound: bool
    """Whether it works from named addresses only."""
    granted: tuple[str, ...] = ()
    """All that it may, in the venue's words."""
