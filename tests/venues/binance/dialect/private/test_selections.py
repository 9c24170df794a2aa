"""Which rows of a history are answered."""

from __future__ import annotations

import pytest

from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.private.selections import by_time, from_id


TIMES_MS = [1000, 2000, 3000, 4000]


def chosen(limit: int = 10, **times: int) -> list[int]:
    params = Params({name: str(value) for name, value in times.items()})
    return by_time(params, TIMES_MS, lambda ms: ms * 1_000_000, limit, 86_400_000)


def test_from_an_id_the_oldest_come_first() -> None:
    assert from_id([1, 3, 5, 7], 3, lambda row: row, 2) == [3, 5]


def test_without_times_or_with_an_end_the_latest_are_meant() -> None:
    assert chosen(2) == [3000, 4000]
    assert chosen(2, endTime=3000) == [2000, 3000]


def test_with_a_start_the_oldest_are_meant() -> None:
    assert chosen(2, startTime=2000) == [2000, 3000]
    assert chosen(10, startTime=2000, endTime=3000) == [2000, 3000]
    assert chosen(10, startTime=1_795_000_000_000_000) == []


def test_times_too_far_apart_or_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(Refused, match="More than 24 hours between") as caught:
        chosen(startTime=0, endTime=86_400_001)
    assert caught.value.code == -1127
    with pytest.raises(Refused, match="greater than end") as caught:
        chosen(startTime=2, endTime=1)
    assert caught.value.code == -1023
