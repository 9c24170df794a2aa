"""All that happened in a world, from both sides: what the venues' engines did, and what each process was told and sent.

What must hold at every moment is looked at here, at that moment; the first promise that was broken is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from tests.simulation.orders.drawing import Drawn, site_of
from tests.simulation.orders.lines import Sent

from tickwright.core.risklimits import RiskLimits
from tickwright.marketdata.book import Book
from tickwright.model.notices import Notice
from tickwright.model.orders import OrderEvent
from tickwright.sandbox import Sandbox
from tickwright.sandbox.account import ACCOUNT
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.trading import JoinedExchange
from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT
from tickwright.venues.bybit.dialect.private.ids import order_id as bybit_id
from tickwright.venues.bybit.dialect.private.views import link_of
from tickwright.venues.facts import Listing
from tickwright.venues.reports import (
    BookChanged,
    Event,
    Execution,
    Fill,
    OrderReport,
    OrderStatus,
    OrderView,
)


__all__ = ["STRANGERS", "Broken", "Instrument", "Life", "Side", "Witness", "is_strangers"]

STRANGERS = "stranger"
"""How the names of orders begin that somebody else placed on the account."""
TOP = 5
"""Levels a side that are compared at every update."""
Tops = tuple[tuple[tuple[Decimal, Decimal], ...], ...]


class Broken(AssertionError):
    """A promise was not kept."""


class Instrument:
    """One instrument as the venue knows it: every state that its book was in."""

    def __init__(self, listing: Listing, engine: JoinedExchange, market: GeneratedMarket) -> None:
        self.id = listing.name.id
        self._market = market
        self.key = listing.key
        self.listing = listing
        self.engine = engine
        engine.join(self.key)
        self.books: list[Tops] = [self.tops()]

    def now_ns(self) -> int:
        """Return the venue's time."""
        return self._market.now_ms * 1_000_000

    def shown_name(self, view: OrderView) -> str:
        """Return what the venue shows an order as: Bybit has names only for those that were given one."""
        if not is_strangers(view) or not self.listing.product.startswith("bybit"):
            return view.request.client_id
        category = SPOT if self.listing.product == "bybit.spot" else LINEAR
        return link_of(category, view) or bybit_id(category, view.id)

    def tops(self) -> Tops:
        """Return the best levels of this moment."""
        sides = self.engine.bids(self.key, TOP), self.engine.asks(self.key, TOP)
        price, quantity = self.listing.price, self.listing.quantity
        return tuple(tuple((price(at), quantity(much)) for at, much in side) for side in sides)


class Side:
    """The venue's side of one site: its orders and executions, whoever asks."""

    def __init__(self, site: str, engine: JoinedExchange) -> None:
        self.site = site
        self.engine = engine
        self.orders: dict[int, OrderView] = {}
        self.fills: list[Fill] = []
        self.ended: set[int] = set()
        """Orders that the venue ended for a reason of its own."""
        self.lived: set[int] = set()
        """Orders that worked, waited for a trigger, or traded: the venue did more than turn them down."""

    def has_ended(self, view: OrderView) -> bool:
        """Tell whether the venue ended an order for a reason of its own, unfilled in part or whole."""
        is_over = not view.status.is_open and view.status is not OrderStatus.FILLED
        return is_over and view.id in self.ended

    def named(self, name: str) -> list[OrderView]:
        """Return all orders that were placed under a name."""
        return [each for each in self.orders.values() if each.request.client_id == name]


class Life:
    """One process, from its start to its end."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_over = False
        self.told: list[tuple[float, OrderEvent]] = []
        self.notices: list[tuple[float, Notice]] = []
        self.readings: dict[str, list[Tops]] = {}
        self.rows = 0
        """How many rows of the journal were written when it ended."""
        self.fills: dict[str, int] = {}
        """Site → how many executions there were by then."""

    def hear(self, event: OrderEvent) -> None:
        """Take what is told of orders."""
        if not self.is_over:
            self.told.append((_now_s(), event))

    def note(self, notice: Notice) -> None:
        """Take what is told of everything else."""
        if not self.is_over:
            self.notices.append((_now_s(), notice))

    def read(self, book: Book) -> None:
        """Look at a book, as a user does whenever it changes."""
        if not self.is_over and book.is_readable:
            tops: Tops = (tuple(book.bids(TOP)), tuple(book.asks(TOP)))
            self.readings.setdefault(book.instrument.id, []).append(tops)


class Witness:
    """Watches a whole world.

    Attributes:
        broken: What went against a promise, in the order in which it was seen.
        killed: From when to when the user's kill switch was on, as far as the user knows.
    """

    def __init__(self, drawn: Drawn, sandbox: Sandbox, sent: list[Sent]) -> None:
        self.drawn = drawn
        self.secret = sandbox.account.secret
        self.sent = sent
        self.lives: list[Life] = []
        self.rows: list[bytes] = []
        self.broken: list[str] = []
        self.killed: list[list[float]] = []
        self.story: list[tuple[float, str]] = []
        self.sides: dict[str, Side] = {}
        self.instruments: dict[str, Instrument] = {}
        for product in drawn.products:
            site = site_of(product)
            if site not in self.sides:
                side = self.sides[site] = Side(site, sandbox.exchange(product))
                side.engine.listen(partial(self._happened, side))
        for market in sandbox.venue.markets:
            assert isinstance(market, GeneratedMarket)
            for listing in market.listings:
                made = Instrument(listing, self.sides[market.product].engine, market)
                self.instruments[made.id] = made
        self._by_key = {(one.engine, one.key): one for one in self.instruments.values()}

    def instrument(self, side: Side, key: str) -> Instrument:
        """Return an instrument by its name at a site."""
        return self._by_key[side.engine, key]

    def name(self, side: Side, view: OrderView) -> str:
        """Return what a program knows an order by."""
        return self.instrument(side, view.symbol).shown_name(view)

    def left_open(self) -> list[str]:
        """Return the names of all orders that the program has placed and that are open."""
        return [
            each.request.client_id
            for side in self.sides.values()
            for each in side.engine.open_orders(ACCOUNT)
            if not is_strangers(each)
        ]

    def tell(self, text: str) -> None:
        """Add a line to the story."""
        self.story.append((_now_s(), text))

    def begin_life(self) -> Life:
        """Note that a process begins."""
        life = Life(len(self.lives))
        self.lives.append(life)
        return life

    def end_life(self) -> None:
        """Note that a process is no more."""
        life = self.lives[-1]
        life.is_over = True
        life.rows = len(self.rows)
        life.fills = {site: len(side.fills) for site, side in self.sides.items()}
        self.revives()

    def kills(self, life: Life) -> None:
        """Note that a process was told that no order leaves any more, unless it was killed itself meanwhile."""
        if not life.is_over:
            self.killed.append([_now_s(), float("inf")])

    def revives(self) -> None:
        """Note that orders may leave again."""
        for span in self.killed:
            span[1] = min(span[1], _now_s())

    def breaks(self, promise: str, what: str) -> None:
        """Note that a promise was broken."""
        self.broken.append(f"{promise}: {what}")
        self.tell(f"BROKEN {promise}: {what}")

    # ------------------------------------------------------------------ the engines

    def _happened(self, side: Side, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, BookChanged):
                instrument = self._by_key[side.engine, event.symbol]
                instrument.books.append(instrument.tops())
            elif isinstance(event, OrderReport) and event.order.account == ACCOUNT:
                self._ordered(side, event)

    def _ordered(self, side: Side, report: OrderReport) -> None:
        view = report.order
        side.orders[view.id] = view
        if report.fill is not None:
            side.fills.append(report.fill)
        if report.reason is not None:
            side.ended.add(view.id)
        if report.fill is not None or view.working_ns or view.status.is_open:
            side.lived.add(view.id)
        self.tell(f"  {side.site} engine: {view.request.client_id} {report.execution.value}")
        instrument = self._by_key[side.engine, view.symbol]
        is_ours = not is_strangers(view)
        if is_ours and report.execution in (Execution.ACCEPTED, Execution.AMENDED):
            self._within_limits(side, instrument, view)
        if report.fill is not None:
            self._within_position(side, instrument)

    def _within_limits(self, side: Side, instrument: Instrument, view: OrderView) -> None:
        limits: RiskLimits = self.drawn.limits
        name, listing = view.request.client_id, instrument.listing
        quantity, price = listing.quantity(view.quantity), listing.price(view.price)
        if limits.max_order_quantity is not None and quantity > limits.max_order_quantity:
            self.breaks("limits are kept", f"{name} is of {quantity}")
        if limits.max_order_notional is not None and price * quantity > limits.max_order_notional:
            self.breaks("limits are kept", f"{name} is worth {price * quantity}")
        named = [
            each
            for each in side.orders.values()
            if each.symbol == view.symbol and each.status.is_open and not is_strangers(each)
        ]
        if limits.max_open_orders is not None and len(named) > limits.max_open_orders:
            self.breaks("limits are kept", f"{len(named)} orders are open with {name}")

    def _within_position(self, side: Side, instrument: Instrument) -> None:
        limit = self.drawn.limits.max_position
        if limit is None:
            return
        fills = [each for each in side.fills if each.symbol == instrument.key]
        held = sum(each.quantity if each.is_buy else -each.quantity for each in fills)
        position = instrument.listing.quantity(held)
        if abs(position) > limit:
            self.breaks("limits are kept", f"the position in {instrument.id} is {position}")


def is_strangers(view: OrderView) -> bool:
    """Tell whether somebody else placed an order."""
    return view.request.client_id.startswith(STRANGERS)


def _now_s() -> float:
    return asyncio.get_running_loop().time() - 1000.0
