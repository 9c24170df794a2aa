"""G33: a venue's death is local: no session, product or handler that crash-loops disturbs another."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.guarantees.kit import (
    BTC,
    BTC_PERP,
    Collected,
    MemoryVenue,
    acquire,
    catches_up,
    in_background,
    spot,
    until,
    usdm,
)

from tickwright.app.connector import Connector
from tickwright.model.market import MarkPrice, Trade
from tickwright.model.notices import SessionDown, SessionUp
from tickwright.model.topics import MarkPrices, Notices, Trades
from tickwright.runtime.supervisor import ChildStatus
from tickwright.testing.virtual_time import virtual_time


def crash(tw: Connector, product: str, stream: str) -> Any:
    """Make the decoder of one stream crash, and return how to mend it."""
    feed = next(feed for feed in tw.feeds if feed.product.name == product)
    route = feed._routes[stream]
    decode = route.decode

    def broken(frame: bytes, received_ns: int, subject: object) -> Any:
        raise ZeroDivisionError("a bug in a decoder")

    def mend() -> None:
        route.decode = decode

    route.decode = broken
    return mend


def restarts(children: tuple[ChildStatus, ...]) -> dict[str, int]:
    """Return how often each child was restarted."""
    found = {}
    for child in children:
        found[child.name] = child.restarts
        found |= restarts(child.children)
    return found


@virtual_time
async def test_g33_a_dead_product_does_not_disturb_another() -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices()])
        book, other = await tw.book(BTC), await tw.book(BTC_PERP)
        await asyncio.sleep(5)
        dead = venue.faults["binance.usdm"]
        dead.rest_status, dead.close_on_open = 503, 1006
        for line in venue.open_lines:
            if "usdm" in line.peer.url:
                line.close(1006)
        for _ in range(600):
            await asyncio.sleep(1)
            assert book.is_readable
        assert not other.is_readable
        downs = [down.session for down in seen.of(SessionDown)]
        assert {name.partition("/")[0] for name in downs} == {"binance.usdm"}
        assert [session.reconnects for session in tw.status().products[0].sessions] == [0]
        assert set(restarts(tw.status().tasks).values()) == {0}, "outages are no crashes"
        dead.rest_status = dead.close_on_open = None
        await until(lambda: other.is_readable, 180)


@virtual_time
async def test_g33_a_crashing_decoder_is_restarted_and_never_disturbs_other_sessions() -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC), MarkPrices(BTC_PERP)])
        book, perp = await tw.book(BTC), await tw.book(BTC_PERP)
        await asyncio.sleep(5)
        mend = crash(tw, "binance.usdm", "btcusdt@markPrice@1s")
        before = len(seen.of(Trade))
        for _ in range(900):
            await asyncio.sleep(1)
            assert book.is_readable
            assert perp.is_readable, "it comes on another session of the same venue"
        downs = seen.of(SessionDown)
        assert {down.session for down in downs} == {"binance.usdm/market#1"}
        assert len(downs) > 10
        assert all("ZeroDivisionError" in down.reason and not down.is_final for down in downs)
        found = restarts(tw.status().tasks)
        assert found.pop("binance.usdm/market#1") >= 10
        assert set(found.values()) == {0}
        assert len(seen.of(Trade)) - before > 900
        mend()
        count = len(seen.of(MarkPrice))
        await until(lambda: len(seen.of(MarkPrice)) > count, 70)


@virtual_time
async def test_g33_one_crash_costs_its_session_a_second_and_everything_comes_back() -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        book = await tw.book(BTC)
        await asyncio.sleep(5)
        mend = crash(tw, "binance.spot", "btcusdt@trade")
        await until(lambda: not book.is_readable, 5)
        mend()
        ups = len(seen.of(SessionUp))
        await until(lambda: len(seen.of(SessionUp)) > ups, 3)
        await until(lambda: book.is_readable, 3)
        await catches_up(book, venue)


@virtual_time
async def test_g33_a_snapshot_that_crashes_is_asked_for_again_and_others_go_on() -> None:
    async with MemoryVenue(spot(BTC, "binance:ETH/USDT")) as venue, venue.connector() as tw:
        feed = tw.feeds[0]
        good = await tw.book("binance:ETH/USDT")
        waiting = in_background(tw.book(BTC))
        await asyncio.sleep(0)
        keeper = feed.book_pipe(BTC).keeper
        take, calls = keeper.on_snapshot, 0

        def crashing(*args: Any) -> bool:
            nonlocal calls
            calls += 1
            if calls < 3:
                raise ZeroDivisionError("a bug")
            return take(*args)

        keeper.on_snapshot = crashing  # type: ignore[method-assign, assignment]  # the bug
        book = await asyncio.wait_for(waiting, 30)
        assert calls == 3
        assert book.is_readable
        await catches_up(good, venue)


@virtual_time
async def test_g33_a_crashing_handler_disturbs_nobody() -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:

        def broken(trade: Trade) -> None:
            raise RuntimeError("no")

        tw.on(Trades(BTC), broken)
        good = Collected()
        tw.on(Trades(BTC), good)
        book = await tw.book(BTC_PERP)
        await asyncio.sleep(60)
        assert len(good.of(Trade)) > 50
        assert book.is_readable
        assert set(restarts(tw.status().tasks).values()) == {0}
