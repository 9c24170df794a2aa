"""How large a position may be while not all is told of it."""

from __future__ import annotations

from decimal import Decimal

from tickwright.core.positionbounds import LATE_S, PositionBounds


D = Decimal


def at(bounds: PositionBounds, told: int, traded: int, now_s: float) -> tuple[int, int]:
    low, high = bounds.of("x", told=D(told), traded=D(traded), now_s=now_s)
    return int(low), int(high)


def test_g36_an_execution_counts_before_its_position_is_told() -> None:
    bounds = PositionBounds()
    assert at(bounds, 1, 0, 0.0) == (1, 1)
    assert at(bounds, 1, 2, 1.0) == (1, 3)
    assert at(bounds, 1, -2, 1.5) == (-1, 1)
    assert at(bounds, 3, 2, 2.0) == (3, 3)


def test_g36_a_position_counts_before_its_execution_is_told() -> None:
    bounds = PositionBounds()
    assert at(bounds, 0, 0, 0.0) == (0, 0)
    assert at(bounds, 2, 0, 1.0) == (2, 2)  # no execution was told for long: the venue knows best
    assert at(bounds, 2, 2, 1.5) == (2, 4)
    assert at(bounds, 2, 2, 1.5 + LATE_S) == (2, 2)


def test_what_was_traded_before_anybody_asked_is_part_of_the_position() -> None:
    assert at(PositionBounds(), 5, 4, 100.0) == (5, 5)


def test_after_a_while_without_executions_the_venue_is_believed() -> None:
    bounds = PositionBounds()
    at(bounds, 0, 0, 0.0)
    assert at(bounds, 0, 3, 1.0) == (0, 3)
    assert at(bounds, 0, 3, 1.0 + LATE_S - 0.1) == (0, 3)
    assert at(bounds, 0, 3, 1.0 + LATE_S) == (0, 0)


def test_instruments_are_told_apart() -> None:
    bounds = PositionBounds()
    at(bounds, 1, 0, 0.0)
    assert bounds.of("y", told=D(7), traded=D(1), now_s=0.0) == (D(7), D(7))
