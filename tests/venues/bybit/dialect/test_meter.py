from __future__ import annotations

from tests.venues.bybit.dialect.samples import NOW_MS

from tickwright.venues.bybit.dialect.meter import BANNED_TEXT, AddressMeter


def test_600_requests_in_5_s_are_served_and_the_next_one_bans_the_address() -> None:
    meter = AddressMeter()
    verdicts = [meter.take(1, NOW_MS).status for _ in range(601)]
    assert verdicts == [200] * 600 + [403]
    banned = meter.take(1, NOW_MS + 599_999)
    assert (banned.status, banned.body) == (403, BANNED_TEXT)
    assert banned.retry_at_ms == NOW_MS + 600_000


def test_the_ban_lifts_itself() -> None:
    meter = AddressMeter(limit=1)
    meter.take(1, NOW_MS)
    meter.take(1, NOW_MS)
    assert meter.take(1, NOW_MS + 600_000).status == 200


def test_the_window_slides() -> None:
    meter = AddressMeter(limit=2)
    assert meter.take(1, NOW_MS).status == 200
    assert meter.take(1, NOW_MS + 3000).status == 200
    assert meter.take(1, NOW_MS + 5000).status == 200
    assert meter.used == 2
    assert meter.take(1, NOW_MS + 6000).status == 403
