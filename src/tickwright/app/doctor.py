"""What ``tickwright doctor`` finds: the installation, each product's hosts seen from here, and what each key may."""

from __future__ import annotations

import asyncio
import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import msgspec

from tickwright.app.assembly import Ports, assemble, endpoints_of
from tickwright.app.config import Settings
from tickwright.app.keycheck import asking
from tickwright.app.registry import products_of
from tickwright.errors import ConfigError, CredentialsRefused, TickwrightError
from tickwright.io.clock import Clock
from tickwright.io.loop import loop_factory
from tickwright.io.websocket import WebSocketOptions, wait_all_closed
from tickwright.kernel import IS_COMPILED
from tickwright.marketdata.feed import Feed
from tickwright.model.account import KeyPermissions
from tickwright.venues.base import Product


__all__ = ["Diagnosis", "HostFinding", "Installation", "KeyFinding", "LimitFinding", "examine"]

SAMPLES = 5
"""Time requests a host: enough for a low round trip, cheap in weight."""

PATIENCE_S = 10.0
"""How long a host may take for all of them."""


class Installation(msgspec.Struct, frozen=True):
    """What runs here."""

    tickwright: str
    python: str
    platform: str
    kernel: str
    event_loop: str


class LimitFinding(msgspec.Struct, frozen=True):
    """One limit: ``limit`` units in any ``interval_s``, of which ``used`` are gone."""

    name: str
    used: int
    limit: int
    interval_s: float


class HostFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One product's hosts, seen from here; ``None`` where nothing could be measured."""

    product: str
    rest: str | None
    ws_public: str | None
    rest_error: str | None = None
    ws_error: str | None = None
    latency_ms: float | None = None
    """Median round trip of a time request on a warm connection."""
    clock_offset_ms: float | None = None
    """The venue's clock less ours."""
    clock_error_ms: float | None = None
    """How far that may be off."""
    connect_ms: float | None = None
    """Opening a WebSocket: name, TCP, TLS, handshake."""
    limits: tuple[LimitFinding, ...]
    """What the venue allows this address."""

    @property
    def is_reachable(self) -> bool:
        """True if both sides answered."""
        return self.rest_error is None and self.ws_error is None


class KeyFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A venue's API key, without the key itself."""

    venue: str
    is_set: bool
    permissions: KeyPermissions | None = None
    """What the venue says that it may; ``None`` where it was not told."""
    error: str | None = None
    """Why it was not."""
    is_refused: bool = False
    """The venue does not take it."""


class Diagnosis(msgspec.Struct, frozen=True):
    """All findings."""

    installation: Installation
    environment: str
    hosts: tuple[HostFinding, ...]
    keys: tuple[KeyFinding, ...]
    """Of the venues that take orders."""

    @property
    def is_healthy(self) -> bool:
        """True if every host answered, and no key was refused."""
        return all(host.is_reachable for host in self.hosts) and not any(
            key.is_refused for key in self.keys
        )


async def examine(
    products: Sequence[Product], settings: Settings, ports: Ports | None = None
) -> Diagnosis:
    """Look at the installation, and ask each product's hosts a few cheap questions, all at once."""
    async with assemble(products, settings, ports or Ports()) as assembly:
        feeds = assembly.market.feeds
        venues = dict.fromkeys(feed.product.venue for feed in feeds if feed.product.trading)
        findings, keys = await asyncio.gather(
            asyncio.gather(*(_examine_host(feed, settings, assembly.clock) for feed in feeds)),
            asyncio.gather(*(_examine_key(venue, feeds, settings) for venue in venues)),
        )
    return Diagnosis(_installation(), settings.environment, tuple(findings), tuple(keys))


async def _examine_host(feed: Feed, settings: Settings, clock: Clock) -> HostFinding:
    origins = endpoints_of(feed.product, settings)
    (latencies_ms, rest_error), (connect_ms, ws_error) = await asyncio.gather(
        _ask_time(feed, clock), _connect(feed.product, origins.ws_public, settings, clock)
    )
    status = feed.rest.status()
    used = {bucket.name: bucket.used for bucket in status.usage.buckets}
    return HostFinding(
        product=feed.product.name,
        rest=origins.rest,
        ws_public=origins.ws_public,
        rest_error=rest_error,
        ws_error=ws_error,
        latency_ms=statistics.median(latencies_ms) if latencies_ms else None,
        clock_offset_ms=None if status.clock_offset_ns is None else status.clock_offset_ns / 1e6,
        clock_error_ms=None if status.clock_error_ns is None else status.clock_error_ns / 1e6,
        connect_ms=connect_ms,
        limits=tuple(
            LimitFinding(limit.name, used.get(limit.name, 0), limit.limit, limit.interval_s)
            for limit in feed.product.rest_limits.buckets
        ),
    )


async def _examine_key(venue: str, feeds: Sequence[Feed], settings: Settings) -> KeyFinding:
    """Ask a venue what the key may, where one is set."""
    if venue not in settings.credentials:
        return KeyFinding(venue=venue, is_set=False)
    found = asking(venue, feeds)
    if found is None:
        names = ", ".join(each.name for each in products_of(venue) if each.permissions)
        return KeyFinding(
            venue=venue, is_set=True, error=f"what it may is told at {names or 'no product'}"
        )
    feed, call = found
    try:
        async with asyncio.timeout(PATIENCE_S):
            may = await feed.rest.call(call)
    except TimeoutError:
        return KeyFinding(venue=venue, is_set=True, error=f"no answer within {PATIENCE_S:g} s")
    except TickwrightError as error:
        is_refused = isinstance(error, CredentialsRefused)
        return KeyFinding(venue=venue, is_set=True, error=str(error), is_refused=is_refused)
    return KeyFinding(venue=venue, is_set=True, permissions=may)


async def _ask_time(feed: Feed, clock: Clock) -> tuple[list[float], str | None]:
    """Return the round trips of time requests in ms, and why there are no more."""
    latencies_ms: list[float] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            await feed.rest.sync_clock()  # opens the connection, which is not what is measured
            for _ in range(SAMPLES):
                started_s = clock.monotonic_s()
                await feed.rest.sync_clock()
                latencies_ms.append((clock.monotonic_s() - started_s) * 1e3)
    except TimeoutError:
        # A host that asked for silence is waited for, so the reason is the last thing it said.
        return latencies_ms, feed.rest.status().last_error or f"no answer within {PATIENCE_S:g} s"
    except TickwrightError as error:
        return latencies_ms, str(error)
    return latencies_ms, None


async def _connect(
    product: Product, origin: str | None, settings: Settings, clock: Clock
) -> tuple[float | None, str | None]:
    """Return how long a WebSocket took to open in ms, or why it did not."""
    try:
        return await _connect_ms(product, origin, settings, clock), None
    except TickwrightError as error:
        return None, str(error)


async def _connect_ms(
    product: Product, origin: str | None, settings: Settings, clock: Clock
) -> float:
    if origin is None:
        raise ConfigError(f"{product.name} has no address for its streams; set ws_public")
    from tickwright.io.websocket_picows import PicowsTransport

    options = WebSocketOptions(connect_timeout_s=settings.connect_timeout_s, proxy=settings.proxy)
    started_s = clock.monotonic_s()
    connection = await PicowsTransport().connect(product.ws.url(origin, ""), _Deaf(), options)
    took_ms = (clock.monotonic_s() - started_s) * 1e3
    connection.close()
    await wait_all_closed([connection], PATIENCE_S)
    return took_ms


class _Deaf:
    """A handler that wants nothing but to know that one can connect."""

    def on_frame(self, payload: bytes) -> None: ...
    def on_ping(self, payload: bytes) -> None: ...
    def on_pong(self, payload: bytes) -> None: ...
    def on_closed(self, code: int, reason: str) -> None: ...


def _installation() -> Installation:
    try:
        own = version("tickwright")
    except PackageNotFoundError:
        own = "unknown"
    return Installation(
        tickwright=own,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        platform=f"{platform.system()} {platform.machine()}",
        kernel="compiled" if IS_COMPILED else "pure Python (no compiler was there at install time)",
        event_loop=loop_factory().__module__.partition(".")[0],
    )
