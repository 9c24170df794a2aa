"""G13, G28: hundreds of books that need a snapshot at once ban nobody, leave others their share, and show how far they are."""

from __future__ import annotations

import asyncio

from tests.guarantees.kit import MemoryVenue, in_background, sides_of, spot, until, usdm

from tickwright.core.limits import Priority
from tickwright.marketdata.book import Book
from tickwright.sandbox.market import instrument_ids
from tickwright.testing.virtual_time import virtual_time


BOOKS = 300
SNAPSHOT_WEIGHT = 50
WEIGHT_A_MINUTE = 6_000
BACKGROUND_SHARE = 0.5

BOOKS_OF_A_VENUE = 500
USDM_SNAPSHOT_WEIGHT = 20
USDM_WEIGHT_A_MINUTE = 2_400


def snapshot_paths(venue: MemoryVenue, since_s: float = 0.0) -> list[str]:
    return [path for path in venue.paths(since_s) if path.endswith("/depth")]


@virtual_time
async def test_g13_a_gap_in_300_books_at_once_spends_only_the_share_of_snapshots() -> None:
    ids = instrument_ids("binance.spot", BOOKS)
    async with (
        MemoryVenue(spot(*ids, rate_per_s=0.2)) as venue,
        venue.connector(audit_books=False) as tw,
    ):
        books: list[Book] = []

        async def open_book(instrument: str) -> None:
            books.append(await tw.book(instrument, timeout_s=None))

        loop = asyncio.get_running_loop()
        started_s = loop.time()
        async with asyncio.TaskGroup() as group:
            for instrument in ids:
                group.create_task(open_book(instrument))
            await asyncio.sleep(5)
            status = tw.status().products[0].snapshots
            assert status.waiting + status.in_flight + status.served >= BOOKS - 8
            assert 0 < status.served < BOOKS, "progress is there to be seen"
        took_s = loop.time() - started_s

        budget = WEIGHT_A_MINUTE * BACKGROUND_SHARE
        least_s = (BOOKS * SNAPSHOT_WEIGHT / budget - 1) * 60
        assert least_s - 60 <= took_s <= least_s + 120, "as fast as the weights allow"
        assert tw.status().products[0].rest.failures == 0, "nothing was refused"
        for minute in range(int(took_s // 60) + 1):
            sent = len(snapshot_paths(venue, minute * 60)) - len(
                snapshot_paths(venue, (minute + 1) * 60)
            )
            assert sent * SNAPSHOT_WEIGHT <= budget


@virtual_time
async def test_g13_while_snapshots_wait_a_query_goes_at_once() -> None:
    ids = instrument_ids("binance.spot", BOOKS)
    async with (
        MemoryVenue(spot(*ids, rate_per_s=0.2)) as venue,
        venue.connector(audit_books=False) as tw,
    ):
        await tw.instruments()
        opening = [in_background(tw.book(each, timeout_s=None)) for each in ids]
        await asyncio.sleep(5)
        venue.is_moving = False
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        ticker = await tw.fetch.ticker(ids[0])
        assert ticker.last > 0
        assert loop.time() - started_s < 1.0
        assert Priority.CANCEL < Priority.ORDER < Priority.QUERY < Priority.SNAPSHOT
        for each in opening:
            each.cancel()
        await asyncio.gather(*opening, return_exceptions=True)


@virtual_time
async def test_g28_500_books_and_their_quotes_share_one_connection_and_few_frames() -> None:
    ids = instrument_ids("binance.spot", 500)
    async with MemoryVenue(spot(*ids, rate_per_s=0.05)) as venue, venue.connector() as tw:
        await tw.instruments()
        opening = [in_background(tw.book(each, timeout_s=None)) for each in ids]
        await asyncio.sleep(8)
        assert len(venue.open_lines) == 1
        (line,) = venue.open_lines
        (session,) = tw.status().products[0].sessions
        assert session.streams["confirmed"] == 1_000
        assert len(line.frame_times_s) <= 12, "1,000 streams in batches"
        for each in opening:
            each.cancel()
        await asyncio.gather(*opening, return_exceptions=True)


def change_every_book(venue: MemoryVenue) -> None:
    market = venue.markets["binance.usdm"]
    for instrument in market.instruments:
        for _ in range(8):  # not every step changes a level
            instrument.step(market.now_ms)


@virtual_time
async def test_g13_500_books_with_gaps_at_the_same_moment_are_all_live_again_and_nobody_is_banned() -> (
    None
):
    ids = instrument_ids("binance.usdm", BOOKS_OF_A_VENUE)
    async with (
        MemoryVenue(usdm(*ids, depth=5, rate_per_s=0.2), step_s=1.0) as venue,
        venue.connector(audit_books=False) as tw,
    ):
        async with asyncio.TaskGroup() as group:
            opening = [group.create_task(tw.book(each, timeout_s=None)) for each in ids]
        books = [each.result() for each in opening]
        loop = asyncio.get_running_loop()
        faults = venue.faults["binance.usdm"]
        faults.drop["*@depth@100ms"] = 1_000_000
        change_every_book(venue)
        await asyncio.sleep(3)
        faults.drop.clear()
        change_every_book(venue)
        started_s = loop.time()
        await asyncio.sleep(3)
        assert not any(book.is_readable for book in books)
        asked_s = loop.time()
        ticker = await tw.fetch.ticker(ids[0])
        assert ticker.last > 0
        assert loop.time() - asked_s < 1.0, "queries keep their share, and so do orders"
        status = tw.status().products[0].snapshots
        assert status.waiting, "how far it is can be seen"
        await until(lambda: all(book.is_readable for book in books), 1_200)
        took_s = loop.time() - started_s
        least_s = (BOOKS_OF_A_VENUE * USDM_SNAPSHOT_WEIGHT / (USDM_WEIGHT_A_MINUTE / 2) - 1) * 60
        assert least_s - 60 <= took_s <= least_s + 120, "as fast as the weights allow"
        rest = tw.status().products[0].rest
        assert (rest.failures, rest.usage.banned_s) == (0, 0.0), "nothing was refused"
        venue.is_moving = False
        await asyncio.sleep(1)
        for book in books:
            assert sides_of(book) == venue.book(book.instrument.symbol)
