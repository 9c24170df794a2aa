"""What the parts of the sandbox ask of each other: a market, a way to serve it, a socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from tickwright.io.clock import Clock
from tickwright.io.http import HttpTransport
from tickwright.io.websocket import WebSocketTransport
from tickwright.venues.base import Endpoints
from tickwright.venues.dialects import Answer, Dialect, Frame


if TYPE_CHECKING:
    from tickwright.sandbox.productserver import ProductServer


__all__ = ["Doors", "Link", "Market", "Network"]


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

    def take(self) -> list[Frame]:
        """Return the frames that requests made, outside of the market's own course."""

    def answer(self, method: str, path: str, params: Mapping[str, str]) -> Answer:
        """Return the answer to a REST request."""


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
