"""``environment=sandbox``: a connector inside a sandbox, without any other setting."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from tickwright.app.assembly import Ports
from tickwright.app.config import Settings
from tickwright.sandbox.dialects import products_of
from tickwright.sandbox.sandbox import Sandbox
from tickwright.venues.base import Product
from tickwright.venues.signing import Credentials


__all__ = ["entered", "own_sandbox", "served"]


def own_sandbox(products: Sequence[Product], settings: Settings) -> Sandbox | None:
    """Return a sandbox for the products whose environment is one and whose addresses nobody named.

    ``environment="sandbox"`` alone brings it up with the connector, and down again.
    """
    if settings.environment != "sandbox":
        return None
    names = [product.name for product in products if product.name not in settings.endpoints]
    # Of a venue, a sandbox serves what its dialect speaks; who asks for nothing else is told what there is.
    spoken = [name for name in names if name in products_of(name.partition(".")[0])]
    return Sandbox(spoken or names) if names else None


def served(
    products: Sequence[Product],
    asked: Sequence[str | Product],
    sandbox: Sandbox,
    settings: Settings,
) -> tuple[Product, ...]:
    """Return the products that are opened in a sandbox: of a whole venue, those that it serves or that have an address."""
    return tuple(
        product
        for product in products
        if product.name in (*sandbox.products, *settings.endpoints, *asked)
    )


def _keys(sandbox: Sandbox) -> dict[str, Credentials]:
    """Return the sandbox's own key for each of its venues: a real one must not be sent there."""
    account = sandbox.account
    venues = {product.partition(".")[0] for product in sandbox.products}
    return {venue: Credentials(account.key, account.secret) for venue in venues}


@asynccontextmanager
async def entered(
    sandbox: Sandbox, settings: Settings, ports: Ports
) -> AsyncIterator[tuple[Settings, Ports]]:
    """Open a sandbox, unless it is open, and yield settings and ports that lead into it.

    The sandbox's addresses go before any that settings name: who asks for a sandbox must not reach a real venue. Ports
    that were given stay.
    """
    async with AsyncExitStack() as stack:
        if not sandbox.is_open:
            await stack.enter_async_context(sandbox)
        inside = msgspec.structs.replace(
            settings,
            environment="sandbox",
            endpoints={**settings.endpoints, **sandbox.endpoints},
            credentials=_keys(sandbox),
        )
        network = sandbox.network
        if network is not None:
            ports = msgspec.structs.replace(
                ports,
                clock=ports.clock or sandbox.clock,
                websockets=ports.websockets or network.websockets,
                http=ports.http or network.http,
            )
        yield inside, ports
