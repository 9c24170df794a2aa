"""What all endpoints of one product share, and one request as an endpoint sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import Enum

import msgspec

from tickwright.venues.binance.dialect.private.annals import Annals, is_first_fill
from tickwright.venues.binance.dialect.private.counts import OrderCounts
from tickwright.venues.binance.dialect.private.forgetting import is_fill_kept, is_order_kept
from tickwright.venues.binance.dialect.private.orders import Ids
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.commands import Command
from tickwright.venues.dialects import Frame
from tickwright.venues.exchangeview import ExchangeView
from tickwright.venues.facts import Listing
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.privateside import ApiKey, PrivateFaults, PrivateMarket
from tickwright.venues.reports import (
    Event,
    Fill,
    OrderReport,
    OrderView,
    Refusal,
)
from tickwright.venues.reports import (
    Refused as RefusedEvent,
)


__all__ = [
    "Call",
    "Context",
    "Endpoint",
    "Security",
    "fills_of",
    "last_view",
    "refusal_in",
]

_NS_PER_MS = 1_000_000
_CANCEL_IDS_KEPT = 1000  # asked for by the answer and the event of the same cancel


class Security(Enum):
    """What a request to an endpoint has to bring (section 9.1)."""

    KEY = "key"
    """A key, unsigned: listen keys, and old trades on futures."""
    USER_DATA = "user data"
    """A key, a timestamp and a signature."""
    TRADE = "trade"
    """The same, of a key that may trade."""


class Call(msgspec.Struct, frozen=True):
    """One request that was let in, over whichever channel it came.

    Attributes:
        key: Whose request it is.
        params: As they were sent.
        now_ms: The server's time.
        at: Makes ms, or µs where they were asked for, of the engine's ns.
    """

    key: ApiKey
    params: Params
    now_ms: int
    at: Callable[[int], int]

    @property
    def account(self) -> str:
        """The account's name at the engine."""
        return self.key.account


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint, or the WebSocket API's method of the same meaning.

    Attributes:
        make: Does what it is for, and returns the body of the answer.
        weight: What it costs, always or by its parameters.
        security: What a request has to bring.
        is_free: Costs nothing if it succeeds.
        orders: What a success adds to the two order counts; these limits refuse the request beforehand.
        counts_itself: It looks after the order counts by itself.
    """

    make: Callable[[Call], object]
    weight: int | Callable[[Params], int] = 1
    security: Security = Security.USER_DATA
    is_free: bool = False
    orders: tuple[int, int] = (0, 0)
    counts_itself: bool = False

    def cost(self, params: Params) -> int:
        """Return the weight of a request."""
        return self.weight if isinstance(self.weight, int) else self.weight(params)


class Context:
    """The engine, the market, and what is known besides.

    Args:
        product: Whose dialect.
        exchange: Where orders are placed.
        market: Whose time it is.
    """

    def __init__(
        self, product: DialectProduct, exchange: ExchangeView, market: PrivateMarket
    ) -> None:
        self.product = product
        self.exchange = exchange
        self.market = market
        self.faults: PrivateFaults | None = None
        self.annals = Annals()
        self.ids = Ids()
        self._counts: dict[str, OrderCounts] = {}
        self._cancel_ids: dict[int, str] = {}
        self._frames: list[Frame] = []

    def cancel_id(self, order_id: int) -> str:
        """Return the id that an order goes by which was canceled along with others: the same to all who ask."""
        found = self._cancel_ids.get(order_id)
        if found is None:
            found = self._cancel_ids[order_id] = self.ids.next()
            if len(self._cancel_ids) > _CANCEL_IDS_KEPT:
                del self._cancel_ids[next(iter(self._cancel_ids))]
        return found

    def tell(self, stream: str, event: Mapping[str, object]) -> None:
        """Send a user event on a stream; see `user_streams`."""
        text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        self._frames.append((stream, text))

    def take_frames(self) -> list[Frame]:
        """Return the user events told since the last call."""
        frames, self._frames = self._frames, []
        return frames

    def take(self, events: Sequence[Event]) -> None:
        """Note what happened at the engine."""
        self.annals.take(events)
        for event in events:
            if isinstance(event, OrderReport) and event.fill is not None and is_first_fill(event):
                self.counts(event.order.account).credit(is_maker=event.fill.is_maker)

    @property
    def now_ns(self) -> int:
        """The market's time, at the engine's scale."""
        return self.market.now_ms * _NS_PER_MS

    @property
    def clock_step_ms(self) -> int:
        """How far off the venue's clock is: a fault."""
        return 0 if self.faults is None else round(self.faults.clock_step_s * 1000)

    @property
    def told_ms(self) -> int:
        """The market's time as the venue tells it, in ms."""
        return self.market.now_ms + self.clock_step_ms

    def counts(self, account: str) -> OrderCounts:
        """Return an account's order counts."""
        found = self._counts.get(account)
        if found is None:
            found = self._counts[account] = OrderCounts(self.product)
        return found

    def order(
        self, account: str, symbol: str, *, order_id: int = 0, client_id: str = ""
    ) -> OrderView | None:
        """Return an order as queries find it: not yet, while they lag, and no longer, once it is forgotten.

        Raises:
            Refused: With -2026 if it was archived.
        """
        found = self.exchange.order(account, symbol, order_id=order_id, client_id=client_id)
        lag_s = 0.0 if self.faults is None else self.faults.query_lag_s
        if found is None or (lag_s and self.now_ns < found.created_ns + round(lag_s * 1e9)):
            return None
        if self._keeps(found):
            return found
        if self.product.is_futures:
            return None
        raise Refused(
            -2026,
            "Order was canceled or expired with no executed qty over 90 days ago and has been archived.",
        )

    def _keeps(self, order: OrderView) -> bool:
        return is_order_kept(order, self.now_ns, is_futures=self.product.is_futures)

    def all_orders(self, account: str, symbol: str = "") -> list[OrderView]:
        """Return open and closed orders by id, those that are not forgotten."""
        return [one for one in self.exchange.all_orders(account, symbol) if self._keeps(one)]

    def fills(self, account: str, symbol: str = "") -> list[Fill]:
        """Return an account's trades, oldest first, those that are not forgotten."""
        is_futures, now_ns = self.product.is_futures, self.now_ns
        found = self.exchange.fills(account, symbol)
        return [one for one in found if is_fill_kept(one, now_ns, is_futures=is_futures)]

    def submit(self, command: Command) -> list[Event]:
        """Let the engine carry out a command."""
        return self.exchange.submit(command, self.now_ns)

    def rules(self, symbol: str) -> MarketRules:
        """Return what an instrument's orders are held to.

        Raises:
            Refused: With -1121 if there is no such instrument.
        """
        found = self.exchange.rules(symbol)
        if found is None:
            raise Refused(-1121, "Invalid symbol.")
        return found

    def listing(self, symbol: str) -> Listing:
        """Return an instrument; see `rules`."""
        return self.rules(symbol).listing

    def named(self, params: Params) -> Listing:
        """Return the instrument that a request must name."""
        return self.listing(params.required("symbol"))


def refusal_in(events: Sequence[Event], command: Command | None = None) -> Refusal | None:
    """Return why a command, or any, was refused; ``None`` if it was not."""
    for event in events:
        if isinstance(event, RefusedEvent) and command in (None, event.command):
            return event.refusal
    return None


def last_view(events: Sequence[Event], order_id: int = 0, account: str = "") -> OrderView | None:
    """Return an order as its last report shows it: of an id, or the first one of an account."""
    found: OrderView | None = None
    for event in events:
        if isinstance(event, OrderReport) and event.order.account == (
            account or event.order.account
        ):
            order = event.order
            if order.id == order_id or (not order_id and found is None):
                order_id, found = order.id, order
    return found


def fills_of(events: Sequence[Event], order_id: int) -> list[Fill]:
    """Return what an order traded."""
    return [
        event.fill
        for event in events
        if isinstance(event, OrderReport) and event.order.id == order_id and event.fill is not None
    ]
