"""A connector's health, in words."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs
from rich.console import Console

from tickwright.app.config import Settings
from tickwright.app.connector import Connector
from tickwright.app.status import AccountSocketStatus, BookStatus, Status
from tickwright.core.ratelimit import RateUsage
from tickwright.io.rest import RestStatus
from tickwright.marketdata.feed import FeedStatus
from tickwright.marketdata.snapshots import SnapshotStatus
from tickwright.model.topics import Trades
from tickwright.runtime.bus import ChannelStatistics
from tickwright.runtime.children import ChildStatus
from tickwright.runtime.reporting import SessionStatus
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.server import LoopbackVenue


BTC = "binance:BTC/USDT"


def session(**changes: Any) -> SessionStatus:
    fields: dict[str, Any] = {
        "name": "binance.spot#1", "state": "live", "streams": {"confirmed": 2, "pending": 0},
        "frames": 1234, "decode_failures": 0, "reconnects": 0, "silent_s": 0.0, "last_error": None,
    }  # fmt: skip
    return SessionStatus(**{**fields, **changes})


def book(**changes: Any) -> BookStatus:
    fields: dict[str, Any] = {
        "instrument": BTC, "state": "live", "reason": "equal to the quotes", "age_s": 0.12,
        "updates": 10, "gaps": 0, "resyncs": 0, "audited": 9, "audit_mismatches": 0,
    }  # fmt: skip
    return BookStatus(**{**fields, **changes})


def rest(**changes: Any) -> RestStatus:
    fields: dict[str, Any] = {
        "host": "api", "usage": RateUsage((), {}, 0.0), "breaker": "closed", "in_flight": 0,
        "requests": 0, "failures": 0, "latency_s": None, "clock_offset_ns": None,
        "clock_error_ns": None, "last_error": None, "last_error_ts_ns": None,
    }  # fmt: skip
    return RestStatus(**{**fields, **changes})


def status(
    *sessions: SessionStatus,
    books: tuple[BookStatus, ...] = (),
    host: RestStatus | None = None,
    topics: tuple[ChannelStatistics, ...] = (),
    tasks: tuple[ChildStatus, ...] = (),
) -> Status:
    feed = FeedStatus(
        "binance.spot", sessions, host or rest(), SnapshotStatus(0, 0, 0, 0, None), {}
    )
    return Status("live", "compiled", (feed,), books, topics, tasks)


def channel(errors: int) -> ChannelStatistics:
    return ChannelStatistics(
        topic="Trades(x)",
        published=9,
        handlers=1,
        subscriptions=0,
        handler_errors=errors,
        lag_s=None,
    )


def test_all_well_is_a_short_page_without_zeros() -> None:
    page = str(status(session(), books=(book(),), topics=(channel(0),)))
    assert page.splitlines() == [
        "tickwright, live, compiled kernel: healthy",
        "connections",
        "  ● binance.spot#1  live  2 confirmed  1,234 frames",
        "books",
        "  ● binance:BTC/USDT  live  10 updates  0.1 s old",
    ]


def test_columns_stand_below_each_other() -> None:
    lines = str(status(session(), session(name="b", state="waiting", reconnects=1))).splitlines()[
        2:
    ]
    assert [line.index("1,234 frames") for line in lines] == [lines[0].index("1,234 frames")] * 2
    assert [line[2] for line in lines] == ["●", "○"]
    assert lines[1].endswith("1 reconnect")


def test_what_is_wrong_is_told_with_its_reason() -> None:
    lost = session(state="waiting", reconnects=2, last_error="cut off", streams={})
    stale = book(
        state="stale",
        reason="the connection is down",
        gaps=1,
        resyncs=3,
        audit_mismatches=2,
        age_s=None,
    )
    page = str(status(lost, books=(stale,)))
    assert "not healthy" in page
    assert "no streams  1,234 frames  2 reconnects  cut off" in page
    assert (
        "stale  10 updates  no update yet  1 gap  3 resyncs  2 of 9 audits disagreed"
        "  the connection is down"
    ) in page


def test_accounts_and_ways_of_orders_are_told_once_there_are_any() -> None:
    ready = AccountSocketStatus("binance.spot/private", "ready", 0, "")
    refused = AccountSocketStatus("binance.spot/orders", "waiting", 2, "cut off")
    page = structs.replace(status(session()), private_streams=(ready,), order_sockets=(refused,))
    assert str(page).splitlines()[3:] == [
        "accounts",
        "  ● binance.spot/private  ready",
        "orders",
        "  ○ binance.spot/orders  waiting  2 reconnects  cut off",
    ]
    assert page.is_healthy  # commands go over REST meanwhile
    unknown = structs.replace(ready, state="reconciling")
    assert not structs.replace(page, private_streams=(unknown,)).is_healthy


def test_a_host_that_is_held_back_is_told() -> None:
    usage = RateUsage((), {}, 30.4)
    host = rest(
        requests=7, failures=1, usage=usage, breaker="open", latency_s=0.0123, last_error="HTTP 418"
    )
    page = str(status(host=host))
    assert "○ api  breaker open  silent for 30 s  7 requests  12 ms  1 failure  HTTP 418" in page


def test_handlers_that_raised_and_parts_that_were_restarted_are_told() -> None:
    child = ChildStatus("binance.spot#1", "running", 1, "ValueError: a bug", None)
    page = str(
        status(
            topics=(channel(2),),
            tasks=(ChildStatus("binance", "running", 0, None, None, (child,)),),
        )
    )
    assert "○ Trades(x)  2 errors" in page
    assert "○ binance.spot#1  running  1 restart  ValueError: a bug" in page


@pytest.mark.parametrize(
    ("state", "is_healthy"), [("live", True), ("unaudited", True), ("stale", False)]
)
def test_it_is_healthy_if_every_book_can_be_read(state: str, is_healthy: bool) -> None:
    assert status(session(), books=(book(state=state),)).is_healthy is is_healthy


def test_rich_prints_the_same_in_colour() -> None:
    found = status(session(), session(state="waiting"), books=(book(),))
    console = Console(width=200, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(found)
    drawn = capture.get()
    assert "\x1b[32m  ● binance.spot#1" in drawn
    assert "\x1b[31m  ○ binance.spot#1" in drawn
    plain = Console(width=200, color_system=None)
    with plain.capture() as capture:
        plain.print(found)
    assert capture.get().strip() == str(found)


async def test_an_open_connector_tells_of_itself() -> None:
    market = GeneratedMarket("binance.spot", (BTC,), depth=5)
    async with LoopbackVenue([market], speed=0) as venue:
        settings = Settings(endpoints=venue.endpoints)
        async with Connector.open("binance.spot", settings=settings) as tw:
            assert str(tw.status()).endswith(": healthy")
            await tw.book(BTC)
            await tw.on(Trades(BTC), print).wait_acquired()
            found = tw.status()
    assert [each.instrument for each in found.books] == [BTC]
    assert found.is_healthy
    assert "connections" in str(found)
    assert "REST" in str(found)
