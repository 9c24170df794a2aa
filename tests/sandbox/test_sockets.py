"""Ports: free ones, fixed ones, and those that somebody else has."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import pytest
from tests.sandbox.conftest import Client

from tickwright.errors import ConfigError
from tickwright.sandbox import GeneratedMarket, LoopbackVenue
from tickwright.sandbox.sockets import HOST, SocketNetwork


SPOT, COINM = "binance.spot", "binance.coinm"


def free_ports() -> int:
    """Return the first of two ports that nobody listens at."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind((HOST, 0))
            port: int = first.getsockname()[1]
            try:
                second.bind((HOST, port + 1))
            except OSError:
                continue
            return port


async def test_ports_can_be_fixed(client: Client) -> None:
    port = free_ports()
    network = SocketNetwork(port)
    async with LoopbackVenue([GeneratedMarket(SPOT, 1)], speed=0, network=network) as venue:
        found = venue.endpoints[SPOT]
        assert (found.rest, found.ws_public) == (f"http://{HOST}:{port}", f"ws://{HOST}:{port + 1}")
        assert (await client.get(venue, "/api/v3/ping"))[0] == 200
        await venue.shut_doors()
        await venue.open_doors()
        assert await client.ask(await client.connect(venue), "LIST_SUBSCRIPTIONS")


@pytest.mark.parametrize("taken", [0, 1])
async def test_a_port_in_use_is_named_and_nothing_is_left_open(taken: int) -> None:
    port = free_ports()
    with socket.socket() as other:
        other.bind((HOST, port + taken))
        other.listen()
        with pytest.raises(ConfigError, match=f"port {port + taken} is in use"):
            async with LoopbackVenue([GeneratedMarket(SPOT, 1)], network=SocketNetwork(port)):
                pass
    with socket.socket() as again:
        again.bind((HOST, port + 1 - taken))


@pytest.mark.parametrize(
    ("product", "hosts"),
    [
        (SPOT, {"rest", "ws_public", "ws_api"}),
        ("binance.usdm", {"rest", "ws_public", "ws_private", "ws_api"}),
    ],
)
async def test_a_product_has_the_addresses_that_the_venue_has(
    product: str, hosts: set[str]
) -> None:
    async with LoopbackVenue([GeneratedMarket(product, 1)], speed=0) as venue:
        found = venue.endpoints[product]
        assert {name for name in found.__struct_fields__ if getattr(found, name)} == hosts


async def test_g27_a_connection_whose_handshake_never_comes_is_ended_with_the_venue() -> None:
    with socket.socket() as visitor:
        async with LoopbackVenue([GeneratedMarket(SPOT, 1)], speed=0) as venue:
            url = urlsplit(venue.endpoints[SPOT].ws_public)
            visitor.connect((url.hostname, url.port))
            for _ in range(10):  # turns in which it is accepted
                await asyncio.sleep(0)
        visitor.setblocking(False)
        assert visitor.recv(1) == b""


async def test_a_client_that_gave_up_is_no_error(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    async with LoopbackVenue([GeneratedMarket(SPOT, 1)], speed=0) as venue:
        venue.faults.rest_delay_s = 0.05
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await client.get(venue, "/api/v3/time")
        assert (await client.get(venue, "/api/v3/time"))[
            0
        ] == 200  # after the first one was answered
    assert not caplog.records
