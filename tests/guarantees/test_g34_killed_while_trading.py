"""A program that is killed at any moment, again and again, while its orders flow."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from tests.conftest import PROJECT
from tests.guarantees.trader import PREFIX, Run, Trader, trader
from tests.io.postgres_rig import Cluster, fresh_name

from tickwright import Sandbox
from tickwright.model.orders import OrderState
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.played import PlayedMarket
from tickwright.venues.binance.dialect.private.api import ApiConversation
from tickwright.venues.binance.dialect.private.counts import OrderCounts
from tickwright.venues.binance.dialect.private.side import BinancePrivate
from tickwright.venues.binance.dialect.weights import WeightMeter
from tickwright.venues.dialects import Reply, Verdict
from tickwright.venues.privateside import PrivateSide
from tickwright.venues.reports import OrderView


KILLS = int(os.environ.get("KILLS", "25"))
"""Of each run of the test; hundreds before a release."""
REQUESTS = 40
"""That a run makes, at most; the first ones go into recovering."""

IDS = {"binance.spot": "binance:BTC/USDT", "binance.usdm": "binance:BTC/USDT:USDT"}


class Watched(Sandbox):
    """A sandbox whose engine can be looked at, and what it was told over sockets."""

    frames: list[str]

    def _private(self, markets: list[GeneratedMarket | PlayedMarket]) -> dict[str, PrivateSide]:  # type: ignore[override]  # of the kind that it makes
        self.sides = super()._private(markets)
        return self.sides

    def orders(self, product: str) -> list[OrderView]:
        """Return every order that a client placed."""
        side = self.sides[product]
        assert isinstance(side, BinancePrivate)
        return side.context.exchange.all_orders("sandbox")

    def placings(self, product: str) -> Counter[str]:
        """Return how often each client order id was asked for to be placed."""
        requests = self.venue.rest(product).requests
        named = [each.params for each in requests if each.method == "POST"]
        told = [json.loads(frame) for frame in self.frames]
        named += [each["params"] for each in told if each["method"] == "order.place"]
        return Counter(each["newClientOrderId"] for each in named if "newClientOrderId" in each)

    def served(self, product: str) -> int:
        """Return how many requests were made, either way."""
        return self.venue.rest(product).served + len(self.frames)


class Forks:
    """Where runs begin: a process that has imported everything, and only forks."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def begin(self, run: Run) -> int:
        """Begin a run and return its process."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(run) + b"\n")
        return int(await self.told())

    async def told(self) -> bytes:
        """Return its next line."""
        assert self._process.stdout is not None
        return await self._process.stdout.readline()


@asynccontextmanager
async def forks(errors: Path) -> AsyncIterator[Forks]:
    with errors.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.guarantees.trader",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            cwd=PROJECT,
        )
    made = Forks(process)
    try:
        assert await made.told() == b"ready\n"
        yield made
    finally:
        process.kill()
        await process.communicate()


async def killed(number: int) -> None:
    """Kill a process and return once it is gone."""
    os.kill(number, signal.SIGKILL)
    while True:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.001)


async def a_moment(sandbox: Watched, product: str, rng: Random, *, requests_min: int = 0) -> None:
    """Wait until a run has come to some point, or some way beyond it."""
    last = sandbox.served(product) + rng.randint(requests_min, REQUESTS)
    await sandbox.wait_until(lambda: sandbox.served(product) >= last, timeout_s=20)
    await asyncio.sleep(rng.choice((0, 0.001, 0.01)))


async def settled(trading: Trader) -> None:
    """Wait until nothing about any order is unknown."""
    await trading.recover()
    async with asyncio.timeout(30):
        while any(
            order.missing_quantity or not (order.state.is_final or order.state.is_open)
            for order in trading.gateway.board.unfinished()
        ):
            await asyncio.sleep(0.02)


def compare(sandbox: Watched, trading: Trader) -> None:
    """Hold what is known here against the venue, order by order."""
    product = trading.run.product
    market = sandbox.venue.markets[0]
    assert isinstance(market, GeneratedMarket)
    (listing,) = market.listings
    theirs = {view.request.client_id: view for view in sandbox.orders(product)}
    assert len(theirs) == len(sandbox.orders(product)), "an order was placed twice"
    assert max(sandbox.placings(product).values()) == 1, "an order was sent twice"
    ours = {order.client_order_id: order for order in trading.gateway.board.orders()}
    assert not theirs.keys() - ours.keys(), "an order is lost"
    assert all(name.startswith(f"{PREFIX}-") for name in ours)
    for name, order in ours.items():
        view = theirs.get(name)
        if view is None:
            assert order.state in (OrderState.REJECTED, OrderState.DENIED), order
        else:
            assert order.state.is_open == view.status.is_open, (order, view)
            assert order.filled_quantity == listing.quantity(view.filled), (order, view)
            assert sum(fill.quantity for fill in order.fills) == order.filled_quantity


def frames_heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that every request to a WebSocket API is put into."""
    frames: list[str] = []
    answer = ApiConversation.answer

    def noted(conversation: ApiConversation, text: str, **more: Any) -> Reply:
        frames.append(text)
        return answer(conversation, text, **more)

    monkeypatch.setattr(ApiConversation, "answer", noted)
    return frames


@pytest.fixture
def server(request: pytest.FixtureRequest, kind: str) -> Cluster | None:
    """Return the server that keeps the journal, if one does: it crashes now and then, too."""
    return request.getfixturevalue("postgres") if kind == "postgresql" else None


@pytest.mark.slow
@pytest.mark.timeout(60 + 2 * KILLS)
@pytest.mark.parametrize(
    ("product", "kind", "way"),
    [
        ("binance.spot", "sqlite", "websocket"),
        ("binance.usdm", "postgresql", "websocket"),
        ("binance.usdm", "sqlite", "rest"),
    ],
)
async def test_g34_killed_at_any_moment_no_order_is_lost_and_none_is_sent_twice(
    product: str, way: str, server: Cluster | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What an account may do in a minute is soon used up by many short lives.
    monkeypatch.setattr(OrderCounts, "add", lambda self, now_ms, counts: None)
    monkeypatch.setattr(WeightMeter, "take", lambda self, weight, now_ms: Verdict(200))
    rng = Random(KILLS)
    errors = tmp_path / "errors"
    async with Watched((product,), instruments=1) as sandbox, forks(errors) as forked:
        sandbox.frames = frames_heard(monkeypatch)
        endpoints = sandbox.endpoints[product]
        run = Run(
            product=product,
            instrument=IDS[product],
            rest=endpoints.rest or "",
            ws_api=endpoints.ws_api if way == "websocket" else None,
            key=sandbox.account.key,
            secret=sandbox.account.secret,
            journal=f"sqlite:{tmp_path / 'journal.db'}"
            if server is None
            else server.url(fresh_name()),
        )
        for _ in range(KILLS):
            number = await forked.begin(run)
            if server is not None and rng.random() < 0.2:
                await a_moment(sandbox, product, rng, requests_min=1)
                server.stop()
                server.start()
            await a_moment(sandbox, product, rng)
            await killed(number)
        async with trader(run) as trading:
            await settled(trading)
        compare(sandbox, trading)
        assert len(sandbox.orders(product)) > KILLS
        assert bool(sandbox.frames) is (way == "websocket")
    assert errors.read_text() == ""
