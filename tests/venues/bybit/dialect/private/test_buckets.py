from __future__ import annotations

from tests.venues.bybit.dialect.samples import NOW_MS

from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT
from tickwright.venues.bybit.dialect.private.buckets import Buckets, order_limit


def test_a_second_holds_so_many_requests_and_headers_tell_what_is_left() -> None:
    buckets = Buckets()
    first = buckets.take("me", "create", 2, NOW_MS)
    assert first.headers() == {
        "X-Bapi-Limit": "2",
        "X-Bapi-Limit-Status": "1",
        "X-Bapi-Limit-Reset-Timestamp": str(NOW_MS),
    }
    buckets.take("me", "create", 2, NOW_MS + 500)
    full = buckets.take("me", "create", 2, NOW_MS + 999)
    assert full.left < 0
    assert full.headers()["X-Bapi-Limit-Reset-Timestamp"] == str(NOW_MS + 1000)
    assert buckets.take("me", "create", 2, NOW_MS + 1000).left == 0


def test_accounts_and_endpoints_do_not_disturb_each_other() -> None:
    buckets = Buckets()
    buckets.take("me", "create", 1, NOW_MS)
    assert buckets.take("you", "create", 1, NOW_MS).left == 0
    assert buckets.take("me", "cancel", 1, NOW_MS).left == 0


def test_of_a_batch_only_what_fits_is_counted() -> None:
    buckets = Buckets()
    assert buckets.take("me", "create-batch", 10, NOW_MS, 8).left == 2
    assert buckets.take("me", "create-batch", 10, NOW_MS, 5).left == -3
    assert buckets.take("me", "create-batch", 10, NOW_MS, 1).left == -1
    assert buckets.take("me", "create-batch", 10, NOW_MS + 1000, 10).left == 0


def test_limits_are_those_of_the_documentation() -> None:
    found = [
        [order_limit(one, op) for op in ("create", "amend", "cancel")] for one in (SPOT, LINEAR)
    ]
    assert found == [[20, 10, 20], [10, 10, 10]]
    assert Buckets.refused().code == 10006
