"""The private side of one product under one roof, as the sandbox asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tickwright.venues.binance.dialect.private.api import ApiConversation
from tickwright.venues.binance.dialect.private.context import Context, Endpoint
from tickwright.venues.binance.dialect.private.desk import PrivateDesk
from tickwright.venues.binance.dialect.private.listening import Listening, is_private
from tickwright.venues.binance.dialect.private.spot_account import SpotAccount
from tickwright.venues.binance.dialect.private.spot_events import SpotEvents
from tickwright.venues.binance.dialect.private.spot_trading import SpotTrading
from tickwright.venues.binance.dialect.private.usdm_account import UsdmAccount
from tickwright.venues.binance.dialect.private.usdm_events import UsdmEvents
from tickwright.venues.binance.dialect.private.usdm_queries import UsdmQueries
from tickwright.venues.binance.dialect.private.usdm_trading import UsdmTrading
from tickwright.venues.binance.dialect.private.wallet import Wallet
from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.dialects import Answer, Conversation, Frame, Meter, RestRequest
from tickwright.venues.exchangeview import ExchangeView
from tickwright.venues.privateside import ApiKey, PrivateFaults, PrivateMarket
from tickwright.venues.reports import Event


__all__ = ["BinancePrivate", "private_side"]


class BinancePrivate:
    """What one product does for those who hold a key.

    Args:
        context: The engine, the market, and what is known besides.
        keys: Who may come in.
    """

    def __init__(self, context: Context, keys: Sequence[ApiKey]) -> None:
        self.context = context
        self._beats: tuple[Callable[[int], None], ...] = ()
        self._events: SpotEvents | UsdmEvents
        endpoints = self._usdm() if context.product.is_futures else self._spot()
        self.desk = PrivateDesk(context, endpoints, keys)

    def _spot(self) -> dict[tuple[str, str], Endpoint]:
        context = self.context
        self._events = SpotEvents(context)
        return {
            **SpotTrading(context).endpoints(),
            **SpotAccount(context).endpoints(),
            **Wallet(context).endpoints(),
        }

    def _usdm(self) -> dict[tuple[str, str], Endpoint]:
        context = self.context
        trading, events = UsdmTrading(context), UsdmEvents(context)
        self._events, self._beats = events, (trading.beat, events.beat)
        return {
            **trading.endpoints(),
            **UsdmQueries(context).endpoints(),
            **UsdmAccount(context, events).endpoints(),
        }

    @property
    def faults(self) -> PrivateFaults | None:
        """What goes wrong with orders and accounts."""
        return self.context.faults

    @faults.setter
    def faults(self, faults: PrivateFaults | None) -> None:
        self.context.faults = faults

    def weight(self, request: RestRequest) -> int | None:
        """Return what a request is charged beforehand, or ``None`` if the path is none of its own."""
        return self.desk.weight(request)

    def answer(self, request: RestRequest, now_ms: int) -> Answer | None:
        """Return the answer to a request, or ``None`` if the path is none of its own."""
        return self.desk.answer(request, now_ms)

    def converse(
        self, path: str, params: Mapping[str, str], *, query: str, meter: Meter, now_ms: int
    ) -> Conversation | None:
        """Return a new connection to the WebSocket API, or to the private route, ``None`` for any other path."""
        if path.rstrip("/") == self.context.product.ws_api_path:
            return ApiConversation(self.desk, params, meter)
        if self.context.product.is_futures and is_private(path):
            is_flat = self.faults is not None and self.faults.has_flat_errors
            return Listening(self.context.product, path, query, is_flat=is_flat)
        return None

    def take(self, events: Sequence[Event]) -> None:
        """Note what happened at the engine, and tell of it."""
        self.context.take(events)
        self._events.take(events)

    def beat(self, now_ms: int) -> None:
        """See to what has a deadline."""
        for beat in self._beats:
            beat(now_ms)

    def take_frames(self) -> list[Frame]:
        """Return the user events made since the last call."""
        return self.context.take_frames()


def private_side(
    product: DialectProduct, exchange: ExchangeView, market: PrivateMarket, keys: Sequence[ApiKey]
) -> BinancePrivate | None:
    """Return a product's private side, ``None`` for inverse contracts, whose orders are not simulated."""
    if product.is_inverse:
        return None
    return BinancePrivate(Context(product, exchange, market), keys)
