"""What the tests with independent clients share: their processes, and a venue with three products."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from tests.clients.keys import Key, ed25519_key, hmac_key, rsa_key
from tests.clients.kit import ClientProcess, Clients

from tickwright.sandbox import GeneratedMarket, LoopbackVenue
from tickwright.sandbox.account import SandboxAccount, account_of
from tickwright.sandbox.trading import trading_side


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


@pytest.fixture(scope="session")
def account() -> SandboxAccount:
    return account_of(23)


@pytest.fixture(scope="session")
def keys(account: SandboxAccount) -> dict[str, Key]:
    """Three keys to one account, one of each kind."""
    return {"hmac": hmac_key(account), "rsa": rsa_key(), "ed25519": ed25519_key()}


@pytest.fixture
async def trading(
    clients: Clients,
    markets: dict[str, GeneratedMarket],
    account: SandboxAccount,
    keys: dict[str, Key],
) -> AsyncIterator[LoopbackVenue]:
    """The venue with an account, and orders of users on the books of spot and USD-M futures."""
    more = [keys["rsa"].held(), keys["ed25519"].held()]
    private = {}
    for product in (SPOT, USDM):
        side = trading_side(markets[product], account, more)
        assert side is not None
        private[product] = side
    async with LoopbackVenue(list(markets.values()), speed=0, private=private) as running:
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
