"""G24: numbers are exact. G25: parsing tolerates change. G26: what user code raises is contained."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest
from tests.guarantees.kit import BTC, ETH, Collected, MemoryVenue, acquire, spot, until, usdm

from tickwright.errors import InvalidNumber
from tickwright.model.market import MarketEvent, Quote, Trade
from tickwright.model.notices import DecodeFailure, HandlerFailed, Notice, SessionDown
from tickwright.model.numbers import parse_decimal
from tickwright.model.topics import (
    AggTrades,
    AveragePrices,
    BookTops,
    BookUpdates,
    Candles,
    MarkPrices,
    MiniTickers,
    Notices,
    Quotes,
    Tickers,
    Topic,
    Trades,
)
from tickwright.testing.virtual_time import virtual_time


SHIB = "binance:DOGE/BTC"  # the kind of price that floats write as 2e-08


def numbers_in(value: Any) -> list[Any]:
    """Return every number inside an event, however deep."""
    if isinstance(value, (Decimal, float)):
        return [value]
    if isinstance(value, (list, tuple)):
        return [number for item in value for number in numbers_in(item)]
    if hasattr(value, "__struct_fields__"):
        names = value.__struct_fields__
        return [number for name in names for number in numbers_in(getattr(value, name))]
    if hasattr(value, "raw"):
        return [number for level in value for number in level]
    return []


@virtual_time
async def test_g24_no_float_comes_out_of_any_stream() -> None:
    async with MemoryVenue(spot(BTC, SHIB), usdm()) as venue, venue.connector() as tw:
        perp = "binance:BTC/USDT:USDT"
        topics: list[Topic] = [
            kind(name)
            for name in (BTC, SHIB)
            for kind in (Trades, AggTrades, Quotes, BookUpdates, Candles, Tickers, MiniTickers)
        ]
        topics += [AveragePrices(BTC), BookTops(BTC), MarkPrices(perp), Tickers("binance.usdm:*")]
        seen = await acquire(tw, topics)
        await asyncio.sleep(30)
        assert len({type(event) for event in seen.events}) >= 9
        numbers = [number for event in seen.of(MarketEvent) for number in numbers_in(event)]
        assert len(numbers) > 5_000
        assert not [number for number in numbers if not isinstance(number, Decimal)]
        assert all(number.is_finite() for number in numbers)
        assert not [text for event in seen.events if "E-" in (text := repr(event))]


@virtual_time
async def test_g24_every_digit_of_the_venue_arrives() -> None:
    async with MemoryVenue(spot(SHIB)) as venue, venue.connector() as tw:
        sent: dict[int, tuple[str, str]] = {}
        publish = venue.boards["binance.spot"].publish

        def spy(frames: Any) -> None:
            frames = list(frames)
            for stream, payload in frames:
                if stream.endswith("@trade"):
                    body = json.loads(payload)
                    sent[body["t"]] = body["p"], body["q"]
            publish(frames)

        venue.boards["binance.spot"].publish = spy  # type: ignore[method-assign]  # only listens
        seen = await acquire(tw, [Trades(SHIB)])
        await asyncio.sleep(60)
        told = {trade.trade_id: (trade.price, trade.quantity) for trade in seen.of(Trade)}
        assert len(told) > 50
        assert told == {
            number: (Decimal(price), Decimal(quantity))
            for number, (price, quantity) in sent.items()
        }


@pytest.mark.parametrize("bad", [0.1, float("nan"), "NaN", "Infinity", Decimal("NaN"), True, None])
def test_g24_floats_and_what_is_no_number_are_refused(bad: Any) -> None:
    with pytest.raises(InvalidNumber):
        parse_decimal(bad)


STRANGE = [
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1700000000000,"s":"BTCUSDT","t":1,"p":"1.00",'
    '"q":"2.0","T":1700000000000,"m":true,"M":true,"new":{"deep":[1,{"x":null}]},"X":"BRANDNEW"}}',
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":"1700000000000","s":"BTCUSDT","t":"2","p":"1.00",'
    '"q":"2.0","T":"1700000000000","m":false,"M":true}}',
]

HARMLESS = [
    '{"stream":"btcusdt@somethingNew","data":{"e":"somethingNew"}}',
    '{"stream":"!unheardOf@arr","data":[1,2,3]}',
]

UNKNOWN = ['{"e":"venueParty","E":1}', '{"hello":"world"}', "not even JSON", "[]", "", "\x00"]


@virtual_time
async def test_g25_new_fields_and_numbers_that_became_text_are_read() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        venue.is_moving = False
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        await asyncio.sleep(1)
        venue.open_lines[0].peer.push(*STRANGE)
        await asyncio.sleep(1)
        assert [trade.trade_id for trade in seen.of(Trade)] == [1, 2]
        assert seen.of(DecodeFailure) == []


@virtual_time
async def test_g25_unknown_events_are_counted_and_the_stream_goes_on() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        book = await tw.book(BTC)
        await asyncio.sleep(5)
        venue.open_lines[0].peer.push(*HARMLESS, *UNKNOWN)
        await asyncio.sleep(1)
        failures = seen.of(DecodeFailure)
        assert [failure.raw.decode() for failure in failures] == UNKNOWN
        assert tw.status().products[0].sessions[0].decode_failures == len(UNKNOWN)
        before = len(seen.of(Trade))
        await asyncio.sleep(10)
        assert len(seen.of(Trade)) > before
        assert book.is_readable
        assert seen.of(SessionDown) == []


@pytest.mark.parametrize(
    "data",
    [
        '{"e":"trade"}',
        '"text"',
        "null",
        '{"e":"trade","t":1,"p":"nan","q":"1","T":1,"m":true}',
        "{",
    ],
)
@virtual_time
async def test_g25_a_malformed_frame_of_a_known_stream_is_one_counted_event(data: str) -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        await asyncio.sleep(5)
        venue.open_lines[0].peer.push('{"stream":"btcusdt@trade","data":' + data + "}")
        await asyncio.sleep(0.05)
        assert [failure.stream for failure in seen.of(DecodeFailure)] == ["btcusdt@trade"]
        before = len(seen.of(Trade))
        await asyncio.sleep(10)
        assert len(seen.of(Trade)) > before


@virtual_time
async def test_g25_a_malformed_delta_costs_a_resync_and_not_the_book() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        book = await tw.book(BTC)
        await asyncio.sleep(5)
        venue.faults["binance.spot"].drop["btcusdt@depth@100ms"] = 1
        venue.open_lines[0].peer.push(
            '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":5,"u":"x"}}'
        )
        await until(lambda: book.resyncs == 1, 10)
        assert book.is_readable


@virtual_time
async def test_g26_a_handler_that_raises_is_told_of_once_and_gets_the_next_event() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        calls = 0

        def broken(event: Trade) -> None:
            nonlocal calls
            calls += 1
            raise ZeroDivisionError("in the user's own code")

        async def broken_too(event: Trade) -> None:
            raise LookupError("in the user's own task")

        notices = await acquire(tw, [Notices()])
        first = tw.on(Trades(BTC), broken)
        second = tw.on(Trades(BTC), broken_too)
        good = await acquire(tw, [Trades(BTC)])
        book = await tw.book(BTC)
        await asyncio.sleep(60)
        assert calls == first.errors == second.errors == len(good.events) > 50
        reports = notices.of(HandlerFailed)
        assert sorted(report.error.partition(":")[0] for report in reports) == [
            "LookupError",
            "ZeroDivisionError",
        ]
        assert all("broken" in report.handler for report in reports)
        assert book.is_readable
        assert notices.of(SessionDown) == []


@virtual_time
async def test_g26_a_raising_reader_of_notices_and_of_books_harms_nobody() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:

        def broken(event: Notice | Quote) -> None:
            raise RuntimeError("no")

        for topic in (Notices(), BookUpdates(BTC), Quotes(BTC)):
            tw.on(topic, broken)
        good = Collected()
        tw.on(Quotes(BTC), good)
        book = await tw.book(BTC)
        await asyncio.sleep(20)
        venue.close_all(1006)
        await asyncio.sleep(20)
        assert book.is_readable
        assert len(good.of(Quote)) > 50
