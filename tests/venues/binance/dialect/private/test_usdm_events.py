"""To whom USD-M's user events go, and until when."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import SHARED_DATA
from tests.venues.binance.dialect.private.kit import NOW_MS, OTHER_KEY, PRICE, Venue

from tickwright.sandbox import Faults
from tickwright.venues.binance.dialect.private.listenkeys import LISTEN_KEY_MS
from tickwright.venues.binance.dialect.private.user_streams import EVENTS, listen_stream
from tickwright.venues.commands import Deposit, SetMark
from tickwright.venues.facts import raw_amount


MARKET: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}
ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"


def test_nobody_is_told_before_he_has_a_listen_key(usdm: Venue) -> None:
    usdm.ok("POST", ORDER, **MARKET)
    assert usdm.told() == []
    usdm.listen()
    assert usdm.told() == []  # nothing is kept for later
    usdm.ok("POST", ORDER, **MARKET)
    assert usdm.told()


def test_events_go_out_under_the_key_and_their_type(usdm: Venue) -> None:
    key, other = usdm.listen(), usdm.listen(key=OTHER_KEY)
    usdm.ok("POST", ORDER, **MARKET)
    streams = [stream for stream, _ in usdm.side.take_frames()]
    order, lite, account = EVENTS[:3]
    assert streams == [listen_stream(key, kind) for kind in (order, lite, order, account)]
    usdm.ok("POST", ORDER, **{**MARKET, "key": OTHER_KEY})
    assert {stream.split("/")[1] for stream, _ in usdm.side.take_frames()} == {other}


def test_a_key_that_ran_out_is_told_of_once_and_then_silent(usdm: Venue) -> None:
    key = usdm.listen()
    usdm.market.now_ms = NOW_MS + LISTEN_KEY_MS
    usdm.ok("POST", ORDER, **MARKET)  # between the end and the beat that tells of it
    usdm.side.beat(usdm.market.now_ms)
    assert usdm.told() == [{"e": "listenKeyExpired", "E": NOW_MS + LISTEN_KEY_MS, "listenKey": key}]
    usdm.ok("POST", ORDER, **MARKET)
    usdm.side.beat(usdm.market.now_ms)
    assert usdm.told() == []
    assert usdm.listen() != key


def test_a_key_that_is_kept_alive_goes_on(usdm: Venue) -> None:
    key = usdm.listen()
    for _ in range(4):
        usdm.market.now_ms += LISTEN_KEY_MS // 2
        usdm.side.beat(usdm.market.now_ms)
        assert usdm.listen("PUT") == key
    assert usdm.told() == []


def test_a_deleted_key_is_silent_without_a_word(usdm: Venue) -> None:
    usdm.listen()
    assert usdm.listen("DELETE") == "{}"
    usdm.ok("POST", ORDER, **MARKET)
    usdm.side.beat(NOW_MS)
    assert usdm.told() == []


def test_keys_may_be_short_lived_and_not_be_kept_alive(usdm: Venue) -> None:
    usdm.side.faults = Faults(listen_key_lifetime_s=60, keepalive_failures=1)
    key = usdm.listen()
    assert json.loads(usdm.listen("PUT"))["code"] == -1125
    usdm.market.now_ms += 59_999
    assert usdm.listen("PUT") == key
    usdm.market.now_ms += 60_000
    usdm.side.beat(usdm.market.now_ms)
    assert [event["e"] for event in usdm.told()] == ["listenKeyExpired"]


# ---------------------------------------------------------------------- as others recorded them

NEWER = {
    "adshao_futures__ORDER_TRADE_UPDATE_26.json": {"pP", "si", "ss", "V", "pm", "gtd", "er"},
    "jkorf__UsdFutures_OrderUpdate.json": {"er"},
    "jkorf__UsdFutures_AlgoOrderUpdate.json": {"rm", "ia"},
}
"""What the venue has added since."""
OPTIONAL = {
    "adshao_futures__ORDER_TRADE_UPDATE_26.json": {"n", "N"},  # there was no commission yet
    "jkorf__UsdFutures_OrderUpdate.json": {"n", "N"},
    "jkorf__UsdFutures_AlgoOrderUpdate.json": {"ap", "aq", "act"},  # it never reached the engine
}
"""What the venue leaves out by now where it says nothing."""


@pytest.mark.parametrize(
    "name",
    [
        "adshao_futures__ORDER_TRADE_UPDATE_26.json",
        "jkorf__UsdFutures_OrderUpdate.json",
        "jkorf__UsdFutures_AlgoOrderUpdate.json",
        "jkorf__UsdFutures_TradeUpdate.json",
        "adshao_futures__ACCOUNT_CONFIG_UPDATE_27.json",
        "jkorf__UsdFutures_Leverage.json",
        "jkorf__UsdFutures_AccountUpdate.json",
        "adshao_futures__MARGIN_CALL_24.json",
        "jkorf__UsdFutures_MarginUpdate.json",
    ],
)
def test_events_have_the_fields_of_recorded_ones(usdm: Venue, name: str) -> None:
    recorded = fixture(name)
    usdm.listen()
    busy(usdm)
    candidates = usdm.told(recorded["e"])
    if recorded["e"] == "ORDER_TRADE_UPDATE":
        candidates = [one for one in candidates if one["o"]["ot"] == recorded["o"]["ot"]]
    told = candidates[0]
    assert set(told) == set(recorded)
    for part in ("o", "ac"):
        if part in told:
            expected = set(recorded[part]) | NEWER.get(name, set())
            assert set(told[part]) == expected - OPTIONAL.get(name, set())
    if "p" in told:
        assert set(told["p"][0]) == set(recorded["p"][0])
    if "a" in told:
        assert set(told["a"]) == set(recorded["a"])
        for rows in ("B", "P"):
            assert set(told["a"][rows][0]) == set(recorded["a"][rows][0])


def busy(venue: Venue) -> None:
    """Do something of every kind."""
    venue.ok("POST", ORDER, **{**MARKET, "quantity": "0.020"})
    venue.ok("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=25)
    venue.do(Deposit(account="me", asset="USDT", amount=raw_amount("1")))
    venue.ok(
        "POST", ALGO, symbol="BTCUSDT", side="SELL", algoType="CONDITIONAL", type="TRAILING_STOP_MARKET",
        quantity="0.010", activatePrice="65100.00", callbackRate="1",
    )  # fmt: skip
    venue.trade_at(6_511_000)
    venue.trade_at(6_440_000)
    venue.do(Deposit(account="me", asset="USDT", amount=-raw_amount("99900")))
    for mark in range(PRICE, PRICE * 3 // 4, -1000):  # through danger, and beyond
        venue.do(SetMark(symbol="BTCUSDT", mark=mark))


def fixture(name: str) -> Any:
    """Return an event, also out of a script of requests and answers."""
    folder = SHARED_DATA / "fixtures/binance"
    found = next(iter(folder.rglob(name)), None)
    if found is None:
        pytest.skip(f"no fixture {name}")
    text = found.read_text()
    text = text[text.index("\n= ") + 3 :] if text.startswith(">") else text
    body = json.loads(text)
    return body.get("data", body)
