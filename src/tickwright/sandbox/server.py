"""The venue on loopback: HTTP and WebSocket servers for some products, over markets generated or recorded."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Coroutine, Mapping, Sequence
from copy import deepcopy
from functools import partial
from types import TracebackType
from typing import Self

from tickwright.errors import ConfigError
from tickwright.io.clock import Clock, SystemClock
from tickwright.sandbox.connection import Connection
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.playback import PlaybackMarket
from tickwright.sandbox.ports import Market, MovingMarket, Network
from tickwright.sandbox.productserver import ProductServer
from tickwright.sandbox.rest import RestServer
from tickwright.sandbox.switchboard import Switchboard
from tickwright.venues.base import Endpoints
from tickwright.venues.privateside import PrivateSide


__all__ = ["LoopbackVenue"]

_STEP_S = 0.01
_PART_FRAMES = 512
_STEP_MS = 100


class LoopbackVenue:
    """A venue's market data on 127.0.0.1, with every fault at hand.

    Each product, or site of several, has one origin for REST and one for WebSocket, on free ports. Markets with a
    time of their own (`GeneratedMarket`, `PlayedMarket`) run at ``speed`` times real time: 0 stands still until `advance`,
    infinity runs as fast as clients read. A `PlaybackMarket` waits for its clients instead: it is played as fast as they
    read, or at ``speed`` times the recorded pace if ``is_paced``.

    Args:
        markets: One per product.
        faults: What goes wrong; also to be changed later, as `faults`.
        speed: Market seconds per real second.
        step_s: How often markets with a time of their own move by themselves.
        is_paced: Whether a `PlaybackMarket` keeps the recorded pace, times ``speed``.
        request_wait_s: How long it waits at a snapshot for somebody to ask for it.
        ping_interval_s: Between two pings; the products' own unless given.
        pong_deadline_s: How long a pong may take; the products' own unless given.
        clock: Time for limits, pings and the opening of markets.
        network: How clients come in; over loopback sockets unless given.
        private: Product → what there is for those who hold a key.

    Attributes:
        endpoints: Product → where it is served.
        faults: The faults in force; see also `faults_of`.
        finished: Set when every `PlaybackMarket` was played to its end.

    Raises:
        ConfigError: If two markets are of one product, or there is none.

    Example:
        >>> market = GeneratedMarket("binance.spot", ("binance:BTC/USDT",), seed=7)
        >>> async with LoopbackVenue([market], speed=0) as venue:
        ...     print(venue.endpoints["binance.spot"].ws_public)
        ...     await venue.advance(1.0)
    """

    def __init__(
        self,
        markets: Sequence[MovingMarket | PlaybackMarket],
        *,
        faults: Faults | None = None,
        speed: float = 1.0,
        step_s: float = _STEP_S,
        is_paced: bool = False,
        request_wait_s: float = 5.0,
        ping_interval_s: float | None = None,
        pong_deadline_s: float | None = None,
        clock: Clock | None = None,
        network: Network | None = None,
        private: Mapping[str, PrivateSide] | None = None,
    ) -> None:
        products = [product for market in markets for product in market.products]
        if not products or len(set(products)) < len(products):
            raise ConfigError(f"a venue takes one market for each product, not {products}")
        self.faults = faults or Faults()
        self.endpoints: dict[str, Endpoints] = {}
        self.finished = asyncio.Event()
        self._speed = speed
        self._step_s = step_s
        self._is_paced = is_paced
        self._request_wait_s = request_wait_s
        self._clock = clock or SystemClock()
        self._watchers: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        network = network or _sockets()
        self._services = [
            ProductServer(
                market,
                self.faults,
                self._clock,
                self._changed,
                network=network,
                private=(private or {}).get(market.product),
                ping_interval_s=ping_interval_s,
                pong_deadline_s=pong_deadline_s,
                time_scale=speed if 0 < speed < math.inf else 1.0,
            )
            for market in markets
        ]
        self._moving = [
            (service, market)
            for service, market in zip(self._services, markets, strict=True)
            if not isinstance(market, PlaybackMarket)
        ]
        self._tasks = asyncio.TaskGroup()
        self._drivers: list[asyncio.Task[None]] = []
        self._playing = sum(isinstance(market, PlaybackMarket) for market in markets)

    # ------------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        try:
            for service in self._services:
                endpoints = await service.start()
                self.endpoints.update(dict.fromkeys(service.market.products, endpoints))
        except BaseException:
            await self._stop()
            raise
        await self._tasks.__aenter__()
        for service in self._services:
            if isinstance(service.market, PlaybackMarket):
                self._drive(service, self._play(service, service.market))
        for service, market in self._moving if self._speed > 0 else ():
            if not math.isinf(self._speed):
                market.open_at(self._clock.time_ns() // 1_000_000)
            self._drive(service, self._run(service, market))
        return self

    def _drive(self, service: ProductServer, drive: Coroutine[None, None, None]) -> None:
        name = f"sandbox {service.market.product}"
        self._drivers.append(self._tasks.create_task(drive, name=name))

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for driver in self._drivers:
            driver.cancel()
        for _, future in self._watchers:
            future.cancel()
        try:
            # The caller's own error goes its own way, not wrapped in a group.
            await self._tasks.__aexit__(None, None, None)
        finally:
            await self._stop()

    async def _stop(self) -> None:
        for service in self._services:
            await service.stop()

    # ------------------------------------------------------------------ what tests and users do

    @property
    def markets(self) -> tuple[Market, ...]:
        """What is served, product by product."""
        return tuple(service.market for service in self._services)

    def switchboard(self, product: str) -> Switchboard:
        """Return the connections and subscriptions of a product."""
        return self._service(product).switchboard

    def rest(self, product: str) -> RestServer:
        """Return the HTTP side of a product."""
        return self._service(product).rest

    async def advance(self, delay_s: float) -> None:
        """Let all markets with a time of their own run for some of it, sending as fast as clients read."""
        for service, market in self._moving:
            await self._advance(service, market, market.now_ms + delay_s * 1000)

    async def wait_until(
        self, condition: Callable[[], bool], timeout_s: float | None = 10.0
    ) -> None:
        """Wait until a condition holds; it is looked at whenever a client did something.

        Raises:
            TimeoutError: If it does not in time.
        """
        if condition():
            return
        future = asyncio.get_running_loop().create_future()
        entry = (condition, future)
        self._watchers.append(entry)
        try:
            async with asyncio.timeout(timeout_s):
                await future
        finally:
            self._watchers.remove(entry)

    def faults_of(self, product: str) -> Faults:
        """Return the faults of one product: a copy of `faults` at the first call, and its own from then on."""
        service = self._service(product)
        if service.faults is self.faults:
            service.faults = deepcopy(self.faults)
        return service.faults

    def faults_in_force(self, product: str) -> Faults:
        """Return the faults that strike a product now: its own, or those of all."""
        return self._service(product).faults

    def connections(self, product: str | None = None) -> list[Connection]:
        """Return the open connections, of one product or of all."""
        services = self._services if product is None else [self._service(product)]
        found = [one for service in services for one in service.switchboard.connections]
        return sorted(found, key=lambda one: one.number)

    def close_sockets(
        self, code: int = 1000, reason: str = "", *, product: str | None = None
    ) -> int:
        """Close every connection with a code (`EOF` cuts them) and return how many there were."""
        connections = self.connections(product)
        for connection in connections:
            connection.close(code, reason)
        return len(connections)

    def burst(self, frames: int, *, product: str | None = None) -> int:
        """Let so many frames of real-time streams happen at one instant, and return how many did.

        There are none where nobody wants such streams: trades, best prices, unthrottled deltas.
        """
        chosen = None if product is None else self._service(product)
        made = 0
        for service, market in self._moving:
            if chosen in (None, service):
                part = market.burst(frames)
                made += len(part)
                service.switchboard.publish(part)
        return made

    def ping_all(self) -> None:
        """Ping every connection now."""
        for service in self._services:
            for connection in tuple(service.switchboard.connections):
                connection.ping()

    def announce_shutdown(self) -> None:
        """Say on every connection, where the venue does so, that the server is about to go."""
        for service in self._services:
            service.switchboard.announce_shutdown()

    async def shut_doors(self, *, is_hanging: bool = False) -> None:
        """Refuse new WebSocket connections, or (``is_hanging``) take them and never answer the handshake."""
        for service in self._services:
            await service.doors.shut(is_hanging=is_hanging)

    async def open_doors(self) -> None:
        """Take WebSocket connections again."""
        for service in self._services:
            await service.doors.reopen()

    # ------------------------------------------------------------------ driving

    async def _run(self, service: ProductServer, market: MovingMarket) -> None:
        if math.isinf(self._speed):
            while not market.is_over:
                await self._advance(service, market, market.now_ms + _STEP_MS)
            return
        began_s, began_ms = self._clock.monotonic_s(), market.now_ms
        while True:
            await asyncio.sleep(self._step_s)
            if service.faults.burst:
                service.switchboard.publish(market.burst(service.faults.burst))
                service.faults.burst = 0
            elapsed_ms = (self._clock.monotonic_s() - began_s) * 1000
            for part in market.run(began_ms + elapsed_ms * self._speed, frames_max=_PART_FRAMES):
                service.switchboard.publish(part)

    async def _advance(self, service: ProductServer, market: MovingMarket, end_ms: float) -> None:
        for part in market.run(end_ms, frames_max=_PART_FRAMES):
            service.switchboard.publish(part)
            await service.switchboard.drained()

    async def _play(self, service: ProductServer, market: PlaybackMarket) -> None:
        began_s: float | None = None
        first_ns: int | None = None
        switchboard = service.switchboard
        parts = market.parts(1 if self._is_paced else _PART_FRAMES)
        while True:
            # A recording does not go on unheard: the client may be reconnecting.
            await self.wait_until(lambda: market.is_ready, None)
            part = next(parts, None)
            if part is None:
                break
            if self._is_paced and part.ts_ns is not None:
                if began_s is None or first_ns is None:
                    began_s, first_ns = self._clock.monotonic_s(), part.ts_ns
                due_s = began_s + (part.ts_ns - first_ns) / 1e9 / self._speed
                await asyncio.sleep(max(0.0, due_s - self._clock.monotonic_s()))
            switchboard.publish(part.frames)
            await switchboard.drained()
            if part.awaits is not None:
                was_asked = partial(market.requested.__contains__, part.awaits)
                with contextlib.suppress(TimeoutError):
                    await self.wait_until(was_asked, self._request_wait_s)
        self._playing -= 1
        if not self._playing:
            self.finished.set()

    def _changed(self) -> None:
        for condition, future in tuple(self._watchers):
            if not future.done() and condition():
                future.set_result(None)

    def _service(self, product: str) -> ProductServer:
        for service in self._services:
            if product == service.market.product or product in service.market.products:
                return service
        raise ConfigError(f"the venue does not serve {product!r}; it serves {list(self.endpoints)}")


def _sockets() -> Network:
    # Here, because the servers take half a second to import, and a network in memory does without.
    from tickwright.sandbox.sockets import SocketNetwork

    return SocketNetwork()
