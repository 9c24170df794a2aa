"""Order counts: clock-aligned windows, credits, headers."""

from __future__ import annotations

import pytest

from tickwright.venues.binance.dialect.private.counts import OrderCounts
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.products import SPOT, USDM


NOW_MS = 1_795_000_000_000


def test_the_short_window_refuses_until_it_is_over() -> None:
    counts = OrderCounts(SPOT)
    counts.add(NOW_MS + 9_000, (100, 100))
    with pytest.raises(Refused) as caught:
        counts.check(NOW_MS + 9_500)
    assert (caught.value.code, caught.value.status) == (-1015, 429)
    assert caught.value.text == "Too many new orders; current limit is 100 orders per 10 SECOND."
    assert counts.retry_s(NOW_MS + 9_500) == 1
    counts.check(NOW_MS + 10_000)
    assert counts.retry_s(NOW_MS + 10_000) == 0


def test_the_long_window_refuses_too() -> None:
    counts = OrderCounts(USDM)
    counts.add(NOW_MS, (5, 1200))
    with pytest.raises(Refused, match="1200 orders per 1 MINUTE"):
        counts.check(NOW_MS)


def test_headers_and_rows_say_what_was_used() -> None:
    counts = OrderCounts(SPOT)
    counts.add(NOW_MS, (3, 3))
    assert counts.headers() == {"x-mbx-order-count-10s": "3", "x-mbx-order-count-1d": "3"}
    rows = counts.rows(NOW_MS + 10_000, has_counts=True)
    assert [(row["interval"], row["intervalNum"], row["limit"], row["count"]) for row in rows] == [
        ("SECOND", 10, 100, 0),
        ("DAY", 1, 200_000, 3),
    ]
    assert "count" not in counts.rows(NOW_MS, has_counts=False)[0]


def test_fills_give_back_on_spot_only() -> None:
    counts = OrderCounts(SPOT)
    counts.add(NOW_MS, (7, 7))
    counts.credit(is_maker=False)
    assert counts.headers()["x-mbx-order-count-10s"] == "6"
    counts.credit(is_maker=True)
    counts.credit(is_maker=True)
    assert counts.headers()["x-mbx-order-count-10s"] == "0"
    futures = OrderCounts(USDM)
    futures.add(NOW_MS, (1, 1))
    futures.credit(is_maker=True)
    assert futures.headers() == {"x-mbx-order-count-10s": "1", "x-mbx-order-count-1m": "1"}
