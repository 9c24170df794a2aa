"""What the engine's tests share: a small exchange with a terse way to trade on it."""

from __future__ import annotations

from typing import Any

import pytest

from tickwright.model.ids import InstrumentName
from tickwright.model.market import Side
from tickwright.sandbox.exchange import Exchange
from tickwright.venues.commands import (
    AmendOrder,
    CancelOrder,
    Command,
    Deposit,
    OpenAccount,
    OrderKind,
    SubmitOrder,
)
from tickwright.venues.facts import Listing, raw_amount
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.reports import (
    Event,
    OrderReport,
    OrderView,
    PositionView,
    Refused,
    Rule,
    TradePrinted,
)


SPOT = Listing(
    name=InstrumentName("binance", "BTC", "USDT"),
    product="spot",
    symbol="BTCUSDT",
    price_scale=2,
    quantity_scale=3,
    tick=1,
)
PERP = Listing(
    name=InstrumentName("binance", "BTC", "USDT", "USDT"),
    product="perpetual",
    symbol="BTCUSDT",
    price_scale=2,
    quantity_scale=3,
    tick=1,
)
FUNDS = raw_amount("1000000")


class Desk:
    """An exchange of one market, with the accounts ``me``, ``you`` and ``house``; it remembers the last events."""

    def __init__(self, *, is_margined: bool = False, **rules: Any) -> None:
        listing = PERP if is_margined else SPOT
        self.rules = MarketRules(listing=listing, is_margined=is_margined, **rules)
        self.exchange = Exchange([self.rules])
        self.now_ns = 0
        self.events: list[Event] = []
        for account in ("me", "you"):
            self(OpenAccount(account=account))
            for asset in ("USDT",) if is_margined else ("BTC", "USDT"):
                self(Deposit(account=account, asset=asset, amount=FUNDS))
        self(OpenAccount(account="house", is_house=True))

    def __call__(self, command: Command) -> list[Event]:
        self.events = self.exchange.submit(command, self.now_ns)
        return self.events

    def place(self, account: str, side: Side, quantity: int, price: int, **more: Any) -> int:
        """Place an order and return its id, 0 if it was refused."""
        kind = OrderKind.LIMIT if price else OrderKind.MARKET
        self(
            SubmitOrder(
                account=account,
                symbol="BTCUSDT",
                side=side,
                kind=kind,
                quantity=quantity,
                price=price,
                **more,
            )
        )
        if self.refusal is not None:
            return 0
        return next((event.order.id for event in self.reports), -1)

    def buy(self, account: str, quantity: int, price: int = 0, **more: Any) -> int:
        return self.place(account, Side.BUY, quantity, price, **more)

    def sell(self, account: str, quantity: int, price: int = 0, **more: Any) -> int:
        return self.place(account, Side.SELL, quantity, price, **more)

    def cancel(self, account: str, order_id: int, **more: Any) -> None:
        self(CancelOrder(account=account, symbol="BTCUSDT", order_id=order_id, **more))

    def amend(self, account: str, order_id: int, **more: Any) -> None:
        self(AmendOrder(account=account, symbol="BTCUSDT", order_id=order_id, **more))

    def order(self, order_id: int, account: str = "me") -> OrderView:
        found = self.exchange.order(account, "BTCUSDT", order_id=order_id)
        assert found is not None
        return found

    @property
    def refusal(self) -> Rule | None:
        """The rule by which the last command was refused."""
        return next(
            (event.refusal.rule for event in self.events if isinstance(event, Refused)), None
        )

    @property
    def reports(self) -> list[OrderReport]:
        return [event for event in self.events if isinstance(event, OrderReport)]

    @property
    def story(self) -> list[str]:
        """What the last command did to orders, for example ``1 traded: filled``."""
        return [
            f"{one.order.id} {one.execution.name.lower()}: {one.order.status.name.lower()}"
            for one in self.reports
        ]

    @property
    def trades(self) -> list[tuple[int, int]]:
        """Prices and quantities of the last command's trades."""
        return [
            (event.price, event.quantity)
            for event in self.events
            if isinstance(event, TradePrinted)
        ]

    @property
    def bids(self) -> list[tuple[int, int]]:
        return self.exchange.bids("BTCUSDT", 100)

    @property
    def asks(self) -> list[tuple[int, int]]:
        return self.exchange.asks("BTCUSDT", 100)

    def balance(self, account: str, asset: str) -> tuple[int, int]:
        """Return free and locked."""
        return next(
            (one.free, one.locked) for one in self.exchange.balances(account) if one.asset == asset
        )

    def position(self, account: str = "me") -> PositionView:
        return self.exchange.positions(account)[0]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def futures() -> Desk:
    return Desk(is_margined=True)
