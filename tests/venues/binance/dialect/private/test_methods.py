"""Names of methods and the endpoints behind them."""

from __future__ import annotations

import pytest
from tests.venues.binance.dialect.private.kit import Venue

from tickwright.venues.binance.dialect.private import methods
from tickwright.venues.binance.dialect.private.methods import named, route_of
from tickwright.venues.binance.dialect.products import SPOT, USDM


UNSERVED = {"sor.order.place", "sor.order.test"}


@pytest.mark.parametrize("product", [SPOT, USDM])
def test_every_method_has_an_endpoint_that_answers(
    spot: Venue, usdm: Venue, product: object
) -> None:
    venue = spot if product is SPOT else usdm
    for method, (verb, path) in methods._ROUTES[product is USDM].items():
        if method in UNSERVED or (verb, path) in venue.side.desk.endpoints:
            continue
        assert venue.market.answer(verb, path, {"symbol": "BTCUSDT"}).status != 404, method


def test_methods_mean_what_their_endpoints_do() -> None:
    assert route_of(SPOT, "order.place") == ("POST", "/api/v3/order")
    assert route_of(SPOT, "ticker.book") == ("GET", "/api/v3/ticker/bookTicker")
    assert route_of(USDM, "order.modify") == ("PUT", "/fapi/v1/order")
    # The first version of these is REST's second, and the second its third.
    assert route_of(USDM, "account.status") == ("GET", "/fapi/v2/account")
    assert route_of(USDM, "v2/account.status") == ("GET", "/fapi/v3/account")


def test_products_do_not_share_methods() -> None:
    assert route_of(SPOT, "order.modify") is None
    assert route_of(USDM, "order.cancelReplace") is None
    # Spot's listen keys are gone.
    assert route_of(SPOT, "userDataStream.start") is None
    assert route_of(USDM, "userDataStream.start") == ("POST", "/fapi/v1/listenKey")


def test_a_version_may_stand_before_spots_methods() -> None:
    assert named(SPOT, "v3/order.place") == named(SPOT, "order.place") == "order.place"
    assert named(USDM, "v2/account.status") == "v2/account.status"
    assert route_of(USDM, named(USDM, "v3/order.place")) is None
