"""What each overflow policy keeps, loses and says."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.errors import SlowConsumer, UsageError, WouldBlock
from tickwright.kernel import Levels
from tickwright.model.account import Balance, BalanceChanged
from tickwright.model.market import BookDelta, BookSnapshot, Candle, Quote
from tickwright.model.notices import Dropped, Gap
from tickwright.model.topics import BalanceUpdates, BookUpdates, Candles, Quotes, Topic
from tickwright.runtime.queues import Event, EventQueue, Overflow, open_queue


NOTHING = Levels.from_pairs([], 2, 2)


class FakeGate:
    def __init__(self) -> None:
        self.pauses = 0

    def pause(self) -> None:
        self.pauses += 1

    def resume(self) -> None:
        self.pauses -= 1


class FakeSource:
    """A topic, and, for a topic of deltas, the book that they make: its sequence."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.gate = FakeGate()
        self.snapshot = self.book if isinstance(topic, BookUpdates) else None
        self.sequence: int | None = 0

    def book(self) -> BookSnapshot | None:
        return None if self.sequence is None else snapshot(self.sequence)


class FreeSource:
    """One without a socket that could wait."""

    topic = Quotes("binance:BTC/USDT")
    snapshot = None
    gate = None


def quote(number: int, instrument: str = "binance:BTC/USDT") -> Quote:
    one = Decimal(1)
    return Quote(
        instrument=instrument,
        venue_ts_ns=None,
        received_ts_ns=number,
        bid_price=one,
        bid_quantity=one,
        ask_price=one,
        ask_quantity=one,
        sequence=number,
    )


def delta(number: int) -> BookDelta:
    return BookDelta(
        instrument="binance:BTC/USDT",
        venue_ts_ns=None,
        received_ts_ns=number,
        bids=NOTHING,
        asks=NOTHING,
        first=number,
        last=number,
    )


def snapshot(number: int) -> BookSnapshot:
    return BookSnapshot(
        instrument="binance:BTC/USDT",
        venue_ts_ns=None,
        received_ts_ns=number,
        bids=NOTHING,
        asks=NOTHING,
        sequence=number,
    )


def candle(open_ts_ns: int, *, is_closed: bool, close: str = "1") -> Candle:
    one = Decimal(1)
    return Candle(
        instrument="binance:BTC/USDT",
        venue_ts_ns=None,
        received_ts_ns=0,
        interval="1m",
        open_ts_ns=open_ts_ns,
        close_ts_ns=open_ts_ns + 59,
        open=one,
        high=one,
        low=one,
        close=Decimal(close),
        volume=one,
        quote_volume=None,
        trades=None,
        is_closed=is_closed,
    )


def gap(first: int) -> Gap:
    return Gap(instrument="binance:BTC/USDT", first=first, last=first, received_ts_ns=0)


def queue(overflow: Overflow, capacity: int = 3) -> EventQueue:
    return open_queue(overflow, capacity, lambda: 77)


def drain(events: EventQueue) -> Iterator[Event]:
    while True:
        try:
            yield events.pop()
        except WouldBlock:
            return


def sequences(events: EventQueue) -> list[object]:
    """All that is queued, as numbers; a hole as ``"-n"`` and a snapshot as ``"=n"``."""
    told: list[object] = []
    for event in drain(events):
        match event:
            case Quote(sequence=number) | BookDelta(last=number):
                told.append(number)
            case Dropped(count=count):
                told.append(f"-{count}")
            case BookSnapshot(sequence=number):
                told.append(f"={number}")
            case other:
                told.append(other)
    return told


QUOTES = Quotes("binance:BTC/USDT")
BOOK = BookUpdates("binance:BTC/USDT")


class TestAll:
    @pytest.mark.parametrize("overflow", Overflow)
    def test_capacity_must_be_positive(self, overflow: Overflow) -> None:
        with pytest.raises(UsageError, match="at least 1"):
            queue(overflow, 0)

    @pytest.mark.parametrize("overflow", Overflow)
    def test_an_empty_one_says_so(self, overflow: Overflow) -> None:
        events = queue(overflow)
        assert not events.is_ready
        with pytest.raises(WouldBlock):
            events.pop()

    @pytest.mark.parametrize("overflow", Overflow)
    def test_below_capacity_nothing_is_lost_and_order_is_kept(self, overflow: Overflow) -> None:
        events = queue(overflow)
        source = FakeSource(QUOTES)
        instruments = ("binance:A/USDT", "binance:B/USDT")
        for number, instrument in enumerate(instruments):
            events.put(source, quote(number, instrument))
        assert len(events) == 2
        assert sequences(events) == [0, 1]
        assert (events.dropped, events.conflated) == (0, 0)

    @pytest.mark.parametrize("overflow", Overflow)
    def test_closing_empties_it(self, overflow: Overflow) -> None:
        events = queue(overflow)
        for number in range(10):
            events.put(FakeSource(QUOTES), quote(number))
        events.close()
        assert len(events) == 0

    @pytest.mark.parametrize("overflow", Overflow)
    @given(numbers=st.lists(st.booleans(), max_size=60), capacity=st.integers(1, 8))
    def test_g15_every_queue_is_bounded(
        self, overflow: Overflow, numbers: list[bool], capacity: int
    ) -> None:
        events = queue(overflow, capacity)
        source = FakeSource(QUOTES)
        bound = 2 * capacity if overflow is Overflow.BLOCK else capacity
        for number, is_put in enumerate(numbers):
            if is_put:
                events.put(source, quote(number))
            elif events.is_ready:
                try:
                    events.pop()
                except SlowConsumer:
                    return
            assert len(events) <= bound


class TestDropOldest:
    def test_g15_a_hole_is_told_where_it_is(self) -> None:
        events = queue(Overflow.DROP_OLDEST)
        source = FakeSource(QUOTES)
        events.put(source, quote(0))
        assert sequences(events) == [0]
        for number in range(1, 6):
            events.put(source, quote(number))
        assert sequences(events) == ["-2", 3, 4, 5]
        assert events.dropped == 2

    def test_holes_are_told_for_each_topic(self) -> None:
        events = queue(Overflow.DROP_OLDEST, 2)
        one, other = FakeSource(QUOTES), FakeSource(Quotes("binance:ETH/USDT"))
        for number in range(3):
            events.put(one, quote(number))
            events.put(other, quote(number))
        first, second, *rest = drain(events)
        assert isinstance(first, Dropped)
        assert isinstance(second, Dropped)
        assert (first.topic, first.count) == ("Quotes(binance:BTC/USDT)", 2)
        assert (second.topic, second.count) == ("Quotes(binance:ETH/USDT)", 2)
        assert first.received_ts_ns == 77
        assert len(rest) == 2

    @given(st.lists(st.booleans(), max_size=80), st.integers(1, 5))
    def test_g15_what_is_read_and_what_is_told_lost_is_all_there_was(
        self, steps: list[bool], capacity: int
    ) -> None:
        events = queue(Overflow.DROP_OLDEST, capacity)
        source = FakeSource(QUOTES)
        put = 0
        expected = 0  # the number that comes next, if the reader was told everything
        for is_put in steps:
            if is_put:
                events.put(source, quote(put))
                put += 1
            elif events.is_ready:
                match events.pop():
                    case Dropped(count=count):
                        expected += count
                    case Quote(sequence=number):
                        assert number == expected
                        expected += 1
        for event in drain(events):
            expected += event.count if isinstance(event, Dropped) else 1
        assert expected == put

    def test_g15_a_book_goes_on_from_a_snapshot(self) -> None:
        events = queue(Overflow.DROP_OLDEST)
        source = FakeSource(BOOK)
        for number in range(1, 6):
            events.put(source, delta(number))
            source.sequence = number
        assert sequences(events) == ["-2", "=5"]
        events.put(source, delta(6))
        assert sequences(events) == [6]

    def test_a_snapshot_holds_deltas_that_came_after_the_hole_was_told(self) -> None:
        events = queue(Overflow.DROP_OLDEST)
        source = FakeSource(BOOK)
        for number in range(1, 5):
            events.put(source, delta(number))
        assert isinstance(events.pop(), Dropped)
        events.put(source, delta(5))
        source.sequence = 5
        assert sequences(events) == ["-1", "=5"]  # delta 5 pushed delta 2 out: told as well

    def test_other_topics_keep_their_place_beside_a_resynced_book(self) -> None:
        events = queue(Overflow.DROP_OLDEST, 4)
        book, quotes = FakeSource(BOOK), FakeSource(QUOTES)
        for number in range(1, 4):
            events.put(book, delta(number))
            events.put(quotes, quote(number))
        book.sequence = 3
        assert sequences(events) == ["-1", "=3", "-1", 2, 3]

    def test_without_a_readable_book_deltas_are_held_until_it_publishes_one(self) -> None:
        events = queue(Overflow.DROP_OLDEST)
        source = FakeSource(BOOK)
        source.sequence = None
        for number in range(1, 6):
            events.put(source, delta(number))
        assert sequences(events) == ["-2"]
        events.put(source, delta(6))
        assert not events.is_ready
        events.put(source, snapshot(10))
        events.put(source, delta(11))
        assert sequences(events) == ["=10", 11]

    @pytest.mark.parametrize("overflow", [Overflow.DROP_OLDEST, Overflow.CONFLATE])
    def test_g15_a_book_that_can_be_read_again_comes_back_without_publishing_itself(
        self, overflow: Overflow
    ) -> None:
        events = queue(overflow)
        source = FakeSource(BOOK)
        source.sequence = None
        for number in range(1, 6):
            events.put(source, delta(number))
        sequences(events)
        source.sequence = 7
        events.put(source, delta(7))
        assert sequences(events) == ["=7"]
        events.put(source, delta(8))
        assert sequences(events) == [8]


class TestConflate:
    def test_g29_only_the_newest_of_each_kind_is_kept_in_order_of_first_arrival(self) -> None:
        events = queue(Overflow.CONFLATE)
        source = FakeSource(Quotes("binance.spot:*"))
        for number in range(10):
            events.put(source, quote(number, "binance:A/USDT"))
            events.put(source, quote(100 + number, "binance:B/USDT"))
        assert sequences(events) == [9, 109]
        assert (events.conflated, events.dropped) == (18, 0)

    def test_a_book_comes_as_a_fresh_snapshot(self) -> None:
        events = queue(Overflow.CONFLATE)
        source = FakeSource(BOOK)
        for number in range(1, 6):
            events.put(source, delta(number))
            source.sequence = number
        assert sequences(events) == ["=5"]
        events.put(source, delta(6))
        assert sequences(events) == [6]

    def test_a_book_that_cannot_be_read_comes_when_it_can(self) -> None:
        events = queue(Overflow.CONFLATE)
        source = FakeSource(BOOK)
        source.sequence = None
        for number in range(1, 4):
            events.put(source, delta(number))
        assert sequences(events) == []
        events.put(source, delta(4))
        events.put(source, snapshot(9))
        assert sequences(events) == ["=9"]

    def test_a_closed_candle_is_not_undone_by_the_next_one(self) -> None:
        events = queue(Overflow.CONFLATE)
        source = FakeSource(Candles("binance:BTC/USDT"))
        events.put(source, candle(0, is_closed=False))
        events.put(source, candle(0, is_closed=True, close="2"))
        events.put(source, candle(60, is_closed=False))
        closed, started = drain(events)
        assert isinstance(closed, Candle)
        assert isinstance(started, Candle)
        assert (closed.is_closed, closed.close, started.open_ts_ns) == (True, Decimal(2), 60)

    def test_notices_are_never_merged(self) -> None:
        events = queue(Overflow.CONFLATE)
        source = FakeSource(QUOTES)
        events.put(source, gap(1))
        events.put(source, gap(2))
        assert sequences(events) == [gap(1), gap(2)]

    def test_what_changed_of_an_account_is_never_conflated(self) -> None:
        events = queue(Overflow.CONFLATE)
        source = FakeSource(BalanceUpdates())
        changes = [
            BalanceChanged(
                balance=Balance(venue="bybit", asset=asset, free=Decimal(1)), received_ts_ns=1
            )
            for asset in ("BTC", "USDT")
        ]
        for change in changes:
            events.put(source, change)
        assert list(drain(events)) == changes

    def test_more_kinds_than_places_is_told_as_a_hole(self) -> None:
        events = queue(Overflow.CONFLATE, 2)
        source = FakeSource(Quotes("binance.spot:*"))
        for number in range(3):
            events.put(source, quote(number, f"binance:A{number}/USDT"))
        assert sequences(events) == ["-1", 1, 2]

    def test_a_book_without_place_goes_on_from_a_snapshot(self) -> None:
        events = queue(Overflow.CONFLATE, 1)
        book, quotes = FakeSource(BOOK), FakeSource(QUOTES)
        events.put(book, delta(1))
        events.put(quotes, quote(1))
        events.put(book, delta(2))
        book.sequence = 2
        assert sequences(events) == ["-1", "=2", "-1"]


class TestFail:
    def test_g15_the_reader_gets_what_was_queued_then_the_error_for_good(self) -> None:
        events = queue(Overflow.FAIL)
        source = FakeSource(QUOTES)
        for number in range(5):
            events.put(source, quote(number))
        assert [events.pop().received_ts_ns for _ in range(3)] == [0, 1, 2]
        for _ in range(2):
            assert events.is_ready
            with pytest.raises(
                SlowConsumer, match=r"Quotes\(binance:BTC/USDT\) fell 3 events behind"
            ):
                events.pop()
        assert events.dropped == 2

    def test_after_a_failure_nothing_new_is_mixed_in(self) -> None:
        events = queue(Overflow.FAIL, 1)
        source = FakeSource(QUOTES)
        events.put(source, quote(0))
        events.put(source, quote(1))
        assert events.pop() == quote(0)
        events.put(source, quote(2))
        with pytest.raises(SlowConsumer):
            events.pop()


class TestBlock:
    def test_a_full_queue_holds_back_just_the_sources_that_fill_it(self) -> None:
        events = queue(Overflow.BLOCK, 4)
        busy, quiet = FakeSource(QUOTES), FakeSource(Quotes("binance:ETH/USDT"))
        events.put(quiet, quote(0))
        for number in range(1, 6):
            events.put(busy, quote(number))
        assert (busy.gate.pauses, quiet.gate.pauses) == (1, 0)
        assert events.is_paused

    def test_half_empty_it_lets_them_go_on(self) -> None:
        events = queue(Overflow.BLOCK, 4)
        source = FakeSource(QUOTES)
        for number in range(4):
            events.put(source, quote(number))
        events.pop()
        assert source.gate.pauses == 1
        events.pop()
        assert source.gate.pauses == 0
        assert not events.is_paused

    def test_g15_a_source_that_does_not_stop_fails_at_twice_the_capacity(self) -> None:
        events = queue(Overflow.BLOCK, 4)
        source = FakeSource(QUOTES)
        for number in range(9):
            events.put(source, quote(number))
        assert [events.pop().received_ts_ns for _ in range(8)] == list(range(8))
        with pytest.raises(SlowConsumer):
            events.pop()

    def test_closing_lets_the_sources_go_on(self) -> None:
        events = queue(Overflow.BLOCK, 1)
        source = FakeSource(QUOTES)
        events.put(source, quote(0))
        events.close()
        assert source.gate.pauses == 0

    def test_a_source_that_cannot_wait_is_only_bounded(self) -> None:
        events = queue(Overflow.BLOCK, 1)
        for number in range(2):
            events.put(FreeSource(), quote(number))
        assert not events.is_paused
        assert len(events) == 2
