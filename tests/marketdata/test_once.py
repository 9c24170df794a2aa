"""While two connections overlap, each event is passed on once, and in order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tickwright.io.clock import SystemClock
from tickwright.marketdata.once import OncePipe, QuotePipe
from tickwright.model.market import MarkPrice, Quote
from tickwright.model.topics import MarkPrices, Quotes, Topic
from tickwright.runtime.bus import Bus
from tickwright.runtime.routes import Route
from tickwright.venues.base import Channel, StreamKind


BTC = "binance:BTC/USDT:USDT"
ONE = Decimal(1)
SECOND = 1_000_000_000


def piped(make: type[OncePipe] | type[QuotePipe], topic: Topic) -> tuple[Route, list[Any]]:
    """Return a route whose frames are numbers into a list of events, through a pipe into a list."""
    got: list[Any] = []
    channel = Bus(SystemClock(), lambda name, coroutine: coroutine.close()).channel(topic)
    channel.attach(got.append)
    route = Route(Channel("s", StreamKind(lambda frame, received_ns, subject: None)))  # type: ignore[arg-type, return-value]  # events are pushed
    route.add(make(topic, route, channel))
    return route, got


def quote(sequence: int | None, received_ns: int = 1) -> Quote:
    return Quote(BTC, None, received_ns, ONE, ONE, ONE * 2, ONE, sequence)


def mark(at_ns: int | None, price: int, received_ns: int = 1, instrument: str = BTC) -> MarkPrice:
    return MarkPrice(instrument, at_ns, received_ns, Decimal(price))


def test_g23_a_quote_that_both_connections_bring_is_passed_on_once() -> None:
    route, got = piped(QuotePipe, Quotes(BTC))
    for sequence in (1, 2, 2, 1, 3, 3):
        route.take(quote(sequence, received_ns=sequence))
    assert [each.sequence for each in got] == [1, 2, 3]


def test_quotes_without_ids_all_pass() -> None:
    route, got = piped(QuotePipe, Quotes(BTC))
    for _ in range(3):
        route.take(quote(None))
    assert len(got) == 3


def test_g23_any_number_of_quotes_that_another_connection_brought_before_is_old() -> None:
    route, got = piped(QuotePipe, Quotes(BTC))
    route.take(quote(10_000, received_ns=5 * SECOND))
    for sequence in range(9_000):  # held since the overlap began
        route.take(quote(sequence, received_ns=2 * SECOND))
    for sequence in range(9_000):  # lagging behind it
        route.take(quote(sequence, received_ns=7 * SECOND))
    route.take(quote(10_001, received_ns=8 * SECOND))
    assert [each.sequence for each in got] == [10_000, 10_001]


def test_a_venue_that_counts_anew_is_followed_after_a_while() -> None:
    route, got = piped(QuotePipe, Quotes(BTC))
    route.take(quote(10**9, received_ns=SECOND))
    for second in range(2, 20):
        route.take(quote(second, received_ns=second * SECOND))
    assert [each.sequence for each in got[1:]] == list(range(13, 20))


def test_one_old_quote_after_our_clock_was_set_is_still_old() -> None:
    route, got = piped(QuotePipe, Quotes(BTC))
    for number in range(100, 103):
        route.take(quote(number, received_ns=number * 30 * SECOND))
        route.take(quote(number - 1, received_ns=(number + 1) * 30 * SECOND))
    assert [each.sequence for each in got] == [100, 101, 102]


def test_g23_the_same_event_at_the_same_time_is_passed_on_once() -> None:
    route, got = piped(OncePipe, MarkPrices(BTC))
    route.take(mark(100, 7, received_ns=1))
    route.take(mark(100, 7, received_ns=2))
    route.take(mark(100, 8, received_ns=3))
    route.take(mark(90, 9, received_ns=4))
    route.take(mark(200, 8, received_ns=5))
    assert [(each.venue_ts_ns, each.price) for each in got] == [(100, 7), (100, 8), (200, 8)]


def test_instruments_of_one_stream_do_not_hide_each_other() -> None:
    route, got = piped(OncePipe, MarkPrices("binance.usdm:*"))
    route.take(mark(100, 7))
    route.take(mark(90, 7, instrument="binance:ETH/USDT:USDT"))
    assert len(got) == 2


def test_a_clock_that_was_set_back_is_followed() -> None:
    route, got = piped(OncePipe, MarkPrices(BTC))
    route.take(mark(10**12, 7))
    route.take(mark(10**12 - 61 * 10**9, 8))
    assert len(got) == 2


def test_events_without_a_time_pass_unless_they_repeat_the_last_one() -> None:
    route, got = piped(OncePipe, MarkPrices(BTC))
    for price in (7, 7, 8):
        route.take(mark(None, price))
    assert [each.price for each in got] == [7, 8]
