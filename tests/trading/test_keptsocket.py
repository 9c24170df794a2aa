"""A socket that is kept: dialled again, greeted, renewed, and given up only where nothing but another key helps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest
from tests.trading.lines import Socket, Words

from tickwright.core.limits import Priority
from tickwright.core.privatestate import PrivateState
from tickwright.errors import (
    ConnectFailed,
    ConnectionLost,
    CredentialsRefused,
    HandshakeRefused,
    IllegalTransition,
    TimestampRefused,
)
from tickwright.io.websocket import WebSocketHandler, WebSocketOptions
from tickwright.model.notices import Notice, SessionDown, SessionUp
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.trading.keptline import KeptLine
from tickwright.trading.keptsocket import KeptPolicy, KeptSocket, SocketParts
from tickwright.venues.base import Endpoints
from tickwright.venues.signing import Credentials, Signer
from tickwright.venues.trading import GreetingRefused


DAY_S = 86_400.0


class Line(KeptLine):
    """Takes answers to greetings, and nothing else."""

    def _take(self, payload: bytes) -> None:
        self._take_control(payload)


class Link(Words):
    """Greets once."""

    lifetime_s = DAY_S
    connect_costs: Mapping[str, int] = {"weight": 2}

    def greetings(self, signer: Signer, now_ms: int) -> Sequence[str]:
        return ("hello",)


class Peer(Socket):
    """Answers greetings and pings, and is gone as soon as it is closed."""

    def __init__(self, handler: WebSocketHandler, world: World) -> None:
        super().__init__()
        self._handler = handler
        self._world = world

    def send_text(self, text: str) -> None:
        super().send_text(text)
        self._handler.on_frame(b"!1")

    def send_ping(self, payload: bytes = b"") -> None:
        if not self._world.is_silent:
            self._handler.on_pong(payload)

    def close(self, code: int = 1000, reason: str = "") -> None:
        super().close(code)
        self.lose(code)

    def lose(self, code: int) -> None:
        self.is_open = False
        self._handler.on_closed(code, "")


REFUSAL = CredentialsRefused(401, -2015, "no", "login")


class World:
    """The network, the REST client and the venue's clock, as far as a kept socket asks for them."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.notices: list[Notice] = []
        self.dialled_s: list[float] = []
        self.failures: list[Exception] = []
        self.peers: list[Peer] = []
        self.is_silent = False
        self.end_s: float | None = None
        """So long after its beginning a socket's work finds out that the key is refused."""
        self.relearned = 0
        self.venue_clock = self.gate = self
        self.banned_s = 0.0
        self.taken: list[Mapping[str, int]] = []
        self.worked: list[Line] = []
        rest: Any = self
        link: Any = Link()
        parts = SocketParts(
            rest=rest,
            signer=Signer(Credentials("k", "s")),
            endpoints=Endpoints(),
            transport=self,
            options=WebSocketOptions(),
            clock=self.clock,
            rng=Random(7),
            notify=self.notices.append,
            refused_s={403: 600.0},
        )
        self.link = link
        self.socket: KeptSocket[Line] = KeptSocket(
            "test/kept", link, parts, KeptPolicy(), prepare=self.prepare, work=self.work
        )

    # As the socket's user.

    async def prepare(self) -> tuple[str, Line]:
        return "ws://venue", Line(self.link, self.clock)

    def work(self, line: Line) -> list[Coroutine[Any, Any, None]]:
        return [self.serve(line)]

    async def serve(self, line: Line) -> None:
        self.worked.append(line)
        self.socket.ready()
        if self.end_s is not None:
            await asyncio.sleep(self.end_s)
            self.end_s = None
            raise REFUSAL
        await line.lost()

    # As the network.

    async def connect(self, url: str, handler: WebSocketHandler, options: WebSocketOptions) -> Peer:
        self.dialled_s.append(self.clock.monotonic_s())
        if self.failures:
            raise self.failures.pop(0)
        self.peers.append(Peer(handler, self))
        return self.peers[-1]

    # As the gate.

    async def granted(self, costs: Mapping[str, int], priority: Priority) -> None:
        self.taken.append(costs)
        await asyncio.sleep(self.banned_s)

    # As the venue's clock.

    async def known(self) -> None: ...

    def now_ms(self) -> int:
        return 0

    async def relearn(self) -> None:
        self.relearned += 1

    @property
    def waits_s(self) -> list[float]:
        """The seconds from each dialling to the next."""
        return [
            later - before
            for before, later in zip(self.dialled_s, self.dialled_s[1:], strict=False)
        ]


@asynccontextmanager
async def kept(change: Callable[[World], None] = lambda world: None) -> AsyncIterator[World]:
    world = World()
    change(world)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(world.socket.run())
        yield world
        running.cancel()


def refuse(*errors: Exception) -> Callable[[World], None]:
    """Let the first tries fail."""

    def change(world: World) -> None:
        world.failures = list(errors)

    return change


@virtual_time
async def test_it_is_ready_when_its_user_says_so() -> None:
    async with kept() as world:
        assert world.socket.state is PrivateState.WAITING
        await world.socket.wait_ready()
        assert world.socket.line is world.worked[0]
        assert world.peers[0].sent == ["hello"]
        assert [type(each) for each in world.notices] == [SessionUp]


@virtual_time
async def test_g03_a_lost_socket_is_followed_by_another_one() -> None:
    async with kept() as world:
        await world.socket.wait_ready()
        world.peers[0].lose(1006)
        await asyncio.sleep(0.1)
        assert (world.socket.state, world.socket.line) == (PrivateState.WAITING, None)
        await world.socket.wait_ready()
        assert world.socket.reconnects == 1
        assert len(world.peers) == 2
        assert [type(each) for each in world.notices] == [SessionUp, SessionDown, SessionUp]


@virtual_time
async def test_tries_that_fail_are_further_and_further_apart() -> None:
    async with kept(refuse(*[ConnectFailed("refused")] * 4)) as world:
        await world.socket.wait_ready()
        assert world.waits_s == pytest.approx([1, 2, 4, 8], rel=0.11)


@pytest.mark.parametrize(
    ("error", "least_s"),
    [
        (HandshakeRefused("venue", 429, 30.0), 30.0),
        (HandshakeRefused("venue", 403), 600.0),
        (HandshakeRefused("venue", 503), 0.5),
    ],
)
@virtual_time
async def test_g12_a_host_that_turns_it_away_is_left_alone_as_long_as_it_says(
    error: HandshakeRefused, least_s: float
) -> None:
    async with kept(refuse(error)) as world:
        await world.socket.wait_ready()
        (wait_s,) = world.waits_s
        assert least_s <= wait_s < 2 * least_s + 2


@virtual_time
async def test_g12_a_ban_holds_it_back_and_a_connection_counts_among_the_limits() -> None:
    async with kept(lambda world: setattr(world, "banned_s", 90.0)) as world:
        await asyncio.sleep(80.0)
        assert not world.dialled_s
        await world.socket.wait_ready()
        assert world.taken == [{"weight": 2}]


@virtual_time
async def test_a_key_that_is_refused_is_one_typed_error_and_is_tried_once_a_minute() -> None:
    async with kept(refuse(*[REFUSAL] * 60)) as world:
        with pytest.raises(CredentialsRefused):
            await world.socket.wait_ready()
        await asyncio.sleep(3599.0)
        assert world.socket.state is PrivateState.REFUSED
        with pytest.raises(CredentialsRefused):
            await world.socket.wait_ready()
        assert len(world.dialled_s) == 60
        assert {each.retry_in_s for each in world.notices if isinstance(each, SessionDown)} == {60}
        await asyncio.sleep(2.0)  # it was mended at the venue
        await world.socket.wait_ready()
        assert world.socket.refusal is None


@virtual_time
async def test_a_key_that_is_refused_while_all_is_well_is_found_out() -> None:
    async with kept(lambda world: setattr(world, "end_s", 5.0)) as world:
        await world.socket.wait_ready()
        await asyncio.sleep(6.0)
        assert world.socket.state is PrivateState.REFUSED
        await asyncio.sleep(60.0)
        assert world.socket.state is PrivateState.READY


@virtual_time
async def test_g20_a_greeting_that_came_too_late_makes_it_look_at_the_clock() -> None:
    async with kept() as world:
        late = TimestampRefused(0, None, "late", "login")
        world.link.control = lambda frame: GreetingRefused(late, is_final=False)
        await asyncio.sleep(0.1)
        assert world.relearned == 1
        del world.link.control
        await world.socket.wait_ready()


@virtual_time
async def test_g04_a_socket_on_which_no_pong_comes_is_replaced() -> None:
    async with kept() as world:
        await world.socket.wait_ready()
        await asyncio.sleep(600)
        assert world.socket.reconnects == 0
        world.is_silent = True
        await asyncio.sleep(70)
        world.is_silent = False
        await world.socket.wait_ready()
        assert world.socket.reconnects == 1


@virtual_time
async def test_g23_before_its_time_is_over_a_successor_takes_over() -> None:
    async with kept() as world:
        await world.socket.wait_ready()
        await asyncio.sleep(DAY_S - 1800.0 - 1.0)
        assert len(world.peers) == 1
        await asyncio.sleep(2.0)
        old, new = world.peers
        assert (old.is_open, new.is_open) == (False, True)
        assert world.socket.line is world.worked[1]
        assert (world.socket.reconnects, world.socket.state) == (0, PrivateState.READY)


@virtual_time
async def test_g23_a_notice_brings_the_successor_at_once_and_it_is_tried_for_again() -> None:
    async with kept() as world:
        await world.socket.wait_ready()
        world.failures = [ConnectFailed("refused")]
        assert world.socket.line is not None
        world.socket.line.has_notice.set()
        await asyncio.sleep(1.0)
        assert (len(world.dialled_s), len(world.peers)) == (2, 1)
        await asyncio.sleep(30.0)
        assert len(world.peers) == 2
        assert world.socket.reconnects == 0


@virtual_time
async def test_doubts_about_what_it_tells_cost_the_socket() -> None:
    async with kept() as world:

        async def doubt(line: Line) -> None:
            world.socket.ready()
            await asyncio.sleep(5)
            world.socket.doubted()
            raise ConnectionLost(1006, "deaf")

        world.serve = doubt  # type: ignore[method-assign]  # as another user would
        await asyncio.sleep(5.5)
        assert world.socket.state is PrivateState.WAITING
        assert world.socket.reconnects == 1


@virtual_time
async def test_only_a_socket_that_is_ready_can_be_doubted() -> None:
    with pytest.raises(IllegalTransition):
        World().socket.doubted()


@virtual_time
async def test_g16_hundreds_of_losses_leave_nothing_behind() -> None:
    async with kept() as world:
        await world.socket.wait_ready()
        tasks = len(asyncio.all_tasks())
        for _ in range(300):
            world.peers[-1].lose(1006)
            await asyncio.sleep(70.0)
        assert world.socket.state is PrivateState.READY
        assert len(asyncio.all_tasks()) == tasks
        assert len(world.socket._closing) <= 1


@virtual_time
async def test_g27_its_end_closes_every_socket() -> None:
    async with kept() as world:
        await world.socket.wait_ready()
    assert world.socket.state is PrivateState.CLOSED
    assert world.socket.line is None
    assert not world.peers[0].is_open
