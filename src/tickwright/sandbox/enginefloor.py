"""One market of the engine as an instrument's own order flow sees it: two sides to quote on, and takers to send."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.model.market import Side
from tickwright.sandbox.bookside import Quotes
from tickwright.sandbox.exchange.book import BookHalf
from tickwright.sandbox.exchange.market import Market
from tickwright.venues.commands import Command, ReplayTrade, SetLevel, SubmitOrder, TimeInForce


__all__ = ["EngineFloor"]

Do = Callable[[Command], None]


class EngineFloor:
    """A `tickwright.sandbox.bookside.TradingFloor` whose book is the engine's.

    Args:
        market: Where.
        do: Carries commands out, and sees to what comes of them.
        quotes: The house account that quotes.
        takes: The house account that takes.
    """

    def __init__(self, market: Market, do: Do, quotes: str, takes: str) -> None:
        self._symbol = market.symbol
        self._do = do
        self._quotes, self._takes = quotes, takes
        self.sides: tuple[Quotes, Quotes] = (_Side(self, market.bids), _Side(self, market.asks))

    def quote(self, price: int, quantity: int, *, is_bid: bool) -> None:
        """Let the house's quote at a price be so much."""
        self._do(
            SetLevel(
                account=self._quotes,
                symbol=self._symbol,
                side=Side.BUY if is_bid else Side.SELL,
                price=price,
                quantity=quantity,
            )
        )

    def take(self, *, is_buy: bool, quantity: int, limit: int) -> None:
        """Take from the other side up to a price, whoever quotes there."""
        self._do(
            SubmitOrder(
                account=self._takes,
                symbol=self._symbol,
                side=Side.BUY if is_buy else Side.SELL,
                quantity=quantity,
                price=limit,
                time_in_force=TimeInForce.IOC,
            )
        )

    def replay(self, *, is_buy: bool, quantity: int, price: int) -> None:
        """Let a recorded trade happen again, with others' orders in its way."""
        self._do(
            ReplayTrade(
                account=self._takes,
                symbol=self._symbol,
                side=Side.BUY if is_buy else Side.SELL,
                price=price,
                quantity=quantity,
            )
        )


class _Side:
    """One side of the engine's book; what is set is quoted by the house."""

    def __init__(self, floor: EngineFloor, half: BookHalf) -> None:
        self.is_bid = half.is_bid
        self._floor = floor
        self._half = half

    def __len__(self) -> int:
        return len(self._half)

    @property
    def best(self) -> int:
        return self._half.price_at(0)

    @property
    def worst(self) -> int:
        return self._half.price_at(-1)

    def price_at(self, index: int) -> int:
        return self._half.price_at(index)

    def at(self, price: int) -> int:
        return self._half.quantity_at(price)

    def set(self, price: int, quantity: int) -> None:
        self._floor.quote(price, quantity, is_bid=self.is_bid)

    def top(self, limit: int) -> list[tuple[int, int]]:
        return self._half.top(limit)
