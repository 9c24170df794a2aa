"""Books from one stream alone: another snapshot is another subscription, and not too many of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.marketdata.rig import Bench

from tickwright.kernel import Levels
from tickwright.marketdata.pipe_table import make_pipe
from tickwright.marketdata.streamed import AGAIN_S, StreamedBookPipe
from tickwright.model.instrument import Instruments
from tickwright.model.market import BookDelta, BookSnapshot
from tickwright.model.notices import BookState
from tickwright.model.topics import BookStates, BookUpdates
from tickwright.runtime.routes import Route
from tickwright.venues.bybit.spec import LINEAR


BTC = "bybit:BTC/USDT:USDT"
TOPIC = BookUpdates(BTC, 50)


class Carrying:
    """Notes which streams are to begin anew."""

    def __init__(self) -> None:
        self.renewed: list[str] = []

    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def renew(self, stream: str) -> None:
        self.renewed.append(stream)


class Kept(Bench):
    """A streamed book on a bench."""

    def __init__(self) -> None:
        super().__init__()
        listed = Instruments([LINEAR.infer("BTCUSDT")])
        self.carrier = Carrying()
        route = Route(LINEAR.channel(TOPIC, listed))
        route.carrier = self.carrier
        made = make_pipe(TOPIC, route, LINEAR, listed, self.tools)
        assert isinstance(made, StreamedBookPipe)
        self.book = made
        self.states: list[Any] = []
        self.bus.channel(TOPIC).attach(self.events.append)
        self.bus.channel(BookStates(BTC, 50)).attach(self.states.append)
        made.on_up(1)
        made.on_confirmed()

    def wait(self, seconds: float) -> None:
        self.clock.now_ns += round(seconds * 1e9)
        self.book.on_tick(self.clock.now_ns)


def levels(price: str) -> Levels:
    return Levels.from_pairs([(Decimal(price), Decimal(1))], 8, 8)


def snapshot(number: int) -> BookSnapshot:
    return BookSnapshot(BTC, number, number, levels("99"), levels("101"), number)


def delta(number: int) -> BookDelta:
    return BookDelta(BTC, number, number, levels("98"), levels("102"), number, number)


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_a_book_is_made_of_what_its_stream_brings(kept: Kept) -> None:
    kept.feed(kept.book, snapshot(10), delta(11))
    assert [type(event) for event in kept.events] == [BookSnapshot, BookDelta]
    assert (kept.states[-1].new, kept.carrier.renewed, kept.asked) == (BookState.UNAUDITED, [], [])


def test_g05_a_gap_subscribes_the_stream_anew(kept: Kept) -> None:
    kept.feed(kept.book, snapshot(10), delta(12), delta(13))
    assert kept.carrier.renewed == ["orderbook.50.BTCUSDT"]
    kept.book.on_confirmed()
    kept.feed(kept.book, snapshot(20))
    assert kept.states[-1].new is BookState.UNAUDITED


def test_a_book_that_breaks_again_at_once_has_to_wait(kept: Kept) -> None:
    for number in (10, 20, 30):
        kept.feed(kept.book, snapshot(number), delta(number + 5))
        kept.book.on_confirmed()
    assert len(kept.carrier.renewed) == 1
    kept.wait(AGAIN_S - 1)
    assert len(kept.carrier.renewed) == 1
    kept.wait(1)
    assert len(kept.carrier.renewed) == 2
    kept.wait(AGAIN_S)
    assert len(kept.carrier.renewed) == 2


def test_what_healed_meanwhile_is_left_alone(kept: Kept) -> None:
    kept.feed(kept.book, snapshot(10), delta(15), snapshot(20), delta(25), snapshot(30))
    kept.wait(AGAIN_S)
    assert len(kept.carrier.renewed) == 1
