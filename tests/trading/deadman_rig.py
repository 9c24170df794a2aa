"""A rig whose private stream is guarded by a dead-man switch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import msgspec
from tests.trading.rig import SPOT, Rig, rig

from tickwright.app.registry import products_of
from tickwright.core.privatestate import PrivateState
from tickwright.io.rest import RestClient
from tickwright.model.notices import DeadManFired
from tickwright.model.orders import Order, OrderState
from tickwright.trading.deadman import DeadManParts, DeadManSwitch
from tickwright.trading.private import PrivateSession
from tickwright.trading.tether import Tie
from tickwright.venues.base import Product
from tickwright.venues.deadman import Tether
from tickwright.venues.signing import Credentials, Signer


__all__ = ["WINDOW_S", "Guarded", "guarded"]

WINDOW_S = 30.0


class Guarded:
    """What a test holds."""

    def __init__(self, at: Rig, *, window_s: float) -> None:
        self.at = at
        self.product: Product = products_of(at.product)[0]
        self.running: asyncio.Task[None] | None = None
        self.lacking: list[str] = []
        self.session: PrivateSession = at.private()
        tether = self.product.dead_man
        if isinstance(tether, Tether):
            tie = Tie(tether, at.rest, window_s, self.lacking.append)
            self.session._parts = msgspec.structs.replace(self.session._parts, tie=tie)
        self.switch = DeadManSwitch(
            DeadManParts(
                product=self.product,
                rest=at.rest,
                instruments=lambda: at._instruments,
                session=self.session,
                gateway=at.gateway,
                recorder=at.recorder,
                clock=at.clock,
                notify=at.notices.append,
            ),
            window_s,
        )

    @property
    def fired(self) -> list[DeadManFired]:
        return [each for each in self.at.notices if isinstance(each, DeadManFired)]

    async def cut(self) -> None:
        """Take the private stream away for good; REST goes on."""
        await self.at.sandbox.shut_doors()
        self.at.sandbox.close_sockets(1006)
        await self.at.until(lambda: self.session.state is not PrivateState.READY)

    def fail(self, paths: str) -> None:
        """Let the venue fail at requests."""
        faults = self.at.sandbox.faults
        faults.rest_only, faults.rest_status = {paths}, 500

    def recover(self) -> None:
        self.at.sandbox.faults.rest_status = None

    async def die(self) -> None:
        """End this program's part of it without a word, as a process that is killed."""
        for task in (self.running, self.at.running):
            assert task is not None
            task.cancel()
            await asyncio.wait({task})

    async def heal(self) -> None:
        await self.at.sandbox.open_doors()
        await self.session.wait_ready()

    async def at_the_venue(self, order: Order) -> str:
        """Return what an order is at the venue, asked by somebody who was never cut off."""
        network, account = self.at.sandbox.network, self.at.sandbox.account
        assert network is not None
        assert network.http is not None
        rest = RestClient(
            self.product,
            self.at.sandbox.endpoints[self.product.name].rest or "",
            network.http,
            clock=self.at.clock,
            rng=Random(8),
            signer=Signer(Credentials(account.key, account.secret)),
        )
        call = self.at.desk.calls.query(order, self.at.instrument)
        return (await rest.call(call)).state.value

    def state(self, name: str) -> OrderState:
        return self.at.gateway.order(name).state


@asynccontextmanager
async def guarded(product: str = SPOT, *, window_s: float = WINDOW_S) -> AsyncIterator[Guarded]:
    """Yield a rig with a private stream that is READY, and a switch that runs."""
    async with rig(product) as at:
        made = Guarded(at, window_s=window_s)
        made.running = at._group.create_task(made.switch.run())
        await made.session.wait_ready()
        yield made
        made.running.cancel()
        await asyncio.wait({made.running})
        if not made.running.cancelled():
            made.running.result()
