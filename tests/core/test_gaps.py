"""Missing trades: seen by their ids (G17), and filled in order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core import gaps
from tickwright.core.gaps import TABLE, Backfill, FillEvent, FillState, Hole, Link, TradeSequence
from tickwright.errors import IllegalTransition
from tickwright.model.market import Side, Trade
from tickwright.runtime.succession import HELD_MAX


def trade(trade_id: int) -> Trade:
    one = Decimal(1)
    return Trade("v:A/B", None, 1, price=one, quantity=one, side=Side.BUY, trade_id=trade_id)


def ids(delivered: list[Trade | Hole]) -> list[int | Hole]:
    return [int(item.trade_id) if isinstance(item, Trade) else item for item in delivered]


def gap(first: int, last: int) -> Hole:
    return Hole(first, last)


def filled(first: int, last: int) -> Hole:
    return Hole(first, last, is_filled=True)


# The sequence.


def test_the_first_trade_is_new_whatever_its_id() -> None:
    sequence = TradeSequence()
    assert sequence.last is None
    assert sequence.check(1000) is Link.NEW
    assert sequence.last == 1000


def test_an_id_seen_before_is_a_duplicate() -> None:
    sequence = TradeSequence()
    assert [sequence.check(trade_id) for trade_id in (5, 6, 6, 5, 7)] == [
        Link.NEW,
        Link.NEW,
        Link.DUPLICATE,
        Link.DUPLICATE,
        Link.NEW,
    ]
    assert sequence.duplicates == 2


def test_g17_a_jump_names_the_missing_ids_once() -> None:
    sequence = TradeSequence()
    sequence.check(5)
    assert sequence.check(9) == gap(6, 8)
    assert sequence.check(10) is Link.NEW
    assert (sequence.missing, sequence.last) == (3, 10)


def test_a_hole_knows_its_size() -> None:
    assert gap(6, 8).count == 3


def test_ids_that_start_anew_are_taken_as_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "DUPLICATES_IN_ROW_MAX", 3)
    sequence = TradeSequence()
    sequence.check(1000)
    links = [sequence.check(trade_id) for trade_id in range(1, 6)]
    assert links == [Link.DUPLICATE] * 3 + [Link.NEW] * 2


def test_g23_all_that_a_successor_can_hold_is_old() -> None:
    sequence = TradeSequence()
    sequence.check(HELD_MAX)
    links = {sequence.check(trade_id) for trade_id in range(HELD_MAX)}
    assert links == {Link.DUPLICATE}
    assert sequence.check(HELD_MAX + 1) is Link.NEW


def test_duplicates_between_new_ids_are_not_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "DUPLICATES_IN_ROW_MAX", 3)
    sequence = TradeSequence()
    for trade_id in range(50):
        assert sequence.check(trade_id) is Link.NEW
        assert sequence.check(trade_id) is Link.DUPLICATE


@given(st.lists(st.integers(0, 50), min_size=1))
def test_g17_what_is_new_and_what_is_missing_cover_every_id_once(arrivals: list[int]) -> None:
    sequence = TradeSequence()
    told: list[int] = []
    for trade_id in arrivals:
        link = sequence.check(trade_id)
        if isinstance(link, Hole):
            told.extend(range(link.first, link.last + 1))
        if link is not Link.DUPLICATE:
            told.append(trade_id)
    assert told == list(range(arrivals[0], max(arrivals) + 1))


# The backfill.


def with_hole(**options: int) -> Backfill[Trade]:
    """A backfill that has delivered 5, waits for 6..8, and holds 9."""
    backfill: Backfill[Trade] = Backfill(**options)
    assert ids(backfill.live(trade(5))) == [5]
    assert backfill.live(trade(9)) == []
    assert backfill.wanted == gap(6, 8)
    return backfill


def test_trades_without_a_hole_pass_through_and_duplicates_do_not() -> None:
    backfill: Backfill[Trade] = Backfill()
    assert [ids(backfill.live(trade(trade_id))) for trade_id in (5, 6, 6, 7)] == [[5], [6], [], [7]]
    assert backfill.wanted is None


def test_g17_history_comes_first_and_the_held_trades_after_it() -> None:
    backfill = with_hole()
    assert backfill.live(trade(10)) == []
    assert backfill.held == 2
    page = [trade(trade_id) for trade_id in (8, 6, 7, 7, 9, 5)]
    assert ids(backfill.history(page)) == [filled(6, 8), 6, 7, 8, 9, 10]
    assert (backfill.wanted, backfill.held) == (None, 0)
    assert ids(backfill.live(trade(11))) == [11]


def test_a_page_is_delivered_at_once_and_the_rest_is_asked_for() -> None:
    backfill = with_hole()
    assert ids(backfill.history([trade(6)])) == [filled(6, 6), 6]
    assert backfill.wanted == gap(7, 8)
    assert ids(backfill.history([trade(7), trade(8)])) == [filled(7, 8), 7, 8, 9]


def test_what_the_venue_lacks_is_reported_where_it_is_missing() -> None:
    backfill = with_hole()
    assert ids(backfill.history([trade(7)])) == [gap(6, 6), filled(7, 7), 7]
    assert ids(backfill.history([])) == [gap(8, 8), 9]


def test_a_failed_fetch_reports_the_hole_and_goes_on() -> None:
    backfill = with_hole()
    assert ids(backfill.failed()) == [gap(6, 8), 9]
    assert ids(backfill.live(trade(10))) == [10]


def test_history_that_comes_too_late_is_ignored() -> None:
    backfill = with_hole()
    backfill.failed()
    assert backfill.history([trade(6)]) == []
    assert backfill.failed() == []


def test_a_second_hole_among_the_held_trades_is_filled_after_the_first() -> None:
    backfill = with_hole()
    for trade_id in (12, 13):
        backfill.live(trade(trade_id))
    page = [trade(trade_id) for trade_id in (6, 7, 8)]
    assert ids(backfill.history(page)) == [filled(6, 8), 6, 7, 8, 9]
    assert backfill.wanted == gap(10, 11)
    assert ids(backfill.history([trade(10), trade(11)])) == [filled(10, 11), 10, 11, 12, 13]


def test_too_many_held_trades_give_the_hole_up() -> None:
    backfill = with_hole(held_max=2)
    assert backfill.live(trade(10)) == []
    assert ids(backfill.live(trade(11))) == [gap(6, 8), 9, 10, 11]
    assert backfill.wanted is None


def test_a_hole_too_wide_to_fetch_is_only_reported() -> None:
    backfill: Backfill[Trade] = Backfill(hole_max=3)
    backfill.live(trade(5))
    assert ids(backfill.live(trade(10))) == [gap(6, 9), 10]
    assert backfill.wanted is None


def flowing() -> Backfill[Trade]:
    backfill: Backfill[Trade] = Backfill()
    backfill.live(trade(5))
    return backfill


REACH: dict[FillState, Callable[[], Backfill[Trade]]] = {
    FillState.FLOWING: flowing,
    FillState.FILLING: with_hole,
}
CAUSE: dict[FillEvent, Callable[[Backfill[Trade]], object]] = {
    FillEvent.TRADE: lambda fill: fill.live(trade(10 if fill.wanted else 6)),
    FillEvent.DUPLICATE: lambda fill: fill.live(trade(5)),
    FillEvent.HOLE: lambda fill: fill.live(trade(9)),
    FillEvent.WIDE_HOLE: lambda fill: fill.live(trade(1_000_000)),
    FillEvent.PROGRESS: lambda fill: fill.history([trade(6)]),
    FillEvent.COMPLETE: lambda fill: fill.history([trade(6), trade(7), trade(8)]),
    FillEvent.GIVEN_UP: lambda fill: fill.failed(),
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(FillState, FillEvent)))
def test_the_table_decides_every_pair(state: FillState, event: FillEvent) -> None:
    if (state, event) in TABLE.cells:
        backfill = REACH[state]()
        CAUSE[event](backfill)
        assert backfill.state is TABLE.cells[state, event][0]
    else:
        with pytest.raises(IllegalTransition):
            TABLE.step(state, event)


LIVE = st.lists(st.integers(0, 40), max_size=40)
ANSWERS = st.lists(st.one_of(st.none(), st.sets(st.integers(0, 40))), max_size=20)


@given(live=LIVE, answers=ANSWERS, held_max=st.integers(1, 8))
def test_g17_every_id_is_delivered_or_reported_missing_exactly_once_and_in_order(
    live: list[int], answers: list[set[int] | None], held_max: int
) -> None:
    backfill: Backfill[Trade] = Backfill(held_max=held_max, hole_max=20)
    delivered: list[Trade | Hole] = []
    pending = iter(answers)
    for trade_id in live:
        delivered += backfill.live(trade(trade_id))
        if backfill.wanted is not None and trade_id % 2:
            answer = next(pending, None)
            known = [trade(known) for known in answer or ()]
            delivered += backfill.failed() if answer is None else backfill.history(known)
        assert backfill.held <= held_max
    while backfill.wanted is not None:
        delivered += backfill.failed()
    told: list[int] = []
    promised: list[int] = []
    for item in delivered:
        if isinstance(item, Hole):
            wide = range(item.first, item.last + 1)
            (promised if item.is_filled else told).extend(wide)
        else:
            told.append(int(item.trade_id))
            promised = [trade_id for trade_id in promised if trade_id != item.trade_id]
    assert told == (list(range(live[0], max(live) + 1)) if live else [])
    assert promised == []
