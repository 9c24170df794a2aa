"""Market events: values that say when, and stay the same when they are delivered."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import force_setattr

from tickwright.kernel import Levels
from tickwright.model import market
from tickwright.model.market import (
    AggTrade,
    AveragePrice,
    BookDelta,
    BookSnapshot,
    Candle,
    FundingRate,
    IndexPrice,
    Liquidation,
    MarketEvent,
    MarkPrice,
    OpenInterest,
    Quote,
    Side,
    Stamped,
    Ticker,
    Trade,
    datetime_of,
)


D = Decimal
BTC = "binance:BTC/USDT"
VENUE_NS = 1_760_000_000_123_456_789
RECEIVED_NS = VENUE_NS + 250_000_000
BIDS = Levels.from_pairs([("61000.50", "0.2"), ("61000.00", "1")], 2, 3)
ASKS = Levels.from_pairs([("61000.51", "0.4")], 2, 3)

CONTENT: dict[type[MarketEvent], tuple[Any, ...]] = {
    Trade: (D("61000.50"), D("0.2"), Side.BUY, 42),
    AggTrade: (D("61000.50"), D("0.2"), Side.SELL, 7, 40, 42),
    Quote: (D("61000.50"), D("0.2"), D("61000.51"), D("0.4"), 99),
    BookDelta: (BIDS, ASKS, 11, 15, 10),
    BookSnapshot: (BIDS, ASKS, 15),
    Candle: ("1m", 60, 119, D(1), D(3), D(1), D(2), D(10), None, 5, True),
    Ticker: (D(2), D(1), D(3), D(1), D(10)),
    AveragePrice: (D(2), "5m"),
    MarkPrice: (D(2),),
    IndexPrice: (D(2),),
    FundingRate: (D("1E-4"), None),
    OpenInterest: (D(1000),),
    Liquidation: (Side.SELL, D(2), None, D(1), D("0.5")),
}
"""One event of each type, without the fields that all share."""

EVENTS = sorted(CONTENT, key=lambda event: event.__name__)


def event(kind: type[MarketEvent], **changes: Any) -> MarketEvent:
    made = kind(BTC, VENUE_NS, RECEIVED_NS, *CONTENT[kind])
    return msgspec.structs.replace(made, **changes)


def delivered(one: MarketEvent, at_ns: int = RECEIVED_NS + 1000) -> MarketEvent:
    """Stamp ``one`` as the bus does."""
    force_setattr(one, "delivered_ts_ns", at_ns)
    return one


def test_every_event_type_is_tried_here() -> None:
    defined = {
        value
        for value in vars(market).values()
        if isinstance(value, type) and issubclass(value, MarketEvent) and value is not MarketEvent
    }
    assert defined == set(CONTENT)


@pytest.mark.parametrize("kind", EVENTS)
class TestEveryEvent:
    def test_is_frozen(self, kind: type[MarketEvent]) -> None:
        one = event(kind)
        for name in one.__struct_fields__:
            with pytest.raises(AttributeError):
                setattr(one, name, None)

    def test_is_equal_to_one_that_says_the_same(self, kind: type[MarketEvent]) -> None:
        assert event(kind) == event(kind)
        assert hash(event(kind)) == hash(event(kind))

    def test_differs_when_any_field_of_its_content_does(self, kind: type[MarketEvent]) -> None:
        one = event(kind)
        for name in one.__struct_fields__:
            if name != "delivered_ts_ns":
                other = event(kind, **{name: "something else"})
                assert one != other, name
                assert len({one, other}) == 2, name

    def test_g29_stays_the_same_when_it_is_delivered(self, kind: type[MarketEvent]) -> None:
        one = event(kind)
        seen = {one}
        delivered(one)
        assert one in seen
        assert one == event(kind)
        assert hash(one) == hash(event(kind))

    def test_takes_its_comparison_from_one_place(self, kind: type[MarketEvent]) -> None:
        assert kind.__eq__ is Stamped.__eq__
        assert kind.__hash__ is Stamped.__hash__

    def test_has_a_readable_repr_without_floats_and_exponents(
        self, kind: type[MarketEvent]
    ) -> None:
        text = repr(event(kind))
        assert text.startswith(f"{kind.__name__}({BTC}, ")
        assert text.endswith(", 2025-10-09T08:53:20.123+00:00)")
        assert "Decimal(" not in text
        assert "E-" not in text
        assert "delivered" not in text

    def test_a_copy_is_equal_and_keeps_the_time_of_delivery(self, kind: type[MarketEvent]) -> None:
        twin = copy.copy(delivered(event(kind)))
        assert twin == event(kind)
        assert twin.delivered_ts_ns == RECEIVED_NS + 1000


def test_events_of_two_types_differ_though_their_fields_do_not() -> None:
    assert event(IndexPrice) != MarkPrice(BTC, VENUE_NS, RECEIVED_NS, D(2))
    assert event(IndexPrice) != object()
    assert (event(IndexPrice) == 2) is False


def test_the_repr_of_a_trade() -> None:
    assert repr(event(Trade)) == (
        f"Trade({BTC}, price=61000.5, quantity=0.2, side=BUY, trade_id=42, 2025-10-09T08:53:20.123+00:00)"
    )


def test_the_repr_leaves_out_what_was_not_sent() -> None:
    quiet = Ticker(BTC, None, RECEIVED_NS, D(2), D(1), D(3), D(1), D(10))
    assert repr(quiet) == f"Ticker({BTC}, last=2, open=1, high=3, low=1, volume=10, window='24h')"


class TestTimes:
    def test_both_clocks_are_given_as_utc_datetimes_too(self) -> None:
        one = event(Trade)
        assert one.venue_time == datetime(2025, 10, 9, 8, 53, 20, 123456, UTC)
        assert one.received_time == datetime(2025, 10, 9, 8, 53, 20, 373456, UTC)

    def test_a_venue_that_sends_no_time_leaves_it_and_the_lag_open(self) -> None:
        one = event(Quote, venue_ts_ns=None)
        assert one.venue_time is None
        assert one.lag_s is None

    def test_g29_lag_is_from_the_venue_to_our_socket(self) -> None:
        assert event(Trade).lag_s == 0.25

    def test_g29_a_clock_behind_the_venues_shows_as_negative_lag(self) -> None:
        assert event(Trade, received_ts_ns=VENUE_NS - 1_500_000_000).lag_s == -1.5

    def test_g29_delivery_is_from_our_socket_to_the_first_consumer(self) -> None:
        one = event(Trade)
        assert one.delivery_s is None
        assert delivered(one, RECEIVED_NS + 2_000_000).delivery_s == 0.002

    @given(st.integers(0, 4_102_444_800_000_000_000))
    def test_a_datetime_is_cut_to_the_microsecond_and_never_rounded_up(self, ts_ns: int) -> None:
        when = datetime_of(ts_ns)
        since = when - datetime(1970, 1, 1, tzinfo=UTC)
        whole_us = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        assert whole_us == ts_ns // 1000
        assert when.tzinfo is UTC

    def test_times_before_1970_are_cut_the_same_way(self) -> None:
        assert datetime_of(-1) == datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)


def test_an_event_can_be_handed_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(event(Trade))) == event(Trade)


def test_a_match_statement_takes_an_event_apart() -> None:
    match event(Trade):
        case Trade(price=price, side=Side.BUY):
            assert price == D("61000.5")
        case other:
            pytest.fail(f"{other} was not matched")
