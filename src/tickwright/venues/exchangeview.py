"""The matching engine as a dialect holds it: commands in, events out, and questions about what there is."""

from __future__ import annotations

from typing import Protocol

import msgspec

from tickwright.venues.commands import Command, SubmitOrder
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.reports import (
    BalanceView,
    Event,
    Fill,
    ListReport,
    OrderView,
    PositionView,
    Refusal,
)


__all__ = ["ExchangeView", "MarketNow"]


class MarketNow(msgspec.Struct, frozen=True, gc=False):
    """Prices and running numbers of a market at one moment."""

    symbol: str
    is_trading: bool
    last_price: int
    """Of the last trade; 0 before the first."""
    mark_price: int
    """The last price while no mark price was set."""
    reference_price: int
    last_trade_id: int
    update_id: int
    """Of the book's last change."""
    updated_ns: int
    """When the book last changed."""
    funding_rate: int
    funding_ns: int
    """Of the next funding; 0 if none is due."""


class ExchangeView(Protocol):
    """Everything that a dialect asks of the engine."""

    def submit(self, command: Command, now_ns: int) -> list[Event]:
        """Carry out a command and return what came of it, in order; a refusal is an event too."""

    def tick(self, now_ns: int) -> list[Event]:
        """Let time pass: orders end, funding is paid."""

    def check(self, request: SubmitOrder, now_ns: int) -> Refusal | None:
        """Return why an order would be refused, without placing it."""

    def rules(self, symbol: str) -> MarketRules | None:
        """Return a market's rules."""

    def market_now(self, symbol: str) -> MarketNow:
        """Return a market's prices and numbers."""

    def bids(self, symbol: str, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first."""

    def asks(self, symbol: str, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first."""

    def order(
        self, account: str, symbol: str, *, order_id: int = 0, client_id: str = ""
    ) -> OrderView | None:
        """Return an order, open or closed; by client id the open one, else the one closed last."""

    def open_orders(self, account: str, symbol: str = "") -> list[OrderView]:
        """Return open orders, oldest first."""

    def all_orders(self, account: str, symbol: str = "") -> list[OrderView]:
        """Return open and kept closed orders by id."""

    def open_lists(self, account: str) -> list[ListReport]:
        """Return open order lists, oldest first."""

    def order_list(
        self, account: str, *, list_id: int = 0, client_id: str = ""
    ) -> ListReport | None:
        """Return an order list, open or closed."""

    def fills(self, account: str, symbol: str = "") -> list[Fill]:
        """Return kept fills, oldest first."""

    def balances(self, account: str) -> list[BalanceView]:
        """Return all holdings; of margined markets, the wallets."""

    def positions(self, account: str) -> list[PositionView]:
        """Return the positions of all margined markets that the account ever looked at."""

    def available(self, account: str, asset: str) -> int:
        """Return what of a wallet may still be used as margin."""

    def leverage(self, account: str, symbol: str) -> int:
        """Return an account's leverage of a market."""

    def is_isolated(self, account: str, symbol: str) -> bool:
        """Tell whether an account's position of a market has, or would have, margin of its own."""
