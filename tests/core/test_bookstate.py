"""How far a book is trusted, cell by cell."""

from __future__ import annotations

import pytest

from tickwright.core.bookstate import TABLE, BookEvent
from tickwright.errors import IllegalTransition
from tickwright.model.notices import BookState


READABLE = {BookState.LIVE, BookState.UNAUDITED}


def test_only_a_snapshot_makes_an_unreadable_book_readable_or_an_agreement_a_suspect_one() -> None:
    for (state, event), (following, _) in TABLE.cells.items():
        if following in READABLE and state not in READABLE:
            is_synced = event is BookEvent.SYNCED
            is_cleared = state is BookState.SUSPECT and event is BookEvent.MATCH
            assert is_synced or is_cleared, (state, event)


def test_g06_every_doubt_takes_a_readable_book_out_of_reading() -> None:
    doubts = {BookEvent.MISMATCH, BookEvent.SILENT, BookEvent.BROKEN, BookEvent.DOWN}
    for state in READABLE:
        for event in doubts:
            following, _ = TABLE.step(state, event)
            assert following not in READABLE, (state, event)


def test_a_book_whose_connection_ended_comes_back_only_through_a_resync() -> None:
    following, _ = TABLE.step(BookState.STALE, BookEvent.UP)
    assert following is BookState.RESYNCING
    with pytest.raises(IllegalTransition):
        TABLE.step(BookState.STALE, BookEvent.SYNCED)


def test_every_state_but_closed_bears_an_outage_and_a_return() -> None:
    for state in BookState:
        for event in (BookEvent.DOWN, BookEvent.UP, BookEvent.CLOSE):
            TABLE.step(state, event)


def test_a_closed_book_stays_closed() -> None:
    for (state, _), (following, _) in TABLE.cells.items():
        if state is BookState.CLOSED:
            assert following is BookState.CLOSED
