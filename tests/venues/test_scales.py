"""Digits of market data: as many as venues print, and no more than 63 bits hold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.venues.scales import data_scale


D = Decimal


@pytest.mark.parametrize(
    ("step", "largest", "scale"),
    [
        ("0.01", "1000000", 8),
        ("0", None, 8),
        ("0.01", "0", 8),
        ("0.00000001", "9000000", 8),
        ("1", "46116860414000", 5),
        ("1", "9223372036854775806", 0),
        ("0.0000000001", "1", 10),
    ],
)
def test_scales_leave_room_for_finer_old_orders_and_for_large_levels(
    step: str, largest: str | None, scale: int
) -> None:
    assert data_scale(D(step), None if largest is None else D(largest)) == scale
    if largest:
        assert D(largest).scaleb(scale) < 2**63
