from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.venues.binance.dialect.tape import recorded_event
from tickwright.venues.dialects import RecordedMark, RecordedTrade


TRADE = (
    '{"e":"trade","E":1,"T":1,"s":"BTCUSDT","t":3,"p":"28145.10","q":"0.002","X":"MARKET","m":true}'
)
MARK = '{"e":"markPriceUpdate","E":1,"s":"BTCUSDT","p":"28147.2","P":"1","i":"28159.7","r":"0.0001","T":99}'


def test_trades_are_read_one_by_one_and_joined() -> None:
    price, quantity = Decimal("28145.10"), Decimal("0.002")
    found = recorded_event("btcusdt@trade", TRADE)
    assert found == RecordedTrade("BTCUSDT", price, quantity, True)
    found = recorded_event("btcusdt@aggTrade", TRADE)
    assert found == RecordedTrade("BTCUSDT", price, quantity, True, is_joined=True)


@pytest.mark.parametrize("stream", ["btcusdt@markPrice", "btcusdt@markPrice@1s"])
def test_marks_are_read_with_their_funding(stream: str) -> None:
    assert recorded_event(stream, MARK) == RecordedMark(
        "BTCUSDT", Decimal("28147.2"), Decimal("28159.7"), Decimal("0.0001"), 99
    )


def test_contracts_that_end_pay_no_funding() -> None:
    found = recorded_event("btcusdt_261225@markPrice", '{"p":"5","i":"4","r":"","T":0}')
    assert found == RecordedMark("BTCUSDT_261225", Decimal(5), Decimal(4), Decimal(0), 0)
    bare = recorded_event("btcusdt@markPrice", '{"p":"5"}')
    assert bare == RecordedMark("BTCUSDT", Decimal(5), Decimal(5), Decimal(0), 0)


@pytest.mark.parametrize(
    ("stream", "payload"),
    [
        ("btcusdt@bookTicker", "{}"),
        ("btcusdt@depth@100ms", "{}"),
        ("!markPrice@arr", "[]"),
        ("btcusdt@trade", "{"),
        ("btcusdt@trade", '{"p":"x","q":"1","m":true}'),
        ("btcusdt@trade", '{"p":"0","q":"1","m":true}'),
        ("btcusdt@trade", '{"p":"1","q":"0","m":true}'),
        ("btcusdt@markPrice", '{"p":"0"}'),
        ("btcusdt@markPrice", '{"p":"1","r":"x"}'),
    ],
)
def test_all_else_and_what_is_damaged_tells_nothing(stream: str, payload: str) -> None:
    assert recorded_event(stream, payload) is None
