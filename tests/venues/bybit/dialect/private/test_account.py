from __future__ import annotations

import pytest
from tests.venues.bybit.dialect.private.kit import KEY, READER_KEY, Venue, column


def test_the_wallet_is_of_a_unified_account(venue: Venue) -> None:
    found = venue.get("/v5/account/wallet-balance", accountType="UNIFIED")["list"]
    assert column(found, "accountType") == ["UNIFIED"]
    refused = venue.refusal("GET", "/v5/account/wallet-balance", accountType="SPOT")
    assert refused == (10001, "accountType only support UNIFIED.")


def test_fees_are_told_of_one_instrument_or_all(venue: Venue) -> None:
    (linear,) = venue.get("/v5/account/fee-rate", category="linear", symbol="BTCUSDT")["list"]
    assert linear == {"symbol": "BTCUSDT", "takerFeeRate": "0.00055", "makerFeeRate": "0.0002"}
    (spot,) = venue.get("/v5/account/fee-rate", category="spot")["list"]
    assert (spot["takerFeeRate"], spot["category"]) == ("0.001", "spot")
    refused = venue.refusal("GET", "/v5/account/fee-rate", category="linear", symbol="NOPE")
    assert refused[0] == 10001


def test_a_key_tells_what_it_may(venue: Venue) -> None:
    found = venue.get("/v5/user/query-api")
    assert (found["apiKey"], found["readOnly"], found["uta"]) == (KEY, 0, 1)
    body = venue.ask("GET", "/v5/user/query-api", READER_KEY)
    assert (body["result"]["readOnly"], body["result"]["permissions"]["Spot"]) == (1, [])


def test_coins_and_their_balances_are_listed(venue: Venue) -> None:
    assert column(venue.get("/v5/asset/coin/query-info")["rows"], "coin") == ["USDT", "BTC"]
    assert len(venue.get("/v5/asset/coin/query-info", coin="BTC")["rows"]) == 1
    venue.placed("spot", qty="0.1")
    found = venue.get(
        "/v5/asset/transfer/query-account-coins-balance", accountType="UNIFIED", coin="USDT"
    )
    (row,) = found["balance"]
    assert (row["walletBalance"], row["transferBalance"]) == ("100000", "93600")


def test_prices_beyond_the_band_are_refused_or_moved_as_the_account_wants(venue: Venue) -> None:
    beyond = {"side": "Sell", "price": "60000", "timeInForce": "PostOnly"}
    assert venue.create("spot", **beyond)["retCode"] == 170194
    assert venue.create("linear", **beyond)["retCode"] == 0
    for category, is_moved in (("spot", True), ("linear", False)):
        venue.post("/v5/account/set-limit-px-action", category=category, modifyEnable=is_moved)
        venue.later()
    found = venue.get("/v5/account/user-setting-config")
    assert (found["lpaSpot"], found["lpaPerp"]) == (True, True), "the second means refusing"
    moved = venue.order(venue.placed("spot", **beyond), "spot")
    assert float(moved["price"]) > 64_000
    assert venue.create("linear", **beyond)["retCode"] == 30209
    assert venue.create("linear", price="70000")["retCode"] == 30208


def test_only_cross_margin_is_simulated(venue: Venue) -> None:
    path = "/v5/account/set-margin-mode"
    assert venue.post(path, setMarginMode="REGULAR_MARGIN") == {"reasons": []}
    assert venue.refusal("POST", path, setMarginMode="PORTFOLIO_MARGIN")[0] == 3400045


def test_an_accounts_instruments_say_what_it_may(venue: Venue) -> None:
    (row,) = venue.get("/v5/account/instruments-info", category="linear", symbol="BTCUSDT")["list"]
    assert (row["symbol"], row["isPublicRpi"]) == ("BTCUSDT", False)


@pytest.mark.parametrize(
    "path",
    [
        "account/collateral-info",
        "account/transaction-log",
        "account/borrow-history",
        "account/smp-group",
        "asset/deposit/query-record",
        "asset/withdraw/query-record",
    ],
)
def test_small_endpoints_answer(venue: Venue, path: str) -> None:
    assert venue.get(f"/v5/{path}")
