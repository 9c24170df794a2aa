"""The sandbox as a product: venues in a box, with addresses, an account, and faults to throw at whoever connects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tickwright.errors import Closed, ConfigError, UnknownInstrument
from tickwright.io.clock import Clock
from tickwright.io.files import CaptureRecord
from tickwright.model.ids import parse_instrument_id
from tickwright.sandbox.account import SandboxAccount, account_of
from tickwright.sandbox.dialects import dialect_of, products_of
from tickwright.sandbox.faultfile import FaultPlan, parse_plan, read_plan
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.market import GeneratedMarket, instrument_ids
from tickwright.sandbox.played import PlayedMarket
from tickwright.sandbox.ports import Network
from tickwright.sandbox.server import LoopbackVenue
from tickwright.sandbox.trading import JoinedExchange, trading_side
from tickwright.venues.base import Endpoints
from tickwright.venues.privateside import ApiKey, PrivateSide


if TYPE_CHECKING:
    from tickwright.sandbox.control import ControlServer


__all__ = ["Sandbox"]

_INSTRUMENTS = 5
_INSTRUMENTS_MAX = 500
_PORT_MAX = 65_535

Sides = tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]


class Sandbox:
    """Whole venues on loopback: REST and WebSocket servers over a seeded market, until the block is left.

    Args:
        venues: Venues (``"binance"``), or single products (``"binance.spot"``).
        seed: Repeats market, account and chance.
        instruments: How many each product has, or the ids of all; products without any of these are not served.
        faults: What is wrong from the beginning: `Faults`, a mapping of its fields, or a YAML or JSON file.
        speed: Market seconds per real second; 0 stands still until `advance`, infinity runs as fast as clients read.
        recordings: Product → a capture file, or its records, to be its market; see `PlayedMarket`.
        depth: Levels a side of each book, about.
        rate_per_s: Events a second of the busiest instrument of a product.
        port: The first of the ports, two a product; free ones unless given.
        control_port: Where programs in other languages switch faults over HTTP; 0 takes a free one, ``None`` has none.
        network: How clients come in; over loopback sockets unless given.
        clock: Time for limits, pings and the opening of markets; the network's unless given.
        step_s: How often markets move by themselves.
        keys: More API keys: of the sandbox's own account, which is called ``sandbox``, or of others, each of which
            has the same funds. A session of the WebSocket API needs one of the kind Ed25519.

    Attributes:
        account: Key, secret and funds.
        faults: What goes wrong, at all products; change its fields at any time. See also `faults_of`.

    Raises:
        UnknownVenue: For a venue or product that the sandbox does not have.
        UnknownInstrument: For an id that none of the products lists.
        ConfigError: For a setting that cannot be, or a port in use; the text says what to do.

    Example:
        >>> async with Sandbox(seed=7) as sandbox:
        ...     async with Connector.open("binance", environment=sandbox) as tw:
        ...         book = await tw.book("binance:BTC/USDT")
        ...         sandbox.close_sockets(1008)
    """

    def __init__(
        self,
        venues: Sequence[str] = ("binance",),
        *,
        seed: int = 7,
        instruments: int | Sequence[str] = _INSTRUMENTS,
        faults: Faults | Mapping[str, Any] | str | Path | None = None,
        speed: float = 1.0,
        recordings: Mapping[str, str | Path | Iterable[CaptureRecord]] | None = None,
        depth: int = 100,
        rate_per_s: float = 20.0,
        port: int | None = None,
        control_port: int | None = None,
        network: Network | None = None,
        clock: Clock | None = None,
        step_s: float = 0.01,
        keys: Sequence[ApiKey] = (),
    ) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise ConfigError(f"seed: must be a whole number, not {seed!r}")
        if not speed >= 0:
            raise ConfigError(f"speed: must be 0 or more, not {speed!r}")
        if not step_s > 0:
            raise ConfigError(f"step_s: must be more than 0, not {step_s!r}")
        for name, number in (("port", port), ("control_port", control_port)):
            if number is not None and not 0 <= number <= _PORT_MAX:
                raise ConfigError(f"{name}: must lie between 0 and {_PORT_MAX}, not {number!r}")
        self.seed = seed
        self.speed = speed
        self.account: SandboxAccount = account_of(seed)
        self.network = network
        self.clock = clock if network is None else clock or network.clock
        self._port = port or None
        self._step_s = step_s
        self._keys = keys
        self._control_port = control_port
        self._options = {"seed": seed, "depth": depth, "rate_per_s": rate_per_s}
        self._products = _listed(_products(venues), instruments)
        self._recordings = dict(recordings or {})
        self._plan = _plan_of(faults)
        for what, names in (("recordings", self._recordings), ("faults", self._plan.products)):
            for product in names:
                if product not in self._products:
                    raise ConfigError(f"{what}: {product} is not served here: {self.products}")
        self._venue: LoopbackVenue | None = None
        self._exchanges: dict[str, JoinedExchange] = {}
        self._control: ControlServer | None = None

    # ------------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        if self._venue is not None:
            raise Closed("this sandbox is open already; make another one")
        markets = self._markets()
        venue = LoopbackVenue(
            markets,
            faults=self._plan.common,
            speed=self.speed,
            step_s=self._step_s,
            clock=self.clock,
            network=self.network or self._sockets(),
            private=self._private(markets),
        )
        for product, faults in self._plan.products.items():
            venue.faults_of(product).assign(faults)
        await venue.__aenter__()
        self._venue = venue
        if self._control_port is not None:
            from tickwright.sandbox.control import ControlServer

            self._control = ControlServer(self, self._control_port)
            try:
                await self._control.start()
            except BaseException:
                await self.__aexit__(None, None, None)
                raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        venue, control, self._venue, self._control = self._venue, self._control, None, None
        if control is not None:
            await control.stop()
        if venue is not None:
            await venue.__aexit__(kind, error, traceback)

    def _private(self, markets: Sequence[GeneratedMarket | PlayedMarket]) -> dict[str, PrivateSide]:
        """Return what there is for those who hold a key, where orders can be placed."""
        sides: dict[str, PrivateSide] = {}
        for market in markets:
            exchange = JoinedExchange(market)
            side = trading_side(market, self.account, self._keys, exchange)
            if side is not None:
                sides[market.product] = side
                self._exchanges.update(dict.fromkeys(market.products, exchange))
        return sides

    def _sockets(self) -> Network:
        # Here, because the servers take half a second to import, and a network in memory does without.
        from tickwright.sandbox.sockets import SocketNetwork

        return SocketNetwork(self._port)

    def _markets(self) -> list[GeneratedMarket | PlayedMarket]:
        """Return what is served: a recorded product by itself, generated ones with the others of their site."""
        sites: dict[str, list[str]] = {}
        found: list[GeneratedMarket | PlayedMarket] = []
        for product, listed in self._products.items():
            recording = self._recordings.get(product)
            if recording is not None:
                found.append(PlayedMarket(product, recording))
                continue
            ids = instrument_ids(product, listed) if isinstance(listed, int) else listed
            sites.setdefault(dialect_of(product).site, []).extend(ids)
        generated = {
            site: GeneratedMarket(site, ids, **self._options)  # type: ignore[arg-type]  # of the same names
            for site, ids in sites.items()
        }
        for market in generated.values():
            relatives = (generated.get(name) for name in market.dialect.relatives)
            market.relatives = [one for one in relatives if one is not None]
        return [*generated.values(), *found]

    # ------------------------------------------------------------------ what is there

    @property
    def venue(self) -> LoopbackVenue:
        """The servers below, for those who look deeper: switchboards, requests, meters.

        Raises:
            Closed: Outside the ``async with`` block.
        """
        if self._venue is None:
            raise Closed("this sandbox is not open; use it inside `async with Sandbox(...)`")
        return self._venue

    @property
    def is_open(self) -> bool:
        """True inside the ``async with`` block."""
        return self._venue is not None

    @property
    def products(self) -> tuple[str, ...]:
        """What is served."""
        return tuple(self._products)

    @property
    def instruments(self) -> tuple[str, ...]:
        """The ids of all instruments that can be traded, product by product: generated ones by how busy they are."""
        return tuple(
            listing.name.id
            for market in self.venue.markets
            if isinstance(market, GeneratedMarket | PlayedMarket)
            for listing in market.listings
        )

    @property
    def endpoints(self) -> Mapping[str, Endpoints]:
        """Product → its addresses."""
        return self.venue.endpoints

    @property
    def control(self) -> str | None:
        """The address of the control port, ``None`` without one."""
        return None if self._control is None else self._control.address

    def ready(self) -> dict[str, dict[str, str]]:
        """Return addresses and account as a ready file holds them."""
        found = {
            market.product: {
                name: address
                for name in Endpoints.__struct_fields__
                if (address := getattr(self.endpoints[market.products[0]], name)) is not None
            }
            for market in self.venue.markets
        }
        found["account"] = {"key": self.account.key, "secret": self.account.secret}
        if self.control is not None:
            found["control"] = {"rest": self.control}
        return found

    def book(self, instrument: str) -> Sides:
        """Return the exact bids and asks of this moment, price → quantity.

        Raises:
            UnknownInstrument: If it is not traded here.
        """
        for market in self.venue.markets:
            if isinstance(market, GeneratedMarket | PlayedMarket):
                for listing in market.listings:
                    if listing.name.id == instrument:
                        return market.book(listing.key)
        raise UnknownInstrument(f"{instrument!r} is not traded here; there are {self.instruments}")

    def exchange(self, product: str) -> JoinedExchange:
        """Return a product's matching engine, which knows what became of every order; products of a site share one.

        Raises:
            ConfigError: If no orders are taken there.
        """
        found = self._exchanges.get(product)
        if found is None:
            raise ConfigError(f"{product} takes no orders here; {sorted(self._exchanges)} do")
        return found

    # ------------------------------------------------------------------ what can be done

    @property
    def faults(self) -> Faults:
        """What goes wrong, at all products that have no faults of their own."""
        return self._plan.common

    def faults_of(self, product: str) -> Faults:
        """Return one product's faults: a copy of `faults` at the first call, and its own from then on."""
        return self.venue.faults_of(product)

    async def advance(self, delay_s: float) -> None:
        """Let generated markets run for some market time, sending as fast as clients read."""
        await self.venue.advance(delay_s)

    def burst(self, frames: int, *, product: str | None = None) -> int:
        """Let so many frames of real-time streams happen at one instant, and return how many did."""
        return self.venue.burst(frames, product=product)

    def close_sockets(
        self, code: int = 1000, reason: str = "", *, product: str | None = None
    ) -> int:
        """Close every connection with a code (1006 cuts them) and return how many there were."""
        return self.venue.close_sockets(code, reason, product=product)

    def announce_shutdown(self) -> None:
        """Say on every connection, where the venue does so, that the server is about to go."""
        self.venue.announce_shutdown()

    async def shut_doors(self, *, is_hanging: bool = False) -> None:
        """Refuse new WebSocket connections, or (``is_hanging``) take them and never answer the handshake."""
        await self.venue.shut_doors(is_hanging=is_hanging)

    async def open_doors(self) -> None:
        """Take WebSocket connections again."""
        await self.venue.open_doors()

    async def wait_until(
        self, condition: Callable[[], bool], timeout_s: float | None = 10.0
    ) -> None:
        """Wait until a condition holds; it is looked at whenever a client did something."""
        await self.venue.wait_until(condition, timeout_s)


def _products(venues: Sequence[str]) -> list[str]:
    if isinstance(venues, str):
        venues = (venues,)
    if not venues:
        raise ConfigError('venues: name at least one, for example Sandbox(venues=("binance",))')
    return list(dict.fromkeys(product for venue in venues for product in products_of(venue)))


def _listed(
    products: Sequence[str], instruments: int | Sequence[str]
) -> dict[str, int | tuple[str, ...]]:
    """Return what each product lists; ids decide by themselves where they belong."""
    if isinstance(instruments, int):
        if not 1 <= instruments <= _INSTRUMENTS_MAX:
            raise ConfigError(
                f"instruments: from 1 to {_INSTRUMENTS_MAX} a product, not {instruments}"
            )
        return dict.fromkeys(products, instruments)
    ids = (instruments,) if isinstance(instruments, str) else instruments
    found: dict[str, tuple[str, ...]] = {}
    for instrument in dict.fromkeys(ids):
        product = _home(instrument, products)
        found[product] = (*found.get(product, ()), instrument)
    if not found:
        raise ConfigError("instruments: name at least one")
    return {product: found[product] for product in products if product in found}


def _home(instrument: str, products: Sequence[str]) -> str:
    name = parse_instrument_id(instrument)
    for product in products:
        try:
            dialect_of(product).listed(name, 1.0)
        except UnknownInstrument:
            continue
        return product
    raise UnknownInstrument(f"{instrument!r} is an instrument of none of {', '.join(products)}")


def _plan_of(faults: Faults | Mapping[str, Any] | str | Path | None) -> FaultPlan:
    if isinstance(faults, Faults):
        return FaultPlan(faults, {})
    if isinstance(faults, (str, Path)):
        return read_plan(faults)
    return parse_plan(faults or {})
