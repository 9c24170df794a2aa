"""A trading program to be killed: recovers, reconciles, then places and cancels orders as fast as it may.

The process of this module only forks: each line on its standard input is a run in a process of its own, whose number it
writes back. So a run begins within milliseconds, and is killed while it does something.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

import tickwright.io.store_postgres  # noqa: F401  # or every run would import it anew
from tickwright.app.registry import products_of
from tickwright.core.clientids import ClientOrderIds
from tickwright.core.inquiry import InquiryPolicy
from tickwright.errors import TickwrightError
from tickwright.io.clock import SystemClock
from tickwright.io.http_aiohttp import AiohttpTransport
from tickwright.io.rest import RestClient
from tickwright.io.store import open_store
from tickwright.io.websocket import WebSocketOptions
from tickwright.io.websocket_picows import PicowsTransport
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import Side
from tickwright.model.orders import SubmitOrder, TimeInForce
from tickwright.trading.board import OrderBoard
from tickwright.trading.desk import TradingDesk
from tickwright.trading.gateway import Gateway
from tickwright.trading.journal import Journal
from tickwright.trading.keptsocket import SocketParts
from tickwright.trading.ordersocket import OrderSocket
from tickwright.trading.recorder import Recorder
from tickwright.venues.base import Endpoints
from tickwright.venues.signing import Credentials, Signer


__all__ = ["Run", "Trader", "trader"]

PREFIX = "me"
WORKERS = 4
PAUSE_S = 0.03


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is told."""

    product: str
    instrument: str
    rest: str
    ws_api: str | None
    """Where commands go; over REST without."""
    key: str
    secret: str
    journal: str


class ImpatientDesk(TradingDesk):
    """A desk that knows that what a killed process had not sent by then never comes."""

    @property
    def inquiry(self) -> InquiryPolicy:
        return InquiryPolicy(proof_after_s=0.5, first_s=0.05)


class Trader(msgspec.Struct):
    """A run's parts."""

    run: Run
    gateway: Gateway
    instrument: Instrument
    journal: Journal
    ids: ClientOrderIds

    async def recover(self) -> None:
        """Become what the last run was, and what the venue made of it since."""
        await self.gateway.recover(self.journal.entries())
        await self.gateway.reconcile(self.run.product)

    async def trade(self, rng: Random) -> None:
        """Place orders for ever; some trade, some rest, some are canceled."""
        for number in itertools.count():
            await asyncio.sleep(rng.uniform(0, PAUSE_S))
            crosses = rng.random() < 0.3
            command = SubmitOrder(
                client_order_id=self.ids.next(),
                instrument=self.run.instrument,
                side=Side.BUY if number % 2 else Side.SELL,
                quantity=Decimal("0.002"),
                price=Decimal(68000 if number % 2 == crosses else 62000),
                time_in_force=TimeInForce.IOC if crosses else TimeInForce.GTC,
            )
            try:
                order = await self.gateway.submit(command, self.instrument)
                if order.state.is_open and rng.random() < 0.8:
                    await self.gateway.cancel(order.client_order_id)
            except TickwrightError:
                pass  # a limit, say: it is written down, and found out


@asynccontextmanager
async def trader(run: Run) -> AsyncIterator[Trader]:
    """Yield a trading program that has not begun."""
    journal, instruments, clock = (
        Journal(await open_store(run.journal)),
        Instruments(),
        SystemClock(),
    )
    product = products_of(run.product)[0]
    signer = Signer(Credentials(run.key, run.secret))
    try:
        async with AiohttpTransport() as http, asyncio.TaskGroup() as group:
            rest = RestClient(product, run.rest, http, clock=clock, rng=Random(), signer=signer)
            instruments.update(await rest.call(product.calls.instruments()))

            def spawn(name: str, coroutine: Coroutine[Any, Any, None], /) -> object:
                return group.create_task(coroutine, name=name)

            socket = order_socket(run, rest, signer)
            running = None if socket is None else group.create_task(socket.run())
            if socket is not None:
                await socket.warm()
            desk = ImpatientDesk(product, rest, lambda: instruments, clock, socket)
            gateway = Gateway(
                {run.product: desk},
                Recorder(journal, OrderBoard(), lambda event: None, spawn),
                check=lambda command, instrument, **_: None,
                clock=clock,
                spawn=spawn,
            )
            ids = ClientOrderIds(PREFIX, Random())
            yield Trader(run, gateway, instruments[run.instrument], journal, ids)
            if running is not None:
                running.cancel()
    finally:
        await journal.close()


def order_socket(run: Run, rest: RestClient, signer: Signer) -> OrderSocket | None:
    """Return what a run's commands go over, ``None`` for REST."""
    calls = products_of(run.product)[0].trading
    link = None if calls is None else calls.order_link
    if link is None or run.ws_api is None:
        return None
    parts = SocketParts(
        rest=rest,
        signer=signer,
        endpoints=Endpoints(ws_api=run.ws_api),
        transport=PicowsTransport(),
        options=WebSocketOptions(),
        clock=SystemClock(),
        rng=Random(),
        notify=lambda notice: None,
    )
    return OrderSocket(run.product, link, parts)


async def main(run: Run) -> None:
    async with trader(run) as trading:
        await trading.recover()
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(trading.trade(Random()))


def _forked(run: Run) -> None:
    number = os.fork()
    if number:
        _say(number)
        return
    try:
        asyncio.run(main(run))
    except BaseException:  # noqa: BLE001  # the test looks for it there
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(1)


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are gone at once
    _say("ready")
    for line in sys.stdin:
        _forked(msgspec.convert(json.loads(line), Run))
