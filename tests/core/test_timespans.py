"""Long times cut into pieces that a venue answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.timespans import pieces


@pytest.mark.parametrize(
    ("start", "end", "longest", "cut"),
    [
        (0, 10, 4, [(0, 4), (5, 9), (10, 10)]),
        (0, 9, 4, [(0, 4), (5, 9)]),
        (3, 3, 4, [(3, 3)]),
        (3, 4, 0, [(3, 3), (4, 4)]),
        (4, 3, 4, []),
    ],
)
def test_times_are_cut_where_a_piece_is_full(
    start: int, end: int, longest: int, cut: list[tuple[int, int]]
) -> None:
    assert pieces(start, end, longest) == cut


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 50))
def test_every_moment_is_in_one_piece_and_no_piece_is_too_long(
    start: int, end: int, longest: int
) -> None:
    cut = pieces(start, end, longest)
    assert [moment for first, last in cut for moment in range(first, last + 1)] == list(
        range(start, end + 1)
    )
    assert all(last - first <= longest for first, last in cut)


def test_pieces_that_hold_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="hold nothing"):
        pieces(0, 1, -1)
