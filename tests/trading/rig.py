"""A gateway at a sandbox in memory, on virtual time: whole outages pass in milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

import pytest

from tickwright import Sandbox
from tickwright.app.registry import products_of
from tickwright.core.ordercheck import Denial
from tickwright.io.rest import RestClient
from tickwright.io.store import MemoryStore
from tickwright.io.websocket import WebSocketOptions
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import Side
from tickwright.model.notices import Notice
from tickwright.model.orders import Order, OrderEvent, OrderFilled, SubmitOrder
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import VirtualClock
from tickwright.trading.accounts import Accounts
from tickwright.trading.board import KEPT, OrderBoard
from tickwright.trading.desk import TradingDesk
from tickwright.trading.gateway import Gateway
from tickwright.trading.journal import Journal
from tickwright.trading.keptsocket import SocketParts
from tickwright.trading.ordersocket import OrderSocket, OrderSocketPolicy
from tickwright.trading.private import PrivateParts, PrivatePolicy, PrivateSession
from tickwright.trading.recorder import Recorder
from tickwright.venues.signing import Credentials, Signer


D = Decimal
SPOT, USDM = "binance.spot", "binance.usdm"
BYBIT_SPOT, BYBIT_LINEAR = "bybit.spot", "bybit.linear"
EVERYWHERE = (SPOT, USDM, BYBIT_SPOT, BYBIT_LINEAR)


class OverSocket(str):
    """A product whose commands go over its venue's socket for orders."""

    __slots__ = ()


EITHER_WAY = (
    *EVERYWHERE,
    *(pytest.param(OverSocket(product), id=f"{product} over a socket") for product in EVERYWHERE),
)
IDS = {
    SPOT: "binance:BTC/USDT",
    USDM: "binance:BTC/USDT:USDT",
    BYBIT_SPOT: "bybit:BTC/USDT",
    BYBIT_LINEAR: "bybit:BTC/USDT:USDT",
}


T = TypeVar("T")


class Rig:
    """What a test holds: the venue, the gateway, and all that was told."""

    def __init__(self, sandbox: Sandbox, product: str, group: asyncio.TaskGroup) -> None:
        self.sandbox = sandbox
        self.product = product
        self.clock = VirtualClock()
        self.events: list[OrderEvent] = []
        self.notices: list[Notice] = []
        self.accounts = Accounts()
        self.denial: Denial | None = None
        self.check: Callable[..., Denial | None] = lambda *about, **others: self.denial
        self.running: asyncio.Task[None] | None = None
        self.warming: asyncio.Task[None] | None = None
        self.store = MemoryStore()
        self._group = group
        self._instruments = Instruments()
        self._names = 0
        self._rng = Random(7)
        declared = products_of(product)[0]
        self._declared = declared
        self.rest = self.client()
        self.desk = TradingDesk(declared, self.rest, lambda: self._instruments, self.clock)
        self.gateway = self.again(())

    def client(self) -> RestClient:
        """Return a client of the account; every one counts its own calls alone, as other programs do."""
        network, account = self.sandbox.network, self.sandbox.account
        assert network is not None
        assert network.http is not None
        return RestClient(
            self._declared,
            self.sandbox.endpoints[self.product].rest or "",
            network.http,
            clock=self.clock,
            rng=Random(7),
            signer=Signer(Credentials(account.key, account.secret)),
        )

    async def listed(self) -> None:
        """Load what is listed."""
        self._instruments.update(await self.rest.call(self._declared.calls.instruments()))

    def again(self, rows: Sequence[bytes], kept: int = KEPT) -> Gateway:
        """Return a gateway of a next run, over what the last one has journalled."""
        self.store = MemoryStore(rows)
        self.journal = Journal(self.store)
        board = OrderBoard(kept=kept)
        self.recorder = Recorder(self.journal, board, self.events.append, self._spawn)
        self.gateway = Gateway(
            {self.product: self.desk},
            self.recorder,
            check=self._checked,
            clock=self.clock,
            spawn=self._spawn,
        )
        return self.gateway

    def _checked(self, *about: Any, **others: Any) -> Denial | None:
        return self.check(*about, **others)  # a test may change it

    def _spawn(self, name: str, coroutine: Coroutine[Any, Any, None], /) -> object:
        return self._group.create_task(coroutine, name=name)

    def private(self, policy: PrivatePolicy | None = None, secret: str = "") -> PrivateSession:
        """Run a private stream of the present gateway; with a wrong secret if one is given."""
        parts = PrivateParts(
            desk=self.desk,
            instruments=lambda: self._instruments,
            gateway=self.gateway,
            recorder=self.recorder,
            accounts=self.accounts,
            **self._socket_parts(secret),
        )
        session = PrivateSession(parts, policy)
        self.running = self._group.create_task(session.run())
        return session

    async def warm(self, policy: OrderSocketPolicy | None = None, secret: str = "") -> OrderSocket:
        """Send commands over the venue's socket from now on; with a wrong secret if one is given."""
        link = self.desk.calls.order_link
        assert link is not None
        socket = OrderSocket(self.product, link, SocketParts(**self._socket_parts(secret)), policy)
        self.warming = self._group.create_task(socket.run())
        self.desk = TradingDesk(
            self._declared, self.rest, lambda: self._instruments, self.clock, socket
        )
        self.again(())
        await socket.warm()
        return socket

    def _socket_parts(self, secret: str) -> dict[str, Any]:
        network, account = self.sandbox.network, self.sandbox.account
        assert network is not None
        assert network.websockets is not None
        return {
            "rest": self.rest,
            "signer": Signer(Credentials(account.key, secret or account.secret)),
            "endpoints": self.sandbox.endpoints[self.product],
            "transport": network.websockets,
            "options": WebSocketOptions(),
            "clock": self.clock,
            "rng": self._rng,
            "notify": self.notices.append,
        }

    # ------------------------------------------------------------------ orders

    @property
    def instrument(self) -> Instrument:
        return self._instruments[IDS[self.product]]

    def command(self, **changes: Any) -> SubmitOrder:
        """Return a limit buy that rests, under a fresh name, with changes."""
        self._names += 1
        fields: dict[str, Any] = {
            "client_order_id": f"me-{self._names}",
            "instrument": IDS[self.product],
            "side": Side.BUY,
            "quantity": D("0.05"),
            "price": D(60000),
        }
        return SubmitOrder(**{**fields, **changes})

    async def submit(self, **changes: Any) -> Order:
        return await self.gateway.submit(self.command(**changes), self.instrument)

    def begin(self, doing: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Do something meanwhile."""
        return self._group.create_task(doing)

    async def buy_now(self) -> Order:
        """Buy at whatever price there is; the limit is within every venue's band."""
        return await self.submit(price=D(65200))

    # ------------------------------------------------------------------ what was told

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    @property
    def filled(self) -> Decimal:
        """The sum of all executions that were told."""
        fills = (event.fill.quantity for event in self.events if isinstance(event, OrderFilled))
        return sum(fills, Decimal(0))

    async def until(self, condition: Callable[[], bool], timeout_s: float = 120.0) -> None:
        """Let virtual time pass until something holds."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(0.05)


@asynccontextmanager
async def rig(product: str = SPOT) -> AsyncIterator[Rig]:
    """Yield a gateway at a venue where time passes and hardly anybody else trades."""
    is_over_socket, product = isinstance(product, OverSocket), str(product)
    sandbox = Sandbox(
        (product,), instruments=1, rate_per_s=0.001, step_s=1.0, network=MemoryVenues()
    )
    async with sandbox, asyncio.TaskGroup() as group:
        made = Rig(sandbox, product, group)
        await made.listed()
        if is_over_socket:
            await made.warm()
        yield made
        for task in (made.running, made.warming):
            if task is not None:
                task.cancel()
