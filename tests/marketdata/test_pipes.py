"""Pipes: what goes through them, and what they are told of their streams."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.marketdata.rig import BTC, Bench, trade

from tickwright.errors import NotSupported, SubscriptionRefused
from tickwright.kernel import Levels
from tickwright.marketdata.pipes import BookPipe, Pipe, PipeTools
from tickwright.model.market import BookDelta, BookSnapshot
from tickwright.model.notices import BookState, BookStateChanged, TopicFailed, TopicStale
from tickwright.model.topics import BookStates, BookUpdates, Trades
from tickwright.runtime.routes import Route
from tickwright.venues.binance.spec import SPOT


REFUSED = TopicFailed(received_ts_ns=1, session="s", stream="btcusdt@trade", text="no such thing")


def side(*pairs: tuple[str, str]) -> Levels:
    return Levels.from_pairs(pairs, 8, 8)


def snapshot(sequence: int) -> BookSnapshot:
    return BookSnapshot(BTC, None, 5, side(("99", "1")), side(("101", "1")), sequence)


def delta(first: int, last: int) -> BookDelta:
    return BookDelta(BTC, 5, 6, side(("98", "2")), side(), first, last)


def stale(action: str) -> TopicStale:
    return TopicStale(received_ts_ns=7, session="s", stream="x", silent_s=61.0, action=action)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def book(bench: Bench) -> BookPipe:
    pipe = bench.pipe(BookUpdates(BTC))
    bench.bus.channel(BookStates(BTC)).attach(bench.events.append)
    assert isinstance(pipe, BookPipe)
    return pipe


def test_a_plain_pipe_passes_events_on_and_a_refusal_into_the_same_line(bench: Bench) -> None:
    route = Route(SPOT.channel(Trades(BTC), bench.instruments))
    pipe = Pipe(Trades(BTC), route, bench.bus.publisher(Trades(BTC)))
    bench.bus.channel(Trades(BTC)).attach(bench.events.append)
    bench.feed(pipe, trade(1))
    pipe.on_confirmed()
    pipe.on_up(1)
    pipe.on_down("cut", 2)
    pipe.on_silent(stale("watch"))
    pipe.on_tick(3)
    pipe.on_refused(REFUSED)
    pipe.close(4)
    assert bench.events == [trade(1), REFUSED]


def test_a_full_reader_holds_back_the_stream_of_the_pipe(bench: Bench) -> None:
    pipe = bench.pipe(Trades(BTC))
    assert pipe.channel.gate is pipe.route


def test_a_book_pipe_asks_for_a_snapshot_once_its_stream_is_confirmed(
    bench: Bench, book: BookPipe
) -> None:
    assert bench.asked == []
    book.on_up(1)
    book.on_confirmed()
    assert bench.asked == [book.keeper]
    book.keeper.on_snapshot(snapshot(10))
    bench.feed(book, delta(11, 12))
    kinds = [type(event) for event in bench.events]
    assert kinds == [BookSnapshot, BookStateChanged, BookDelta]
    assert book.view.best_bid == (Decimal(99), Decimal(1))
    assert book.view.sequence == 12


def test_a_reader_that_lost_deltas_can_have_the_book_as_it_stands(
    bench: Bench, book: BookPipe
) -> None:
    assert book.channel.snapshot is not None
    assert book.channel.snapshot() is None
    book.on_confirmed()
    book.keeper.on_snapshot(snapshot(10))
    bench.feed(book, delta(11, 12))
    whole = book.channel.snapshot()
    assert whole is not None
    assert list(whole.bids) == book.view.bids()


def test_an_outage_and_a_silence_reach_the_book(bench: Bench, book: BookPipe) -> None:
    book.on_confirmed()
    book.keeper.on_snapshot(snapshot(10))
    book.on_silent(stale("watch"))
    assert book.view.state is BookState.SUSPECT
    assert len(bench.asked) == 2, "a fresh snapshot tells whether it is only quiet"
    book.on_down("cut", 8)
    assert (book.view.state, book.view.reason) == (BookState.STALE, "cut")
    book.on_up(9)
    assert book.view.state is BookState.RESYNCING


async def test_g22_a_refusal_reaches_the_reader_and_who_waits_for_the_book(
    bench: Bench, book: BookPipe
) -> None:
    book.on_refused(REFUSED)
    assert bench.events == [REFUSED]
    with pytest.raises(SubscriptionRefused, match="no such thing"):
        await book.view.wait_readable(1)


def test_a_closed_book_pipe_gives_its_topics_up(bench: Bench, book: BookPipe) -> None:
    book.close(9)
    assert book.view.state is BookState.CLOSED
    assert book.channel.snapshot is None


def test_a_replay_fetches_nothing_and_says_so(bench: Bench) -> None:
    tools = PipeTools.for_replay(bench.bus, bench.clock)
    errors: list[Exception] = []
    tools.fetch(SPOT.calls.server_time(), bench.events.append, errors.append)
    assert [type(error) for error in errors] == [NotSupported]
    assert bench.events == []
