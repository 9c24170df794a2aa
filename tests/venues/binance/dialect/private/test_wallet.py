"""The endpoints that clients call when they start."""

from __future__ import annotations

import pytest
from tests.venues.binance.dialect.private.kit import READER_KEY, Venue


def test_a_key_says_what_it_may_do(spot: Venue) -> None:
    path = "/sapi/v1/account/apiRestrictions"
    assert spot.ok("GET", path)["enableSpotAndMarginTrading"] is True
    assert spot.ok("GET", path, key=READER_KEY)["enableSpotAndMarginTrading"] is False


def test_fees_are_those_of_one_symbol_or_of_all(spot: Venue) -> None:
    path = "/sapi/v1/asset/tradeFee"
    row = {"symbol": "BTCUSDT", "makerCommission": "0.001", "takerCommission": "0.001"}
    assert spot.ok("GET", path) == [row] == spot.ok("GET", path, symbol="BTCUSDT")
    assert spot.refused("GET", path, symbol="NOPE")[0] == -1121


def test_every_asset_of_the_market_is_a_coin(spot: Venue) -> None:
    coins = spot.ok("GET", "/sapi/v1/capital/config/getall")
    assert {coin["coin"]: coin["free"] for coin in coins} == {
        "USDT": "100000.00000000",
        "BTC": "100000.00000000",
    }
    held = spot.ok("POST", "/sapi/v3/asset/getUserAsset", asset="BTC")
    assert [row["asset"] for row in held] == ["BTC"]


@pytest.mark.parametrize(
    "path",
    [
        "account/status",
        "account/apiTradingStatus",
        "account/info",
        "asset/assetDetail",
        "margin/allPairs",
    ],
)
def test_the_rest_is_there(spot: Venue, path: str) -> None:
    spot.ok("GET", f"/sapi/v1/{path}")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "capital/deposit/hisrec", []),
        ("GET", "capital/withdraw/history", []),
        ("GET", "asset/transfer", {"total": 0, "rows": []}),
        ("GET", "asset/assetDividend", {"rows": [], "total": 0}),
        ("GET", "asset/dribblet", {"total": 0, "userAssetDribblets": []}),
        ("GET", "accountSnapshot", {"code": 200, "msg": "", "snapshotVos": []}),
        ("POST", "asset/get-funding-asset", []),
    ],
)
def test_nothing_ever_came_in_or_went_out(
    spot: Venue, method: str, path: str, body: object
) -> None:
    assert spot.ok(method, f"/sapi/v1/{path}", type="SPOT") == body
