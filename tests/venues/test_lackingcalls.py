"""Calls that a venue lacks are refused before any I/O; what it has, it asks for in few lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, RateLimited, VenueRejected
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument, Instruments
from tickwright.venues.lackingcalls import (
    REQUESTS,
    BarsAsked,
    CandleSpan,
    LackingCalls,
    refusal_of,
    refusals,
)
from tickwright.venues.making import Ohlc, candles_of
from tickwright.venues.typed import reader


BTC = Instrument.inferred(
    parse_instrument_id("acme:BTC/USD"), product="acme.spot", symbol="BTC-USD"
)
LACKING = LackingCalls("acme.spot", "/v1/")


@pytest.mark.parametrize(
    "ask",
    [
        LACKING.instruments,
        LACKING.server_time,
        lambda: LACKING.book(BTC, 5),
        lambda: LACKING.trades(BTC, from_id=3),
        lambda: LACKING.agg_trades(BTC),
        lambda: LACKING.candles(BTC, "1m"),
        lambda: LACKING.ticker(BTC),
        lambda: LACKING.tickers(Instruments()),
        lambda: LACKING.quote(BTC),
        lambda: LACKING.premium_index(BTC),
        lambda: LACKING.funding_history(BTC),
        lambda: LACKING.open_interest(BTC),
    ],
)
def test_every_call_is_refused_by_name(ask: Callable[[], Any]) -> None:
    with pytest.raises(NotSupported, match=r"^acme\.spot has no "):
        ask()


class Having(LackingCalls):
    def _history(self, instrument: Instrument, span: CandleSpan) -> BarsAsked:
        self.span = span
        return "bars", {"bar": span.word, "end": None}


class Bar(Ohlc):
    begin: int


def having() -> Having:
    rows = reader(list[Bar])
    return Having("acme.spot", "/v1/", bars={"1m": "1"}, page=3, read_bars=candles_of(rows))


def test_history_is_cut_to_what_one_answer_holds() -> None:
    calls = having()
    call = calls.candles(BTC, "1m", start_ns=0, end_ns=10**15)
    assert calls.span == CandleSpan("1", 0, 3 * 60 * 10**9 - 1, 3)
    calls.candles(BTC, "1m", start_ns=0, end_ns=5, limit=2)
    assert calls.span == CandleSpan("1", 0, 5, 2)
    calls.candles(BTC, "1m", end_ns=7)
    assert calls.span == CandleSpan("1", None, 7, 3)
    assert (call.path, call.params, call.costs) == ("/v1/bars", (("bar", "1"),), {REQUESTS: 1})
    assert call.priority is Priority.BACKFILL


def test_candles_past_the_end_that_was_asked_for_are_left_out() -> None:
    row = {"open": "1", "high": "2", "low": "1", "close": "2", "volume": "3"}
    body = json.dumps([{**row, "begin": minute * 60_000} for minute in range(3)]).encode()
    call = having().candles(BTC, "1m", end_ns=60 * 10**9)
    assert [candle.open_ts_ns // 10**9 for candle in call.decode(body, 10**15)] == [0, 60]
    assert len(having().candles(BTC, "1m").decode(body, 10**15)) == 3


def test_what_is_listed_and_the_clock_are_a_path_and_a_decoder() -> None:
    calls = LackingCalls(
        "acme.spot",
        "/v1/",
        listing=("symbols", lambda body, at: [BTC]),
        clock=("time", lambda body, at: at),
    )
    assert (calls.instruments().path, calls.instruments().decode(b"", 9)) == ("/v1/symbols", [BTC])
    assert (calls.server_time().path, calls.server_time().decode(b"", 9)) == ("/v1/time", 9)


def test_an_interval_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(NotSupported, match=r"'7m' candles over REST; it has: 1m"):
        having().candles(BTC, "7m")


def test_errors_are_found_by_the_names_of_their_fields() -> None:
    error = refusals("code", "msg", fine=("0",), limited=("E2",))
    assert error(200, b'{"code":"0","msg":"","data":[]}', "GET /x") is None
    assert error(200, b"[1]", "GET /x") is None
    assert isinstance(error(200, b'{"code":"7","msg":"no"}', "GET /x"), VenueRejected)
    assert isinstance(error(404, b"<html>", "GET /x"), VenueRejected)
    assert isinstance(error(200, b'{"code":"E2","msg":"slow"}', "GET /x"), RateLimited)


def test_errors_are_told_by_status_or_code() -> None:
    assert refusal_of(200, None, "", "GET /x") is None
    assert refusal_of(200, "", "", "GET /x") is None
    assert isinstance(refusal_of(404, None, "gone", "GET /x"), VenueRejected)
    assert isinstance(refusal_of(200, "E1", "no", "GET /x"), VenueRejected)
    assert isinstance(refusal_of(200, "E2", "slow", "GET /x", limited=("E2",)), RateLimited)
    assert isinstance(refusal_of(429, None, "slow", "GET /x"), RateLimited)
