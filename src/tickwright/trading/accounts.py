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
        """Take what was asked for in place of all that was known of a product, and of the wallet that it draws on."""
        wallets = {product, *(balance.venue for balance in balances)}
        for key in [key for key in self._balances if key[0] in wallets]:
            del self._balances[key]
        for key in [key for key in self._positions if key[0] == product]:
            del self._positions[key]
        self.apply(product, AccountNews(balances=tuple(balances), positions=tuple(positions)))

    def apply(self, product: str, news: AccountNews) -> None:
        """Take in what a private stream told."""
        for balance in news.balances:
            self._balances[balance.venue, balance.asset] = balance
        for asset, held in news.wallets:
            self._balances[product, asset] = self._rebalanced(product, asset, held)
        for position in news.positions:
            if position.quantity:
                self._positions[product, position.instrument] = position
            else:
                self._positions.pop((product, position.instrument), None)

    def balance(self, product: str, asset: str) -> Balance:
        """Return what there is of an asset for a product to draw on, nothing if it was never named."""
        wallets = (product, product.partition(".")[0])
        found = (self._balances.get((wallet, asset)) for wallet in wallets)
        nothing = Balance(venue=product, asset=asset, free=Decimal(0))
        return next((each for each in found if each is not None), nothing)

    def balances(self, product: str | None = None) -> list[Balance]:
        """Return all balances, of what one product draws on or of all; a wallet that products share is there once."""
        wallets = None if product is None else {product, product.partition(".")[0]}
        return [
            each for key, each in self._balances.items() if wallets is None or key[0] in wallets
        ]

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
