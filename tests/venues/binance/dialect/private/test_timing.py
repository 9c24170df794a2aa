"""When a request is in time: section 9.5, edge by edge."""

from __future__ import annotations

import pytest

from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.private.timing import check_timing


NOW_MS = 1_795_000_000_000
LATE = "Timestamp for this request is outside of the recvWindow."
EARLY = "Timestamp for this request was 1000ms ahead of the server's time."


def check(timestamp: object, window: object = "", *, is_futures: bool = False) -> None:
    params = Params({"timestamp": str(timestamp), "recvWindow": str(window)})
    check_timing(params, (NOW_MS,), is_futures=is_futures)


@pytest.mark.parametrize(
    ("age_ms", "window", "text"),
    [
        (0, "", None), (5000, "", None), (5001, "", LATE), (-999, "", None), (-1000, "", EARLY),
        (100, "100", None), (101, "100", LATE), (60_000, "60000", None), (60_001, "60000", LATE),
    ],
)  # fmt: skip
def test_a_timestamp_is_in_time_within_the_window_and_a_second_ahead(
    age_ms: int, window: str, text: str | None
) -> None:
    if text is None:
        check(NOW_MS - age_ms, window)
        return
    with pytest.raises(Refused) as caught:
        check(NOW_MS - age_ms, window)
    assert (caught.value.code, caught.value.text) == (-1021, text)


def test_spot_takes_microseconds_and_parts_of_a_millisecond() -> None:
    check(NOW_MS * 1000 - 1500, "1.5")
    with pytest.raises(Refused, match="outside"):
        check(NOW_MS * 1000 - 1501, "1.5")
    with pytest.raises(Refused, match="outside"):
        check(1_483_228_799_999)


@pytest.mark.parametrize(
    ("timestamp", "window", "is_futures", "code"),
    [
        ("", "", False, -1102), ("soon", "", False, -1100), ("-5", "", False, -1100),
        (NOW_MS, "60001", False, -1102), (NOW_MS, "60001", True, -1130),
        (NOW_MS, "1.5", True, -1100), (NOW_MS, "1.2345", False, -1100), (NOW_MS, "-1", False, -1100),
    ],
)  # fmt: skip
def test_numbers_that_are_none_are_refused_as_such(
    timestamp: object, window: str, is_futures: bool, code: int
) -> None:
    with pytest.raises(Refused) as caught:
        check(timestamp, window, is_futures=is_futures)
    assert caught.value.code == code


def test_either_of_two_clocks_will_do() -> None:
    params = Params({"timestamp": str(NOW_MS)})
    check_timing(params, (NOW_MS, NOW_MS + 10**9), is_futures=False)
    check_timing(params, (NOW_MS - 10**9, NOW_MS), is_futures=False)
    with pytest.raises(Refused, match="outside"):
        check_timing(params, (NOW_MS - 10**9, NOW_MS + 10**9), is_futures=False)
