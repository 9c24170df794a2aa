"""What all endpoints share: the engine, the market, and what is known besides; and one request as an endpoint sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.envelope import Refused
from tickwright.venues.bybit.dialect.private.annals import Annals
from tickwright.venues.bybit.dialect.private.buckets import Buckets
from tickwright.venues.bybit.dialect.private.form import Form
from tickwright.venues.bybit.dialect.private.holdings import Holdings
from tickwright.venues.bybit.dialect.private.views import OrderWriter
from tickwright.venues.commands import Command
from tickwright.venues.exchangeview import ExchangeView
from tickwright.venues.facts import InstrumentPrices
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.privateside import ApiKey, PrivateFaults, PrivateMarket
from tickwright.venues.reports import Event, OrderView, Refusal
from tickwright.venues.reports import Refused as RefusedEvent


__all__ = ["Call", "Context", "Endpoint", "Result", "refusal_in"]

_NS_PER_MS = 1_000_000


class Call(msgspec.Struct, frozen=True):
    """One request that was let in, over whichever channel it came."""

    key: ApiKey
    form: Form
    now_ms: int
    allowed: int = 1
    """How many orders of a batch are within the limit: the first ones are carried out."""

    @property
    def account(self) -> str:
        """The account's name at the engine."""
        return self.key.account


class Result(msgspec.Struct, frozen=True):
    """What an endpoint says."""

    body: object
    more: object = {}
    """``retExtInfo``."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint, or the trade socket's operation of the same meaning.

    Attributes:
        make: Does what it is for.
        limit: Requests of one account in a second, always or by category.
        name: Of its bucket.
        is_trade: Only keys that may trade are let in.
        is_placement: It places orders: what the fault of lost outcomes strikes.
        is_batch: It counts order by order, and does what is within the limit.
    """

    make: Callable[[Call], Result]
    name: str
    limit: int | Callable[[Category], int] = 50
    is_trade: bool = False
    is_placement: bool = False
    is_batch: bool = False


class Context:
    """The engine, the market, and what is known besides.

    Args:
        exchange: Where orders are placed.
        market: Whose time it is.
        categories: Those that are served.
    """

    def __init__(
        self, exchange: ExchangeView, market: PrivateMarket, categories: Sequence[Category]
    ) -> None:
        self.exchange = exchange
        self.market = market
        self.categories: Mapping[str, Category] = {one.name: one for one in categories}
        self.traded = {one.name: one for one in categories if one.is_traded}
        """Those that commands may name; queries may name all."""
        self.holdings = Holdings(exchange, market)
        self.annals = Annals()
        self.buckets = Buckets()
        self.faults: PrivateFaults | None = None
        self.limit_actions: dict[tuple[str, str], bool] = {}
        """Account and category → whether limit prices beyond the band are moved to it."""
        self.request_ids: dict[tuple[str, str], None] = {}
        """Account and ``reqId`` of the latest requests over sockets."""

    def moves_prices(self, account: str, category: Category) -> bool:
        """Tell whether limit prices beyond the band are moved to it; unless set otherwise only those of contracts are."""
        return self.limit_actions.get((account, category.name), category.is_contract)

    @property
    def now_ns(self) -> int:
        """The market's time, at the engine's scale."""
        return self.market.now_ms * _NS_PER_MS

    def submit(self, command: Command) -> list[Event]:
        """Let the engine carry out a command."""
        return self.exchange.submit(command, self.now_ns)

    def instrument(self, category: Category, symbol: str) -> InstrumentPrices:
        """Return an instrument.

        Raises:
            Refused: If there is none of that symbol.
        """
        found = self.market.find(f"{category.name}/{symbol}")
        if found is None:
            code, text = (
                (10001, "symbol invalid") if category.is_contract else (170121, "Invalid symbol.")
            )
            raise Refused(code, text)
        return found

    def named(self, form: Form) -> InstrumentPrices:
        """Return the instrument that a request must name."""
        return self.instrument(form.category(), form.required("symbol"))

    def rules(self, symbol: str) -> MarketRules:
        """Return an instrument's rules by its key.

        Raises:
            Refused: If there is no such instrument.
        """
        found = self.exchange.rules(symbol)
        if found is None:
            raise Refused(10001, "symbol invalid")
        return found

    def writer(self, symbol: str) -> OrderWriter:
        """Return what writes the orders of an instrument, by its key."""
        rules = self.rules(symbol)
        return OrderWriter(self.categories[rules.listing.category], rules)

    def is_shown(self, order: OrderView) -> bool:
        """Tell whether queries find an order: not yet, while they lag."""
        lag_s = 0.0 if self.faults is None else self.faults.query_lag_s
        return not lag_s or self.now_ns >= order.created_ns + round(lag_s * 1e9)


def refusal_in(events: Sequence[Event]) -> Refusal | None:
    """Return why a command was refused, ``None`` if it was not."""
    return next((event.refusal for event in events if isinstance(event, RefusedEvent)), None)
