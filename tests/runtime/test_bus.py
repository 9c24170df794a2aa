"""From a publisher to its consumers: order, containment, stamps, leaving."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tickwright.model.notices import Dropped, Gap, HandlerFailed
from tickwright.model.topics import BookUpdates, Notices, Quotes, Trades
from tickwright.runtime.bus import Bus, QueuedHandle, TopicChannel
from tickwright.runtime.queues import Overflow
from tickwright.testing.virtual_time import virtual_time


TRADES = Trades("binance:BTC/USDT")


class FakeClock:
    def __init__(self) -> None:
        self.now_ns = 1_100

    def time_ns(self) -> int:
        return self.now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def monotonic_s(self) -> float:
        return self.now_ns / 1e9


def gap(number: int) -> Gap:
    return Gap(instrument="x:A/B", first=number, last=number, received_ts_ns=100)


def no_tasks(name: str, coroutine: Coroutine[Any, Any, None]) -> None:
    raise AssertionError(f"no task is due for a plain handler, but here is {name}")


@pytest.fixture
def bus() -> Bus:
    return Bus(FakeClock(), no_tasks)


@pytest.fixture
def trades(bus: Bus) -> TopicChannel:
    return bus.channel(TRADES)


@asynccontextmanager
async def running_bus() -> AsyncIterator[Bus]:
    async with asyncio.TaskGroup() as tasks:
        bus = Bus(FakeClock(), lambda name, coroutine: tasks.create_task(coroutine, name=name))
        yield bus
        bus.close()


def failing(error: Exception) -> Callable[[object], None]:
    def handler(event: object) -> None:
        raise error

    return handler


class TestChannels:
    def test_equal_topics_share_one(self, bus: Bus) -> None:
        assert bus.channel(Trades("binance:BTC/USDT")) is bus.channel(TRADES)
        assert bus.channel(Quotes("binance:BTC/USDT")) is not bus.channel(TRADES)
        assert len(bus.channels()) == 2

    def test_g16_a_forgotten_one_is_gone(self, bus: Bus, trades: TopicChannel) -> None:
        bus.forget(TRADES)
        bus.forget(TRADES)
        assert bus.channels() == ()
        assert bus.channel(TRADES) is not trades

    def test_g15_one_that_somebody_listens_to_is_kept_for_the_next_publisher(
        self, bus: Bus, trades: TopicChannel
    ) -> None:
        handle = trades.attach(print)
        bus.forget(TRADES)
        assert bus.publisher(TRADES) is trades
        handle.detach()
        assert bus.channels() == (trades,), "it has a publisher"
        handle = trades.attach(print)
        bus.forget(TRADES)
        handle.detach()
        assert bus.channels() == ()

    async def test_the_publisher_is_told_when_the_last_consumer_has_left(
        self, bus: Bus, trades: TopicChannel
    ) -> None:
        idle: list[TopicChannel] = []
        trades.on_idle = idle.append
        handle = trades.attach(print)
        async with bus.subscribe(TRADES):
            handle.detach()
            assert idle == []
        assert trades.is_idle
        assert idle == [trades]
        handle.detach()
        assert idle == [trades]

    def test_its_repr_says_who_listens(self, trades: TopicChannel) -> None:
        trades.attach(print)
        assert repr(trades) == "TopicChannel(Trades(binance:BTC/USDT), 1 handlers, 0 readers)"


class TestHandlers:
    def test_are_called_at_once_in_the_order_they_came(self, trades: TopicChannel) -> None:
        seen: list[tuple[str, object]] = []
        trades.attach(lambda event: seen.append(("first", event)))
        trades.attach(lambda event: seen.append(("second", event)))
        trades.publish(gap(1))
        assert seen == [("first", gap_at(1)), ("second", gap_at(1))]

    def test_g29_the_event_is_stamped_before_any_of_them_sees_it(
        self, trades: TopicChannel
    ) -> None:
        stamps: list[int] = []
        trades.attach(lambda event: stamps.append(event.delivered_ts_ns))
        trades.publish(gap(1))
        assert stamps == [1_100]

    def test_g29_the_stamp_of_the_first_topic_stays(self, bus: Bus, trades: TopicChannel) -> None:
        trades.attach(lambda event: None)
        other = bus.channel(Trades("binance.spot:*"))
        other.attach(lambda event: None)
        event = gap(1)
        trades.publish(event)
        bus.time_ns = lambda: 9_999
        other.publish(event)
        assert event.delivered_ts_ns == 1_100

    def test_detached_ones_hear_no_more(self, trades: TopicChannel) -> None:
        seen: list[object] = []
        handle = trades.attach(seen.append)
        trades.publish(gap(1))
        handle.detach()
        handle.detach()
        trades.publish(gap(2))
        assert seen == [gap_at(1)]

    def test_one_function_may_be_attached_twice_and_leave_once(self, trades: TopicChannel) -> None:
        seen: list[object] = []
        first = trades.attach(seen.append)
        trades.attach(seen.append)
        first.detach()
        trades.publish(gap(1))
        assert len(seen) == 1

    def test_one_may_detach_itself_and_attach_others_while_called(
        self, trades: TopicChannel
    ) -> None:
        seen: list[object] = []

        def once(event: object) -> None:
            handle.detach()
            trades.attach(seen.append)

        handle = trades.attach(once)
        trades.publish(gap(1))
        trades.publish(gap(2))
        assert seen == [gap_at(2)]


def gap_at(number: int) -> Gap:
    """The gap as it is after delivery."""
    return Gap(
        instrument="x:A/B", first=number, last=number, received_ts_ns=100, delivered_ts_ns=1_100
    )


class TestContainment:
    def test_g26_a_handler_that_raises_stops_neither_its_neighbours_nor_the_stream(
        self, trades: TopicChannel
    ) -> None:
        seen: list[object] = []
        trades.attach(failing(ValueError("bad")))
        trades.attach(seen.append)
        trades.publish(gap(1))
        trades.publish(gap(2))
        assert seen == [gap_at(1), gap_at(2)]
        assert trades.statistics().handler_errors == 2

    def test_g26_it_is_reported_once_for_each_type_of_error(
        self, bus: Bus, trades: TopicChannel, caplog: pytest.LogCaptureFixture
    ) -> None:
        notices: list[HandlerFailed] = []
        bus.channel(Notices()).attach(notices.append)
        errors = iter([ValueError("one"), ValueError("two"), KeyError("three")])

        def handler(event: object) -> None:
            raise next(errors)

        handle = trades.attach(handler)
        for number in range(3):
            trades.publish(gap(number))
        assert [notice.error for notice in notices] == ["ValueError: one", "KeyError: 'three'"]
        assert notices[0].topic == str(TRADES)
        assert "handler" in notices[0].handler
        assert handle.errors == 3
        assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
        assert "one" in caplog.text

    def test_g26_a_broken_reader_of_notices_is_not_told_about_itself(
        self, bus: Bus, caplog: pytest.LogCaptureFixture
    ) -> None:
        channel = bus.channel(Notices())
        channel.attach(failing(ValueError("bad")))
        channel.publish(gap(1))
        assert channel.statistics().published == 1
        assert "bad" in caplog.text

    def test_one_that_detaches_itself_and_then_raises_is_reported(
        self, trades: TopicChannel, caplog: pytest.LogCaptureFixture
    ) -> None:
        def handler(event: object) -> None:
            handle.detach()
            raise ValueError("last words")

        handle = trades.attach(handler)
        trades.publish(gap(1))
        assert "last words" in caplog.text
        assert trades.statistics().handler_errors == 1

    def test_the_end_of_the_program_is_no_error_of_a_handler(self, trades: TopicChannel) -> None:
        def handler(event: object) -> None:
            raise KeyboardInterrupt

        trades.attach(handler)
        with pytest.raises(KeyboardInterrupt):
            trades.publish(gap(1))


class AsyncObject:
    def __init__(self) -> None:
        self.seen: list[object] = []

    async def __call__(self, event: object) -> None:
        self.seen.append(event)


class TestAsyncHandlers:
    async def test_get_every_event_in_order(self) -> None:
        seen: list[object] = []

        async def handler(event: object) -> None:
            await asyncio.sleep(0)
            seen.append(event)

        async with running_bus() as bus:
            channel = bus.channel(TRADES)
            channel.attach(handler)
            for number in range(3):
                channel.publish(gap(number))
            while len(seen) < 3:
                await asyncio.sleep(0)
        assert seen == [gap_at(0), gap_at(1), gap_at(2)]

    async def test_objects_and_partial_functions_count_as_async_too(self) -> None:
        seen: list[object] = []

        async def handler(name: str, event: object) -> None:
            seen.append(name)

        target = AsyncObject()
        async with running_bus() as bus:
            channel = bus.channel(TRADES)
            assert isinstance(channel.attach(target), QueuedHandle)
            partial = functools.partial(handler, "partial")
            assert isinstance(channel.attach(partial), QueuedHandle)
            channel.publish(gap(1))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert target.seen == [gap_at(1)]
        assert seen == ["partial"]

    @virtual_time
    async def test_g14_one_that_sleeps_harms_nobody_and_its_loss_is_told(self) -> None:
        quick: list[object] = []
        slow: list[object] = []

        async def sleeper(event: object) -> None:
            slow.append(event)
            await asyncio.sleep(60)

        async with running_bus() as bus:
            channel = bus.channel(TRADES)
            handle = channel.attach(sleeper, capacity=2)
            channel.attach(quick.append)
            for number in range(10):
                channel.publish(gap(number))
                await asyncio.sleep(1)
            await asyncio.sleep(300)
        assert len(quick) == 10
        assert slow[0] == gap_at(0)
        dropped = slow[1]
        assert isinstance(dropped, Dropped)
        assert dropped.count == 7
        assert slow[2:] == [gap_at(8), gap_at(9)]
        assert isinstance(handle, QueuedHandle)
        assert handle.reader.statistics().dropped == 7

    async def test_g26_what_they_raise_is_contained_and_reported_once(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        seen: list[object] = []

        async def handler(event: object) -> None:
            seen.append(event)
            raise ValueError("bad")

        async with running_bus() as bus:
            channel = bus.channel(TRADES)
            handle = channel.attach(handler)
            for number in range(3):
                channel.publish(gap(number))
            while len(seen) < 3:
                await asyncio.sleep(0)
        assert handle.errors == 3
        assert len(caplog.records) == 1

    async def test_g15_one_that_may_lose_nothing_ends_loudly_when_too_slow(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def handler(event: object) -> None:
            pass

        async with running_bus() as bus:
            channel = bus.channel(TRADES)
            channel.attach(handler, capacity=1, overflow=Overflow.FAIL)
            channel.publish(gap(1))
            channel.publish(gap(2))
            while not channel.is_idle:
                await asyncio.sleep(0)
        assert "is called no more" in caplog.text

    async def test_detached_ones_end_their_task(self) -> None:
        async def handler(event: object) -> None:
            pass

        async with running_bus() as bus:
            before = asyncio.all_tasks()
            handle = bus.channel(TRADES).attach(handler)
            (task,) = asyncio.all_tasks() - before
            assert "handler" in task.get_name()
            handle.detach()
            await task
            assert bus.channel(TRADES).is_idle


class TestSubscriptions:
    async def test_read_many_topics_in_one_line(self, bus: Bus, trades: TopicChannel) -> None:
        quotes = bus.channel(Quotes("binance:BTC/USDT"))
        async with bus.subscribe(TRADES, quotes.topic) as events:
            quotes.publish(gap(1))
            trades.publish(gap(2))
            assert [await events.receive(), await events.receive()] == [gap_at(1), gap_at(2)]

    async def test_hold_the_publisher_back_through_its_gate(
        self, bus: Bus, trades: TopicChannel
    ) -> None:
        calls: list[str] = []

        class Gate:
            def pause(self) -> None:
                calls.append("pause")

            def resume(self) -> None:
                calls.append("resume")

        trades.gate = Gate()
        async with bus.subscribe(TRADES, capacity=2, overflow=Overflow.BLOCK) as events:
            trades.publish(gap(1))
            trades.publish(gap(2))
            assert events.statistics().is_paused
            await events.receive()
            assert calls == ["pause", "resume"]

    async def test_g15_after_a_hole_ask_the_publisher_for_the_book(self, bus: Bus) -> None:
        channel = bus.channel(BookUpdates("binance:BTC/USDT"))
        asked = 0

        def snapshot() -> None:
            nonlocal asked
            asked += 1

        channel.snapshot = snapshot
        async with bus.subscribe(channel.topic, capacity=1) as events:
            channel.publish(gap(1))
            channel.publish(gap(2))
            assert isinstance(await events.receive(), Dropped)
            events.statistics()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await events.receive()
        assert asked == 1


class TestStatistics:
    def test_count_what_was_published_and_how_late(self, trades: TopicChannel) -> None:
        assert trades.statistics().lag_s is None
        trades.attach(lambda event: None)
        trades.publish(gap(1))
        told = trades.statistics()
        assert told.topic == str(TRADES)
        assert (told.published, told.handlers, told.subscriptions) == (1, 1, 0)
        assert told.lag_s == 1000e-9


class TestClosing:
    async def test_g27_ends_every_subscription_and_handler_and_twice_is_fine(self) -> None:
        seen: list[object] = []

        async def handler(event: object) -> None:
            seen.append(event)

        async with running_bus() as bus:
            channel = bus.channel(TRADES)
            channel.attach(handler)
            channel.attach(seen.append)
            events = bus.subscribe(TRADES).open()
            bus.close()
            bus.close()
            assert [event async for event in events] == []
            assert channel.is_idle
            channel.publish(gap(1))
        assert seen == []
