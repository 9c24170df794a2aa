"""Connectors in sandboxes of the venues that serve public data alone: three ways to begin, link and prove a book."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from tickwright.app.connector import Connector
from tickwright.errors import SubscriptionRefused
from tickwright.marketdata.book import Book
from tickwright.model.market import BookDelta, Candle, Quote, Trade
from tickwright.model.notices import BookState, SessionDown, TopicFailed
from tickwright.model.topics import BookUpdates, Candles, Notices, Quotes, Topic, Trades
from tickwright.sandbox import Sandbox
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time


Side = dict[Decimal, Decimal]


class Case(msgspec.Struct, frozen=True):
    """One venue, in its sandbox."""

    venue: str
    quote: str
    books: str
    """Its channel of books, as the sandbox names it."""
    trades: str
    interval: str
    sign: str
    """Between the assets of a symbol."""

    @property
    def btc(self) -> str:
        """A pair's id."""
        return f"{self.venue}:BTC/{self.quote}"

    @property
    def eth(self) -> str:
        """Another's."""
        return f"{self.venue}:ETH/{self.quote}"

    def stream(self, channel: str, base: str = "BTC") -> str:
        """Return a stream's name."""
        return f"{channel}:{base}{self.sign}{self.quote}"


OKX = Case("okx", "USDT", "books", "trades", "1m", "-")
COINBASE = Case("coinbase", "USD", "l2_data", "market_trades", "5m", "-")
KRAKEN = Case("kraken", "USD", "book", "trade", "1m", "/")
every_venue = pytest.mark.parametrize("case", [OKX, COINBASE, KRAKEN], ids=lambda case: case.venue)


class Heard:
    """Everything that came of some topics, in order."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def __call__(self, event: Any) -> None:
        self.events.append(event)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@asynccontextmanager
async def opened(case: Case, **options: Any) -> AsyncIterator[tuple[Sandbox, Connector, Heard]]:
    """Open a sandbox and a connector in it, on virtual time."""
    network, noticed = MemoryVenues(latency_s=0.001), Heard()
    options = {"instruments": 2, "seed": 5, "depth": 30, **options}
    async with (
        Sandbox([case.venue], network=network, **options) as sandbox,
        Connector.open(case.venue, environment=sandbox) as tw,
    ):
        tw.on(Notices(), noticed)
        yield sandbox, tw, noticed


async def until(is_so: Callable[[], bool], within_s: float = 30.0) -> None:
    async with asyncio.timeout(within_s):
        while not is_so():
            await asyncio.sleep(0.003)


def is_equal(book: Book, sandbox: Sandbox) -> bool:
    """Whether all levels are those of the sandbox's own book, now."""
    sides: tuple[Side, Side] = dict(book.bids()), dict(book.asks())
    return book.is_readable and sides == sandbox.book(book.instrument.id)


@every_venue
@virtual_time
async def test_a_book_equals_the_venue_s_and_everything_else_comes_with_it(case: Case) -> None:
    async with opened(case) as (sandbox, tw, noticed):
        book, heard = await tw.book(case.btc), Heard()
        topics: list[Topic] = [Trades(case.btc), Quotes(case.btc), Candles(case.btc, case.interval)]
        for topic in topics:
            await tw.on(topic, heard).wait_acquired()
        await asyncio.sleep(400)
        await until(lambda: is_equal(book, sandbox))
        assert book.updates > 500
        assert (book.gaps, book.resyncs, book.audit_mismatches) == (0, 0, 0)
        assert len(heard.of(Quote)) > 50
        trades = heard.of(Trade)
        assert len({trade.trade_id for trade in trades}) == len(trades) > 100
        closed = [candle for candle in heard.of(Candle) if candle.is_closed]
        opens = [candle.open_ts_ns for candle in closed]
        assert opens
        assert all(first < second for first, second in pairwise(opens))
        assert noticed.of(SessionDown) == []


@virtual_time
async def test_g32_a_book_that_is_proven_by_checksums_is_live() -> None:
    async with opened(KRAKEN) as (_, tw, _):
        book = await tw.book(KRAKEN.btc)
        await asyncio.sleep(5)
        assert book.state is BookState.LIVE
        assert book.audited == book.updates > 10


@virtual_time
async def test_levels_that_fall_out_of_the_depth_leave_without_a_word() -> None:
    async with opened(KRAKEN, depth=300, rate_per_s=200) as (sandbox, tw, _):
        book = await tw.book(KRAKEN.btc)

        def is_top() -> bool:
            bids, asks = sandbox.book(KRAKEN.btc)
            best = sorted(bids.items(), reverse=True)[:100], sorted(asks.items())[:100]
            return (book.bids(), book.asks()) == best

        for _ in range(5):
            await asyncio.sleep(10)
            await until(is_top)
        assert (len(book.bids()), book.resyncs, book.audit_mismatches) == (100, 0, 0)


@every_venue
@pytest.mark.parametrize("fault", ["drop", "reorder"])
@virtual_time
async def test_g05_a_lost_or_late_delta_is_noticed_and_the_book_heals(
    case: Case, fault: str
) -> None:
    async with opened(case) as (sandbox, tw, noticed):
        book = await tw.book(case.btc)
        spoiled = getattr(sandbox.faults, fault)
        # A checksum covers ten levels a side: what is lost below them shows once it matters.
        spoiled[case.stream(case.books)] = 20
        await until(lambda: book.resyncs > 0 or bool(noticed.of(SessionDown)))
        spoiled.clear()
        await asyncio.sleep(20)
        await until(lambda: is_equal(book, sandbox))


@virtual_time
async def test_g05_a_frame_lost_on_a_numbered_connection_ends_it_by_name() -> None:
    async with opened(COINBASE) as (sandbox, tw, noticed):
        book, other = await tw.book(COINBASE.btc), await tw.book(COINBASE.eth)
        sandbox.faults.drop[COINBASE.stream("l2_data")] = 1
        await until(lambda: bool(noticed.of(SessionDown)))
        (down,) = noticed.of(SessionDown)
        assert down.reason.startswith("frames are missing: ")
        await until(lambda: is_equal(book, sandbox) and is_equal(other, sandbox))


@every_venue
@virtual_time
async def test_g05_a_delta_that_comes_twice_changes_nothing(case: Case) -> None:
    async with opened(case) as (sandbox, tw, noticed):
        book = await tw.book(case.btc)
        sandbox.faults.double[case.stream(case.books)] = 20
        await asyncio.sleep(10)
        await until(lambda: is_equal(book, sandbox))
        assert (book.gaps, book.resyncs, noticed.of(SessionDown)) == (0, 0, [])


@virtual_time
async def test_ids_that_begin_anew_break_no_chain_of_okx() -> None:
    async with opened(OKX) as (sandbox, tw, _):
        book, heard = await tw.book(OKX.btc), Heard()
        await tw.on(BookUpdates(OKX.btc), heard).wait_acquired()
        await asyncio.sleep(2)
        sandbox.faults.renumber[OKX.stream("books")] = 1
        await asyncio.sleep(5)
        await until(lambda: is_equal(book, sandbox))
        ids = [delta.last for delta in heard.of(BookDelta)]
        assert min(ids) < 1_000_000 < max(ids)
        assert (book.gaps, book.resyncs) == (0, 0)


@every_venue
@pytest.mark.parametrize("code", [1000, 1006, 1008])
@virtual_time
async def test_g03_a_cut_socket_heals(case: Case, code: int) -> None:
    async with opened(case) as (sandbox, tw, noticed):
        book = await tw.book(case.btc)
        sandbox.close_sockets(code)
        await until(lambda: bool(noticed.of(SessionDown)))
        assert book.best_bid is None
        await until(lambda: is_equal(book, sandbox))


@every_venue
@virtual_time
async def test_g22_a_refused_stream_fails_alone_with_the_venue_s_text(case: Case) -> None:
    async with opened(case) as (sandbox, tw, noticed):
        refused = case.stream(case.books, "ETH")
        sandbox.faults.refuse[refused] = "no such thing"
        eth, btc = Heard(), Heard()
        tw.on(BookUpdates(case.eth), eth)
        tw.on(BookUpdates(case.btc), btc)
        tw.on(Trades(case.eth), eth)
        await until(lambda: bool(noticed.of(TopicFailed)))
        await asyncio.sleep(5)
        (failed,) = noticed.of(TopicFailed)
        assert failed.stream == refused
        assert "no such thing" in failed.text
        assert len(btc.of(BookDelta)) > 10
        assert eth.of(Trade)
        assert not eth.of(BookDelta)
        with pytest.raises(SubscriptionRefused, match="no such thing"):
            await tw.book(case.eth)


@every_venue
@virtual_time
async def test_g25_new_keys_in_another_order_harm_nothing(case: Case) -> None:
    async with opened(case) as (sandbox, tw, noticed):
        sandbox.faults.unknown_keys = sandbox.faults.shuffled_keys = True
        book, heard = await tw.book(case.btc), Heard()
        await tw.on(Trades(case.btc), heard).wait_acquired()
        await asyncio.sleep(60)
        await until(lambda: is_equal(book, sandbox))
        assert heard.of(Trade)
        assert noticed.of(SessionDown) == []
        assert [
            notice for notice in noticed.events if "DecodeFailure" in type(notice).__name__
        ] == []


@every_venue
@virtual_time
async def test_g03_a_quiet_connection_is_kept_open(case: Case) -> None:
    async with opened(case, rate_per_s=0.01) as (_, tw, noticed):
        await tw.book(case.btc)
        await asyncio.sleep(600)
        assert noticed.of(SessionDown) == []


@virtual_time
async def test_g23_an_announced_upgrade_of_okx_costs_no_book_anything() -> None:
    async with opened(OKX) as (sandbox, tw, noticed):
        book, heard = await tw.book(OKX.btc), Heard()
        await tw.on(Trades(OKX.btc), heard).wait_acquired()
        await asyncio.sleep(5)
        sandbox.announce_shutdown()
        await asyncio.sleep(20)
        await until(lambda: is_equal(book, sandbox))
        assert (book.gaps, book.resyncs) == (0, 0)
        assert [notice for notice in noticed.of(SessionDown) if not notice.is_final] == []
        trades = heard.of(Trade)
        assert len({trade.trade_id for trade in trades}) == len(trades)


@every_venue
@virtual_time
async def test_two_connections_bring_one_book_and_the_loss_of_one_is_not_felt(case: Case) -> None:
    async with opened(case) as (sandbox, tw, _):
        book = await tw.book(case.btc, redundant=True)
        await asyncio.sleep(10)
        await until(lambda: is_equal(book, sandbox))
        first, second = sandbox.venue.connections()
        assert first is not second
        first.close(1006)
        for _ in range(50):
            await asyncio.sleep(0.1)
            assert book.is_readable
        await asyncio.sleep(30)
        await until(lambda: is_equal(book, sandbox))
        assert (book.gaps, book.audit_mismatches) == (0, 0)
