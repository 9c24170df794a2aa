from __future__ import annotations

import asyncio

import pytest

from tickwright.errors import ConnectFailed, ConnectTimeout, RequestTimeout
from tickwright.io.http import HttpRequest, HttpTimeouts, HttpTransport
from tickwright.testing.http import FakeHttp, Reply, script
from tickwright.testing.virtual_time import VirtualClock, virtual_time


def get(path: str) -> HttpRequest:
    timeouts = HttpTimeouts(connect_s=3, read_s=5)
    return HttpRequest(method="GET", url="http://venue" + path, timeouts=timeouts)


@virtual_time
async def test_a_host_is_a_function_from_request_to_reply() -> None:
    http = FakeHttp(lambda request: Reply(404, body=request.url.encode(), delay_s=0.5))
    transport: HttpTransport = http
    answer = await transport.send(get("/x"))
    assert (answer.status, answer.body) == (404, b"http://venue/x")
    assert answer.received_mono_ns - answer.sent_mono_ns == 500_000_000
    assert answer.received_ts_ns == VirtualClock().time_ns()
    assert http.times_s == [1000.0]
    assert http.requests[0].request.method == "GET"


@virtual_time
async def test_a_script_is_played_in_order_and_its_last_reply_repeats() -> None:
    http = FakeHttp(script(Reply(500), Reply(200)))
    assert [(await http.send(get("/"))).status for _ in range(4)] == [500, 200, 200, 200]


@virtual_time
async def test_failures_come_after_their_delay() -> None:
    http = FakeHttp(script(Reply(error=ConnectFailed("no"), delay_s=2), Reply(delay_s=60)))
    with pytest.raises(ConnectFailed):
        await http.send(get("/"))
    assert VirtualClock().monotonic_s() == 1002
    with pytest.raises(RequestTimeout, match="venue: no answer within 5 s"):
        await http.send(get("/"))
    assert VirtualClock().monotonic_s() == 1007


@virtual_time
async def test_a_connect_timeout_takes_as_long_as_connecting_may() -> None:
    http = FakeHttp(script(Reply(error=ConnectTimeout("slow"), delay_s=60)))
    with pytest.raises(ConnectTimeout):
        await http.send(get("/"))
    assert VirtualClock().monotonic_s() == 1003


@virtual_time
async def test_a_cancelled_request_is_no_longer_in_flight() -> None:
    http = FakeHttp(script(Reply(delay_s=4)))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await http.send(get("/"))
    assert http.in_flight == 0
