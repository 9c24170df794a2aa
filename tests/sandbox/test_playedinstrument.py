from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.sandbox.bookside import BookSide, Quotes
from tickwright.sandbox.dialects import dialect_of
from tickwright.sandbox.playedinstrument import PlayedInstrument
from tickwright.venues.dialects import BookRecord, RecordedLevels, RecordedMark, RecordedTrade
from tickwright.venues.facts import MarkFact


SNAPSHOT = '{"lastUpdateId":%d,"bids":[["100","2"],["99","3"]],"asks":[["102","4"]]}'
ONE = 10**8


class Floor:
    """Notes what an instrument brings to somebody's book."""

    def __init__(self) -> None:
        self.sides: tuple[Quotes, Quotes] = (_Noted(self, is_bid=True), _Noted(self, is_bid=False))
        self.quoted: list[tuple[bool, int, int]] = []
        self.replayed: list[tuple[bool, int, int]] = []

    def take(self, *, is_buy: bool, quantity: int, limit: int) -> None:
        raise AssertionError("a recording takes nothing by itself")

    def replay(self, *, is_buy: bool, quantity: int, price: int) -> None:
        self.replayed.append((is_buy, quantity // ONE, price // ONE))


class _Noted(BookSide):
    def __init__(self, floor: Floor, *, is_bid: bool) -> None:
        super().__init__(is_bid=is_bid)
        self._noted_by = floor

    def set(self, price: int, quantity: int) -> None:
        super().set(price, quantity)
        self._noted_by.quoted.append((self.is_bid, price // ONE, quantity // ONE))


class Rig:
    def __init__(self) -> None:
        dialect = dialect_of("binance.spot")
        (rules,) = dialect.recorded_rules(["BTCUSDT"], None)
        self.record: BookRecord = dialect.book_record()
        self.record.snapshot("BTCUSDT", SNAPSHOT % 1)
        self.instrument = PlayedInstrument(rules, lambda: self.record, lambda: 5000)
        self.floor = Floor()
        self.last_id = 1

    def delta(self, bids: str = "[]", asks: str = "[]") -> None:
        self.last_id += 1
        payload = f'{{"U":{self.last_id},"u":{self.last_id},"b":{bids},"a":{asks}}}'
        levels = self.record.follow("btcusdt@depth", payload)
        assert levels is not None
        self.floor.quoted.clear()
        self.instrument.on_levels(levels)

    def trade(self, price: str, quantity: str, **more: bool) -> None:
        more = {"is_buyer_maker": True, **more}
        self.instrument.on_trade(
            RecordedTrade("BTCUSDT", Decimal(price), Decimal(quantity), **more)
        )


@pytest.fixture
def rig() -> Rig:
    made = Rig()
    made.instrument.join(made.floor)
    return made


def test_the_recorded_book_is_what_is_there() -> None:
    instrument = Rig().instrument
    assert instrument.bids(1) == [(100 * ONE, 2 * ONE)]
    assert instrument.asks(9) == [(102 * ONE, 4 * ONE)]


def test_a_delta_sets_quotes_and_what_goes_makes_room_first(rig: Rig) -> None:
    rig.delta('[["102","1"],["100","0"]]', '[["102","0"],["103","5"]]')
    assert rig.floor.quoted == [(True, 100, 0), (False, 102, 0), (True, 102, 1), (False, 103, 5)]
    assert rig.instrument.bids(1) == [(102 * ONE, ONE)]


def test_before_anybody_deals_with_it_nothing_is_brought_anywhere() -> None:
    rig = Rig()
    rig.delta('[["101","1"]]')
    rig.trade("101", "1")
    assert (rig.floor.quoted, rig.floor.replayed) == ([], [])
    assert rig.instrument.last_price == 101 * ONE


def test_a_trade_happens_again_and_the_next_delta_states_its_price(rig: Rig) -> None:
    rig.trade("100", "2")
    rig.trade("102", "1", is_buyer_maker=False)
    assert rig.floor.replayed == [(False, 2, 100), (True, 1, 102)]
    rig.delta('[["98","7"]]')
    assert sorted(rig.floor.quoted) == [(False, 102, 4), (True, 98, 7), (True, 100, 2)]
    rig.delta('[["98","8"]]')
    assert rig.floor.quoted == [(True, 98, 8)]


def test_joined_trades_are_passed_over_where_single_ones_are_recorded(rig: Rig) -> None:
    rig.trade("100", "1", is_joined=True)
    rig.trade("100", "2")
    rig.trade("100", "3", is_joined=True)
    assert rig.floor.replayed == [(False, 1, 100), (False, 2, 100)]


def test_a_new_snapshot_replaces_all_quotes(rig: Rig) -> None:
    rig.delta('[["98","7"]]')
    rig.floor.quoted.clear()
    rig.record.snapshot("BTCUSDT", SNAPSHOT % 50)
    rig.instrument.on_snapshot()
    assert rig.floor.quoted[0] == (True, 98, 0)
    assert sorted(rig.floor.quoted[1:]) == [(False, 102, 4), (True, 99, 3), (True, 100, 2)]


def test_what_is_finer_than_the_instruments_digits_is_left_out(rig: Rig) -> None:
    odd = Decimal("100.123456789")
    rig.floor.quoted.clear()
    rig.instrument.on_levels(RecordedLevels("BTCUSDT", [(odd, Decimal(1))], []))
    rig.trade(str(odd), "1")
    assert (rig.floor.quoted, rig.floor.replayed) == ([], [])


def test_the_mark_is_the_middle_of_the_book_or_what_was_recorded(rig: Rig) -> None:
    middle = 101 * ONE
    assert rig.instrument.mark(0) == MarkFact(middle, middle, 0, 0)
    told = RecordedMark("BTCUSDT", Decimal("101.5"), Decimal(101), Decimal("0.0001"), 1000)
    rig.instrument.on_mark(told)
    assert rig.instrument.mark(0) == MarkFact(10_150_000_000, 101 * ONE, 10_000, 6000)


def test_without_a_book_the_last_trade_is_the_mark() -> None:
    rig = Rig()
    rig.record = dialect_of("binance.spot").book_record()
    rig.trade("55", "1")
    assert rig.instrument.mark(0).mark == 55 * ONE
    assert rig.instrument.bids(5) == []
