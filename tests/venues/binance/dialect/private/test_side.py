"""Each product's private side as the sandbox asks for it."""

from __future__ import annotations

from tests.venues.binance.dialect.private.kit import NOW_MS, Venue, signed

from tickwright.venues.binance.dialect.private import private_side
from tickwright.venues.binance.dialect.private.api import ApiConversation
from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM
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


def test_each_product_has_its_websocket_api(spot: Venue, usdm: Venue) -> None:
    for venue, product, path in ((spot, SPOT, "/ws-api/v3"), (usdm, USDM, "/ws-fapi/v1")):
        meter = WeightMeter(product)
        for asked in (path, f"{path}/"):
            found = venue.side.converse(asked, {}, query="", meter=meter, now_ms=NOW_MS)
            assert isinstance(found, ApiConversation)
        assert venue.side.converse("/ws", {}, query="", meter=meter, now_ms=NOW_MS) is None


def test_nothing_happened_makes_no_frames(spot: Venue) -> None:
    spot.side.take([])
    spot.side.beat(NOW_MS)
    assert spot.side.take_frames() == []
