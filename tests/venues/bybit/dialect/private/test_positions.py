from __future__ import annotations

import json

from tests.venues.bybit.dialect.private.kit import PRICE, Venue, column

from tickwright.model.market import Side
from tickwright.venues.commands import SetMark


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


def test_a_position_that_lost_its_margin_is_liquidated(venue: Venue) -> None:
    venue.post("/v5/position/set-leverage", **WHICH, buyLeverage="100", sellLeverage="100")
    resting = venue.placed(price="50000", qty="0.1")
    for step in range(1, 11):
        venue.quote("linear/BTCUSDT", Side.SELL, PRICE + step, "10")
        venue.quote("linear/BTCUSDT", Side.BUY, PRICE - 3000 - step, "10")
    venue.placed(orderType="Market", qty="60")
    (row,) = venue.get("/v5/position/list", **WHICH)["list"]
    assert (row["side"], row["positionStatus"]) == ("Buy", "Normal")
    liquidation = float(row["liqPrice"])
    assert 0 < liquidation < PRICE
    venue.forget()
    venue.do(SetMark(symbol="linear/BTCUSDT", mark=int(liquidation - 1) * 100))
    frames = [(name.split("/")[2], json.loads(text)) for name, text in venue.side.take_frames()]
    orders = [row for name, body in frames if name == "order" for row in body["data"]]
    gone = next(one for one in orders if one["orderId"] == resting)
    assert (gone["orderStatus"], gone["cancelType"]) == ("Cancelled", "CancelAllBeforeLiq")
    forced = next(one for one in orders if one["createType"] == "CreateByLiq")
    assert (forced["side"], forced["reduceOnly"]) == ("Sell", True)
    fills = [row for name, body in frames if name == "execution" for row in body["data"]]
    assert {one["execType"] for one in fills} == {"BustTrade"}
    (row,) = venue.get("/v5/position/list", **WHICH)["list"]
    assert row["size"] == "0.000"
