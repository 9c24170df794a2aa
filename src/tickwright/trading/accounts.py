"""Balances and positions as last told: a projection of the private stream, begun anew by asking."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from tickwright.model.account import (
    AccountEvent,
    Balance,
    BalanceChanged,
    Position,
    PositionChanged,
)
from tickwright.model.numbers import total
from tickwright.trading.desk import Holdings
from tickwright.venues.trading import AccountNews


__all__ = ["Accounts", "draws_on"]


_CLOCK_MARGIN_NS = 1_000_000_000
"""Far more than our picture of the venue's clock is off."""


def draws_on(product: str, wallet: str) -> bool:
    """Tell whether a product's orders draw on a wallet: its own, or the one that its venue has for all products."""
    return wallet in (product, product.partition(".")[0])


def _told_to_nobody(event: AccountEvent) -> None:
    pass


class Accounts:
    """What the accounts hold, product by product.

    Args:
        tell: Called with everything that is another than before, once all of it is known here.

    Example:
        >>> accounts = Accounts()
        >>> accounts.begin("binance.spot", await desk.holdings(), now_ns)
        >>> accounts.balance("binance.spot", "USDT").free
        Decimal('10000')
    """

    def __init__(self, tell: Callable[[AccountEvent], None] = _told_to_nobody) -> None:
        self._tell = tell
        self._balances: dict[tuple[str, str], Balance] = {}
        self._positions: dict[tuple[str, str], Position] = {}
        self._as_of_ns: dict[str, int] = {}
        """Product → before when the stream has nothing to tell that was not in the answer to our question."""

    def begin(self, product: str, holdings: Holdings, received_ts_ns: int) -> None:
        """Take what was asked for in place of all that was known of a product, and of the wallet that it draws on.

        What the stream tells afterwards of the time before is old, and is left out: reports may be seconds late.
        """
        balances, positions = holdings.balances, holdings.positions
        wallets = {product, *(balance.venue for balance in balances)}
        held = {(balance.venue, balance.asset) for balance in balances}
        open_ones = {position.instrument for position in positions}
        gone = [
            Balance(venue=wallet, asset=asset, free=Decimal(0))
            for wallet, asset in self._balances
            if wallet in wallets and (wallet, asset) not in held
        ]
        ended = [
            Position(instrument=name, quantity=Decimal(0))
            for of, name in self._positions
            if of == product and name not in open_ones
        ]
        news = AccountNews(balances=(*balances, *gone), positions=(*positions, *ended))
        if holdings.as_of_ns is not None:
            self._as_of_ns[product] = holdings.as_of_ns - _CLOCK_MARGIN_NS
        self.apply(product, news, received_ts_ns)
        for balance in gone:
            del self._balances[balance.venue, balance.asset]

    def apply(self, product: str, news: AccountNews, received_ts_ns: int) -> None:
        """Take in what a private stream told."""
        if news.venue_ts_ns is not None and news.venue_ts_ns < self._as_of_ns.get(product, 0):
            return
        balances = [
            *news.balances,
            *(self._rebalanced(product, asset, held) for asset, held in news.wallets),
        ]
        events: list[AccountEvent] = [
            BalanceChanged(balance=balance, received_ts_ns=received_ts_ns)
            for balance in balances
            if self._take_balance(balance)
        ]
        events += [
            PositionChanged(position=position, received_ts_ns=received_ts_ns)
            for position in news.positions
            if self._take_position(product, position)
        ]
        for event in events:
            self._tell(event)

    def balance(self, product: str, asset: str) -> Balance:
        """Return what there is of an asset for a product to draw on, nothing if it was never named."""
        wallets = (product, product.partition(".")[0])
        found = (self._balances.get((wallet, asset)) for wallet in wallets)
        nothing = Balance(venue=product, asset=asset, free=Decimal(0))
        return next((each for each in found if each is not None), nothing)

    def balances(self, product: str | None = None) -> list[Balance]:
        """Return all balances, of what one product draws on or of all; a wallet that products share is there once."""
        return [
            each
            for (wallet, _), each in self._balances.items()
            if product is None or draws_on(product, wallet)
        ]

    def position(self, instrument: str) -> Position:
        """Return the position in an instrument, one of nothing if there is none."""
        found = (each for (_, name), each in self._positions.items() if name == instrument)
        return next(found, Position(instrument=instrument, quantity=Decimal(0)))

    def positions(self, product: str | None = None) -> list[Position]:
        """Return all open positions, of one product or of all."""
        return [each for key, each in self._positions.items() if product in (None, key[0])]

    def _take_balance(self, balance: Balance) -> bool:
        """Keep a balance, and return whether it is another than before."""
        key = (balance.venue, balance.asset)
        before = self._balances.get(key)
        self._balances[key] = balance
        return before != balance if before is not None else bool(balance.total)

    def _take_position(self, product: str, position: Position) -> bool:
        """Keep a position, or let one of nothing go, and return whether it is another than before."""
        key = (product, position.instrument)
        if not position.quantity:
            return self._positions.pop(key, None) is not None
        before = self._positions.get(key)
        self._positions[key] = position
        return before != position

    def _rebalanced(self, product: str, asset: str, held: Decimal) -> Balance:
        """Return a balance whose total changed: what was locked stays so until it is told anew."""
        old = self.balance(product, asset)
        locked = min(old.locked, max(held, Decimal(0)))
        return msgspec.structs.replace(old, free=total(held, -locked), locked=locked)
