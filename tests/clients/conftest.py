"""What the tests with independent clients share: their processes, and a venue with three products."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from tests.clients.kit import ClientProcess, Clients

from tickwright.sandbox import GeneratedMarket, LoopbackVenue


SPOT, USDM, COINM = "binance.spot", "binance.usdm", "binance.coinm"


@pytest.fixture(scope="session")
def clients() -> Iterator[Clients]:
    processes = Clients()
    yield processes
    processes.stop()


@pytest.fixture
def markets() -> dict[str, GeneratedMarket]:
    return {
        product: GeneratedMarket(product, 3, seed=23, rate_per_s=300)
        for product in (SPOT, USDM, COINM)
    }


@pytest.fixture
async def venue(
    clients: Clients, markets: dict[str, GeneratedMarket]
) -> AsyncIterator[LoopbackVenue]:
    async with LoopbackVenue(list(markets.values()), speed=0) as running:
        yield running


@pytest.fixture
async def ccxt(clients: Clients) -> AsyncIterator[ClientProcess]:
    process = clients.get("ccxt_agent")
    yield process
    await process.call("close")
    process.forget()


@pytest.fixture
async def sdk(clients: Clients) -> AsyncIterator[ClientProcess]:
    process = clients.get("binance_agent")
    yield process
    await process.call("close")
    process.forget()
