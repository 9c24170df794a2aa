"""The private side under one roof, as the sandbox asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.private.access import Access
from tickwright.venues.bybit.dialect.private.account import Accounts
from tickwright.venues.bybit.dialect.private.context import Context
from tickwright.venues.bybit.dialect.private.desk import PrivateDesk
from tickwright.venues.bybit.dialect.private.disconnects import Disconnects
from tickwright.venues.bybit.dialect.private.events import UserFrames
from tickwright.venues.bybit.dialect.private.executions import Executions
from tickwright.venues.bybit.dialect.private.positions import Positions
from tickwright.venues.bybit.dialect.private.queries import Queries
from tickwright.venues.bybit.dialect.private.tradesocket import TradeConversation
from tickwright.venues.bybit.dialect.private.trading import Trading
from tickwright.venues.bybit.dialect.private.usersocket import UserConversation, active_time_s
from tickwright.venues.dialects import Answer, Conversation, Frame, Meter, RestRequest
from tickwright.venues.exchangeview import ExchangeView
from tickwright.venues.privateside import ApiKey, PrivateFaults, PrivateMarket
from tickwright.venues.reports import Event


__all__ = ["BybitPrivate"]


class BybitPrivate:
    """What Bybit does for those who hold a key: one account for all categories.

    Args:
        exchange: Where orders are placed.
        market: Whose time it is.
        keys: Who may come in.
        categories: Those that are served.
        numbers: For the ids of connections.
        is_heard: Tells whether anybody is subscribed to a stream of an account's.
    """

    def __init__(
        self,
        exchange: ExchangeView,
        market: PrivateMarket,
        keys: Sequence[ApiKey],
        categories: Sequence[Category],
        numbers: Iterator[int],
        is_heard: Callable[[str], bool],
    ) -> None:
        self.context = context = Context(exchange, market, categories)
        self.access = Access(keys)
        trading = Trading(context)
        self._operations = trading.operations()
        self._disconnects = Disconnects(context, is_heard)
        endpoints = {
            **trading.endpoints(),
            **Queries(context).endpoints(),
            **Executions(context).endpoints(),
            **Accounts(context).endpoints(),
            **Positions(context).endpoints(),
            **self._disconnects.endpoints(),
        }
        self.desk = PrivateDesk(context, self.access, endpoints)
        self._events = UserFrames(context)
        self._numbers = numbers

    @property
    def faults(self) -> PrivateFaults | None:
        """What goes wrong with orders and accounts."""
        return self.context.faults

    @faults.setter
    def faults(self, faults: PrivateFaults | None) -> None:
        self.context.faults = self.access.faults = faults

    def weight(self, request: RestRequest) -> int | None:
        """Return what a request is charged beforehand, or ``None`` if the path is none of its own."""
        return self.desk.weight(request)

    def answer(self, request: RestRequest, now_ms: int) -> Answer | None:
        """Return the answer to a request, or ``None`` if the path is none of its own."""
        return self.desk.answer(request, now_ms)

    def converse(
        self, path: str, params: Mapping[str, str], *, query: str, meter: Meter, now_ms: int
    ) -> Conversation | None:
        """Return a new connection's state, or ``None`` if the path is none of its own.

        Raises:
            ValueError: For a ``max_active_time`` that cannot be.
        """
        if path == "/v5/private":
            return UserConversation(self.desk, active_time_s(params), next(self._numbers))
        if path == "/v5/trade":
            return TradeConversation(
                self.desk, self._operations, active_time_s(params), next(self._numbers)
            )
        return None

    def take(self, events: Sequence[Event]) -> None:
        """Note what happened at the engine, and make the frames that tell of it."""
        self.context.annals.take(events)
        self._events.take(events)

    def beat(self, now_ms: int) -> None:
        """Cancel the orders of those who were gone for too long."""
        self._disconnects.beat(now_ms)

    def take_frames(self) -> list[Frame]:
        """Return the frames made since the last call."""
        frames, self._events.frames = self._events.frames, []
        return frames
