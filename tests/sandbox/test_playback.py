from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tickwright.errors import CaptureError
from tickwright.io.files import CaptureRecord
from tickwright.sandbox import PlaybackMarket
from tickwright.sandbox.playback import Part


def frame(stream: str, payload: str, ts_ns: int | None = None) -> CaptureRecord:
    data = f'{{"stream":"{stream}","data":{payload}}}'
    return CaptureRecord(received_ts_ns=ts_ns, conn=None, direction="in", data=data)


def http(path: str, body: str) -> CaptureRecord:
    return CaptureRecord(received_ts_ns=None, conn=None, direction="http", path=path, data=body)


def delta(last_id: int, price: str) -> CaptureRecord:
    payload = f'{{"U":{last_id},"u":{last_id},"b":[["{price}","1"]],"a":[]}}'
    return frame("btcusdt@depth@100ms", payload)


SNAPSHOT = '{"lastUpdateId":2,"bids":[["10.0","1"]],"asks":[["99.0","1"]]}'
RECORDS = [
    delta(1, "9.0"),
    delta(2, "10.0"),
    http("https://www.binance.com/api/v1/depth?symbol=BTCUSDT&limit=1000", SNAPSHOT),
    frame("btcusdt@trade", '{"t": 1}'),
    delta(3, "11.0"),
    delta(4, "12.0"),
    frame("ethusdt@trade", '{"t": 2}'),
]
ALL = ("btcusdt@depth@100ms", "btcusdt@trade", "ethusdt@trade")


def market(*wanted: str) -> PlaybackMarket:
    made = PlaybackMarket("binance.spot", RECORDS)
    for stream in wanted or ALL:
        made.want(stream)
    return made


def sent(parts: list[Part]) -> list[tuple[str, str]]:
    return [each for part in parts for each in part.frames]


def test_the_recording_is_known_before_it_is_played() -> None:
    found = PlaybackMarket("binance.spot", RECORDS)
    assert (found.streams, found.symbols, found.frames) == (ALL, ("BTCUSDT", "ETHUSDT"), 6)


def test_it_is_ready_once_all_its_streams_are_wanted() -> None:
    found = market("btcusdt@depth@100ms", "btcusdt@trade")
    assert not found.is_ready
    found.want("ethusdt@trade")
    assert found.is_ready
    found.unwant("ethusdt@trade")
    assert not found.is_ready
    found.required = ("btcusdt@trade",)
    assert found.is_ready


def test_frames_come_in_file_order_exactly_as_recorded() -> None:
    found = market()
    frames = sent(list(found.parts()))
    texts = [f'{{"stream":"{stream}","data":{payload}}}' for stream, payload in frames]
    assert texts == [record.data for record in RECORDS if record.direction == "in"]
    assert found.frames_played == found.frames_sent == 6


def test_unwanted_streams_are_left_out_and_counted() -> None:
    found = market("ethusdt@trade")
    assert sent(list(found.parts())) == [("ethusdt@trade", '{"t": 2}')]
    assert (found.frames_played, found.frames_sent) == (6, 1)


def test_a_stream_wanted_at_another_speed_goes_out_under_that_name() -> None:
    found = market("btcusdt@depth", "btcusdt@trade", "ethusdt@trade")
    assert found.is_ready
    assert {stream for stream, _ in sent(list(found.parts()))} == {
        "btcusdt@depth",
        "btcusdt@trade",
        "ethusdt@trade",
    }


def test_it_waits_at_a_snapshot_until_somebody_asked() -> None:
    assert [part.awaits for part in market().parts()] == ["BTCUSDT", None]
    asked = market()
    asked.answer("GET", "/api/v3/depth", {"symbol": "BTCUSDT"})
    assert [part.awaits for part in asked.parts()] == [None, None]


def test_it_does_not_wait_where_nobody_wants_the_book() -> None:
    assert [part.awaits for part in market("btcusdt@trade").parts()] == [None, None]


def test_long_recordings_come_in_parts() -> None:
    assert [len(part.frames) for part in market().parts(2)] == [2, 0, 1, 2, 1]


def test_the_recorded_snapshot_is_given_up_to_its_place_whatever_the_limit() -> None:
    found = market()
    answers = [found.answer("GET", "/api/v3/depth", {"symbol": "BTCUSDT", "limit": "5"})]
    parts = found.parts()
    next(parts)
    answers.append(found.answer("GET", "/api/v3/depth", {"symbol": "BTCUSDT"}))
    assert [answer.body for answer in answers] == [SNAPSHOT, SNAPSHOT]


def test_g05_a_later_snapshot_is_the_book_at_that_place() -> None:
    found = market()
    parts = found.parts(3)
    next(parts)
    next(parts)
    body = json.loads(found.answer("GET", "/api/v3/depth", {"symbol": "BTCUSDT"}).body)
    assert (body["lastUpdateId"], body["bids"][0]) == (3, ["11.0", "1"])
    # From here on the books are followed as they are played.
    list(parts)
    body = json.loads(found.answer("GET", "/api/v3/depth", {"symbol": "BTCUSDT"}).body)
    assert (body["lastUpdateId"], body["bids"][0]) == (4, ["12.0", "1"])


def test_the_reference_book_can_be_read_at_the_end() -> None:
    found = market()
    list(found.parts())
    bids, asks = found.book("BTCUSDT")
    assert sorted(bids) == [Decimal("10.0"), Decimal("11.0"), Decimal("12.0")]
    assert asks == {Decimal("99.0"): Decimal(1)}
    assert found.last_id("BTCUSDT") == 4


def test_exchange_information_is_the_recorded_one_or_inferred() -> None:
    inferred = json.loads(market().answer("GET", "/api/v3/exchangeInfo", {}).body)
    assert [row["symbol"] for row in inferred["symbols"]] == ["BTCUSDT", "ETHUSDT"]
    recorded = PlaybackMarket(
        "binance.spot", [http("https://api.binance.com/api/v3/exchangeInfo", '{"x":1}'), *RECORDS]
    )
    assert recorded.answer("GET", "/api/v3/exchangeInfo", {}).body == '{"x":1}'


def test_what_was_not_recorded_is_refused() -> None:
    found = market()
    assert found.answer("GET", "/api/v3/depth", {"symbol": "NOPE"}).status == 400
    assert found.answer("GET", "/api/v3/klines", {"symbol": "BTCUSDT"}).status == 404
    assert found.answer("GET", "/api/v3/ping", {}).body == "{}"


def test_the_time_is_the_present() -> None:
    found = PlaybackMarket("binance.spot", RECORDS, now_ms=lambda: 5)
    assert found.answer("GET", "/api/v3/time", {}).body == '{"serverTime":5}'
    told = json.loads(market().answer("GET", "/api/v3/time", {}).body)["serverTime"]
    assert told > 1_700_000_000_000


def test_a_recording_without_combined_frames_is_refused() -> None:
    with pytest.raises(CaptureError, match="record with /stream"):
        PlaybackMarket("binance.spot", [http("/api/v3/depth?symbol=X", "{}")])
