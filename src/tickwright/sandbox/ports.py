"""What the parts of the sandbox ask of each other: a market, a way to serve it, a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from tickwright.io.clock import Clock
from tickwright.io.http import HttpTransport
from tickwright.io.websocket import WebSocketTransport
from tickwright.sandbox.bookside import TradingFloor
from tickwright.venues.base import Endpoints
from tickwright.venues.dialects import Answer, Dialect, Frame
from tickwright.venues.facts import ForcedFact, InstrumentPrices, TradeFact
from tickwright.venues.marketrules import MarketRules


if TYPE_CHECKING:
    from tickwright.sandbox.productserver import ProductServer


__all__ = ["Doors", "Link", "Market", "MovingMarket", "Network", "TradedInstrument", "TradedMarket"]


class Market(Protocol):
    """What is served at one set of addresses, whether generated or played from a recording."""

    product: str
    """The product, or the site that has several."""
    dialect: Dialect

    @property
    def products(self) -> tuple[str, ...]:
        """The products that have instruments here."""

    def want(self, stream: str) -> None:
        """Some connection subscribed to a stream that nobody had."""

    def unwant(self, stream: str) -> None:
        """The last connection subscribed to a stream is gone."""

    def lists(self, key: str) -> bool:
        """Tell whether there is an instrument of that `Listing.key`."""

    def greeting(self, stream: str) -> str | None:
        """Return what a new subscriber of a wanted stream is sent at once, if it is sent anything."""

    def renumber(self, stream: str) -> None:
        """Let a wanted stream's numbers begin anew with its next frame, as after a restart, where they can."""

    def take(self) -> list[Frame]:
        """Return the frames that requests made, outside of the market's own course."""

    def answer(self, method: str, path: str, params: Mapping[str, str]) -> Answer:
        """Return the answer to a REST request."""


class MovingMarket(Market, Protocol):
    """A market with a time of its own, which moves when whoever holds the clock says so."""

    @property
    def now_ms(self) -> int:
        """The market's time."""

    @property
    def is_over(self) -> bool:
        """True once nothing happens any more, however much time passes."""

    def open_at(self, now_ms: int) -> None:
        """Open at this time instead, unless the market was given its time or has moved already."""

    def run(self, to_ms: float, *, frames_max: int = 1 << 62) -> Iterator[list[Frame]]:
        """Let the market run until ``to_ms`` and yield the frames of wanted streams, in parts of about so many."""

    def burst(self, frames_max: int) -> list[Frame]:
        """Let things happen at this instant until about so many frames are made, as far as that can be."""


class TradedInstrument(InstrumentPrices, Protocol):
    """One instrument whose own flow, generated or recorded, trades with users' orders on the engine's book."""

    def bids(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first."""

    def asks(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first."""

    def join(self, floor: TradingFloor) -> None:
        """Trade on somebody's book from now on, which holds what stood in this one."""

    def on_floor(
        self, trades: Sequence[Sequence[TradeFact]], bids: Iterable[int], asks: Iterable[int]
    ) -> None:
        """Take what happened on the floor: trades, those of one taker at one price together, and changed levels."""

    def on_forced(self, forced: ForcedFact) -> None:
        """Take that somebody's position was liquidated."""

    def settle(self, now_ms: int) -> None:
        """Go on after others changed something on the floor."""


class TradedMarket(MovingMarket, Protocol):
    """A market that accounts can deal with."""

    @property
    def instruments(self) -> Sequence[TradedInstrument]:
        """All instruments, in listing order."""

    def find(self, symbol: str) -> TradedInstrument | None:
        """Return the instrument of that symbol (upper case; see `Listing.key`), if it is listed."""

    def rules(self, symbol: str) -> MarketRules | None:
        """Return what an instrument's orders are held to; ``None`` if there are none, or no such instrument."""

    def every(self, interval_ms: int, beat: Callable[[int], None]) -> None:
        """Call ``beat`` with the market's time at every multiple of an interval."""


class Link(Protocol):
    """The socket under a `tickwright.sandbox.connection.Connection`: bytes out, and the end."""

    @property
    def waiting_bytes(self) -> int:
        """Bytes written that the client has not taken yet."""

    def write(self, data: bytes) -> None:
        """Send whole frames."""

    def finish(self) -> None:
        """End once everything written has left."""

    def abort(self) -> None:
        """End at once."""


class Doors(Protocol):
    """Where clients come in to one product."""

    async def open(self) -> Endpoints:
        """Serve, and return where."""

    async def close(self) -> None:
        """Serve no more. Connections are closed by then, or are cut here."""

    async def shut(self, *, is_hanging: bool) -> None:
        """Refuse new WebSocket connections, or take them and never answer the handshake."""

    async def reopen(self) -> None:
        """Take WebSocket connections again, where they were taken before."""


class Network(Protocol):
    """How products are reached: loopback sockets, or memory."""

    @property
    def clock(self) -> Clock | None:
        """The time that goes with it, ``None`` for real time."""

    @property
    def websockets(self) -> WebSocketTransport | None:
        """What clients connect through, ``None`` for real sockets."""

    @property
    def http(self) -> HttpTransport | None:
        """What clients send requests through, ``None`` for real sockets."""

    def doors(self, server: ProductServer) -> Doors:
        """Return the doors of a product, still closed."""
