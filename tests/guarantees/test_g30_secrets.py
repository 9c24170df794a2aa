"""G30: what is secret of a program that trades is in nothing that it says, however badly its day goes."""

from __future__ import annotations

import asyncio
import io
import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tickwright import (
    Connector,
    Credentials,
    Notices,
    OrderUpdates,
    Sandbox,
    Settings,
    TickwrightError,
)
from tickwright.trading.ordersocket import OrderSocket
from tickwright.trading.private import PrivateSession
from tickwright.venues.binance.private_links import UsdmLink
from tickwright.venues.signing import Signer


IDS = {
    "binance.spot": "binance:BTC/USDT",
    "binance.usdm": "binance:BTC/USDT:USDT",
    "bybit.spot": "bybit:BTC/USDT",
    "bybit.linear": "bybit:BTC/USDT:USDT",
}
WRONG = "planted-and-wrong-secret-2718281828"
LIBRARIES = ("tickwright", "aiohttp", "asyncio", "picows", "aiofastnet")


class Overheard(logging.Handler):
    """Collects secrets as they come to be, and everything that is said by anybody."""

    def __init__(self) -> None:
        super().__init__(1)
        self.secrets: set[str] = {WRONG}
        self.said: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.say(record.name, self.format(record))
        if record.exc_info and record.exc_info[1] is not None:
            self.raised(record.name, record.exc_info[1])

    def say(self, who: str, *what: object) -> None:
        self.said += [(who, text) for each in what for text in (str(each), repr(each))]

    def raised(self, who: str, error: BaseException) -> None:
        """Take an exception with all that led to it, and with every frame's variables."""
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        self.said += [(who, str(error)), (who, repr(error)), (who, "".join(told.format()))]

    @property
    def leaks(self) -> list[str]:
        return [
            f"{who}: {text[max(0, text.index(secret) - 150) :][:150]}"
            for who, text in self.said
            for secret in self.secrets
            if secret in text
        ]


@pytest.fixture
def overheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Overheard]:
    """Listen to all loggers at their lowest level, and learn each signature and listen key that is made."""
    ears = Overheard()
    sign, url = Signer.sign, UsdmLink.url

    def noted_sign(self: Signer, payload: bytes) -> str:
        ears.secrets.add(made := sign(self, payload))
        return made

    def noted_url(self: UsdmLink, endpoints: Any, key: str) -> str:
        if key:
            ears.secrets.add(key)
        return url(self, endpoints, key)

    monkeypatch.setattr(Signer, "sign", noted_sign)
    monkeypatch.setattr(UsdmLink, "url", noted_url)
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", *LIBRARIES)}
    for name in levels:
        logging.getLogger(name or None).setLevel(1)
    root.addHandler(ears)
    yield ears
    root.removeHandler(ears)
    for name, level in levels.items():
        logging.getLogger(name or None).setLevel(level)


@asynccontextmanager
async def trading(
    overheard: Overheard, product: str, journal: Path, **settings: Any
) -> AsyncIterator[tuple[Sandbox, Connector]]:
    """Yield a venue on real sockets, and a program that trades there and tells everything that it hears."""
    asyncio.get_running_loop().set_debug(True)
    sandbox = Sandbox((product,), instruments=1, rate_per_s=1)
    async with sandbox:
        overheard.secrets |= {sandbox.account.key, sandbox.account.secret}
        opened = Connector.open(
            product, environment=sandbox, journal=f"sqlite:{journal}", dead_man_s=30, **settings
        )
        async with opened as tw:
            for topic in (Notices(), OrderUpdates()):
                tw.on(topic, lambda event: overheard.say("event", event))
            yield sandbox, tw
            look_at(overheard, tw)


def look_at(overheard: Overheard, tw: Connector) -> None:
    """Take down how everything inside shows itself."""
    floor = tw.orders._floor
    assert floor is not None
    overheard.say("shown", tw, tw.settings, tw.status(), tw.orders, floor, tw._assembly)
    users: list[PrivateSession | OrderSocket] = [
        *floor.sessions.values(),
        *floor.order_sockets.values(),
    ]
    for user in users:
        overheard.say("kept", vars(user), vars(user._socket))
        if user._socket.line is not None:
            overheard.say("line", vars(user._socket.line))
    for feed in tw.feeds:
        overheard.say("feed", vars(feed.rest), feed.rest.status())
    for task in asyncio.all_tasks():
        stack = io.StringIO()
        task.print_stack(file=stack)
        overheard.say("task", task, stack.getvalue())


def read_all(overheard: Overheard, folder: Path) -> None:
    """Take down what was left on disk."""
    for file in folder.iterdir():
        overheard.say(file.name, file.read_bytes().decode("latin1"))


async def place(overheard: Overheard, tw: Connector, product: str) -> None:
    """Place an order, and tell what came of it."""
    try:
        async with asyncio.timeout(1):
            order = await tw.orders.submit(IDS[product], "buy", quantity="0.01", price="60000")
            overheard.say("order", order, order.now)
            await order.cancel()
    except (TickwrightError, TimeoutError) as error:
        overheard.raised("order", error)


async def ask(overheard: Overheard, tw: Connector) -> None:
    """Ask something that is signed, and tell why it failed."""
    feed = tw.feeds[0]
    assert feed.product.trading is not None
    try:
        async with asyncio.timeout(1):
            await feed.rest.call(feed.product.trading.balances())
    except (TickwrightError, TimeoutError) as error:
        overheard.raised("question", error)


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["rest", "websocket"])
@pytest.mark.parametrize("product", list(IDS))
async def test_g30_nothing_secret_is_said_on_a_bad_day(
    overheard: Overheard, product: str, transport: str, tmp_path: Path
) -> None:
    journal = tmp_path / "orders.db"
    async with trading(overheard, product, journal, order_transport=transport) as (sandbox, tw):
        await place(overheard, tw, product)
        faults = sandbox.faults
        for name, value in (
            ("order_failures", 2),
            ("replies_lost", 1),
            ("clock_step_s", 100.0),
            ("rest_status", 503),
            ("rest_status", 403),
            ("revoked_keys", {sandbox.account.key}),
        ):
            usual = getattr(faults, name)
            setattr(faults, name, value)
            await place(overheard, tw, product)
            await ask(overheard, tw)
            setattr(faults, name, usual)
        faults.revoked_keys = {sandbox.account.key}
        await sandbox.shut_doors()
        sandbox.close_sockets(1006)
        await asyncio.sleep(0.1)
        await sandbox.open_doors()
        await asyncio.sleep(1.5)
    read_all(overheard, tmp_path)
    assert len(overheard.secrets) > 5
    assert {who for who, _ in overheard.said} >= {"order", "question", "event", "kept", "orders.db"}
    assert overheard.leaks == []


@pytest.mark.parametrize("product", list(IDS))
async def test_g30_nor_is_it_where_the_venue_refuses_the_key_and_quotes_it(
    overheard: Overheard, product: str
) -> None:
    asyncio.get_running_loop().set_debug(True)
    async with Sandbox((product,), instruments=1, rate_per_s=1) as sandbox:
        overheard.secrets.add(sandbox.account.key)
        credentials = {product.partition(".")[0]: Credentials(sandbox.account.key, WRONG)}
        settings = Settings(endpoints=sandbox.endpoints, credentials=credentials, journal="memory:")
        async with Connector.open(product, settings=settings) as tw:
            tw.on(Notices(), lambda event: overheard.say("event", event))
            await ask(overheard, tw)
            await place(overheard, tw, product)
            look_at(overheard, tw)
    assert {who for who, _ in overheard.said} >= {"order", "question", "event"}
    assert overheard.leaks == []
