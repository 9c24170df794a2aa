"""Book synchronisation: the venue's steps one by one, the table cell by cell, and random faults (G5, G7)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core import booksync
from tickwright.core.booksync import (
    COUNTED_SPAN,
    TABLE,
    TOO_OLD,
    BookChain,
    BookSync,
    Replay,
    SyncEvent,
    SyncState,
    Verdict,
)
from tickwright.errors import IllegalTransition
from tickwright.model.market import BookDelta, BookSnapshot


SPOT, FUTURES = BookChain.FIRST_ID, BookChain.PREVIOUS_ID
OKX, ORDER = BookChain.PREVIOUS_SEQUENCE, BookChain.ORDER
COUNTED = BookChain.COUNTED
LINKED = (SPOT, FUTURES, OKX, COUNTED)
"""Chains whose ids alone show every hole."""
HEAD: dict[str, Any] = {"instrument": "v:A/B", "venue_ts_ns": None, "received_ts_ns": 1}


class Run(tuple[tuple[Decimal, Decimal], ...]):
    """Levels of a book, as plain as can be."""

    __slots__ = ()

    price_scale = 8
    quantity_scale = 8


def delta(first: int, last: int, previous: int | None = None, bids: Run | None = None) -> BookDelta:
    return BookDelta(
        **HEAD, bids=bids or Run(), asks=Run(), first=first, last=last, previous=previous
    )


def snapshot(sequence: int, bids: Run | None = None) -> BookSnapshot:
    return BookSnapshot(**HEAD, bids=bids or Run(), asks=Run(), sequence=sequence)


def subscribed(chain: BookChain = SPOT, **options: int) -> BookSync:
    sync = BookSync(chain, **options)
    sync.subscribed()
    return sync


def synced(chain: BookChain, sequence: int) -> BookSync:
    """A book in the middle of its chain, its last delta ending at ``sequence``."""
    sync = subscribed(chain)
    sync.snapshot(snapshot(sequence - 5))
    assert sync.delta(delta(sequence - 5, sequence, sequence - 6)) is Verdict.APPLY
    return sync


def replayed(answer: object) -> list[int]:
    assert isinstance(answer, Replay)
    return [held.last for held in answer.deltas]


# Spot, by the venue's step numbers.


def test_spot_step_1_deltas_are_buffered_until_the_snapshot() -> None:
    sync = subscribed(SPOT)
    assert sync.delta(delta(11, 15)) is Verdict.HELD
    assert sync.delta(delta(16, 18)) is Verdict.HELD
    assert (sync.buffered, sync.needs_snapshot, sync.is_synced) == (2, True, False)


def test_spot_step_3_a_snapshot_from_before_the_buffer_is_fetched_again_and_the_buffer_stays() -> (
    None
):
    sync = subscribed(SPOT)
    sync.delta(delta(11, 15))
    assert sync.snapshot(snapshot(9)) is TOO_OLD
    assert sync.needs_snapshot
    assert replayed(sync.snapshot(snapshot(11))) == [15]


def test_spot_step_4_what_the_snapshot_covers_is_dropped_and_the_next_one_overlaps() -> None:
    sync = subscribed(SPOT)
    for first, last in ((11, 15), (16, 18), (19, 20)):
        sync.delta(delta(first, last))
    assert replayed(sync.snapshot(snapshot(17))) == [18, 20]
    assert (sync.sequence, sync.buffered) == (20, 0)


def test_spot_step_4_a_delta_that_ends_at_the_snapshot_is_dropped() -> None:
    sync = subscribed(SPOT)
    sync.delta(delta(11, 15))
    sync.delta(delta(16, 18))
    assert replayed(sync.snapshot(snapshot(15))) == [18]


def test_spot_a_snapshot_right_before_the_first_delta_links_without_overlap() -> None:
    sync = subscribed(SPOT)
    sync.delta(delta(11, 15))
    assert replayed(sync.snapshot(snapshot(10))) == [15]


def test_spot_step_6_old_is_ignored_a_hole_is_a_gap_and_the_rest_is_applied() -> None:
    sync = synced(SPOT, 20)
    assert sync.delta(delta(18, 19)) is Verdict.OLD
    assert sync.delta(delta(16, 20)) is Verdict.OLD
    assert sync.delta(delta(21, 25)) is Verdict.APPLY
    assert sync.delta(delta(24, 27)) is Verdict.APPLY  # overlaps: nothing is missing
    assert sync.delta(delta(29, 30)) is Verdict.GAP
    assert (sync.sequence, sync.gaps, sync.buffered) == (None, 1, 1)


# Futures, by the venue's step numbers.


def test_futures_step_3_drops_strictly_older_deltas_only() -> None:
    sync = subscribed(FUTURES)
    sync.delta(delta(11, 15, 9))
    sync.delta(delta(17, 20, 15))
    sync.delta(delta(23, 25, 20))
    assert replayed(sync.snapshot(snapshot(20))) == [20, 25]


def test_futures_step_4_the_first_delta_spans_the_snapshot() -> None:
    sync = subscribed(FUTURES)
    sync.snapshot(snapshot(18))
    assert sync.delta(delta(11, 15, 9)) is Verdict.OLD
    assert sync.delta(delta(17, 20, 15)) is Verdict.APPLY


def test_futures_a_snapshot_between_two_deltas_links_by_the_previous_id() -> None:
    sync = subscribed(FUTURES)
    sync.snapshot(snapshot(16))
    assert sync.delta(delta(17, 20, 15)) is Verdict.APPLY


def test_futures_a_snapshot_from_before_the_buffer_is_fetched_again() -> None:
    sync = subscribed(FUTURES)
    sync.delta(delta(17, 20, 15))
    assert sync.snapshot(snapshot(14)) is TOO_OLD
    assert replayed(sync.snapshot(snapshot(15))) == [20]


def test_futures_step_5_the_previous_id_must_be_the_last_one_seen() -> None:
    sync = synced(FUTURES, 20)
    assert sync.delta(delta(300, 310, 20)) is Verdict.APPLY  # ids jump: no hole
    assert sync.delta(delta(300, 310, 20)) is Verdict.OLD
    assert sync.delta(delta(311, 320, 309)) is Verdict.GAP
    assert sync.delta(delta(321, 330, None)) is Verdict.GAP


def streamed(chain: BookChain, sequence: int) -> BookSync:
    sync = subscribed(chain)
    sync.streamed(snapshot(sequence))
    return sync


def test_okx_ids_fall_where_the_venue_counts_anew_and_the_chain_goes_on() -> None:
    sync = streamed(OKX, 20)
    assert sync.delta(delta(25, 25, 20)) is Verdict.APPLY
    assert sync.delta(delta(3, 3, 25)) is Verdict.APPLY
    assert sync.delta(delta(5, 5, 3)) is Verdict.APPLY
    assert (sync.sequence, sync.gaps) == (5, 0)


def test_an_okx_update_that_only_says_that_nothing_changed_is_old() -> None:
    sync = streamed(OKX, 20)
    assert sync.delta(delta(20, 20, 20)) is Verdict.OLD
    assert sync.delta(delta(25, 25, 20)) is Verdict.APPLY


def test_g05_an_okx_delta_that_follows_another_one_than_ours_breaks_the_chain() -> None:
    sync = streamed(OKX, 20)
    assert sync.delta(delta(30, 30, 25)) is Verdict.GAP
    assert sync.needs_snapshot


def test_okx_deltas_of_old_recordings_name_no_previous_one_and_are_taken_in_order() -> None:
    sync = streamed(OKX, 20)
    assert sync.delta(delta(25, 25, None)) is Verdict.APPLY
    assert sync.delta(delta(25, 25, None)) is Verdict.APPLY
    assert sync.delta(delta(24, 24, None)) is Verdict.OLD


def test_counted_ids_follow_one_by_one() -> None:
    sync = synced(COUNTED, 5000)
    assert sync.delta(delta(5001, 5001)) is Verdict.APPLY
    assert sync.delta(delta(5001, 5001)) is Verdict.OLD
    assert sync.delta(delta(5001 - COUNTED_SPAN, 5001 - COUNTED_SPAN)) is Verdict.OLD
    assert sync.delta(delta(5003, 5003)) is Verdict.GAP


@pytest.mark.parametrize("begun", [1, 3990, 7])
@pytest.mark.parametrize("is_bridging", [False, True])
def test_g05_a_count_that_begins_anew_costs_the_book(begun: int, *, is_bridging: bool) -> None:
    sync = synced(COUNTED, 5000)
    if is_bridging:
        sync.discard()
        sync.snapshot(snapshot(5000))
    assert sync.delta(delta(begun, begun)) is Verdict.GAP
    assert (sync.needs_snapshot, sync.sequence, sync.gaps) == (True, None, 1)
    assert sync.delta(delta(begun + 1, begun + 1)) is Verdict.HELD
    assert sync.snapshot(snapshot(5000)) is TOO_OLD  # out of a cache
    assert replayed(sync.snapshot(snapshot(begun))) == [begun + 1]


def test_a_count_that_begins_anew_among_buffered_deltas_begins_the_buffer_anew() -> None:
    sync = subscribed(COUNTED)
    sync.delta(delta(60, 60))
    assert sync.delta(delta(1, 1)) is Verdict.GAP
    assert sync.buffered == 1


def test_a_counted_first_id_is_believed() -> None:
    sync = subscribed(COUNTED)
    assert sync.delta(delta(1, 1)) is Verdict.HELD
    assert replayed(sync.snapshot(snapshot(1))) == []
    assert sync.delta(delta(1, 1)) is Verdict.OLD
    assert sync.delta(delta(2, 2)) is Verdict.APPLY


def test_where_only_the_order_links_a_delta_counts_unless_it_is_older() -> None:
    sync = streamed(ORDER, 20)
    assert sync.delta(delta(20, 20, None)) is Verdict.APPLY
    assert sync.delta(delta(90, 90, None)) is Verdict.APPLY
    assert sync.delta(delta(89, 89, None)) is Verdict.OLD
    assert sync.sequence == 90


def test_where_only_the_order_links_nothing_counts_before_the_snapshot() -> None:
    sync = subscribed(ORDER)
    assert sync.delta(delta(20, 20, None)) is Verdict.HELD
    assert sync.sequence is None


def test_the_chains_are_not_the_same_rule() -> None:
    jump = delta(300, 310, 20)
    assert synced(FUTURES, 20).delta(jump) is Verdict.APPLY
    assert synced(SPOT, 20).delta(jump) is Verdict.GAP
    follows = delta(21, 25, None)
    assert synced(SPOT, 20).delta(follows) is Verdict.APPLY
    assert synced(FUTURES, 20).delta(follows) is Verdict.GAP


# What both share.


@pytest.mark.parametrize("chain", BookChain)
def test_a_quiet_instrument_has_its_book_before_any_delta(chain: BookChain) -> None:
    sync = subscribed(chain)
    assert sync.needs_snapshot
    assert replayed(sync.snapshot(snapshot(100))) == []
    assert (sync.is_synced, sync.sequence) == (True, 100)
    assert sync.delta(delta(101, 102, 100)) is Verdict.APPLY


@pytest.mark.parametrize("chain", LINKED)
def test_the_first_delta_after_an_early_snapshot_shows_the_hole(chain: BookChain) -> None:
    sync = subscribed(chain)
    sync.snapshot(snapshot(100))
    assert sync.delta(delta(105, 106, 103)) is Verdict.GAP


def test_no_snapshot_is_wanted_or_taken_without_a_stream() -> None:
    sync = BookSync(SPOT)
    assert not sync.needs_snapshot
    assert sync.snapshot(snapshot(100)) is TOO_OLD
    assert not sync.is_synced


def test_a_first_delta_proves_the_stream() -> None:
    sync = BookSync(SPOT)
    assert sync.delta(delta(5, 6)) is Verdict.HELD
    assert sync.needs_snapshot


def test_a_snapshot_asked_for_on_the_connection_before_is_not_taken_on_trust() -> None:
    sync = subscribed(SPOT)
    asked = sync.epoch
    sync.reset()
    sync.subscribed()
    assert sync.snapshot(snapshot(100), asked) is TOO_OLD
    assert replayed(sync.snapshot(snapshot(100), sync.epoch)) == []


def test_a_late_snapshot_of_the_connection_before_is_taken_where_the_ids_prove_it() -> None:
    sync = subscribed(SPOT)
    asked = sync.epoch
    sync.reset()
    sync.delta(delta(90, 95))
    sync.delta(delta(96, 105))
    assert replayed(sync.snapshot(snapshot(100), asked)) == [105]


def test_g07_after_a_gap_or_a_lost_connection_only_a_snapshot_makes_a_book() -> None:
    for event in (SyncEvent.RESET, SyncEvent.BREAKS):
        sync = synced(SPOT, 20)
        CAUSE[event](sync)
        assert sync.sequence is None
        assert sync.delta(delta(26, 33)) is Verdict.HELD
        answer = sync.snapshot(snapshot(30))
        assert isinstance(answer, Replay)
        assert answer.snapshot.sequence == 30


def test_the_delta_that_shows_the_gap_is_the_first_of_the_new_buffer() -> None:
    sync = synced(SPOT, 20)
    sync.delta(delta(30, 31))
    assert replayed(sync.snapshot(snapshot(30))) == [31]


def test_a_gap_among_buffered_deltas_starts_the_buffer_anew() -> None:
    sync = subscribed(SPOT)
    sync.delta(delta(11, 15))
    assert sync.delta(delta(18, 20)) is Verdict.GAP
    assert sync.buffered == 1
    assert sync.snapshot(snapshot(13)) is TOO_OLD


def test_a_reordered_delta_costs_a_resync_and_ends_equal() -> None:
    sync = synced(SPOT, 20)
    assert sync.delta(delta(23, 24)) is Verdict.GAP
    assert sync.delta(delta(21, 22)) is Verdict.OLD
    assert sync.delta(delta(25, 26)) is Verdict.HELD
    assert sync.snapshot(snapshot(21)) is TOO_OLD
    assert replayed(sync.snapshot(snapshot(23))) == [24, 26]


def test_a_snapshot_older_than_the_synced_book_changes_nothing() -> None:
    sync = synced(SPOT, 20)
    assert sync.snapshot(snapshot(19)) is TOO_OLD
    assert sync.sequence == 20
    assert sync.delta(delta(21, 22)) is Verdict.APPLY


def test_a_newer_snapshot_moves_a_synced_book_on() -> None:
    sync = synced(SPOT, 20)
    assert replayed(sync.snapshot(snapshot(25))) == []
    assert sync.delta(delta(21, 24)) is Verdict.OLD
    assert sync.delta(delta(25, 27)) is Verdict.APPLY


def test_a_discarded_book_takes_no_snapshot_that_lacks_what_was_seen() -> None:
    sync = synced(SPOT, 20)
    sync.discard()
    assert sync.needs_snapshot
    assert sync.snapshot(snapshot(19)) is TOO_OLD
    assert replayed(sync.snapshot(snapshot(20))) == []


def test_what_was_buffered_before_a_discard_counts_as_seen() -> None:
    sync = subscribed(SPOT)
    sync.delta(delta(11, 15))
    sync.discard()
    assert sync.snapshot(snapshot(14)) is TOO_OLD
    assert replayed(sync.snapshot(snapshot(15))) == []


def test_g06_after_an_outage_a_snapshot_from_before_it_is_refused_while_no_delta_has_come() -> None:
    sync = synced(SPOT, 20)
    sync.reset()
    sync.subscribed()
    assert sync.snapshot(snapshot(19)) is TOO_OLD
    assert replayed(sync.snapshot(snapshot(20))) == []


def test_a_venue_that_counts_anew_is_believed_from_its_first_delta_on() -> None:
    sync = synced(SPOT, 20)
    sync.reset()
    sync.delta(delta(3, 4))
    assert replayed(sync.snapshot(snapshot(3))) == [4]


def test_the_buffer_is_bounded_and_then_asks_for_a_newer_snapshot() -> None:
    sync = subscribed(SPOT, buffered_max=3)
    for number in range(10, 15):
        sync.delta(delta(number, number))
    assert (sync.buffered, sync.dropped) == (3, 2)
    assert sync.snapshot(snapshot(10)) is TOO_OLD
    assert replayed(sync.snapshot(snapshot(12))) == [13, 14]


def test_ids_that_started_anew_do_not_freeze_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booksync, "OLD_IN_ROW_MAX", 3)
    sync = synced(SPOT, 1000)
    verdicts = [sync.delta(delta(number, number)) for number in range(1, 6)]
    assert verdicts == [Verdict.OLD] * 3 + [Verdict.GAP, Verdict.HELD]


def test_old_deltas_between_new_ones_are_not_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booksync, "OLD_IN_ROW_MAX", 3)
    sync = synced(SPOT, 20)
    for number in range(21, 60):
        assert sync.delta(delta(number, number)) is Verdict.APPLY
        assert sync.delta(delta(number, number)) is Verdict.OLD


# Snapshots in the stream itself.


@pytest.mark.parametrize("before", [0, 40])
def test_g07_a_snapshot_in_the_stream_replaces_whatever_the_ids_were_before(before: int) -> None:
    sync = BookSync(SPOT)
    if before:
        sync.streamed(snapshot(before))
        assert sync.delta(delta(before + 1, before + 1)) is Verdict.APPLY
    sync.streamed(snapshot(20))
    assert (sync.sequence, sync.state, sync.needs_snapshot) == (20, SyncState.SYNCED, False)
    assert sync.delta(delta(21, 21)) is Verdict.APPLY
    assert sync.delta(delta(21, 21)) is Verdict.OLD
    assert sync.delta(delta(23, 23)) is Verdict.GAP
    assert sync.needs_snapshot


def test_what_was_held_before_a_snapshot_in_the_stream_is_forgotten() -> None:
    sync = subscribed(SPOT, buffered_max=1)
    assert sync.delta(delta(30, 30)) is Verdict.HELD
    sync.streamed(snapshot(20))
    assert (sync.buffered, sync.delta(delta(21, 21))) == (0, Verdict.APPLY)


def test_a_chain_by_previous_ids_goes_on_from_a_snapshot_in_the_stream() -> None:
    sync = subscribed(FUTURES)
    sync.streamed(snapshot(20))
    assert sync.delta(delta(25, 25, previous=20)) is Verdict.APPLY
    assert sync.delta(delta(31, 31, previous=30)) is Verdict.GAP


def test_the_repr_says_where_it_stands() -> None:
    assert repr(synced(SPOT, 20)) == "BookSync(SYNCED, sequence=20, buffered=0)"


# The table.


def buffering() -> BookSync:
    sync = subscribed(SPOT)
    sync.delta(delta(16, 20))
    return sync


def bridging() -> BookSync:
    sync = subscribed(SPOT)
    sync.snapshot(snapshot(20))
    return sync


REACH: dict[SyncState, Callable[[], BookSync]] = {
    SyncState.IDLE: lambda: BookSync(SPOT),
    SyncState.BUFFERING: buffering,
    SyncState.BRIDGING: bridging,
    SyncState.SYNCED: lambda: synced(SPOT, 20),
}
CAUSE: dict[SyncEvent, Callable[[BookSync], object]] = {
    SyncEvent.SUBSCRIBED: lambda sync: sync.subscribed(),
    SyncEvent.LINKS: lambda sync: sync.delta(delta(21, 22)),
    SyncEvent.IS_OLD: lambda sync: sync.delta(delta(17, 18)),
    SyncEvent.BREAKS: lambda sync: sync.delta(delta(24, 25)),
    SyncEvent.COVERS: lambda sync: sync.snapshot(snapshot(30)),
    SyncEvent.JOINS: lambda sync: sync.snapshot(snapshot(18)),
    SyncEvent.LAGS: lambda sync: sync.snapshot(snapshot(1)),
    SyncEvent.STREAMED: lambda sync: sync.streamed(snapshot(30)),
    SyncEvent.DISCARD: lambda sync: sync.discard(),
    SyncEvent.RESET: lambda sync: sync.reset(),
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(SyncState, SyncEvent)))
def test_the_table_decides_every_pair(state: SyncState, event: SyncEvent) -> None:
    sync = REACH[state]()
    assert sync.state is state
    if (state, event) in TABLE.cells:
        following, verdict = TABLE.cells[state, event]
        answer = CAUSE[event](sync)
        assert sync.state is following
        assert verdict is None or answer is verdict
    else:
        with pytest.raises(IllegalTransition):
            TABLE.step(state, event)


# Random faults against a reference.

Book = dict[Decimal, Decimal]


class Venue:
    """The truth: numbered changes of one book, and the deltas that tell them."""

    def __init__(self, chain: BookChain) -> None:
        self.chain = chain
        self.last = 100
        self.states: list[tuple[int, Book]] = [(100, {})]

    def change(self, ids: list[int], levels: list[tuple[int, int]]) -> BookDelta:
        """One delta over ``ids`` steps; on futures, ids also advance for other reasons in between."""
        previous, book = self.last, dict(self.states[-1][1])
        first = self.last + (1 if self.chain in (SPOT, COUNTED) else ids[0])
        self.last = first if self.chain is COUNTED else first + len(ids) - 1
        changed = Run(
            (Decimal(price), Decimal(quantity)) for price, quantity in dict(levels).items()
        )
        apply(book, changed)
        # Inside a delta the truth is known at its end only: the test never snapshots in the middle of one.
        self.states.append((self.last, book))
        return delta(first, self.last, None if self.chain is SPOT else previous, changed)

    def at(self, sequence: int) -> Book:
        return next(book for last, book in reversed(self.states) if last <= sequence)

    def snapshot(self, age: int = 0) -> BookSnapshot:
        last, book = self.states[max(0, len(self.states) - 1 - age)]
        return snapshot(last, Run(book.items()))


def apply(book: Book, levels: Run) -> None:
    for price, quantity in levels:
        if quantity:
            book[price] = quantity
        else:
            book.pop(price, None)


class Keeper:
    """The least that keeps a book by what `BookSync` says."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.sync = BookSync(venue.chain, buffered_max=8)
        self.book: Book = {}
        self.epoch = 0

    def on_delta(self, update: BookDelta) -> None:
        if self.sync.delta(update) is Verdict.APPLY:
            apply(self.book, update.bids)  # type: ignore[arg-type]  # made by this test as a Run
        self.check()

    def on_snapshot(self, fetched: BookSnapshot) -> None:
        answer = self.sync.snapshot(fetched, self.epoch)
        if isinstance(answer, Replay):
            self.book = dict(answer.snapshot.bids)
            for held in answer.deltas:
                apply(self.book, held.bids)  # type: ignore[arg-type]  # made by this test as a Run
        self.check()

    def check(self) -> None:
        """Whenever there is a book, it is the venue's at that id: nothing was applied over a hole."""
        if self.sync.sequence is not None:
            assert self.book == self.venue.at(self.sync.sequence)


FAULTS = (
    "none",
    "none",
    "none",
    "drop",
    "double",
    "delay",
    "cut",
    "discard",
    "snapshot",
    "old",
    "ask",
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(FAULTS),
        st.lists(st.integers(1, 3), min_size=1, max_size=3),
        st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3)), max_size=3),
        st.integers(0, 6),
    ),
    max_size=60,
)


def play(keeper: Keeper, fault: str, update: BookDelta, age: int, late: list[BookDelta]) -> None:
    if fault == "cut":  # this delta, and what was still under way, never arrive
        late.clear()
        keeper.sync.reset()
        keeper.sync.subscribed()
        return
    if fault == "delay":
        late.append(update)
        return
    if fault != "drop":
        keeper.on_delta(update)
    if fault == "double":
        keeper.on_delta(update)
    while late:
        keeper.on_delta(late.pop())
    if fault == "discard":
        keeper.sync.discard()
    elif fault == "ask":
        keeper.epoch = keeper.sync.epoch
    elif fault in ("snapshot", "old"):
        keeper.on_snapshot(keeper.venue.snapshot(age if fault == "old" else 0))


@pytest.mark.parametrize("chain", LINKED)
@given(steps=STEPS)
def test_g05_whatever_happens_to_the_stream_the_book_is_right_or_absent_and_heals(
    chain: BookChain, steps: list[tuple[str, list[int], list[tuple[int, int]], int]]
) -> None:
    venue = Venue(chain)
    keeper = Keeper(venue)
    keeper.sync.subscribed()
    late: list[BookDelta] = []
    for fault, ids, levels, age in steps:
        play(keeper, fault, venue.change(ids, levels), age, late)
    for _ in range(3):  # a clean tail, with a keeper that asks when told to
        keeper.on_delta(venue.change([1, 1], [(1, 1), (2, 2)]))
        if keeper.sync.needs_snapshot:
            keeper.epoch = keeper.sync.epoch
            keeper.on_snapshot(venue.snapshot())
    assert keeper.sync.sequence == venue.last
    assert keeper.book == venue.states[-1][1]


@pytest.mark.parametrize("chain", LINKED)
@given(steps=STEPS)
def test_g07_no_level_survives_that_the_snapshot_does_not_have(
    chain: BookChain, steps: list[tuple[str, list[int], list[tuple[int, int]], int]]
) -> None:
    venue = Venue(chain)
    keeper = Keeper(venue)
    keeper.sync.subscribed()
    for _fault, ids, levels, _age in steps:
        keeper.on_delta(venue.change(ids, levels))
    keeper.sync.reset()
    for _fault, ids, levels, _age in steps:
        venue.change(ids, [(price, 0) for price, _quantity in levels])
    keeper.sync.subscribed()
    keeper.epoch = keeper.sync.epoch
    keeper.on_snapshot(venue.snapshot())
    assert keeper.book == venue.states[-1][1]
