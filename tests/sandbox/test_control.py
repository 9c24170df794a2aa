"""The control port, as a program in another language uses it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from tests.sandbox.conftest import Client

from tickwright.errors import ConfigError
from tickwright.sandbox import Sandbox


SPOT, USDM = "binance.spot", "binance.usdm"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox([SPOT, USDM], instruments=2, speed=0, control_port=0) as opened:
        yield opened


async def call(
    client: Client, sandbox: Sandbox, method: str, path: str, body: object = None
) -> tuple[int, Any]:
    assert sandbox.control is not None
    async with client.http.request(method, sandbox.control + path, json=body) as response:
        return response.status, await response.json()


async def test_its_address_is_in_the_ready_file(sandbox: Sandbox) -> None:
    assert sandbox.ready()["control"]["rest"] == sandbox.control


async def test_status_tells_who_is_served(sandbox: Sandbox, client: Client) -> None:
    await client.connect(sandbox.venue, path="/stream?streams=btcusdt@trade")
    await client.get(sandbox.venue, "/api/v3/ping")
    status, found = await call(client, sandbox, "GET", "/status")
    assert (status, found["seed"], found["instruments"]) == (200, 7, 4)
    assert found["products"][SPOT] == {
        "connections": 1,
        "connected": 1,
        "streams": 1,
        "frames_sent": 0,
        "requests": 1,
        "time_ms": sandbox.venue.markets[0].now_ms,  # type: ignore[attr-defined]  # a generated one
    }


async def test_faults_are_read_patched_and_taken_back(sandbox: Sandbox, client: Client) -> None:
    _, found = await call(client, sandbox, "PATCH", "/faults", {"rest_status": 503})
    assert (found["rest_status"], sandbox.faults.rest_status) == (503, 503)
    assert (await client.get(sandbox.venue, "/api/v3/ping"))[0] == 503
    assert (await call(client, sandbox, "GET", "/faults"))[1] == found
    await call(client, sandbox, "PATCH", "/faults", {"rest_status": None})
    assert (await client.get(sandbox.venue, "/api/v3/ping"))[0] == 200
    await call(client, sandbox, "PATCH", "/faults", {"black_hole": True, "drop": {"*": 2}})
    _, found = await call(client, sandbox, "DELETE", "/faults")
    assert (found["black_hole"], sandbox.faults.drop) == (False, {})


async def test_faults_can_be_one_products_and_all_still_means_all(
    sandbox: Sandbox, client: Client
) -> None:
    await call(client, sandbox, "PATCH", f"/faults/{USDM}", {"rest_status": 500})
    assert (await client.get(sandbox.venue, "/fapi/v1/ping", USDM))[0] == 500
    assert (await client.get(sandbox.venue, "/api/v3/ping"))[0] == 200
    assert (await call(client, sandbox, "GET", f"/faults/{USDM}"))[1]["rest_status"] == 500
    await call(client, sandbox, "DELETE", "/faults")
    assert (await client.get(sandbox.venue, "/fapi/v1/ping", USDM))[0] == 200


async def test_sockets_are_closed_pinged_silenced_and_warned(
    sandbox: Sandbox, client: Client
) -> None:
    first = await client.connect(sandbox.venue, path="/stream?streams=btcusdt@bookTicker")
    second = await client.connect(sandbox.venue, path="/stream?streams=btcusdt@bookTicker")
    assert (await call(client, sandbox, "POST", "/sockets/ping"))[1] == {"pinged": 2}
    for each in (first, second):
        assert (await client.message(each)).type is aiohttp.WSMsgType.PING
    body = {"count": 1, "product": SPOT}
    assert (await call(client, sandbox, "POST", "/sockets/black-hole", body))[1] == {"silenced": 1}
    await call(client, sandbox, "POST", "/sockets/shutdown-notice")
    assert (await client.read(second))["stream"] == "!serverShutdown"
    assert (await call(client, sandbox, "POST", "/burst", {"frames": 3}))[1] == {"frames": 3}
    assert (await client.read(second))["stream"] == "btcusdt@bookTicker"
    body = {"code": 1008, "reason": "so long"}
    assert (await call(client, sandbox, "POST", "/sockets/close", body))[1] == {"closed": 2}
    # The oldest connection heard nothing of all this but the end.
    assert (await client.message(first)).data == 1008


async def test_doors_shut_and_open(sandbox: Sandbox, client: Client) -> None:
    await call(client, sandbox, "POST", "/doors", {"state": "shut"})
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.connect(sandbox.venue)
    await call(client, sandbox, "POST", "/doors", {"state": "open"})
    await client.connect(sandbox.venue)


async def test_time_is_moved_and_books_are_told(sandbox: Sandbox, client: Client) -> None:
    before = sandbox.venue.markets[0].now_ms  # type: ignore[attr-defined]  # a generated one
    assert (await call(client, sandbox, "POST", "/advance", {"seconds": 60}))[0] == 200
    assert sandbox.venue.markets[0].now_ms == before + 60_000  # type: ignore[attr-defined]  # as above
    _, found = await call(client, sandbox, "GET", "/book?instrument=binance:BTC/USDT")
    bids, asks = sandbox.book("binance:BTC/USDT")
    assert found["bids"][0] == [f"{max(bids):f}", f"{bids[max(bids)]:f}"]
    assert found["asks"][0] == [f"{min(asks):f}", f"{asks[min(asks)]:f}"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    [
        ("PATCH", "/faults", {"snapshot_failurs": 1}, 400, "did you mean snapshot_failures?"),
        ("PATCH", "/faults", [1], 400, "must be a JSON object"),
        ("PATCH", "/faults/binance.nope", {}, 400, "'binance.nope' is not served"),
        ("PUT", "/faults", {}, 404, "there is no PUT /faults"),
        ("GET", "/nothing", None, 404, "there are /status"),
        ("POST", "/sockets/close", {"cod": 1}, 400, "unknown field `cod`"),
        ("POST", "/sockets/close", {"code": 5}, 400, "between 1000 and 4999"),
        ("POST", "/sockets/close", {"product": "x"}, 400, "does not serve 'x'"),
        ("POST", "/doors", {"state": "ajar"}, 400, "ajar"),
        ("POST", "/advance", {}, 400, "seconds"),
        ("POST", "/advance", {"seconds": -1}, 400, "between 0 and a month"),
        ("GET", "/book?instrument=x", None, 400, "is not traded here"),
    ],
)
async def test_what_cannot_be_is_said_in_one_line(
    sandbox: Sandbox, client: Client, method: str, path: str, body: object, status: int, text: str
) -> None:
    found, answer = await call(client, sandbox, method, path, body)
    assert found == status
    assert text in answer["error"]
    assert "\n" not in answer["error"]


async def test_a_port_in_use_leaves_nothing_open() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        sandbox = Sandbox([SPOT], instruments=1, control_port=port)
        with pytest.raises(ConfigError, match=f"port {port} is in use"):
            await sandbox.__aenter__()
    assert not sandbox.is_open
