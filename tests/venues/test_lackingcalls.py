"""Calls that a venue lacks are refused before any I/O; what it has, it asks for in few lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, RateLimited, VenueRejected
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import Candle
from tickwright.venues.base import RestCall
from tickwright.venues.lackingcalls import REQUESTS, CandleSpan, LackingCalls, refusal_of


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
    def _history(
        self, instrument: Instrument, interval: str, span: CandleSpan
    ) -> RestCall[list[Candle]]:
        self.span = span
        return self._call("bars", lambda body, _: [], Priority.BACKFILL, bar=span.word, end=None)


def test_history_is_cut_to_what_one_answer_holds() -> None:
    calls = Having("acme.spot", "/v1/", {"1m": "1"}, page=3)
    call = calls.candles(BTC, "1m", start_ns=0, end_ns=10**15)
    assert calls.span == CandleSpan("1", 0, 3 * 60 * 10**9 - 1, 3)
    calls.candles(BTC, "1m", start_ns=0, end_ns=5, limit=2)
    assert calls.span == CandleSpan("1", 0, 5, 2)
    calls.candles(BTC, "1m", end_ns=7)
    assert calls.span == CandleSpan("1", None, 7, 3)
    assert (call.path, call.params, call.costs) == ("/v1/bars", (("bar", "1"),), {REQUESTS: 1})


def test_an_interval_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(NotSupported, match=r"'7m' candles over REST; it has: 1m"):
        Having("acme.spot", "/v1/", {"1m": "1"}, page=3).candles(BTC, "7m")


def test_errors_are_told_by_status_or_code() -> None:
    assert refusal_of(200, None, "", "GET /x") is None
    assert refusal_of(200, "", "", "GET /x") is None
    assert isinstance(refusal_of(404, None, "gone", "GET /x"), VenueRejected)
    assert isinstance(refusal_of(200, "E1", "no", "GET /x"), VenueRejected)
    assert isinstance(refusal_of(200, "E2", "slow", "GET /x", limited=("E2",)), RateLimited)
    assert isinstance(refusal_of(429, None, "slow", "GET /x"), RateLimited)
