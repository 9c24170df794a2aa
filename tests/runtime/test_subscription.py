"""Reading: waiting, stamping, closing at any point."""

from __future__ import annotations

import asyncio

import pytest

from tickwright.errors import Closed, SlowConsumer, UsageError, WouldBlock
from tickwright.model.notices import Dropped, Gap
from tickwright.model.topics import Quotes, Topic, Trades
from tickwright.runtime.queues import Event, Overflow
from tickwright.runtime.subscription import TURNS, Subscription


class FakeSource:
    snapshot = None
    gate = None

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.readers: list[Subscription] = []

    def join(self, reader: Subscription) -> None:
        self.readers.append(reader)

    def leave(self, reader: Subscription) -> None:
        self.readers.remove(reader)

    def send(self, event: Event) -> None:
        for reader in self.readers:
            reader.offer(self, event)


def gap(number: int, received_ts_ns: int = 100, delivered_ts_ns: int = 0) -> Gap:
    return Gap(
        instrument="x:A/B",
        first=number,
        last=number,
        received_ts_ns=received_ts_ns,
        delivered_ts_ns=delivered_ts_ns,
    )


def delivered(number: int) -> Gap:
    return gap(number, delivered_ts_ns=1_100)


@pytest.fixture
def source() -> FakeSource:
    return FakeSource(Trades("binance:BTC/USDT"))


def reader(*sources: FakeSource, capacity: int = 10, **policy: Overflow) -> Subscription:
    return Subscription(sources, lambda: 1_100, capacity=capacity, **policy)


async def test_events_of_many_topics_come_in_the_order_of_their_arrival(source: FakeSource) -> None:
    other = FakeSource(Quotes("binance:BTC/USDT"))
    async with reader(source, other) as events:
        source.send(gap(1))
        other.send(gap(2))
        source.send(gap(3))
        numbers = [(await events.receive()) for _ in range(3)]
    assert [event.first for event in numbers if isinstance(event, Gap)] == [1, 2, 3]


async def test_a_waiting_reader_is_woken(source: FakeSource) -> None:
    async with reader(source) as events, asyncio.TaskGroup() as tasks:
        received = tasks.create_task(events.receive())
        await asyncio.sleep(0)
        source.send(gap(1))
        source.send(gap(2))
        assert await received == delivered(1)
        assert events.receive_nowait() == delivered(2)


async def test_to_stop_waiting_loses_nothing(source: FakeSource) -> None:
    async with reader(source) as events:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await events.receive()
        source.send(gap(1))
        assert await events.receive() == delivered(1)


async def test_g29_an_event_is_stamped_when_its_first_reader_takes_it(source: FakeSource) -> None:
    async with reader(source) as events, reader(source) as later:
        event = gap(1)
        source.send(event)
        assert event.delivered_ts_ns == 0
        await events.receive()
        assert event.delivered_ts_ns == 1_100
        later._time_ns = lambda: 9_999
        await later.receive()
        assert event.delivered_ts_ns == 1_100


async def test_g29_lag_is_counted_from_receiving_to_reading(source: FakeSource) -> None:
    async with reader(source) as events:
        assert events.statistics().lag_s is None
        source.send(gap(1, received_ts_ns=100))
        source.send(gap(2, received_ts_ns=600))
        await events.receive()
        await events.receive()
        assert events.statistics().lag_s == 500e-9
        assert events.statistics().lag_s_max == 1000e-9


async def test_statistics_tell_what_became_of_every_event(source: FakeSource) -> None:
    async with reader(source, capacity=3) as events:
        for number in range(5):
            source.send(gap(number))
        assert isinstance(await events.receive(), Dropped)
        await events.receive()
        told = events.statistics()
        assert (told.capacity, told.overflow) == (3, Overflow.DROP_OLDEST)
        assert (told.queued, told.delivered, told.dropped, told.conflated) == (2, 2, 2, 0)
        assert not told.is_paused


async def test_nothing_is_collected_before_it_is_open_or_after_it_is_closed(
    source: FakeSource,
) -> None:
    events = reader(source)
    source.send(gap(1))
    with pytest.raises(Closed, match="async with"):
        events.receive_nowait()
    async with events:
        with pytest.raises(WouldBlock):
            events.receive_nowait()
    assert source.readers == []


async def test_iterating_before_it_is_open_is_an_error(source: FakeSource) -> None:
    with pytest.raises(Closed, match="async with"):
        async for _ in reader(source):
            pass


async def test_a_topic_named_twice_is_read_once(source: FakeSource) -> None:
    async with reader(source, source) as events:
        source.send(gap(1))
        assert events.statistics().queued == 1


async def test_g27_closing_ends_the_iteration_of_a_waiting_reader(source: FakeSource) -> None:
    events = reader(source).open()
    seen = []

    async def read() -> None:
        seen.extend([event async for event in events])

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(read())
        source.send(gap(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        events.close()
        events.close()
    assert seen == [delivered(1)]
    assert events.is_closed


async def test_g27_closing_between_two_events_ends_the_iteration(source: FakeSource) -> None:
    events = reader(source).open()
    source.send(gap(1))
    source.send(gap(2))
    seen = 0
    async for _ in events:
        seen += 1
        events.close()
    assert seen == 1


async def test_a_closed_one_is_not_opened_again(source: FakeSource) -> None:
    events = reader(source)
    events.close()
    with pytest.raises(Closed, match="make a new one"):
        events.open()
    with pytest.raises(Closed):
        await events.receive()


async def test_g15_a_reader_that_may_not_lose_anything_is_told_that_it_was_too_slow(
    source: FakeSource,
) -> None:
    async with reader(source, capacity=2, overflow=Overflow.FAIL) as events:
        for number in range(3):
            source.send(gap(number))
        with pytest.raises(SlowConsumer):
            async for _ in events:
                pass


async def test_two_tasks_do_not_share_a_reader(source: FakeSource) -> None:
    async with reader(source) as events, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(events.receive())
        await asyncio.sleep(0)
        with pytest.raises(UsageError, match="each its own"):
            await events.receive()
        source.send(gap(1))
        assert await first == delivered(1)


async def test_g14_a_full_queue_does_not_keep_the_event_loop_to_itself(source: FakeSource) -> None:
    others = 0

    async def other() -> None:
        nonlocal others
        while not events.is_closed:
            others += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks, reader(source, capacity=10 * TURNS) as events:
        for number in range(10 * TURNS):
            source.send(gap(number))
        tasks.create_task(other())
        for _ in range(10 * TURNS):
            await events.receive()
    assert others >= 9


def test_its_repr_names_topics_and_policy(source: FakeSource) -> None:
    many = [FakeSource(Trades(f"x:A{number}/B")) for number in range(4)]
    assert repr(reader(source)) == "Subscription(Trades(binance:BTC/USDT); drop oldest, 0 queued)"
    assert "…; drop oldest" in repr(reader(*many))
