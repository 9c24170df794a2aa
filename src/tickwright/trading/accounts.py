"""Balances and positions as last told: a projection of the private stream, begun anew by asking."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tickwright.model.account import Balance, Position
from tickwright.model.numbers import total
from tickwright.venues.trading import AccountNews


__all__ = ["Accounts"]


class Accounts:
    """What the accounts hold, product by product.

    Example:
        >>> accounts = Accounts()
        >>> accounts.begin("binance.spot", balances, [])
        >>> accounts.balance("binance.spot", "USDT").free
        Decimal('10000')
    """

    def __init__(self) -> None:
        self._balances: dict[tuple[str, str], Balance] = {}
        self._positions: dict[tuple[str, str], Position] = {}

    def begin(
        self, product: str, balances: Sequence[Balance], positions: Sequence[Position]
    ) -> None:
        """Take what was asked for in place of all that was known of a product."""
        for known in (self._balances, self._positions):
            for key in [key for key in known if key[0] == product]:
                del known[key]
        self.apply(product, AccountNews(balances=tuple(balances), positions=tuple(positions)))

    def apply(self, product: str, news: AccountNews) -> None:
        """Take in what a private stream told."""
        for balance in news.balances:
            self._balances[product, balance.asset] = balance
        for asset, held in news.wallets:
            self._balances[product, asset] = self._rebalanced(product, asset, held)
        for position in news.positions:
            if position.quantity:
                self._positions[product, position.instrument] = position
            else:
                self._positions.pop((product, position.instrument), None)

    def balance(self, product: str, asset: str) -> Balance:
        """Return what there is of an asset, nothing if it was never named."""
        return self._balances.get(
            (product, asset), Balance(venue=product, asset=asset, free=Decimal(0))
        )

    def balances(self, product: str | None = None) -> list[Balance]:
        """Return all balances, of one product or of all."""
        return [each for key, each in self._balances.items() if product in (None, key[0])]

    def position(self, instrument: str) -> Position:
        """Return the position in an instrument, one of nothing if there is none."""
        found = (each for (_, name), each in self._positions.items() if name == instrument)
        return next(found, Position(instrument=instrument, quantity=Decimal(0)))

    def positions(self, product: str | None = None) -> list[Position]:
        """Return all open positions, of one product or of all."""
        return [each for key, each in self._positions.items() if product in (None, key[0])]

    def _rebalanced(self, product: str, asset: str, held: Decimal) -> Balance:
        """Return a balance whose total changed: what was locked stays so until it is told anew."""
        old = self.balance(product, asset)
        locked = min(old.locked, max(held, Decimal(0)))
        return msgspec.structs.replace(old, free=total(held, -locked), locked=locked)
