from __future__ import annotations

from tests.venues.bybit.dialect.private.kit import Venue, column


WHICH = {"category": "linear", "symbol": "BTCUSDT"}


def test_by_coin_only_open_positions_are_listed(venue: Venue) -> None:
    assert venue.get("/v5/position/list", category="linear", settleCoin="USDT")["list"] == []
    venue.placed(orderType="Market")
    found = venue.get("/v5/position/list", category="linear", settleCoin="USDT")
    assert column(found["list"], "symbol") == ["BTCUSDT"]
    assert venue.get("/v5/position/list", category="linear", settleCoin="USDC")["list"] == []
    assert venue.refusal("GET", "/v5/position/list", category="linear")[0] == 10001
    assert venue.refusal("GET", "/v5/position/list", category="spot")[0] == 10001


def test_leverage_is_set_once(venue: Venue) -> None:
    asked = {**WHICH, "buyLeverage": "5", "sellLeverage": "5"}
    assert venue.post("/v5/position/set-leverage", **asked) == {}
    assert venue.refusal("POST", "/v5/position/set-leverage", **asked)[0] == 110043
    (row,) = venue.get("/v5/position/list", **WHICH)["list"]
    assert row["leverage"] == "5"


def test_a_leverage_that_cannot_be_is_refused(venue: Venue) -> None:
    for buy, sell, code in (("5", "6", 10001), ("2.5", "2.5", 10001), ("500", "500", 110013)):
        asked = {**WHICH, "buyLeverage": buy, "sellLeverage": sell}
        assert venue.refusal("POST", "/v5/position/set-leverage", **asked)[0] == code


def test_accounts_are_one_way_and_stay_so(venue: Venue) -> None:
    assert venue.refusal("POST", "/v5/position/switch-mode", **WHICH, mode=0)[0] == 110025
    assert venue.refusal("POST", "/v5/position/switch-mode", **WHICH, mode=3)[0] == 10001
    assert venue.refusal("POST", "/v5/position/switch-isolated", **WHICH, tradeMode=1)[0] == 100028


def test_stops_of_positions_are_not_simulated_and_say_so(venue: Venue) -> None:
    assert venue.refusal("POST", "/v5/position/trading-stop", **WHICH)[0] == 34040
    code, text = venue.refusal("POST", "/v5/position/trading-stop", **WHICH, takeProfit="70000")
    assert code == 10001
    assert "takeProfit" in text
    assert venue.get("/v5/position/closed-pnl", category="linear")["list"] == []
