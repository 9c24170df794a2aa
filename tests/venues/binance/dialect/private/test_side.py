"""Each product's private side as the sandbox asks for it."""

from __future__ import annotations

from tests.venues.binance.dialect.private.kit import NOW_MS, Venue, signed

from tickwright.venues.binance.dialect.private import private_side
from tickwright.venues.binance.dialect.products import COINM, SPOT
from tickwright.venues.binance.dialect.weights import WeightMeter
from tickwright.venues.dialects import RestRequest


def test_inverse_contracts_have_no_private_side(spot: Venue) -> None:
    assert private_side(COINM, spot.exchange, spot.market, ()) is None


def test_each_product_has_its_own_endpoints(spot: Venue, usdm: Venue) -> None:
    spots, futures = set(spot.side.desk.endpoints), set(usdm.side.desk.endpoints)
    assert not spots & futures
    assert {path.split("/")[1] for _, path in spots} == {"api", "sapi"}
    assert {path.split("/")[1] for _, path in futures} == {"fapi"}
    # Spot's listen keys are gone.
    assert not any("userDataStream" in path for _, path in spots)


def test_requests_are_answered_or_left_to_others(spot: Venue) -> None:
    asked = signed("GET", "/api/v3/account", {"timestamp": str(NOW_MS)})
    assert spot.side.weight(asked) == 20
    found = spot.side.answer(asked, NOW_MS)
    assert found is not None
    assert found.status == 200
    assert spot.side.answer(RestRequest(method="GET", path="/api/v3/time"), NOW_MS) is None


def test_sockets_are_not_served_yet_and_events_make_no_frames(spot: Venue) -> None:
    meter = WeightMeter(SPOT)
    assert spot.side.converse("/ws-api/v3", {}, query="", meter=meter, now_ms=NOW_MS) is None
    spot.side.take([])
    spot.side.beat(NOW_MS)
    assert spot.side.take_frames() == []
