"""The session's shell: what the machine decides is carried out on sockets, whatever these do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from tickwright.core.heartbeat import Heartbeat
from tickwright.core.limits import RateLimit
from tickwright.core.restart import RestartDelays, RestartPolicy
from tickwright.errors import DecodeError
from tickwright.io.websocket import WebSocketOptions
from tickwright.model.notices import (
    DecodeFailure,
    Notice,
    SessionDown,
    SessionUp,
    TopicFailed,
    TopicStale,
)
from tickwright.runtime.gates import ConnectGate
from tickwright.runtime.routes import Route, Tap
from tickwright.runtime.session import SessionRunner
from tickwright.testing.memory import Accept, Hang, MemoryNetwork, MemoryPeer, Refuse
from tickwright.testing.virtual_time import VirtualClock, run_virtual, virtual_time
from tickwright.venues.base import (
    Ack,
    Already,
    Channel,
    Control,
    Ignored,
    Nack,
    ShutdownNotice,
    StreamKind,
    WsLimits,
)


FRAMES_PER_S = 4


class Words:
    """A protocol of plain words: ``stream:payload`` is data, all else is control."""

    def url(self, origin: str, route: str) -> str:
        return origin + route

    def stream_of(self, frame: bytes) -> str | None:
        stream, colon, _ = frame.decode().partition(":")
        return stream if colon else None

    def control(self, frame: bytes) -> Control | None:
        match frame.decode().split():
            case ["ack", number]:
                return Ack(int(number))
            case ["nack", number, *words]:
                return Nack(int(number), " ".join(words))
            case ["have", number, stream]:
                return Already(int(number), (stream,))
            case ["deny", stream, *words]:
                return Nack(None, " ".join(words), (stream,))
            case ["shutdown"]:
                return ShutdownNotice()
            case ["hello"]:
                return Ignored()
        return None

    def subscribe(self, streams: Sequence[str], request_id: int) -> str:
        return f"sub {request_id} {','.join(streams)}"

    def unsubscribe(self, streams: Sequence[str], request_id: int) -> str:
        return f"unsub {request_id} {','.join(streams)}"

    def ping(self) -> str | None:
        return None


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.confirmed: list[tuple[str, ...]] = []
        self.renewals: list[str] = []
        self.losses = 0

    def on_notice(self, runner: SessionRunner, notice: Notice) -> None:
        self.notices.append(notice)

    def on_confirmed(self, runner: SessionRunner, streams: tuple[str, ...]) -> None:
        self.confirmed.append(streams)

    def on_renew(self, runner: SessionRunner, reason: str) -> None:
        self.renewals.append(reason)

    def on_losing(self, runner: SessionRunner) -> None:
        self.losses += 1

    def of(self, kind: type[Notice]) -> list[Any]:
        return [notice for notice in self.notices if type(notice) is kind]


def acknowledge(peer: MemoryPeer) -> None:
    """Make ``peer`` a venue that says yes to everything."""
    peer.on_text = lambda text: peer.push(f"ack {text.split()[1]}")


class Rig:
    """One session against a network in memory."""

    def __init__(self, on_accept: Callable[[MemoryPeer], None] = acknowledge) -> None:
        self.network = MemoryNetwork(latency_s=0.01, on_accept=on_accept)
        self.listener = Listener()
        self.got: list[str] = []
        clock = VirtualClock()
        self.policy = RestartPolicy(jitter=0.0)
        self.runner = SessionRunner(
            name="venue/public#1",
            url="ws://venue/ws",
            protocol=Words(),
            limits=WsLimits(
                streams_per_connection=100,
                frames_per_s=FRAMES_PER_S,
                streams_per_request=10,
                connects=RateLimit("connections", 300, 300.0),
            ),
            transport=self.network,
            options=WebSocketOptions(),
            clock=clock,
            heartbeat=Heartbeat(),
            delays=RestartDelays(self.policy, Random(7)),
            connect_gate=ConnectGate(RateLimit("connections", 300, 300.0), clock),
            listener=self.listener,
        )

    def route(self, stream: str, decode: Callable[[bytes, int, None], Any] | None = None) -> Route:
        """Return a route whose events, frames as text, end in `got`."""
        made = Route(Channel(stream, StreamKind(decode or _text)))
        made.add(Tap(object, self.got.append))
        return made

    def want(self, *streams: str) -> None:
        self.runner.want([self.route(stream) for stream in streams])

    @property
    def peer(self) -> MemoryPeer:
        """The venue's end of the newest connection."""
        return self.network.peers[-1]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the session for as long as the block, and a moment before it."""
        task = asyncio.get_running_loop().create_task(self.runner.run())
        try:
            await asyncio.sleep(0.1)
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled():
            task.result()


def _text(frame: bytes, received_ts_ns: int, subject: None) -> Any:
    return frame.decode()


class TestSubscribing:
    @virtual_time
    async def test_wishes_made_before_the_start_leave_in_one_frame(self) -> None:
        rig = Rig()
        rig.want("a", "b")
        async with rig.running():
            assert rig.peer.texts == ["sub 1 a,b"]
            assert rig.listener.confirmed == [("a", "b")]
            assert rig.runner.is_settled

    @virtual_time
    async def test_wishes_made_together_on_a_live_connection_leave_together(self) -> None:
        rig = Rig()
        async with rig.running():
            rig.want("a")
            rig.want("b")
            assert not rig.runner.is_settled
            await asyncio.sleep(0.1)
            assert rig.peer.texts == ["sub 1 a,b"]

    @virtual_time
    async def test_data_reaches_its_route(self) -> None:
        rig = Rig()
        rig.want("a", "b")
        async with rig.running():
            rig.peer.push("a:1", "b:2", "a:3")
            await asyncio.sleep(0.1)
            assert rig.got == ["a:1", "b:2", "a:3"]

    @virtual_time
    async def test_what_is_given_up_is_unsubscribed_and_its_late_frames_do_no_harm(self) -> None:
        rig = Rig()
        rig.want("b")
        routes = [rig.route("a")]
        rig.runner.want(routes)
        async with rig.running():
            rig.peer.push("a:1")
            await asyncio.sleep(0.1)
            rig.runner.unwant(routes)
            rig.peer.push("a:2", "b:1")
            await asyncio.sleep(0.1)
            assert rig.peer.texts[-1] == "unsub 2 a"
            assert rig.got == ["a:1", "b:1"]
            assert rig.listener.of(DecodeFailure) == []

    @virtual_time
    async def test_g22_a_refusal_names_the_stream_and_the_venues_words_and_harms_no_other(
        self,
    ) -> None:
        def picky(peer: MemoryPeer) -> None:
            def answer(text: str) -> None:
                _, number, streams = text.split()
                peer.push(f"ack {number}" if "bad" not in streams else f"nack {number} no such")

            peer.on_text = answer

        rig = Rig(picky)
        rig.want("good")
        async with rig.running():
            rig.want("bad")
            await asyncio.sleep(1)
            (failed,) = rig.listener.of(TopicFailed)
            assert (failed.stream, failed.text) == ("bad", "no such")
            rig.peer.push("good:1")
            await asyncio.sleep(0.1)
            assert rig.got == ["good:1"]
            assert rig.runner.status().last_error == "bad: no such"

    @virtual_time
    async def test_a_stream_is_given_up_and_asked_for_again_on_the_same_connection(self) -> None:
        rig = Rig()
        rig.want("a", "b")
        async with rig.running():
            rig.runner.renew("a")
            await asyncio.sleep(2)
            assert rig.peer.texts == ["sub 1 a,b", "unsub 2 a", "sub 3 a"]
            assert rig.listener.confirmed == [("a", "b"), ("a",)]

    @virtual_time
    async def test_a_stream_that_is_being_asked_for_begins_anew_by_itself(self) -> None:
        rig = Rig(lambda peer: None)
        rig.want("a")
        async with rig.running():
            rig.runner.renew("a")
            rig.runner.renew("unknown")
            await asyncio.sleep(2)
            assert rig.peer.texts == ["sub 1 a"]

    @virtual_time
    async def test_g22_what_the_venue_sends_already_is_confirmed_and_the_rest_asked_for_again(
        self,
    ) -> None:
        def forgetful(peer: MemoryPeer) -> None:
            def answer(text: str) -> None:
                _, number, streams = text.split()
                peer.push(f"have {number} a" if "a" in streams else f"ack {number}")

            peer.on_text = answer

        rig = Rig(forgetful)
        rig.want("a", "b")
        async with rig.running():
            await asyncio.sleep(2)
            assert rig.listener.confirmed == [("a",), ("b",)]
            assert rig.listener.of(TopicFailed) == []


class TestOutages:
    @pytest.mark.parametrize("code", [1000, 1001, 1006, 1008, 1011, 1012])
    def test_g03_after_any_close_everything_is_subscribed_again(self, code: int) -> None:
        @virtual_time
        async def play() -> None:
            rig = Rig()
            rig.want("a", "b")
            async with rig.running():
                if code == 1006:
                    rig.peer.drop()
                else:
                    rig.peer.close(code, "go away")
                await asyncio.sleep(3)
                assert len(rig.network.peers) == 2
                assert rig.peer.texts == ["sub 2 a,b"]
                (down,) = rig.listener.of(SessionDown)
                assert (down.code, down.is_final) == (code, False)
                assert rig.listener.losses == 1

        play()

    @virtual_time
    async def test_g03_failed_attempts_are_told_and_counted_until_one_succeeds(self) -> None:
        rig = Rig()
        rig.network.plan(Refuse(), Refuse(status=503), Hang(), Accept())
        rig.want("a")
        async with rig.running():
            await asyncio.sleep(60)
            downs = rig.listener.of(SessionDown)
            assert len(downs) == 3
            assert [down.retry_in_s for down in downs] == [1, 2, 4]
            (up,) = rig.listener.of(SessionUp)
            assert up.attempt == 4
            assert rig.listener.losses == 0, "there was nothing to lose"
            assert rig.runner.is_settled
            assert rig.runner.status().last_error is None

    @virtual_time
    async def test_g12_a_host_that_names_a_time_is_left_alone_until_then(self) -> None:
        rig = Rig()
        rig.network.plan(Refuse(status=429, retry_after_s=45.0))
        async with rig.running():
            await asyncio.sleep(60)
            first_s, second_s = (at_s for at_s, _ in rig.network.attempts)
            assert 45.0 <= second_s - first_s < 47

    @virtual_time
    async def test_g04_a_connection_that_falls_silent_is_replaced(self) -> None:
        rig = Rig()
        rig.want("a")
        async with rig.running():
            rig.peer.black_hole()
            await asyncio.sleep(40)
            assert len(rig.network.peers) == 2
            assert rig.peer.texts == ["sub 2 a"]

    @virtual_time
    async def test_g04_a_silent_stream_is_asked_for_again_while_pings_are_answered(self) -> None:
        rig = Rig()
        rig.runner.want([_with_cadence(rig, "a", 0.1)])
        async with rig.running():
            await asyncio.sleep(15)
            (stale,) = rig.listener.of(TopicStale)
            assert (stale.stream, stale.action) == ("a", "resubscribe")
            assert rig.peer.texts[1:] == ["unsub 2 a", "sub 3 a"]

    @virtual_time
    async def test_g04_one_silent_stream_of_several_makes_the_owner_renew_and_breaks_nothing(
        self,
    ) -> None:
        rig = Rig()
        rig.want("flowing")
        rig.runner.want([_with_cadence(rig, "silent", 0.1)])
        async with rig.running():
            for second in range(30):
                rig.peer.push(f"flowing:{second}")
                await asyncio.sleep(1)
            (reason,) = rig.listener.renewals
            assert "silent" in reason
            assert len(rig.got) == 30
            assert len(rig.network.peers) == 1

    @virtual_time
    async def test_a_connection_is_replaced_when_its_owner_says_so(self) -> None:
        rig = Rig()
        rig.want("a")
        async with rig.running():
            first = rig.peer
            rig.runner.replace("a better idea")
            await asyncio.sleep(3)
            assert first.is_closed
            assert len(rig.network.peers) == 2
            (down,) = rig.listener.of(SessionDown)
            assert down.reason == "a better idea"

    @virtual_time
    async def test_g10_the_old_connection_says_nothing_more_once_it_was_given_up(self) -> None:
        rig = Rig()
        rig.want("a")
        async with rig.running():
            rig.peer.push("a:late")
            rig.runner.replace("now")
            await asyncio.sleep(3)
            assert rig.got == []

    @virtual_time
    async def test_g23_a_venue_that_announces_its_end_makes_the_owner_renew(self) -> None:
        rig = Rig()
        async with rig.running():
            rig.peer.push("shutdown")
            await asyncio.sleep(0.1)
            assert rig.listener.renewals == ["the venue announced a shutdown"]


class TestFrames:
    @virtual_time
    async def test_g11_pongs_carry_their_payload_and_never_leave_in_a_burst(self) -> None:
        rig = Rig()
        async with rig.running():
            for number in range(12):
                rig.peer.ping(str(number).encode())
            await asyncio.sleep(10)
            pongs = [frame for frame in rig.peer.received if frame.kind == "pong"]
            assert pongs[-1].payload == b"11"
            times_s = [frame.at_s for frame in rig.peer.received]
            for earlier_s, later_s in zip(times_s, times_s[FRAMES_PER_S:], strict=False):
                assert later_s - earlier_s >= 1.0

    @virtual_time
    async def test_g11_many_wishes_are_paced_too(self) -> None:
        rig = Rig()
        rig.want(*(f"s{number}" for number in range(90)))
        async with rig.running():
            await asyncio.sleep(5)
            times_s = [frame.at_s for frame in rig.peer.received]
            assert len(times_s) == 9
            assert all(b - a >= 1.0 for a, b in zip(times_s, times_s[FRAMES_PER_S:], strict=False))
            assert rig.runner.is_settled

    @virtual_time
    async def test_g25_frames_that_say_nothing_known_are_reported_and_survived(self) -> None:
        def decode(frame: bytes, received_ts_ns: int, subject: None) -> Any:
            if frame == b"a:bad":
                raise DecodeError("no price")
            return frame.decode()

        rig = Rig()
        rig.runner.want([rig.route("a", decode)])
        async with rig.running():
            rig.peer.push("what is this", "a:bad", "hello", "a:fine")
            await asyncio.sleep(0.1)
            failures = rig.listener.of(DecodeFailure)
            assert [(each.stream, each.raw) for each in failures] == [
                ("", b"what is this"),
                ("a", b"a:bad"),
            ]
            assert rig.got == ["a:fine"]
            assert rig.runner.decode_failures == 2

    @virtual_time
    async def test_all_frames_are_counted_those_of_streams_given_up_included(self) -> None:
        rig = Rig()
        routes = [rig.route("a")]
        rig.runner.want(routes)
        async with rig.running():
            before = rig.runner.frames
            rig.peer.push("a:1", "a:2", "hello")
            await asyncio.sleep(0.1)
            assert rig.runner.frames == before + 3
            rig.runner.unwant(routes)
            assert rig.runner.frames == before + 3


class TestPausing:
    @virtual_time
    async def test_g15_nothing_is_read_until_every_pause_is_taken_back(self) -> None:
        rig = Rig()
        rig.want("a")
        async with rig.running():
            rig.runner.pause()
            rig.runner.pause()
            rig.peer.push("a:1")
            rig.runner.resume()
            await asyncio.sleep(1)
            assert rig.got == []
            rig.runner.resume()
            await asyncio.sleep(0.1)
            assert rig.got == ["a:1"]

    @virtual_time
    async def test_g14_what_we_do_not_read_is_not_taken_for_silence(self) -> None:
        rig = Rig()
        rig.runner.want([_with_cadence(rig, "a", 0.1)])
        async with rig.running():
            rig.runner.pause()
            await asyncio.sleep(300)
            assert len(rig.network.peers) == 1
            assert rig.listener.of(TopicStale) == []

    @virtual_time
    async def test_a_connection_made_meanwhile_is_paused_too(self) -> None:
        rig = Rig()
        rig.want("a")
        async with rig.running():
            rig.runner.pause()
            rig.runner.replace("test")
            await asyncio.sleep(3)
            rig.peer.push("a:1")
            await asyncio.sleep(1)
            assert rig.got == []
            rig.runner.resume()
            await asyncio.sleep(0.1)
            assert rig.got == ["a:1"]


class TestEnding:
    @virtual_time
    async def test_g27_cancelling_closes_the_socket_and_says_so(self) -> None:
        rig = Rig()
        async with rig.running():
            pass
        assert rig.peer.is_closed
        assert rig.peer.received[-1].kind == "close"
        (down,) = rig.listener.of(SessionDown)
        assert (down.is_final, down.reason) == (True, "closed by the user")
        assert rig.runner.status().state == "closed"

    @virtual_time
    async def test_g27_a_peer_that_never_answers_holds_nobody_up(self) -> None:
        rig = Rig()
        loop = asyncio.get_running_loop()
        async with rig.running():
            rig.peer.black_hole()
            started_s = loop.time()
        assert loop.time() - started_s <= 2.1

    @virtual_time
    async def test_g27_cancelled_again_and_again_it_leaves_no_socket_in_its_goodbye(self) -> None:
        rig = Rig()
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(rig.runner.run())
            await asyncio.sleep(0.1)
            rig.peer.black_hole()
            started_s = loop.time()
            for _ in range(3):
                task.cancel()
                await asyncio.sleep(0.1)
            await asyncio.wait({task})
        assert task.cancelled()
        assert loop.time() - started_s == pytest.approx(WebSocketOptions().close_timeout_s)
        assert rig.peer.is_closed

    @virtual_time
    async def test_g27_a_socket_that_was_replaced_is_waited_for_as_well(self) -> None:
        rig = Rig()
        loop = asyncio.get_running_loop()
        async with rig.running():
            replaced = rig.peer
            replaced.black_hole()
            rig.runner.replace("for the test")
            await asyncio.sleep(0)
            started_s = loop.time()
        assert loop.time() - started_s == pytest.approx(WebSocketOptions().close_timeout_s)
        assert replaced.is_closed

    @pytest.mark.parametrize("turns", range(12))
    def test_g27_at_any_point_of_connecting_it_can_be_cancelled(self, turns: int) -> None:
        async def play() -> None:
            rig = Rig()
            rig.want("a")
            async with asyncio.TaskGroup() as group:
                task = group.create_task(rig.runner.run())
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
            await asyncio.sleep(5)
            assert all(peer.is_closed for peer in rig.network.peers)
            assert asyncio.all_tasks() == {asyncio.current_task()}

        run_virtual(play())

    @virtual_time
    async def test_g27_cancelling_while_the_host_does_not_answer(self) -> None:
        rig = Rig()
        rig.network.plan(Hang())
        async with rig.running():
            pass
        assert rig.network.peers == []


class TestBugs:
    @virtual_time
    async def test_a_bug_in_a_decoder_ends_the_run_which_can_be_begun_again(self) -> None:
        bugs = ["a:1"]

        def decode(frame: bytes, received_ts_ns: int, subject: None) -> Any:
            if frame.decode() in bugs:
                raise KeyError("price")
            return frame.decode()

        rig = Rig()
        rig.runner.want([rig.route("a", decode)])
        first = asyncio.gather(rig.runner.run(), return_exceptions=True)
        await asyncio.sleep(0.1)
        rig.peer.push("a:1")
        (error,) = await first
        assert isinstance(error, KeyError)
        (down,) = rig.listener.of(SessionDown)
        assert (down.is_final, down.reason) == (False, "crashed: KeyError: 'price'")
        assert rig.peer.is_closed

        async with rig.running():
            assert rig.peer.texts == ["sub 2 a"]
            rig.peer.push("a:2")
            await asyncio.sleep(0.1)
            assert rig.got == ["a:2"]


class TestHandingOver:
    @virtual_time
    async def test_g23_what_one_session_disowns_another_adopts(self) -> None:
        old, new = Rig(), Rig()
        old.want("a")
        new.runner.want([new.route("a", lambda frame, at_ns, subject: None)])
        async with old.running(), new.running():
            routes = list(old.runner.routes.values())
            new.runner.adopt(routes, *old.runner.disown("renewed"))
            old.peer.push("a:old")
            new.peer.push("a:new")
            await asyncio.sleep(0.1)
            assert old.got == ["a:new"], "the sinks of the old session, fed by the new one"
            assert routes[0].carrier is new.runner
        (down,) = old.listener.of(SessionDown)
        assert down.reason == "renewed"

    @virtual_time
    async def test_g23_a_session_whose_successor_took_over_as_it_was_cut_is_at_its_end(
        self,
    ) -> None:
        old, new = Rig(), Rig()
        old.want("a")
        old.listener.on_losing = lambda runner: new.runner.adopt(  # type: ignore[method-assign]  # as a pool does
            list(runner.routes.values()), *runner.disown("renewed")
        )
        async with old.running(), new.running():
            old.peer.drop()
            await asyncio.sleep(5)
            (down,) = old.listener.of(SessionDown)
            assert (down.is_final, down.reason) == (True, "renewed")
            assert len(old.network.attempts) == 1

    @virtual_time
    async def test_g23_the_successor_of_a_paused_session_is_paused_as_often(self) -> None:
        old, new = Rig(), Rig()
        old.want("a")
        new.want("a")
        async with old.running(), new.running():
            old.runner.pause()
            old.runner.pause()
            routes = list(old.runner.routes.values())
            new.runner.adopt(routes, *old.runner.disown("renewed"))
            new.peer.push("a:1")
            new.runner.resume()
            await asyncio.sleep(0.5)
            assert old.got == []
            new.runner.resume()
            await asyncio.sleep(0.1)
            assert old.got == ["a:1"]


@virtual_time
async def test_the_status_tells_the_session_at_a_glance() -> None:
    rig = Rig()
    rig.want("a", "b")
    assert rig.runner.status().state == "idle"
    async with rig.running():
        rig.peer.push("a:1")
        await asyncio.sleep(2)
        status = rig.runner.status()
        assert (status.name, status.state, status.reconnects) == ("venue/public#1", "live", 0)
        assert status.streams["confirmed"] == 2
        assert status.silent_s is not None
        assert 0 <= status.silent_s <= 2.1
        assert status.last_error is None


@virtual_time
async def test_request_numbers_go_on_over_connections_so_that_no_late_answer_fits() -> None:
    rig = Rig()
    rig.want("a")
    async with rig.running():
        for _ in range(3):
            rig.peer.drop()
            await asyncio.sleep(10)
        numbers = [int(peer.texts[0].split()[1]) for peer in rig.network.peers]
        assert all(later > earlier for earlier, later in pairwise(numbers))


def _with_cadence(rig: Rig, stream: str, cadence_s: float) -> Route:
    made = Route(Channel(stream, StreamKind(_text, cadence_s=cadence_s)))
    made.add(Tap(object, rig.got.append))
    return made
