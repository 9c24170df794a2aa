"""G5: books heal by themselves. G7: a snapshot replaces. On real recordings, edited, and with a venue that errs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

import msgspec
import pytest
from tests.conftest import capture_path
from tests.guarantees.kit import (
    BTC,
    BTC_PERP,
    Collected,
    MemoryVenue,
    Sides,
    acquire,
    catches_up,
    sides_of,
    spot,
    until,
    usdm,
)

from tickwright.app.connector import Connector
from tickwright.app.registry import products_of
from tickwright.io.clock import SystemClock
from tickwright.io.files import CaptureReader, CaptureRecord
from tickwright.marketdata.keeper import BookKeeper
from tickwright.marketdata.pipes import BookPipe, Pipe, PipeTools
from tickwright.marketdata.replay import Replay
from tickwright.model.market import BookSnapshot
from tickwright.model.notices import BookState, BookStateChanged, SessionDown
from tickwright.model.topics import BookStates, BookUpdates, Notices, Topic
from tickwright.runtime.bus import Bus
from tickwright.sandbox.dialects import dialect_of
from tickwright.sandbox.playback import PlaybackMarket
from tickwright.sandbox.server import LoopbackVenue
from tickwright.testing.virtual_time import virtual_time


Records = list[CaptureRecord]
Edit = Callable[[Records, list[int]], Records]


def depth_at(records: Sequence[CaptureRecord], stream: str) -> list[int]:
    """Return where the deltas of a stream stand in a recording."""
    return [
        number
        for number, record in enumerate(records)
        if record.direction == "in" and f'"{stream}' in record.data[:60]
    ]


@lru_cache
def read(name: str, count: int | None = None) -> Records:
    """Return the first ``count`` records of a recording."""
    return list(islice(CaptureReader(capture_path(name)), count))


class Replayed:
    """Books and their states after a direct replay; snapshots that a book asks for come from ``reference``."""

    def __init__(self, product: str, records: Records) -> None:
        self.keepers: dict[str, BookKeeper] = {}
        self.states: dict[str, Collected] = {}
        self.asked: list[BookKeeper] = []
        clock = SystemClock()
        self._bus = Bus(clock, _no_tasks)
        tools = PipeTools(self._bus, clock, request_snapshot=self.asked.append, fetch=_no_fetch)
        self.replay = Replay(products_of(product)[0], tools, on_pipe=self._on_pipe)
        self.replay.play(records)

    def _on_pipe(self, pipe: Pipe) -> None:
        if isinstance(pipe, BookPipe):
            self.keepers[pipe.instrument.id] = pipe.keeper
            states = self.states[pipe.instrument.id] = Collected()
            self._bus.channel(BookStates(pipe.instrument.id)).attach(states)

    def sides(self) -> dict[str, tuple[Any, Any]]:
        """Return all levels of all books."""
        return {
            name: (keeper.book.bids(), keeper.book.asks()) for name, keeper in self.keepers.items()
        }


def _no_tasks(name: str, coroutine: Any) -> object:
    raise AssertionError(name)


def _no_fetch(call: Any, on_answer: Any, on_failure: Any) -> None:
    raise AssertionError(call)


def dropped(records: Records, at: list[int]) -> Records:
    """A delta is lost."""
    gone = at[len(at) // 3]
    return records[:gone] + records[gone + 1 :]


def doubled(records: Records, at: list[int]) -> Records:
    """A delta comes twice."""
    one = at[len(at) // 3]
    return [*records[: one + 1], records[one], *records[one + 1 :]]


def reordered(records: Records, at: list[int]) -> Records:
    """A delta is overtaken by the next one of its stream."""
    one, two = at[len(at) // 3 : len(at) // 3 + 2]
    edited = list(records)
    edited[one], edited[two] = records[two], records[one]
    return edited


RECORDINGS = [
    ("binance.spot", "binance-spot-5", None),
    ("binance.usdm", "binance-usdm-7", None),
    ("binance.spot", "binance-spot-1", 20_000),
]


def first_stream(product: str, records: Records) -> tuple[str, list[int]]:
    """Return the busiest diff stream of a recording and where its deltas stand."""
    streams = PlaybackMarket(product, records).streams
    found = {name: depth_at(records, name) for name in streams if "@depth" in name}
    name = max(found, key=lambda each: len(found[each]))
    return name, found[name]


def snapshot_record(product: str, records: Records, at: int, symbol: str) -> CaptureRecord:
    """Return what the venue would have answered to a request for a snapshot at a place in a recording."""
    dialect = dialect_of(product)
    book = dialect.book_record()
    path = None
    for record in records[:at]:
        if record.direction == "http" and f"symbol={symbol}" in (record.path or ""):
            book.snapshot(symbol, record.data)
            path = record.path
        elif record.direction == "in" and f'"{symbol.lower()}@depth' in record.data[:60]:
            stream, payload = dialect.taken_apart(record.data)
            assert stream is not None
            book.follow(stream, payload)
    body = book.body(symbol, 1 << 30)
    assert body is not None
    return CaptureRecord(received_ts_ns=None, conn=None, direction="http", path=path, data=body)


@pytest.mark.parametrize("edit", [dropped, doubled, reordered])
@pytest.mark.parametrize(("product", "name", "count"), RECORDINGS)
def test_g05_an_edited_recording_ends_with_the_books_of_the_unedited_one(
    product: str, name: str, count: int | None, edit: Edit
) -> None:
    records = read(name, count)
    stream, at = first_stream(product, records)
    symbol = stream.partition("@")[0].upper()
    reference = Replayed(product, records)
    edited = edit(records, at)
    # What the session would have asked for, as the venue would have answered some time later.
    place = at[len(at) // 2]
    answer = snapshot_record(product, records, place, symbol)
    if edit is not doubled:
        shift = len(edited) - len(records)
        edited.insert(place + shift, answer)
    found = Replayed(product, edited)
    assert found.sides() == reference.sides()
    instrument_id = next(
        keeper.instrument.id
        for keeper in found.keepers.values()
        if keeper.instrument.symbol == symbol
    )
    keeper, states = found.keepers[instrument_id], found.states[instrument_id]
    story = [(change.new, change.reason) for change in states.of(BookStateChanged)]
    resyncing = [reason for state, reason in story if state is BookState.RESYNCING]
    if edit is doubled:
        assert (keeper.gaps, keeper.resyncs, resyncing) == (0, 0, [])
    else:
        assert keeper.gaps >= 1
        assert all("gap before update" in reason for reason in resyncing)
        assert keeper.resyncs == len(resyncing) == 1
        assert story[-1][0].is_readable
    others = [each for each in found.keepers.values() if each is not keeper]
    assert all((other.gaps, other.resyncs) == (0, 0) for other in others)


@pytest.mark.parametrize(("product", "name", "count"), RECORDINGS[:2])
def test_g07_no_old_level_survives_a_snapshot(product: str, name: str, count: int | None) -> None:
    records = read(name, count)
    stream, at = first_stream(product, records)
    symbol = stream.partition("@")[0].upper()
    place = at[len(at) // 2]
    answer = snapshot_record(product, records, place, symbol)
    body = json.loads(answer.data)
    bids, asks = body["bids"][:3], body["asks"][:3]
    shorter = msgspec.structs.replace(answer, data=json.dumps({**body, "bids": bids, "asks": asks}))
    gone = at[len(at) // 2 - 1]
    found = Replayed(product, [*records[:gone], *records[gone + 1 : place + 1], shorter])
    keeper = next(each for each in found.keepers.values() if each.instrument.symbol == symbol)
    touched = json.loads(records[place].data)["data"]
    for levels, fresh, changed in (
        (keeper.book.bids(), bids, touched["b"]),
        (keeper.book.asks(), asks, touched["a"]),
    ):
        assert levels
        assert {price for price, _ in levels} <= {Decimal(row[0]) for row in [*fresh, *changed]}


async def _play(
    product: str, records: Records, spoil: Callable[[LoopbackVenue, str], None], cut_at: int | None
) -> tuple[dict[str, Any], Collected, dict[str, Any]]:
    """Play records through sockets and return the books, what was said, and the recording's own books."""
    market = PlaybackMarket(product, records)
    stream, _ = first_stream(product, records)
    async with LoopbackVenue([market], request_wait_s=2.0) as venue:
        spoil(venue, stream)
        async with Connector.open(product, endpoints=venue.endpoints) as tw:
            listed = await tw.instruments()
            books, topics = {}, list[Topic]([Notices()])
            for name in market.streams:
                topic = products_of(product)[0].recordings.stream(name, listed)
                assert topic is not None
                topics.append(topic[0])
                if isinstance(topic[0], BookUpdates):
                    topics.append(BookStates(topic[0].instrument))
            seen = await acquire(tw, topics)
            if cut_at is not None:
                async with asyncio.timeout(20):
                    while market.frames_played < cut_at:
                        await asyncio.sleep(0)
                venue.close_sockets(1006)
            await asyncio.wait_for(venue.finished.wait(), 40)
            keepers = {pipe.instrument: pipe.keeper for pipe in tw.feeds[0].book_pipes}
            truth = {each.id: market.book(each.symbol) for each in keepers}
            async with asyncio.timeout(10):
                while any(
                    not keeper.state.is_readable or keeper.sequence != market.last_id(each.symbol)
                    for each, keeper in keepers.items()
                ):
                    await asyncio.sleep(0.01)
            for each, keeper in keepers.items():
                books[each.id] = (dict(keeper.book.bids()), dict(keeper.book.asks()))
            return books, seen, truth


def within(sides: Sides, reach: tuple[Decimal, Decimal]) -> Sides:
    """Return the levels inside the last snapshot's: the venue tells the best 1,000, and what is beyond as it changes."""
    bids, asks = sides
    return (
        {price: bids[price] for price in bids if price >= reach[0]},
        {price: asks[price] for price in asks if price <= reach[1]},
    )


def _drop(venue: LoopbackVenue, stream: str) -> None:
    venue.faults.drop[stream] = 1


def _double(venue: LoopbackVenue, stream: str) -> None:
    venue.faults.double[stream] = 3


def _reorder(venue: LoopbackVenue, stream: str) -> None:
    venue.faults.reorder[stream] = 2


def _late(venue: LoopbackVenue, stream: str) -> None:
    venue.faults.snapshot_delay_s = 0.05


def _old(venue: LoopbackVenue, stream: str) -> None:
    venue.faults.snapshot_old = 2


def _failed(venue: LoopbackVenue, stream: str) -> None:
    venue.faults.snapshot_failures = 2
    venue.faults.snapshot_html = 1


def _nothing(venue: LoopbackVenue, stream: str) -> None:
    pass


@pytest.mark.parametrize(
    ("spoil", "cut_at"),
    [
        (_drop, None),
        (_double, None),
        (_reorder, None),
        (_late, None),
        (_old, None),
        (_failed, None),
        (_nothing, 1_500),
    ],
)
async def test_g05_a_recording_through_spoiled_sockets_ends_with_its_own_books(
    spoil: Callable[[LoopbackVenue, str], None], cut_at: int | None
) -> None:
    records = read("binance-usdm-7", 4_000)
    books, seen, truth = await _play("binance.usdm", records, spoil, cut_at)
    assert len(books) == 5
    for name, sides in books.items():
        last = [event for event in seen.of(BookSnapshot) if event.instrument == name][-1]
        reach = min(last.bids)[0], max(last.asks)[0]
        assert within(sides, reach) == within(truth[name], reach)
        assert all(
            own.items() <= whole.items() for own, whole in zip(sides, truth[name], strict=True)
        )
    assert all(change.reason for change in seen.of(BookStateChanged))
    downs = [down for down in seen.of(SessionDown) if not down.is_final]
    if cut_at is not None:
        assert len(downs) == 2, "one a session"
        stale = [c for c in seen.of(BookStateChanged) if c.new is BookState.STALE]
        assert {change.instrument for change in stale} == set(books)
    else:
        assert downs == []


@pytest.mark.parametrize("product", ["binance.spot", "binance.usdm"])
@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("drop", 1),
        ("double", 5),
        ("reorder", 3),
        ("snapshot_old", 3),
        ("snapshot_failures", 4),
        ("snapshot_html", 2),
        ("snapshot_delay_s", 8.0),
    ],
)
@virtual_time
async def test_g05_whatever_goes_wrong_once_the_book_ends_equal_to_the_venues(
    product: str, fault: str, value: float
) -> None:
    name = BTC if product == "binance.spot" else BTC_PERP
    stream = "btcusdt@depth@100ms"
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector(product) as tw:
        faults = venue.faults[product]
        seen = await acquire(tw, [BookStates(name)])
        if fault.startswith("snapshot"):
            setattr(faults, fault, value)
        book = await tw.book(name)
        await asyncio.sleep(10)
        if fault.startswith("snapshot"):
            faults.drop[stream] = 1  # and once more in the middle
            await until(lambda: book.gaps, 10)
        else:
            getattr(faults, fault)[stream] = int(value)
        await asyncio.sleep(20)
        await until(lambda: book.is_readable, 30)
        await until(lambda: sides_of(book) == venue.markets[product].book("BTCUSDT"), 10)
        states = [change.new for change in seen.of(BookStateChanged)]
        if fault == "double":
            assert BookState.RESYNCING not in states
        elif fault in ("drop", "reorder") or fault.startswith("snapshot"):
            assert BookState.RESYNCING in states
            assert states[-1].is_readable
        assert (await asyncio.wait_for(_next_delta(tw, name), 5)) is not None


async def _next_delta(tw: Connector, name: str) -> object:
    async with tw.subscribe(BookUpdates(name)) as line:
        return await line.receive()


@virtual_time
async def test_g07_after_an_outage_only_levels_of_the_new_snapshot_are_left() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        book = await tw.book(BTC)
        seen = await acquire(tw, [BookUpdates(BTC)])
        await asyncio.sleep(10)
        before = set(sides_of(book)[0])
        venue.open_lines[0].close(1006)
        instrument = venue.markets["binance.spot"].instruments[0]
        for _ in range(20_000):
            instrument.step(int(venue.clock.time_ns() // 1_000_000))
        count = len(seen.of(BookSnapshot))
        await until(lambda: len(seen.of(BookSnapshot)) > count, 10)
        await catches_up(book, venue)
        assert set(sides_of(book)[0]) != before
