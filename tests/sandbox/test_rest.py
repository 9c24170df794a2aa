"""The HTTP side: answers, limits, faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from tests.sandbox.conftest import Client
from yarl import URL

from tickwright import Connector
from tickwright.model.instrument import InstrumentStatus
from tickwright.sandbox import GeneratedMarket, LoopbackVenue
from tickwright.sandbox.dialects import dialect_of
from tickwright.venues.dialects import Answer, Conversation, Frame, Meter, RestRequest
from tickwright.venues.privateside import PrivateFaults
from tickwright.venues.reports import Event


SPOT = "binance.spot"
DEPTH = "/api/v3/depth"


@pytest.fixture
async def venue() -> AsyncIterator[LoopbackVenue]:
    market = GeneratedMarket(SPOT, 1)
    async with LoopbackVenue([market], speed=0) as opened:
        yield opened


async def snapshot(client: Client, venue: LoopbackVenue) -> tuple[int, Any, dict[str, str]]:
    return await client.get(venue, DEPTH, symbol="BTCUSDT", limit="5")


async def test_answers_say_the_weight_used(venue: LoopbackVenue, client: Client) -> None:
    await client.get(venue, "/api/v3/time")
    status, body, headers = await snapshot(client, venue)
    assert (status, headers["x-mbx-used-weight-1m"]) == (200, "6")
    assert len(body["bids"]) == len(body["asks"]) == 5


async def test_requests_are_kept(venue: LoopbackVenue, client: Client) -> None:
    await snapshot(client, venue)
    (request,) = venue.rest(SPOT).requests
    assert (request.method, request.path) == ("GET", DEPTH)
    assert request.params == {"symbol": "BTCUSDT", "limit": "5"}


async def test_unknown_paths_are_404_and_bad_symbols_400(
    venue: LoopbackVenue, client: Client
) -> None:
    assert (await client.get(venue, "/api/v3/nothing"))[0] == 404
    status, body, _ = await client.get(venue, DEPTH, symbol="NOPE")
    assert (status, body) == (400, {"code": -1121, "msg": "Invalid symbol."})


async def test_g12_the_limit_is_enforced_with_429_then_418(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.rest(SPOT).meter.limit = 0
    answers = [await client.get(venue, "/api/v3/time") for _ in range(11)]
    assert {status for status, _, _ in answers[:10]} == {429}
    assert answers[10][0] == 418
    for _, body, headers in answers:
        assert body["code"] == -1003
        assert 1 <= int(headers["Retry-After"]) <= 120


@pytest.mark.parametrize("status", [418, 429, 403, 500, 503])
async def test_every_answer_can_have_one_status(
    venue: LoopbackVenue, client: Client, status: int
) -> None:
    venue.faults.rest_status = status
    venue.faults.retry_after_s = 7
    answer = await client.get(venue, "/api/v3/time")
    assert (answer[0], answer[2]["Retry-After"]) == (status, "7")
    assert answer[1]["code"] < 0
    venue.faults.rest_body = "nonsense"
    venue.faults.rest_status = None
    assert (await client.get(venue, "/api/v3/time"))[0] == 200


async def test_snapshots_can_fail_a_few_times(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.snapshot_failures = 1
    status, body, _ = await snapshot(client, venue)
    assert (status, body["code"]) == (503, -1001)
    assert (await snapshot(client, venue))[0] == 200


async def test_snapshots_can_be_a_web_page(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.snapshot_html = 1
    status, body, headers = await snapshot(client, venue)
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "text/html")
    assert body.startswith("<html>")


async def test_snapshots_can_be_old(venue: LoopbackVenue, client: Client) -> None:
    fresh = (await snapshot(client, venue))[1]["lastUpdateId"]
    venue.faults.snapshot_old = 1
    assert (await snapshot(client, venue))[1]["lastUpdateId"] < fresh
    assert (await snapshot(client, venue))[1]["lastUpdateId"] == fresh


async def test_a_held_snapshot_is_as_old_as_its_request(
    venue: LoopbackVenue, client: Client
) -> None:
    rest = venue.rest(SPOT)
    fresh = (await snapshot(client, venue))[1]["lastUpdateId"]
    rest.snapshots_open.clear()
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(snapshot(client, venue))
        await venue.wait_until(lambda: len(rest.requests) == 2)
        await venue.advance(5)
        assert (await client.get(venue, "/api/v3/time"))[0] == 200
        assert not waiting.done()
        rest.snapshots_open.set()
    assert waiting.result()[1]["lastUpdateId"] == fresh
    assert (await snapshot(client, venue))[1]["lastUpdateId"] > fresh


async def test_answers_can_be_slow(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.rest_delay_s = venue.faults.snapshot_delay_s = 0.001
    assert (await snapshot(client, venue))[0] == 200


async def test_a_request_can_go_unanswered_until_the_venue_closes(client: Client) -> None:
    market = GeneratedMarket(SPOT, 1)
    async with asyncio.TaskGroup() as tasks, LoopbackVenue([market], speed=0) as venue:
        venue.faults.rest_black_hole = True
        waiting = tasks.create_task(client.get(venue, "/api/v3/time"))
        await venue.wait_until(lambda: bool(venue.rest(SPOT).requests))
        assert not waiting.done()
    assert waiting.done()


async def test_faults_can_concern_some_paths_only(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.rest_only = {"*/depth"}
    venue.faults.rest_status = 503
    assert (await client.get(venue, "/api/v3/time"))[0] == 200
    assert (await snapshot(client, venue))[0] == 503


async def test_the_venues_clock_can_be_off(venue: LoopbackVenue, client: Client) -> None:
    before = (await client.get(venue, "/api/v3/time"))[1]["serverTime"]
    venue.faults.clock_step_s = -30
    assert (await client.get(venue, "/api/v3/time"))[1]["serverTime"] == before - 30_000
    assert (await client.get(venue, "/api/v3/ping"))[0] == 200


async def test_bodies_can_hold_what_nobody_knows(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.unknown_enums = venue.faults.unknown_keys = True
    _, body, _ = await client.get(venue, "/api/v3/exchangeInfo")
    assert body["symbols"][0]["filters"][-1]["filterType"] == "UNHEARD_OF"
    assert "zz9" in body["symbols"][0]


class Private:
    """Answers one path, and converses at another."""

    faults: PrivateFaults | None = None

    def __init__(self) -> None:
        self.requests: list[tuple[RestRequest, int]] = []

    def weight(self, request: RestRequest) -> int | None:
        return 1 if request.path == "/api/v3/order" else None

    def take(self, events: Sequence[Event]) -> None:
        pass

    def beat(self, now_ms: int) -> None:
        pass

    def take_frames(self) -> list[Frame]:
        return []

    def answer(self, request: RestRequest, now_ms: int) -> Answer | None:
        self.requests.append((request, now_ms))
        return Answer(200, "{}", 3, {"x-mbx-order-count-10s": "1"})

    def converse(
        self, path: str, params: Mapping[str, str], *, query: str, meter: Meter, now_ms: int
    ) -> Conversation | None:
        if path != "/ws-api/v3":
            return None
        return dialect_of(SPOT).converse("/ws", {}, is_flat=False, is_listed=lambda _: True)


async def test_who_holds_a_key_is_answered_by_the_private_side(client: Client) -> None:
    private = Private()
    market = GeneratedMarket(SPOT, 1)
    async with LoopbackVenue([market], speed=0, private={SPOT: private}) as venue:
        url = f"{venue.endpoints[SPOT].rest}/api/v3/order?symbol=%E6%B5%8B&a=1"
        headers = {"X-MBX-APIKEY": "key"}
        async with client.http.post(
            URL(url, encoded=True), data=b"side=BUY", headers=headers
        ) as response:
            assert response.headers["x-mbx-order-count-10s"] == "1"
            assert response.headers["x-mbx-used-weight-1m"] == "3"
        ((request, _),) = private.requests
        assert private.faults is venue.faults
        assert (request.method, request.query, request.body) == (
            "POST",
            "symbol=%E6%B5%8B&a=1",
            b"side=BUY",
        )
        assert request.headers["x-mbx-apikey"] == "key"
        venue.rest(SPOT).meter.limit = 0
        async with client.http.post(url) as response:
            assert (response.status, len(private.requests)) == (429, 1)
        venue.rest(SPOT).meter.limit = 6000
        assert (await client.get(venue, "/api/v3/ping"))[0] == 200
        socket = await client.connect(venue, path="/ws-api/v3")
        assert await client.ask(socket, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}


async def test_contracts_that_do_not_trade_yet_can_be_listed(client: Client) -> None:
    product = "binance.usdm"
    async with LoopbackVenue([GeneratedMarket(product, 2)], speed=0) as venue:
        venue.faults.pending_listings = 3
        _, info, _ = await client.get(venue, "/fapi/v1/exchangeInfo", product)
        states = [row["status"] for row in info["symbols"]]
        assert states == ["TRADING"] * 2 + ["PENDING_TRADING"] * 3
        async with Connector.open(product, endpoints={product: venue.endpoints[product]}) as tw:
            found = await tw.instruments()
            pending = [one for one in found if one.status is InstrumentStatus.PENDING]
            assert [one.tick_size for one in pending] == [0, 0, 0]
            assert len(found) == 5
