"""Puts a connector together: clocks, transports, limiters, feeds, and the tree that supervises them.

    root ── one supervisor a venue ── its snapshot desks and its sessions

One venue's death never disturbs another: they share the clock and the bus, and nothing that can fail.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from tickwright.app.config import Settings
from tickwright.app.orders import Orders
from tickwright.app.queries import Queries
from tickwright.core.heartbeat import Heartbeat
from tickwright.core.limits import RestLimits
from tickwright.core.renewal import RenewalPolicy, RenewalTimer, parse_window
from tickwright.core.restart import RestartDelays, RestartPolicy
from tickwright.core.session import NORMAL_CLOSE
from tickwright.errors import ConfigError, TickwrightError
from tickwright.io.clock import Clock, SystemClock
from tickwright.io.entropy import system_random
from tickwright.io.gate import HostGate
from tickwright.io.http import HttpTimeouts, HttpTransport, Middleware
from tickwright.io.rest import RestClient, RestPolicy
from tickwright.io.store import Store, open_store
from tickwright.io.websocket import WebSocketOptions, WebSocketTransport
from tickwright.marketdata.feed import Feed
from tickwright.marketdata.keeper import BookKeeper
from tickwright.marketdata.market import Market
from tickwright.marketdata.pipes import PipeTools
from tickwright.marketdata.snapshots import SnapshotDesk
from tickwright.model.notices import (
    Caution,
    DeadManFired,
    DecodeFailure,
    Notice,
    SessionDown,
    TopicFailed,
)
from tickwright.model.topics import Notices
from tickwright.runtime.bus import Bus
from tickwright.runtime.gates import ConnectGate
from tickwright.runtime.session import SessionRunner
from tickwright.runtime.supervisor import ChildSpec, Supervisor
from tickwright.venues.base import Endpoints, Product, RestCall
from tickwright.venues.signing import Signer


if TYPE_CHECKING:
    from tickwright.app.ordering import Floor


__all__ = ["Assembly", "Ports", "assemble"]

log = logging.getLogger(__name__)

T = TypeVar("T")


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Everything outside: replaced in tests, wrapped by recorders. ``None`` takes the real thing."""

    clock: Clock | None = None
    rng: Random | None = None
    websockets: WebSocketTransport | None = None
    http: HttpTransport | None = None
    middlewares: tuple[Middleware, ...] = ()
    open_store: Callable[[str], Awaitable[Store]] | None = None
    """Opens the journal's store, given its URL."""


class Assembly:
    """The parts of an open connector."""

    def __init__(
        self,
        *,
        bus: Bus,
        supervisor: Supervisor,
        market: Market,
        settings: Settings,
        clock: Clock,
        open_floor: Callable[[], Awaitable[Floor]],
    ) -> None:
        self.orders = Orders(market, open_floor)
        self.bus = bus
        self.supervisor = supervisor
        self.market = market
        self.queries = Queries(market)
        self.settings = settings
        self.clock = clock


@asynccontextmanager
async def assemble(
    products: Sequence[Product], settings: Settings, ports: Ports
) -> AsyncIterator[Assembly]:
    """Build and run everything for ``products``; on leaving, end it in reverse order.

    Raises:
        ConfigError: If a product has no address in the environment chosen.
    """
    clock = ports.clock or SystemClock()
    rng = ports.rng or system_random()
    origins = {product.name: endpoints_of(product, settings) for product in products}
    async with AsyncExitStack() as last:
        # What is used until the tree has ended: it may tell of an order to its very end.
        http, close_http = _http(ports, settings, clock)
        last.push_async_callback(close_http)
        async with Supervisor("tickwright", clock, rng, intensity=None) as root:
            bus = Bus(clock, root.spawn)
            feeds = []
            for venue in dict.fromkeys(product.venue for product in products):
                # A session that crashes again and again is no reason to restart those beside it.
                branch = Supervisor(venue, clock, rng, intensity=None)
                root.add(branch.as_child())
                gates: dict[tuple[str | None, RestLimits], HostGate] = {}
                for product in (each for each in products if each.venue == venue):
                    builder = _FeedBuilder(
                        product,
                        origins[product.name],
                        settings,
                        ports,
                        clock,
                        rng,
                        bus,
                        branch,
                        http,
                        gates,
                    )
                    feeds.append(builder.feed)
            market = Market(feeds)
            assembly = Assembly(
                bus=bus,
                supervisor=root,
                market=market,
                settings=settings,
                clock=clock,
                open_floor=_floor_of(feeds, origins, settings, ports, clock, rng, bus, root, last),
            )
            is_orderly = False
            try:
                yield assembly
                is_orderly = True
            finally:
                try:
                    await assembly.orders.close(is_orderly=is_orderly)
                finally:
                    for feed in feeds:
                        feed.close()
                    bus.close()


def _floor_of(
    feeds: Sequence[Feed],
    endpoints: Mapping[str, Endpoints],
    settings: Settings,
    ports: Ports,
    clock: Clock,
    rng: Random,
    bus: Bus,
    root: Supervisor,
    last: AsyncExitStack,
) -> Callable[[], Awaitable[Floor]]:
    """Return what opens order entry, once somebody asks for it; ``last`` closes its journal."""

    def notify(notice: Notice) -> None:
        _log_notice(notice)
        bus.channel(Notices()).publish(notice)

    async def opened() -> Floor:
        # Here, because those who only read market data do without.
        from tickwright.app.ordering import FloorParts, open_floor

        floor = await open_floor(
            FloorParts(
                feeds=tuple(feeds),
                endpoints=endpoints,
                settings=settings,
                bus=bus,
                root=root,
                clock=clock,
                rng=rng,
                transport=lambda: _websockets(ports),
                open_store=ports.open_store or open_store,
                notify=notify,
            )
        )
        last.push_async_callback(floor.journal.close)
        return floor

    return opened


def _websockets(ports: Ports) -> WebSocketTransport:
    if ports.websockets is not None:
        return ports.websockets
    from tickwright.io.websocket_picows import PicowsTransport  # not for those who use others

    return PicowsTransport()


def endpoints_of(product: Product, settings: Settings) -> Endpoints:
    """Return where to find ``product``: what the settings say, else the venue's address of the environment."""
    declared = product.endpoints.get(settings.environment)
    given = settings.endpoints.get(product.name)
    if given is None:
        if declared is None:
            known = ", ".join(sorted(product.endpoints))
            raise ConfigError(
                f"{product.name} has no {settings.environment!r} environment; it has {known}."
                " Choose one of them, or name its endpoints"
            )
        return declared
    fields = Endpoints.__struct_fields__
    return Endpoints(
        **{name: getattr(given, name) or getattr(declared, name, None) for name in fields}
    )


class _FeedBuilder:
    """Builds the feed of one product under its venue's supervisor."""

    def __init__(
        self,
        product: Product,
        origins: Endpoints,
        settings: Settings,
        ports: Ports,
        clock: Clock,
        rng: Random,
        bus: Bus,
        branch: Supervisor,
        http: HttpTransport,
        gates: dict[tuple[str | None, RestLimits], HostGate],
    ) -> None:
        self._product = product
        self._origins = origins
        self._clock = clock
        self._rng = rng
        self._bus = bus
        self._branch = branch
        self._websockets = ports.websockets
        limits = product.ws_limits
        self._gate = ConnectGate(limits.connects, clock, limits.refused_s)
        self._options = WebSocketOptions(
            connect_timeout_s=settings.connect_timeout_s,
            frame_bytes_max=product.ws_limits.frame_bytes_max,
            proxy=settings.proxy,
        )
        self._rest = RestClient(
            product,
            origins.rest or "",
            http,
            clock=clock,
            rng=rng,
            gate=gates.get((origins.rest, product.rest_limits)),
            middlewares=ports.middlewares,
            policy=RestPolicy(
                timeouts=HttpTimeouts(
                    connect_s=settings.connect_timeout_s, read_s=settings.request_timeout_s
                )
            ),
            signer=_signer(product, settings),
        )
        # Products at one address share its limits, and its bans.
        gates[origins.rest, product.rest_limits] = self._rest.gate
        desk = SnapshotDesk(self._rest, clock=clock, rng=rng, on_error=self._snapshot_failed)
        branch.add(ChildSpec(name=f"{product.name}/clock", start=self._rest.venue_clock.run))
        branch.add(ChildSpec(name=f"{product.name}/snapshots", start=desk.run))
        tools = PipeTools(bus, clock, request_snapshot=desk.request, fetch=self._fetch)
        self.feed = Feed(
            product,
            rest=self._rest,
            clock=clock,
            desk=desk,
            tools=tools,
            make_session=self._make_session,
            drop_session=self._drop_session,
            audits=settings.audit_books,
            notify=self._notify,
            timer=self._renewal_timer(settings),
        )
        branch.add(ChildSpec(name=f"{product.name}/ticks", start=self.feed.run_ticks))

    def _make_session(self, feed: Feed, route: str, number: int) -> SessionRunner:
        product = self._product
        if self._origins.ws_public is None:
            raise ConfigError(f"{product.name} has no address for its streams; set ws_public")
        name = f"{product.name}/{route}#{number}" if route else f"{product.name}#{number}"
        runner = SessionRunner(
            name=name,
            url=product.ws.url(self._origins.ws_public, route),
            protocol=product.ws,
            limits=product.ws_limits,
            transport=self._transport(),
            options=self._options,
            clock=self._clock,
            heartbeat=Heartbeat(ping_interval_s=product.ws_limits.ping_interval_s),
            delays=RestartDelays(RestartPolicy(), self._rng),
            connect_gate=self._gate,
            listener=feed,
            number_of=product.frame_number,
        )
        self._branch.add(ChildSpec(name=name, start=runner.run))
        return runner

    def _renewal_timer(self, settings: Settings) -> Callable[[float], RenewalTimer] | None:
        lifetime_s = self._product.ws_limits.lifetime_s
        if lifetime_s is None:
            return None
        window = None if settings.renewal_window is None else parse_window(settings.renewal_window)
        policy = RenewalPolicy(lifetime_s=lifetime_s, window=window)
        return lambda opened_s: RenewalTimer(policy, self._rng, opened_s=opened_s)

    def _drop_session(self, runner: SessionRunner) -> None:
        self._branch.remove(runner.name)

    def _transport(self) -> WebSocketTransport:
        if self._websockets is None:
            self._websockets = _websockets(Ports())
        return self._websockets

    def _fetch(
        self,
        call: RestCall[T],
        on_answer: Callable[[T], None],
        on_failure: Callable[[Exception], None],
        /,
    ) -> None:
        async def ask() -> None:
            try:
                answer = await self._rest.call(call)
            except TickwrightError as error:
                log.warning("%s%s: %s", self._product.name, call.path, error)
                on_failure(error)
            else:
                on_answer(answer)

        self._branch.spawn(f"GET {call.path}", ask())

    def _snapshot_failed(self, keeper: BookKeeper, error: Exception) -> None:
        keeper.on_snapshot_failed(error)
        log.warning("snapshot of %s: %s", keeper.instrument.id, error)

    def _notify(self, notice: Notice) -> None:
        _log_notice(notice)
        for topic in (Notices(), Notices(self._product.venue)):
            self._bus.channel(topic).publish(notice)


def _signer(product: Product, settings: Settings) -> Signer | None:
    credentials = settings.credentials.get(product.venue)
    return None if credentials is None else Signer(credentials)


_GRAVE = (SessionDown, TopicFailed, DecodeFailure, DeadManFired, Caution)


def _log_notice(notice: Notice) -> None:
    is_end = isinstance(notice, SessionDown) and notice.is_final and notice.code == NORMAL_CLOSE
    if isinstance(notice, _GRAVE) and not is_end:
        log.warning("%r", notice)
    else:
        log.info("%r", notice)


def _http(
    ports: Ports, settings: Settings, clock: Clock
) -> tuple[HttpTransport, Callable[[], Any]]:
    if ports.http is not None:

        async def nothing() -> None:
            return None

        return ports.http, nothing
    from tickwright.io.http_aiohttp import AiohttpTransport  # a tenth of a second to import

    transport = AiohttpTransport(clock=clock, proxy=settings.proxy)
    return transport, transport.close
