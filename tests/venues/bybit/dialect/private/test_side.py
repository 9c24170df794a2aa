from __future__ import annotations

import pytest
from tests.venues.bybit.dialect.private.kit import Venue
from tests.venues.bybit.dialect.samples import NOW_MS

from tickwright.venues.bybit.dialect.meter import AddressMeter


def test_only_private_and_trade_sockets_are_its_own(venue: Venue) -> None:
    for path in ("/v5/public/linear", "/v5/private/", "/"):
        found = venue.side.converse(path, {}, query="", meter=AddressMeter(), now_ms=NOW_MS)
        assert found is None


def test_a_handshake_with_a_time_that_cannot_be_is_refused(venue: Venue) -> None:
    with pytest.raises(ValueError, match="max_active_time"):
        venue.side.converse(
            "/v5/private",
            {"max_active_time": "1s"},
            query="",
            meter=AddressMeter(),
            now_ms=NOW_MS,
        )


def test_frames_are_taken_once(venue: Venue) -> None:
    venue.placed()
    assert venue.side.take_frames()
    assert venue.side.take_frames() == []
    venue.side.beat(NOW_MS)


def test_faults_reach_every_part(venue: Venue) -> None:
    assert venue.side.faults is venue.faults
    assert venue.side.access.faults is venue.faults
