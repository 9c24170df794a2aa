"""USD-M's settings, fees and listen keys."""

from __future__ import annotations

import msgspec
from tests.venues.binance.dialect.private.kit import KEY, NOW_MS, OTHER_KEY, Venue

from tickwright.venues.commands import SetMark
from tickwright.venues.dialects import RestRequest


LIMIT = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.010",
    "price": "64000",
}  # fmt: skip
MARKET = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}


def test_accounts_are_one_way_and_stay_so(usdm: Venue) -> None:
    path = "/fapi/v1/positionSide/dual"
    assert usdm.ok("GET", path) == {"dualSidePosition": False}
    assert usdm.refused("POST", path, dualSidePosition=False) == (
        -4059,
        "No need to change position side.",
    )
    assert usdm.refused("POST", path, dualSidePosition=True)[0] == -1020
    order = usdm.ok("POST", "/fapi/v1/order", **LIMIT)
    assert usdm.refused("POST", path, dualSidePosition=True)[0] == -4067
    usdm.ok("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    usdm.ok("POST", "/fapi/v1/order", **MARKET)
    assert usdm.refused("POST", path, dualSidePosition=True)[0] == -4068
    assert usdm.refused("POST", path)[0] == -1102


def test_the_multi_assets_mode_is_a_switch(usdm: Venue) -> None:
    path = "/fapi/v1/multiAssetsMargin"
    assert usdm.refused("POST", path, multiAssetsMargin=False)[0] == -4171
    usdm.ok("POST", path, multiAssetsMargin=True)
    assert usdm.ok("GET", path) == {"multiAssetsMargin": True}
    assert usdm.ok("GET", "/fapi/v1/accountConfig")["multiAssetsMargin"] is True
    assert usdm.ok("GET", path, key=OTHER_KEY) == {"multiAssetsMargin": False}


def test_paying_fees_in_the_venues_coin_is_a_switch(usdm: Venue) -> None:
    path = "/fapi/v1/feeBurn"
    assert usdm.ok("GET", path) == {"feeBurn": False}
    usdm.ok("POST", path, feeBurn=True)
    assert usdm.ok("GET", path) == {"feeBurn": True}
    assert usdm.ok("GET", path, key=OTHER_KEY) == {"feeBurn": False}
    usdm.ok("POST", path, feeBurn=False)
    assert usdm.ok("GET", path) == {"feeBurn": False}
    assert usdm.refused("POST", path)[0] == -1102


def test_rates_are_the_ones_that_fills_pay(usdm: Venue) -> None:
    rates = usdm.ok("GET", "/fapi/v1/commissionRate", symbol="BTCUSDT")
    assert (rates["makerCommissionRate"], rates["takerCommissionRate"]) == ("0.000200", "0.000500")


def test_income_is_fees_profits_and_funding(usdm: Venue) -> None:
    usdm.ok("POST", "/fapi/v1/order", **MARKET)
    due_ns = (NOW_MS + 1000) * 1_000_000
    usdm.do(SetMark(symbol="BTCUSDT", mark=6_500_000, funding_rate=10_000, funding_ns=due_ns))
    usdm.side.take(usdm.exchange.tick(due_ns))
    usdm.market.now_ms += 2000
    usdm.ok("POST", "/fapi/v1/order", **{**MARKET, "side": "SELL"})
    rows = usdm.ok("GET", "/fapi/v1/income")
    assert [row["incomeType"] for row in rows] == [
        "COMMISSION", "FUNDING_FEE", "COMMISSION", "REALIZED_PNL",
    ]  # fmt: skip
    assert rows[1]["income"] == "-0.06500000"
    assert rows[3]["income"] == "-0.00200000"
    assert len(usdm.ok("GET", "/fapi/v1/income", incomeType="FUNDING_FEE")) == 1
    assert usdm.ok("GET", "/fapi/v1/income", symbol="ETHUSDT") == []
    balance = usdm.ok("GET", "/fapi/v3/balance")[0]["balance"]
    assert balance == f"{100_000 + sum(float(row['income']) for row in rows):.8f}"


def test_small_questions_are_answered(usdm: Venue) -> None:
    assert usdm.ok("GET", "/fapi/v1/feeBurn") == {"feeBurn": False}
    assert usdm.ok("GET", "/fapi/v1/adlQuantile") == []
    usdm.ok("GET", "/fapi/v1/apiTradingStatus")


# ---------------------------------------------------------------------- listen keys


def listen(venue: Venue, method: str) -> tuple[int, dict[str, str]]:
    answer = venue.send(
        RestRequest(method=method, path="/fapi/v1/listenKey", headers={"x-mbx-apikey": KEY})
    )
    return answer.status, msgspec.json.decode(answer.body)


def test_listen_keys_need_a_key_and_no_signature(usdm: Venue) -> None:
    status, body = listen(usdm, "PUT")
    assert (status, body["code"]) == (400, -1125)
    status, body = listen(usdm, "POST")
    assert (status, len(body["listenKey"])) == (200, 64)
    assert listen(usdm, "POST")[1] == body
    assert listen(usdm, "PUT")[1] == body
    assert listen(usdm, "DELETE") == (200, {})
    assert listen(usdm, "POST")[1] != body
