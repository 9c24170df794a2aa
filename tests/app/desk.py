"""A connector that trades at a sandbox in memory, on virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tickwright import Connector, Sandbox
from tickwright.testing.venues import MemoryVenues


BTC, PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
PRODUCTS = ("binance.spot", "binance.usdm")


def quiet_sandbox(*products: str, **more: Any) -> Sandbox:
    """Return venues where time passes and hardly anybody else trades."""
    given = {"network": MemoryVenues(), **more}
    return Sandbox(products or PRODUCTS, instruments=1, rate_per_s=0.001, step_s=1.0, **given)


@asynccontextmanager
async def desk(*products: str, **settings: Any) -> AsyncIterator[tuple[Connector, Sandbox]]:
    """Yield a connector at such venues."""
    sandbox = quiet_sandbox(*products)
    opened = Connector.open(*(products or PRODUCTS), environment=sandbox, **settings)
    async with sandbox, opened as tw:
        yield tw, sandbox
