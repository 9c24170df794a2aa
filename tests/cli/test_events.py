from __future__ import annotations

import logging

import pytest

from tickwright.cli.events import KEPT, EventLog, describe
from tickwright.model.notices import (
    BookState,
    BookStateChanged,
    Caution,
    DeadManFired,
    DecodeFailure,
    Dropped,
    Notice,
    SessionDown,
    SessionUp,
    TopicFailed,
    TopicStale,
)


NS = 1_700_000_000 * 10**9


@pytest.mark.parametrize(
    ("notice", "words", "colour"),
    [
        (SessionUp(received_ts_ns=NS, session="s", attempt=1), "s is connected", "green"),
        (
            SessionUp(received_ts_ns=NS, session="s", attempt=3),
            "s is connected again, at try 3",
            "green",
        ),
        (
            SessionDown(received_ts_ns=NS, session="s", code=1006, reason="cut", retry_in_s=1.04),
            "s is down: cut (code 1006); next try in 1.0 s",
            "red",
        ),
        (
            SessionDown(
                received_ts_ns=NS, session="s", code=0, reason="bye", retry_in_s=0, is_final=True
            ),
            "s has ended: bye",
            "yellow",
        ),
        (
            TopicStale(received_ts_ns=NS, session="s", stream="x", silent_s=31.2, action="watch"),
            "x is silent for 31 s: watch",
            "yellow",
        ),
        (
            DeadManFired(received_ts_ns=NS, product="binance.spot", orders=("a", "b"), window_s=30),
            "binance.spot down for 30 s: canceling 2 orders",
            "red",
        ),
        (
            Caution(received_ts_ns=NS, subject="binance", text="the key may withdraw"),
            "binance: the key may withdraw",
            "yellow",
        ),
        (
            TopicFailed(received_ts_ns=NS, session="s", stream="x", text="no such stream"),
            "x was refused: no such stream",
            "red",
        ),
        (
            DecodeFailure(received_ts_ns=NS, session="s", stream="x", error="cut off", raw=b"{"),
            "unreadable frame on x: cut off",
            "red",
        ),
        (
            BookStateChanged(
                received_ts_ns=NS,
                instrument="binance:BTC/USDT",
                old=BookState.LIVE,
                new=BookState.RESYNCING,
                reason="gap",
            ),
            "binance:BTC/USDT live → resyncing: gap",
            "yellow",
        ),
    ],
)
def test_notices_are_told_in_words(notice: Notice, words: str, colour: str) -> None:
    assert describe(notice) == (words, colour)


def test_a_notice_without_words_of_its_own_shows_its_fields() -> None:
    text, _ = describe(Dropped(received_ts_ns=NS, topic="Trades(x)", count=3))
    assert "Dropped" in text
    assert "count=3" in text


def up(number: int) -> SessionUp:
    return SessionUp(received_ts_ns=NS, session=f"s{number}", attempt=1)


def test_the_last_lines_come_oldest_first() -> None:
    events = EventLog()
    for number in range(KEPT + 5):
        events.on_notice(up(number))
    assert [text for _, text, _ in events.last(2)] == [
        f"s{KEPT + 3} is connected",
        f"s{KEPT + 4} is connected",
    ]
    assert len(events.last(1000)) == KEPT
    assert events.last(0) == []


def test_each_line_is_taken_once() -> None:
    events = EventLog()
    events.on_notice(up(1))
    assert len(events.take()) == 1
    assert events.take() == []
    assert len(events.last(9)) == 1


def log_record(level: int, message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("tickwright.x", level, "", 0, message, arguments, None)


def test_log_lines_stand_among_the_events() -> None:
    events = EventLog()
    events.on_log(log_record(logging.WARNING, "snapshot of %s: %s", "x", "late"))
    events.on_log(log_record(logging.ERROR, "broken"))
    assert [(text, colour) for _, text, colour in events.last(9)] == [
        ("snapshot of x: late", "yellow"),
        ("broken", "red"),
    ]


def test_a_log_line_that_repeats_a_notice_is_left_out() -> None:
    events = EventLog()
    events.on_log(log_record(logging.WARNING, "%r", up(1)))
    assert events.take() == []
