"""Journal first, then the board, then whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from decimal import Decimal
from typing import Any

import pytest

from tickwright.errors import StoreError, WouldBlock
from tickwright.io.store import MemoryStore
from tickwright.model.market import Side
from tickwright.model.orders import OrderEvent, OrderReport, ReportedState, SubmitOrder
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.board import OrderBoard
from tickwright.trading.journal import Journal, Reported, Sent, Submitted
from tickwright.trading.recorder import Recorder


class SlowStore(MemoryStore):
    """A store that takes its time, and can fail."""

    is_immediate = False

    def append_nowait(self, rows: Sequence[bytes]) -> int:
        raise WouldBlock("it takes its time")

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.is_broken = False

    async def append(self, rows: Sequence[bytes]) -> int:
        self.batches.append(len(rows))
        await asyncio.sleep(1.0)
        if self.is_broken:
            raise StoreError("the disk is full")
        return super().append_nowait(rows)


def order(name: str) -> tuple[Submitted, Sent]:
    command = SubmitOrder(
        client_order_id=name,
        instrument="binance:BTC/USDT",
        side=Side.BUY,
        quantity=Decimal(1),
        price=Decimal(1),
    )
    intent = Submitted(at_ns=1, product="binance.spot", command=command)
    return intent, Sent(at_ns=1, client_order_id=name)


def reported(name: str, received_ts_ns: int) -> Reported:
    report = OrderReport(
        client_order_id=name,
        instrument="binance:BTC/USDT",
        state=ReportedState.OPEN,
        venue_order_id="7",
        venue_ts_ns=1,
        received_ts_ns=received_ts_ns,
        filled_quantity=Decimal(0),
    )
    return Reported(at_ns=received_ts_ns, product="binance.spot", report=report)


class Held:
    def __init__(self, group: asyncio.TaskGroup, store: MemoryStore | None = None) -> None:
        self.group = group
        self.store: Any = store or SlowStore()
        self.told: list[tuple[str, int]] = []
        self.board = OrderBoard()
        self.recorder = Recorder(Journal(self.store), self.board, self._tell, self._spawn)
        self.writing: list[asyncio.Task[None]] = []

    def record(self, name: str) -> asyncio.Task[None]:
        return self.group.create_task(self.recorder.record(*order(name)))

    def _spawn(self, name: str, coroutine: Coroutine[Any, Any, None], /) -> None:
        self.writing.append(self.group.create_task(coroutine, name=name))

    def _tell(self, event: OrderEvent) -> None:
        self.told.append((event.order.client_order_id, len(self.store.contents)))


@virtual_time
async def test_g34_nothing_is_told_before_it_is_journalled() -> None:
    async with asyncio.TaskGroup() as group:
        held = Held(group)
        await held.recorder.record(*order("a"))
        assert held.told == [("a", 2)]


@virtual_time
async def test_what_comes_while_a_batch_is_written_is_written_together_and_in_order() -> None:
    async with asyncio.TaskGroup() as group:
        held = Held(group)
        held.record("a")
        await asyncio.sleep(0.5)
        for name in "bcde":
            held.record(name)
    assert held.store.batches == [2, 8]
    assert [name for name, _ in held.told] == list("abcde")


@virtual_time
async def test_entries_that_cannot_be_written_are_not_folded_and_the_next_ones_are() -> None:
    async with asyncio.TaskGroup() as group:
        held = Held(group)
        held.store.is_broken = True
        with pytest.raises(StoreError, match="full"):
            await held.recorder.record(*order("a"))
        assert len(held.board) == 0
        held.store.is_broken = False
        await held.recorder.record(*order("b"))
        assert held.told == [("b", 2)]


@pytest.mark.parametrize("who", [0, 1])
@virtual_time
async def test_who_stops_waiting_does_not_stop_the_others(who: int) -> None:
    async with asyncio.TaskGroup() as group:
        held = Held(group)
        tasks = [held.record("a"), held.record("b")]
        await asyncio.sleep(0.5)
        tasks[who].cancel()
        await asyncio.wait(tasks)
        await held.recorder.record(*order("c"))
    assert [name for name, _ in held.told] == ["a", "b", "c"]


@virtual_time
async def test_an_entry_that_cannot_be_is_its_recorders_error_and_no_one_elses() -> None:
    async with asyncio.TaskGroup() as group:
        held = Held(group)
        found = await asyncio.gather(
            held.recorder.record(Sent(at_ns=1, client_order_id="nobody's")),
            held.recorder.record(*order("b")),
            return_exceptions=True,
        )
    assert isinstance(found[0], KeyError)
    assert held.told == [("b", 3)]


@virtual_time
async def test_nobody_waits_for_a_writing_that_was_ended() -> None:
    async with asyncio.TaskGroup() as group:
        held = Held(group)
        waiting = held.record("a")
        await asyncio.sleep(0.5)
        held.writing[0].cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        await held.recorder.record(*order("b"))
    assert held.told == [("b", 2)]


class FullStore(MemoryStore):
    """A store that never takes anything."""

    def append_nowait(self, rows: Sequence[bytes]) -> int:
        raise StoreError("the disk is full")


@virtual_time
async def test_g34_where_nothing_is_waited_for_entries_are_journalled_and_told_on_the_spot() -> (
    None
):
    async with asyncio.TaskGroup() as group:
        held = Held(group, MemoryStore())
        coroutine = held.recorder.record(*order("a"))
        with pytest.raises(StopIteration):  # it ends without ever having waited
            coroutine.send(None)
        assert held.told == [("a", 2)]
        assert not held.writing


@virtual_time
async def test_who_follows_an_order_hears_of_it_alone_and_may_leave_while_told() -> None:
    async with asyncio.TaskGroup() as group:
        held = Held(group, MemoryStore())
        heard: list[str] = []

        def once(event: OrderEvent) -> None:
            heard.append(f"once {event.order.client_order_id}")
            held.recorder.leave("a", once)

        held.recorder.follow("a", once)
        held.recorder.follow("a", lambda event: heard.append(type(event).__name__))
        for name in "ab":
            await held.recorder.record(*order(name))
        held.recorder.leave("a", once)
        await held.recorder.record(reported("a", 2))
        assert heard == ["once a", "OrderSent", "OrderAccepted"]


@pytest.mark.parametrize("store", [MemoryStore, SlowStore])
@virtual_time
async def test_what_a_second_channel_repeats_is_neither_written_nor_told(
    store: type[MemoryStore],
) -> None:
    async with asyncio.TaskGroup() as group:
        held = Held(group, store())
        await held.recorder.record(*order("a"))
        for received_ts_ns in (2, 3):
            await held.recorder.record(reported("a", received_ts_ns))
        assert [len(held.store.contents), len(held.told)] == [3, 2]


@virtual_time
async def test_what_an_immediate_store_refuses_is_not_folded() -> None:
    async with asyncio.TaskGroup() as group:
        held = Held(group, FullStore())
        with pytest.raises(StoreError, match="full"):
            await held.recorder.record(*order("a"))
        assert len(held.board) == 0


@virtual_time
async def test_nobody_records_on_the_spot_where_a_store_has_to_be_waited_for() -> None:
    async with asyncio.TaskGroup() as group:
        held = Held(group)
        with pytest.raises(WouldBlock):
            held.recorder.record_nowait(*order("a"))
        assert not held.store.batches
