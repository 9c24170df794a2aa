from __future__ import annotations

import json

import pytest
from tests.venues.binance.dialect.samples import CANDLE, DAY, NOW_MS, TRADE, FixedMarket

from tickwright.venues.binance.dialect import bodies, payloads
from tickwright.venues.binance.dialect.control import Conversation
from tickwright.venues.binance.dialect.dialect import dialect_of
from tickwright.venues.binance.dialect.products import SPOT, USDM
from tickwright.venues.binance.dialect.spelling import Spelling
from tickwright.venues.binance.dialect.timeunit import in_microseconds, is_micro
from tickwright.venues.dialects import Answer


AT = Spelling(SPOT, FixedMarket(SPOT).instruments[0].listing)


@pytest.mark.parametrize("unit", ["MICROSECOND", "microsecond", "MILLISECOND", "millisecond"])
def test_units_have_two_spellings(unit: str) -> None:
    assert is_micro(unit) is (unit.lower() == "microsecond")
    assert not is_micro(None)


def test_another_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="expected either MICROSECOND or MILLISECOND"):
        is_micro("Microsecond")


def test_events_tell_all_their_times_and_keep_their_ids() -> None:
    text = payloads.SpotPayloads().trade(AT, TRADE, NOW_MS)
    found = json.loads(in_microseconds(text))
    assert (found["E"], found["T"], found["t"]) == (NOW_MS * 1000, TRADE.ts_ms * 1000, TRADE.id)
    ticker = json.loads(in_microseconds(payloads.SpotPayloads().mini_ticker(AT, DAY, NOW_MS)))
    assert ticker["E"] == NOW_MS * 1000


def test_candles_end_with_their_last_microsecond() -> None:
    event = json.loads(in_microseconds(payloads.kline(AT, "1m", CANDLE, NOW_MS, is_closed=False)))[
        "k"
    ]
    (row,) = json.loads(in_microseconds(f"[{bodies.kline(AT, CANDLE)}]"))
    for opened, closed in ((event["t"], event["T"]), (row[0], row[6])):
        assert (opened, closed) == (CANDLE.open_ms * 1000, CANDLE.close_ms * 1000 + 999)
    assert row[8] == CANDLE.trades


def test_a_spot_connection_gets_the_unit_of_its_url() -> None:
    text = '{"e":"trade","E":1795000000101}'
    micro = Conversation(SPOT, "/stream", {"streams": "a@trade", "timeUnit": "MICROSECOND"})
    assert micro.wrap("a@trade", text) == (
        '{"stream":"a@trade","data":{"e":"trade","E":1795000000101000}}'
    )
    assert micro.framing != Conversation(SPOT, "/stream").framing
    with pytest.raises(ValueError, match="time unit"):
        Conversation(SPOT, "/ws", {"timeUnit": "SECOND"})
    assert Conversation(USDM, "/ws", {"timeUnit": "SECOND"}).wrap("a", text) == text


def test_a_spot_request_gets_the_unit_of_its_header() -> None:
    answer = Answer(200, '{"serverTime":1795000000101}')
    headers = {"x-mbx-time-unit": "MICROSECOND"}
    spot = dialect_of("binance.spot")
    assert spot.in_asked_unit(answer, headers).body == '{"serverTime":1795000000101000}'
    assert spot.in_asked_unit(answer, {}) is answer
    assert dialect_of("binance.usdm").in_asked_unit(answer, headers) is answer
    refused = spot.in_asked_unit(answer, {"x-mbx-time-unit": "SECOND"})
    assert (refused.status, json.loads(refused.body)["code"]) == (400, -1194)
