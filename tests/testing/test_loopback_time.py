"""Virtual time over real sockets."""

from __future__ import annotations

import asyncio
import socket
from random import Random

import pytest

from tickwright import Connector, Trade, Trades
from tickwright.app.assembly import Ports
from tickwright.io.clock import SystemClock
from tickwright.sandbox import Sandbox
from tickwright.testing.loopback_time import loopback_time, run_loopback
from tickwright.testing.virtual_time import Deadlock, VirtualClock


BTC = "binance:BTC/USDT"


@loopback_time
async def test_minutes_of_a_client_and_a_venue_over_tcp_pass_at_once() -> None:
    clock, real, trades = VirtualClock(), SystemClock(), list[object]()
    started_s = real.monotonic_s()
    async with (
        Sandbox(["binance.spot"], instruments=[BTC], clock=clock, step_s=0.1) as sandbox,
        Connector.open(
            "binance.spot", environment=sandbox, ports=Ports(clock=clock, rng=Random(1))
        ) as tw,
    ):
        tw.on(Trades(BTC), trades.append)
        book = await tw.book(BTC)
        await asyncio.sleep(300)
        sandbox.close_sockets(1006)
        await asyncio.sleep(60)
        assert book.is_readable
        assert book.age_s is not None
        assert book.age_s < 5
    assert sum(isinstance(event, Trade) for event in trades) > 200
    assert real.monotonic_s() - started_s < 30, "six minutes of market"


@loopback_time
async def test_a_timer_never_overtakes_what_was_written_before() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    loop = asyncio.get_running_loop()
    for number in range(100):
        await loop.sock_sendall(ours, b"%3d" % number)
        async with asyncio.timeout(0.001):
            assert await loop.sock_recv(theirs, 3) == b"%3d" % number
    ours.close()
    theirs.close()


def test_who_waits_for_nothing_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("tickwright.testing.loopback_time._HOPE_S", 0.01)
    with pytest.raises(Deadlock, match="no timer is set"):
        run_loopback(forever())


@loopback_time
async def test_names_are_refused_for_their_answers_take_real_time() -> None:
    loop = asyncio.get_running_loop()
    assert await loop.getaddrinfo("127.0.0.1", 80)
    with pytest.raises(socket.gaierror):
        await loop.getaddrinfo("localhost", 80)


@loopback_time
async def test_threads_are_refused() -> None:
    with pytest.raises(RuntimeError, match="no threads on virtual time"):
        await asyncio.to_thread(print)
