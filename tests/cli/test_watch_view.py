from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.cli.books import NS, listed, printed, trade, watched

from tickwright.app.status import Status
from tickwright.cli.events import EventLog
from tickwright.cli.ladder import WIDTH_MIN
from tickwright.cli.watch_view import Pulse, Screen, fit
from tickwright.core.ratelimit import RateUsage
from tickwright.io.rest import RestStatus
from tickwright.marketdata.feed import FeedStatus
from tickwright.marketdata.snapshots import SnapshotStatus
from tickwright.model.notices import SessionUp
from tickwright.runtime.reporting import SessionStatus


REST = RestStatus(
    host="h",
    usage=RateUsage((), {}, 0.0),
    breaker="closed",
    in_flight=0,
    requests=0,
    failures=0,
    latency_s=None,
    clock_offset_ns=None,
    clock_error_ns=None,
    last_error=None,
    last_error_ts_ns=None,
)


def session(name: str = "binance.spot#1", **changes: Any) -> SessionStatus:
    fields: dict[str, Any] = {
        "name": name,
        "state": "live",
        "streams": {"confirmed": 2, "pending": 0},
        "frames": 1234,
        "decode_failures": 0,
        "reconnects": 1,
        "silent_s": 0.5,
        "last_error": None,
    }
    return SessionStatus(**{**fields, **changes})


def status(*sessions: SessionStatus) -> Status:
    feed = FeedStatus(
        product="binance.spot",
        sessions=sessions,
        rest=REST,
        snapshots=SnapshotStatus(0, 0, 0, 0, None),
        topics={},
    )
    return Status("live", "compiled", (feed,), (), (), ())


def screen(
    count: int, *sessions: SessionStatus, width: int = 120, height: int = 40, events: int = 0
) -> list[str]:
    log = EventLog()
    for number in range(events):
        log.on_notice(SessionUp(received_ts_ns=NS, session=f"s{number}", attempt=1))
    seen = [watched(listed(f"binance:COIN{number}/USDT")) for number in range(count)]
    for each in seen:
        each.on_trade(trade(1))
    drawn = Screen(
        seen,
        status(*(sessions or (session(),))),
        log,
        levels=10,
        now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        frames_per_s=1234.5,
    )
    return printed(drawn, width=width, height=height)


@pytest.mark.parametrize("count", [1, 3, 7, 40])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (200, 50), (46, 30)])
def test_the_screen_fits_the_window(count: int, width: int, height: int) -> None:
    lines = screen(count, width=width, height=height, events=9)
    assert len(lines) <= height
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 40])
@pytest.mark.parametrize(("width", "lines"), [(80, 18), (120, 34), (200, 44), (300, 90)])
def test_panels_fit_side_by_side_and_above_each_other(count: int, width: int, lines: int) -> None:
    room = fit(count, width, lines, 10)
    if room is None:
        return
    assert room.width >= WIDTH_MIN
    assert 2 <= room.levels <= 10
    columns = width // room.width
    assert -(-count // columns) * room.lines <= lines


def test_one_panel_gets_all_that_was_asked_for() -> None:
    room = fit(1, 120, 40, 10)
    assert room is not None
    assert (room.levels, room.trades) == (10, 6)


def test_few_instruments_are_ladders_and_many_a_table() -> None:
    assert any("spread" in line and "bp" in line for line in screen(2))
    assert screen(40)[1].split()[0] == "instrument"


def test_the_top_line_tells_time_rate_and_connections() -> None:
    head = screen(1, session(), session("b", state="waiting"))[0]
    assert head.startswith("tickwright watch")
    assert head.endswith("● 1 of 2 connections · 1,234 frames/s · 03:04:05 UTC")


def test_connections_are_told_one_a_line() -> None:
    lines = screen(1, session(), session("b", state="waiting", decode_failures=2, silent_s=9.0))
    assert any(
        "● binance.spot#1 live" in line and "2 streams" in line and "1 reconnect" in line
        for line in lines
    )
    assert any("2 unreadable" in line and "silent for 9 s" in line for line in lines)


def test_of_many_connections_those_in_trouble_are_shown() -> None:
    sessions = [session(f"s{number}") for number in range(20)]
    lines = screen(1, *sessions, session("in trouble", state="connecting"))
    assert any("in trouble connecting" in line for line in lines)


def test_the_last_events_stand_at_the_bottom() -> None:
    lines = [line for line in screen(1, events=9) if line.strip()]
    assert lines[-1].endswith("s8 is connected")


def test_a_pulse_is_the_rate_of_the_last_seconds() -> None:
    pulse = Pulse()
    assert pulse.per_s(0.0, 0) == 0.0
    assert pulse.per_s(1.0, 100) == 100.0
    for second in range(2, 20):
        pulse.per_s(second, 100)
    assert pulse.per_s(20.0, 100) == 0.0
