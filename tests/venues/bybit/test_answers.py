"""REST answers become events; what the venue could not have meant is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.venues.bybit.samples import (
    INVERSE_ID,
    LINEAR_ID,
    LISTED,
    RECEIVED_NS,
    SPOT_ID,
    reply,
)

from tickwright.errors import DecodeError
from tickwright.model.market import (
    Candle,
    FundingRate,
    IndexPrice,
    MarkPrice,
    OpenInterest,
    Quote,
    Side,
    Trade,
)
from tickwright.venues.base import RestCall
from tickwright.venues.bybit.spec import INVERSE, LINEAR, SPOT


D = Decimal
MS = 1_000_000
SENT_NS = 1_795_000_000_123 * MS
BTC, PERP, COIN = LISTED[SPOT_ID], LISTED[LINEAR_ID], LISTED[INVERSE_ID]

SPOT_ROW: dict[str, Any] = {
    "symbol": "BTCUSDT", "bid1Price": "90000", "bid1Size": "0.4", "ask1Price": "90000.1", "ask1Size": "0.2",
    "lastPrice": "90000.1", "prevPrice24h": "88490", "price24hPcnt": "0.0170", "highPrice24h": "91000",
    "lowPrice24h": "88000", "turnover24h": "610278000.22", "volume24h": "6780.866843", "usdIndexPrice": "90010.2",
}  # fmt: skip
LINEAR_ROW: dict[str, Any] = {
    **SPOT_ROW, "markPrice": "90001.00", "indexPrice": "90010.50", "openInterest": "50000.123",
    "fundingRate": "0.0001", "nextFundingTime": "1795017600000", "deliveryTime": "0", "basis": "",
}  # fmt: skip


def read(call: RestCall[Any], result: object, **options: Any) -> Any:
    return call.decode(reply(result, **options), RECEIVED_NS)


def rows(*found: object) -> dict[str, object]:
    return {"category": "x", "list": list(found)}


def test_the_venue_s_clock_has_nanoseconds() -> None:
    result = {"timeSecond": "1795000000", "timeNano": "1795000000123456789"}
    assert read(LINEAR.calls.server_time(), result) == 1_795_000_000_123_456_789


def test_trades_come_oldest_first_whatever_the_order_of_the_rows() -> None:
    def row(number: int, time_ms: int, sequence: int) -> dict[str, object]:
        return {
            "execId": str(number), "symbol": "BTCUSDT", "price": "90000.1", "size": "0.00012", "side": "Buy",
            "time": str(time_ms), "isBlockTrade": False, "isRPITrade": False, "seq": str(sequence),
        }  # fmt: skip

    call = SPOT.calls.trades(BTC)
    found = read(call, rows(row(14, 30, 9), row(13, 20, 8), row(12, 20, 8), row(11, 20, 7)))
    assert [trade.trade_id for trade in found] == [11, 12, 13, 14]
    assert found[0] == Trade(
        SPOT_ID, 20 * MS, RECEIVED_NS, D("90000.1"), D("0.00012"), Side.BUY, 11
    )
    later = read(SPOT.calls.trades(BTC, from_id=13), rows(row(14, 30, 9), row(12, 20, 8)))
    assert [trade.trade_id for trade in later] == [14]


def test_candles_come_oldest_first_and_the_newest_is_open_until_its_end_has_passed() -> None:
    newest = ["1795000260000", "90000.1", "90020", "89990", "90010", "2.081", "187300.4"]
    older = ["1795000200000", "90000", "90000", "90000", "90000", "0", "0"]
    call = LINEAR.calls.candles(PERP, "1m")
    first, second = call.decode(reply(rows(newest, older)), 1_795_000_270_000 * MS)
    assert first == Candle(
        LINEAR_ID, None, 1_795_000_270_000 * MS, "1m", 1_795_000_200_000 * MS, 1_795_000_259_999 * MS,
        D(90000), D(90000), D(90000), D(90000), D(0), D(0), None, True,
    )  # fmt: skip
    assert (second.is_closed, second.close) == (False, D(90010))
    (closed,) = call.decode(reply(rows(newest)), 1_795_000_330_000 * MS)
    assert closed.is_closed
    assert read(call, rows()) == []
    (inverse,) = read(INVERSE.calls.candles(COIN, "1m"), rows(newest))
    assert inverse.quote_volume is None


def test_a_month_ends_where_the_calendar_says() -> None:
    february = ["1769904000000", "1", "1", "1", "1", "0", "0"]
    (candle,) = read(SPOT.calls.candles(BTC, "1M"), rows(february))
    assert candle.close_ts_ns == (1_769_904_000_000 + 28 * 86_400_000 - 1) * MS


def test_a_ticker_is_read_with_what_each_product_has() -> None:
    found = read(SPOT.calls.ticker(BTC), rows(SPOT_ROW))
    assert (found.last, found.open, found.bid_price) == (D("90000.1"), D(88490), D(90000))
    assert (found.change_percent, found.quote_volume) == (D("1.7"), D("610278000.22"))
    assert found.venue_ts_ns == SENT_NS
    assert read(INVERSE.calls.ticker(COIN), rows(LINEAR_ROW)).quote_volume is None
    assert read(SPOT.calls.ticker(BTC), rows(SPOT_ROW), time_ms=None).venue_ts_ns is None
    with pytest.raises(DecodeError, match="one row"):
        read(SPOT.calls.ticker(BTC), rows())


def test_tickers_of_all_leave_out_what_is_not_listed_or_never_traded() -> None:
    call = LINEAR.calls.tickers(LISTED)
    found = read(
        call,
        rows(
            LINEAR_ROW,
            {**LINEAR_ROW, "symbol": "XUSDT"},
            {**LINEAR_ROW, "symbol": "SOLUSDT", "lastPrice": ""},
        ),
    )
    assert [ticker.instrument for ticker in found] == [LINEAR_ID]


def test_a_quote_is_the_top_of_the_book() -> None:
    result = {"s": "BTCUSDT", "b": [["90000", "0.4"]], "a": [], "ts": 7, "u": 3, "seq": 9, "cts": 5}
    assert read(SPOT.calls.quote(BTC), result) == Quote(
        SPOT_ID, 5 * MS, RECEIVED_NS, D(90000), D("0.4"), D(0), D(0)
    )


def test_a_contract_s_prices_funding_and_interest_are_one_answer() -> None:
    head = (LINEAR_ID, SENT_NS, RECEIVED_NS)
    assert read(LINEAR.calls.premium_index(PERP), rows(LINEAR_ROW)) == [
        MarkPrice(*head, D("90001")),
        IndexPrice(*head, D("90010.5")),
        OpenInterest(*head, D("50000.123")),
        FundingRate(*head, D("0.0001"), 1_795_017_600_000 * MS),
    ]
    future = {**LINEAR_ROW, "fundingRate": "", "nextFundingTime": ""}
    assert len(read(LINEAR.calls.premium_index(PERP), rows(future))) == 3


def test_funding_history_comes_oldest_first() -> None:
    def row(rate: str, paid_ms: int) -> dict[str, str]:
        return {"symbol": "BTCUSDT", "fundingRate": rate, "fundingRateTimestamp": str(paid_ms)}

    call = LINEAR.calls.funding_history(PERP)
    found = read(call, rows(row("-0.0002", 1_795_017_600_000), row("0.0001", 1_794_988_800_000)))
    assert [(event.rate, event.venue_ts_ns) for event in found] == [
        (D("0.0001"), 1_794_988_800_000 * MS),
        (D("-0.0002"), 1_795_017_600_000 * MS),
    ]


def test_open_interest_is_the_newest_count() -> None:
    def row(quantity: str, time_ms: int) -> dict[str, str]:
        return {"openInterest": quantity, "singleOpenInterest": "1", "timestamp": str(time_ms)}

    call = LINEAR.calls.open_interest(PERP)
    found = read(call, rows(row("2", 1_795_000_300_000), row("1", 1_795_000_000_000)))
    assert found == OpenInterest(LINEAR_ID, 1_795_000_300_000 * MS, RECEIVED_NS, D(2))
    with pytest.raises(DecodeError, match="open interest"):
        read(call, rows())


@pytest.mark.parametrize("body", [b"", b"{}", b'{"result":{}}', b'{"result":{"list":7}}', b"\xff"])
def test_an_answer_that_lacks_its_result_is_refused(body: bytes) -> None:
    calls = LINEAR.calls
    for call in (
        calls.instruments(), calls.server_time(), calls.trades(PERP), calls.candles(PERP, "1m"),
        calls.ticker(PERP), calls.tickers(LISTED), calls.quote(PERP), calls.premium_index(PERP),
        calls.funding_history(PERP), calls.open_interest(PERP), calls.book(PERP, 50),
    ):  # fmt: skip
        with pytest.raises(DecodeError):
            call.decode(body, RECEIVED_NS)
