"""A book keeper, driven by hand: what it applies, what it refuses, what it says about itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tickwright.core.booksync import BookChain
from tickwright.kernel import Levels
from tickwright.marketdata.keeper import BookKeeper
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, Quote
from tickwright.model.notices import BookState, BookStateChanged
from tickwright.venues.base import BookFeed, BookProof
from tickwright.venues.binance.spec import SPOT


BTC = Instrument.inferred(
    parse_instrument_id("binance:BTC/USDT"), product="binance.spot", symbol="BTCUSDT", scale=2
)
Pairs = list[tuple[str, str]]


def levels(pairs: Pairs) -> Levels:
    return Levels.from_pairs(pairs, 2, 2)


def snapshot(sequence: int, bids: Pairs, asks: Pairs) -> BookSnapshot:
    return BookSnapshot(BTC.id, None, 1_000 + sequence, levels(bids), levels(asks), sequence)


def delta(first: int, last: int, bids: Pairs, asks: Pairs) -> BookDelta:
    return BookDelta(BTC.id, 5, 1_000 + last, levels(bids), levels(asks), first, last)


def quote(sequence: int, bid: str, ask: str, quantity: str = "1") -> Quote:
    prices = Decimal(bid), Decimal(quantity), Decimal(ask), Decimal(quantity)
    return Quote(BTC.id, None, 1_000 + sequence, *prices, sequence)


class Kept:
    """A keeper and everything that it said."""

    def __init__(
        self,
        instrument: Instrument = BTC,
        *,
        chain: BookChain = BookChain.FIRST_ID,
        is_streamed: bool = False,
        **more: Any,
    ) -> None:
        self.published: list[Any] = []
        self.states: list[BookStateChanged] = []
        self.asked = 0
        self.keeper = BookKeeper(
            instrument,
            BookFeed(chain=chain, snapshot=None if is_streamed else SPOT.book.snapshot, **more),
            publish=self.published.append,
            publish_state=self.states.append,
            request_snapshot=self._ask,
        )

    def _ask(self, keeper: BookKeeper) -> None:
        assert keeper is self.keeper
        self.asked += 1


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def synced(kept: Kept) -> Kept:
    kept.keeper.on_subscribed()
    kept.keeper.on_snapshot(snapshot(10, [("99", "1"), ("98", "2")], [("101", "1")]))
    kept.keeper.on_delta(delta(11, 11, [], [("102", "5")]))
    kept.published.clear()
    kept.states.clear()
    kept.asked = 0
    return kept


def test_deltas_are_held_until_the_snapshot_comes_and_then_follow_it(kept: Kept) -> None:
    kept.keeper.on_delta(delta(9, 10, [("97", "1")], []))
    kept.keeper.on_delta(delta(11, 12, [("99", "3")], []))
    assert kept.keeper.state is BookState.SYNCING
    assert kept.keeper.on_snapshot(snapshot(10, [("99", "1")], [("101", "1")]))
    assert kept.keeper.state is BookState.UNAUDITED
    assert kept.keeper.book.bids() == [(Decimal("99.00"), Decimal("3.00"))]
    assert [type(event) for event in kept.published] == [BookSnapshot, BookDelta]
    assert kept.keeper.sequence == 12


def test_one_snapshot_is_asked_for_however_many_deltas_wait(kept: Kept) -> None:
    for number in range(5):
        kept.keeper.on_delta(delta(number, number, [], []))
    assert kept.asked == 1


def test_a_quiet_instrument_gets_its_book_without_a_delta(kept: Kept) -> None:
    kept.keeper.on_subscribed()
    assert kept.asked == 1
    kept.keeper.on_snapshot(snapshot(10, [("99", "1")], [("101", "1")]))
    assert kept.keeper.state is BookState.UNAUDITED


def test_a_snapshot_older_than_the_deltas_is_refused_and_stays_asked_for(kept: Kept) -> None:
    kept.keeper.on_delta(delta(20, 21, [], []))
    assert not kept.keeper.on_snapshot(snapshot(10, [], []))
    assert kept.keeper.needs_snapshot
    assert kept.asked == 1


def test_g05_a_gap_resyncs_and_the_events_say_what_happened(synced: Kept) -> None:
    synced.keeper.on_delta(delta(15, 16, [("98", "0")], []))
    assert synced.keeper.state is BookState.RESYNCING
    assert synced.keeper.gaps == 1
    assert synced.asked == 1
    synced.keeper.on_delta(delta(17, 17, [("97", "4")], []))
    assert synced.keeper.on_snapshot(snapshot(16, [("99", "1")], [("101", "1")]))
    assert synced.keeper.state is BookState.UNAUDITED
    assert synced.keeper.resyncs == 1
    assert [change.new for change in synced.states] == [BookState.RESYNCING, BookState.UNAUDITED]
    assert "gap" in synced.states[0].reason


def test_g07_a_snapshot_replaces_every_level_from_before(synced: Kept) -> None:
    synced.keeper.on_delta(delta(20, 20, [], []))
    synced.keeper.on_snapshot(snapshot(20, [("50", "1")], [("51", "1")]))
    assert synced.keeper.book.bids() == [(Decimal("50.00"), Decimal("1.00"))]
    assert synced.keeper.book.asks() == [(Decimal("51.00"), Decimal("1.00"))]


def test_g06_a_crossed_book_is_never_published_as_good(synced: Kept) -> None:
    synced.keeper.on_delta(delta(12, 12, [("150", "1")], []))
    assert synced.keeper.state is BookState.RESYNCING
    assert synced.published == []
    assert synced.asked == 1


def test_a_book_locked_for_a_moment_stays_readable(synced: Kept) -> None:
    synced.keeper.on_delta(delta(12, 12, [("101", "1")], []))
    assert synced.keeper.state is BookState.UNAUDITED
    assert synced.keeper.book.is_locked


def test_a_doubled_delta_changes_nothing(synced: Kept) -> None:
    synced.keeper.on_delta(delta(11, 11, [], [("102", "9")]))
    assert synced.keeper.book.asks()[1] == (Decimal("102.00"), Decimal("5.00"))
    assert synced.published == []


def test_an_outage_makes_the_book_stale_and_the_return_resyncs_it(synced: Kept) -> None:
    synced.keeper.on_down("cut", 7)
    assert synced.keeper.state is BookState.STALE
    assert synced.keeper.on_snapshot(snapshot(30, [], [])), (
        "an answer from before the cut is dropped"
    )
    synced.keeper.on_up(8)
    synced.keeper.on_subscribed()
    assert synced.keeper.state is BookState.RESYNCING
    assert synced.asked == 1
    synced.keeper.on_snapshot(snapshot(40, [("99", "1")], [("101", "1")]))
    assert synced.keeper.state is BookState.UNAUDITED


def test_g32_quotes_raise_a_book_to_live_and_lower_it_to_suspect(synced: Kept) -> None:
    synced.keeper.audit_with_quotes()
    synced.keeper.on_quote(quote(12, "99", "101"))
    synced.keeper.on_delta(delta(12, 12, [], [("103", "1")]))
    assert synced.keeper.state is BookState.LIVE
    synced.keeper.on_quote(quote(13, "99.5", "101"))
    synced.keeper.on_delta(delta(13, 13, [], [("103", "2")]))
    assert synced.keeper.state is BookState.SUSPECT
    assert (synced.keeper.audited, synced.keeper.mismatches) == (2, 1)
    synced.keeper.on_quote(quote(14, "99", "101"))
    synced.keeper.on_delta(delta(14, 14, [], [("103", "1")]))
    assert synced.keeper.state is BookState.LIVE


def test_g32_three_disagreements_in_a_row_resync(synced: Kept) -> None:
    synced.keeper.audit_with_quotes()
    for number in (12, 13, 14):
        synced.keeper.on_quote(quote(number, "99.5", "101"))
        synced.keeper.on_delta(delta(number, number, [], [("103", str(number))]))
    assert synced.keeper.state is BookState.RESYNCING
    assert "mismatches in a row" in synced.keeper.reason
    assert synced.asked == 1


def test_g32_disagreements_that_come_again_and_again_resync_though_others_agree(
    synced: Kept,
) -> None:
    synced.keeper.audit_with_quotes()
    for number in range(12, 22):
        bid = "99.5" if number % 4 == 0 else "99"
        synced.keeper.on_quote(quote(number, bid, "101"))
        synced.keeper.on_delta(delta(number, number, [], [("103", str(number))]))
    assert synced.keeper.state is BookState.RESYNCING
    assert "3 mismatches in 8 audits" in synced.keeper.reason
    assert synced.asked == 1


def test_why_there_is_no_snapshot_is_told_to_who_waits(kept: Kept) -> None:
    kept.keeper.on_subscribed()
    kept.keeper.on_snapshot_failed(ValueError("the host is down"))
    assert kept.keeper.reason == "no snapshot yet: the host is down"
    kept.keeper.on_snapshot(snapshot(10, [("99", "1")], [("101", "1")]))
    kept.keeper.on_snapshot_failed(ValueError("an answer that nobody waits for"))
    assert kept.keeper.reason == "synced at 10"


def test_a_silent_stream_is_verified_by_a_fresh_snapshot_and_cleared(synced: Kept) -> None:
    synced.keeper.on_silent(60.0, 9, is_renewed=False)
    assert synced.keeper.state is BookState.SUSPECT
    assert synced.asked == 1
    same = snapshot(11, [("99", "1"), ("98", "2")], [("101", "1"), ("102", "5")])
    assert synced.keeper.on_snapshot(same)
    assert synced.keeper.state is BookState.LIVE
    assert synced.keeper.sequence == 11


def test_a_stream_subscribed_again_is_verified_once_that_is_acknowledged(synced: Kept) -> None:
    synced.keeper.on_silent(60.0, 9, is_renewed=True)
    assert (synced.keeper.state, synced.asked) == (BookState.SUSPECT, 0)
    synced.keeper.on_subscribed()
    assert synced.asked == 1
    synced.keeper.on_snapshot(
        snapshot(11, [("99", "1"), ("98", "2")], [("101", "1"), ("102", "5")])
    )
    assert synced.keeper.state is BookState.LIVE


def test_a_silent_stream_that_missed_something_is_resynced(synced: Kept) -> None:
    synced.keeper.on_silent(60.0, 9, is_renewed=False)
    synced.keeper.on_snapshot(snapshot(30, [("90", "1")], [("91", "1")]))
    assert synced.keeper.state is BookState.RESYNCING
    assert synced.keeper.mismatches == 1
    assert synced.asked == 2


def test_the_whole_book_as_an_event_equals_the_book(synced: Kept) -> None:
    whole = synced.keeper.as_snapshot()
    assert whole is not None
    assert list(whole.bids) == synced.keeper.book.bids()
    assert whole.sequence == 11
    synced.keeper.on_down("cut", 1)
    assert synced.keeper.as_snapshot() is None


def test_a_closed_book_stays_closed_whatever_comes(synced: Kept) -> None:
    synced.keeper.close(1)
    synced.keeper.on_snapshot(snapshot(40, [], []))
    synced.keeper.on_down("cut", 2)
    synced.keeper.on_up(3)
    assert synced.keeper.state is BookState.CLOSED


def test_of_a_closed_book_nothing_is_asked_though_frames_still_come(streamed: Kept) -> None:
    streamed.keeper.on_streamed(begin(10))
    streamed.keeper.close(1)
    streamed.keeper.on_delta(step(30, [("99", "2")]))  # linked to nothing
    streamed.keeper.on_silent(60.0, 9, is_renewed=False)
    assert (streamed.keeper.state, streamed.asked) == (BookState.CLOSED, 0)


# Books whose stream begins with a snapshot.


def begin(
    sequence: int, bid: str = "99", ask: str = "101", *, time_ns: int | None = None
) -> BookSnapshot:
    time_ns = sequence if time_ns is None else time_ns
    one = levels([(bid, "1")]), levels([(ask, "1")])
    return BookSnapshot(BTC.id, time_ns, 1_000 + sequence, *one, sequence)


def step(number: int, bids: Pairs) -> BookDelta:
    return BookDelta(BTC.id, number, 1_000 + number, levels(bids), levels([]), number, number)


@pytest.fixture
def streamed() -> Kept:
    kept = Kept(is_streamed=True)
    kept.keeper.on_subscribed()
    return kept


def test_a_streamed_book_asks_for_nothing_and_is_there_with_its_first_frame(streamed: Kept) -> None:
    keeper = streamed.keeper
    assert streamed.asked == 0
    keeper.on_streamed(begin(10))
    keeper.on_delta(step(11, [("98", "2")]))
    assert (keeper.state, keeper.sequence, keeper.updates) == (BookState.UNAUDITED, 11, 2)
    assert [type(event) for event in streamed.published] == [BookSnapshot, BookDelta]
    assert streamed.asked == 0


def test_a_snapshot_before_the_acknowledgement_is_as_good(streamed: Kept) -> None:
    kept = Kept(is_streamed=True)
    kept.keeper.on_streamed(begin(10))
    kept.keeper.on_subscribed()
    assert (kept.keeper.state, kept.keeper.is_verifying, kept.asked) == (
        BookState.UNAUDITED,
        False,
        0,
    )


def test_a_delta_where_a_snapshot_is_due_asks_for_one_once(streamed: Kept) -> None:
    for number in (20, 21, 25):
        streamed.keeper.on_delta(step(number, []))
    assert streamed.asked == 1
    streamed.keeper.on_subscribed()
    streamed.keeper.on_streamed(begin(30))
    assert streamed.keeper.state is BookState.UNAUDITED


def test_g05_a_gap_is_healed_by_the_next_snapshot_which_replaces_all(streamed: Kept) -> None:
    keeper = streamed.keeper
    keeper.on_streamed(begin(10, "97", "103"))
    keeper.on_delta(step(12, [("96", "1")]))
    assert (keeper.state, keeper.gaps, streamed.asked) == (BookState.RESYNCING, 1, 1)
    keeper.on_streamed(begin(20))
    assert (keeper.state, keeper.resyncs, keeper.sequence) == (BookState.UNAUDITED, 1, 20)
    assert keeper.book.bids() == [(Decimal(99), Decimal(1))]


def test_g07_a_snapshot_in_mid_stream_replaces_all_without_a_change_of_state(
    streamed: Kept,
) -> None:
    keeper = streamed.keeper
    keeper.on_streamed(begin(10, "97", "103"))
    streamed.states.clear()
    keeper.on_streamed(begin(15))
    keeper.on_delta(step(16, [("98", "1")]))
    assert (streamed.states, keeper.resyncs, keeper.sequence) == ([], 0, 16)
    assert keeper.book.bids() == [(Decimal(99), Decimal(1)), (Decimal(98), Decimal(1))]


def test_g07_a_venue_that_counts_anew_is_followed(streamed: Kept) -> None:
    keeper = streamed.keeper
    keeper.on_streamed(begin(5000))
    keeper.on_streamed(begin(1, "97", "103", time_ns=5001))
    keeper.on_delta(step(2, [("96", "1")]))
    assert (keeper.sequence, len(keeper.book.bids())) == (2, 2)


def test_what_another_connection_says_again_changes_nothing(streamed: Kept) -> None:
    keeper = streamed.keeper
    keeper.on_streamed(begin(10))
    keeper.on_delta(step(11, [("98", "2")]))
    streamed.published.clear()
    keeper.on_streamed(begin(10))
    keeper.on_delta(step(11, [("98", "2")]))
    assert (streamed.published, keeper.sequence) == ([], 11)


def test_a_crossed_snapshot_asks_for_another(streamed: Kept) -> None:
    streamed.keeper.on_streamed(begin(10, "102", "101"))
    assert (streamed.keeper.state.is_readable, streamed.asked) == (False, 1)


@pytest.mark.parametrize(
    ("after", "state", "resyncs"),
    [
        (begin(10), BookState.LIVE, 0),
        (begin(14), BookState.LIVE, 0),
        (begin(14, "98"), BookState.UNAUDITED, 1),
    ],
)
def test_a_silent_streamed_book_is_compared_with_the_snapshot_that_it_begins_anew_with(
    streamed: Kept, after: BookSnapshot, state: BookState, resyncs: int
) -> None:
    keeper = streamed.keeper
    keeper.on_streamed(begin(10))
    keeper.on_silent(61.0, 5, is_renewed=True)
    assert keeper.state is BookState.SUSPECT
    keeper.on_subscribed()
    keeper.on_streamed(after)
    assert (keeper.state, keeper.resyncs, keeper.sequence) == (state, resyncs, after.sequence)
    assert (keeper.verified, streamed.asked) == (1, 0)


def test_a_silent_streamed_book_that_nobody_renews_asks_for_it(streamed: Kept) -> None:
    streamed.keeper.on_streamed(begin(10))
    streamed.keeper.on_silent(61.0, 5, is_renewed=False)
    assert streamed.asked == 1


def test_what_comes_late_from_a_lost_connection_is_not_taken(streamed: Kept) -> None:
    keeper = streamed.keeper
    keeper.on_streamed(begin(10))
    keeper.on_down("cut", 5)
    keeper.on_streamed(begin(11))
    assert (keeper.state, keeper.sequence) == (BookState.STALE, None)
    keeper.on_up(6)
    keeper.on_streamed(begin(3, time_ns=12))
    assert (keeper.state, keeper.sequence) == (BookState.UNAUDITED, 3)


# Books that are proven by checksums, and cut to a depth.

PROOF = BookProof(levels=2, checksum=lambda bids, asks: sum(price for price, _ in (*bids, *asks)))
"""The sum of the best two prices a side, in hundredths."""


def proven(depth: int | None = None, *, is_inferred: bool = False) -> Kept:
    instrument = msgspec.structs.replace(BTC, is_inferred=is_inferred)
    kept = Kept(instrument, chain=BookChain.ORDER, is_streamed=True, depth=depth, proof=PROOF)
    kept.keeper.on_subscribed()
    return kept


def with_sum(event: Any, checksum: int) -> Any:
    return msgspec.structs.replace(event, checksum=checksum)


def test_g32_a_book_whose_checksum_agrees_is_live_at_once() -> None:
    kept = proven()
    kept.keeper.on_streamed(with_sum(snapshot(10, [("99", "1")], [("101", "1")]), 20_000))
    assert (kept.keeper.state, kept.keeper.audited) == (BookState.LIVE, 1)
    kept.keeper.on_delta(with_sum(step(11, [("98", "1")]), 29_800))
    assert (kept.keeper.state, kept.keeper.audited, kept.keeper.mismatches) == (
        BookState.LIVE,
        2,
        0,
    )


def test_g05_a_book_whose_checksum_differs_is_given_up_and_another_is_asked_for() -> None:
    kept = proven()
    kept.keeper.on_streamed(with_sum(snapshot(10, [("99", "1")], [("101", "1")]), 20_000))
    kept.published.clear()
    kept.keeper.on_delta(with_sum(step(11, [("98", "1")]), 29_700))
    assert (kept.keeper.state, kept.keeper.reason) == (
        BookState.RESYNCING,
        "the checksum differs at 11",
    )
    assert (kept.asked, kept.keeper.mismatches, kept.published) == (1, 1, [])
    kept.keeper.on_subscribed()
    kept.keeper.on_streamed(with_sum(snapshot(12, [("99", "1")], [("101", "1")]), 20_000))
    assert kept.keeper.state is BookState.LIVE


def test_g06_a_snapshot_whose_checksum_differs_makes_no_live_book() -> None:
    kept = proven()
    kept.keeper.on_streamed(with_sum(snapshot(10, [("99", "1")], [("101", "1")]), 1))
    assert kept.keeper.state is BookState.RESYNCING
    assert kept.asked == 1


def test_an_update_without_a_checksum_proves_nothing_and_breaks_nothing() -> None:
    kept = proven()
    kept.keeper.on_streamed(snapshot(10, [("99", "1")], [("101", "1")]))
    assert (kept.keeper.state, kept.keeper.audited) == (BookState.UNAUDITED, 0)


def test_checksums_prove_nothing_of_an_instrument_whose_digits_are_guesses() -> None:
    kept = proven(is_inferred=True)
    kept.keeper.on_streamed(with_sum(snapshot(10, [("99", "1")], [("101", "1")]), 1))
    assert (kept.keeper.state, kept.keeper.audited) == (BookState.UNAUDITED, 0)


def test_levels_that_fall_out_of_the_depth_are_let_go() -> None:
    kept = proven(depth=2)
    kept.keeper.on_streamed(snapshot(10, [("99", "1"), ("98", "1"), ("97", "1")], [("101", "1")]))
    assert [price for price, _ in kept.keeper.book.bids()] == [Decimal(99), Decimal(98)]
    kept.keeper.on_delta(step(11, [("100", "1")]))
    assert [price for price, _ in kept.keeper.book.bids()] == [Decimal(100), Decimal(99)]
    kept.keeper.on_delta(step(12, [("100", "0")]))
    assert [price for price, _ in kept.keeper.book.bids()] == [Decimal(99)]
