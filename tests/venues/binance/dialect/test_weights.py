from __future__ import annotations

import json

import pytest

from tickwright.venues.binance.dialect.products import SPOT, USDM, DialectProduct
from tickwright.venues.binance.dialect.weights import WeightMeter, depth_weight


MINUTE_MS = 60_000
T = 29_000_000 * MINUTE_MS + 50_000  # ten seconds before a minute's end


@pytest.mark.parametrize(
    ("product", "limit", "weight"),
    [(SPOT, 100, 5), (SPOT, 101, 25), (SPOT, 1000, 50), (SPOT, 5000, 250), (USDM, 5, 2), (USDM, 100, 5),
     (USDM, 500, 10), (USDM, 1000, 20)],
)  # fmt: skip
def test_snapshots_cost_what_the_documentation_says(
    product: DialectProduct, limit: int, weight: int
) -> None:
    assert depth_weight(product, limit) == weight


def test_used_weight_is_told_with_every_answer() -> None:
    meter = WeightMeter(SPOT)
    meter.take(20, T)
    assert meter.take(5, T).headers == {"x-mbx-used-weight-1m": "25", "x-mbx-used-weight": "25"}
    assert WeightMeter(USDM).take(5, T).headers == {"x-mbx-used-weight-1m": "5"}


def test_above_the_limit_is_429_until_the_minute_ends() -> None:
    meter = WeightMeter(SPOT, limit=10)
    assert meter.take(10, T).status == 200
    refused = meter.take(1, T)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "10")
    body = json.loads(refused.body)
    assert body["code"] == -1003
    assert body["msg"].startswith(
        "Too much request weight used; current limit is 10 request weight"
    )
    assert meter.take(1, T + 10_000).status == 200


def test_who_goes_on_is_banned_and_longer_each_time() -> None:
    meter = WeightMeter(USDM, limit=0)
    statuses = [meter.take(1, T).status for _ in range(11)]
    assert statuses == [429] * 10 + [418]
    banned = meter.take(1, T + 60_000)
    assert (banned.status, banned.headers["Retry-After"]) == (418, "60")
    assert json.loads(banned.body)["msg"].startswith(
        f"Way too many requests; IP banned until {T + 120_000}."
    )
    later = T + 200_000
    again = [meter.take(1, later) for _ in range(11)][-1]
    assert (again.status, again.headers["Retry-After"]) == (418, "240")
