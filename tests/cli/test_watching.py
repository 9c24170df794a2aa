from __future__ import annotations

import asyncio
import io

import pytest
from rich.console import Console
from tests.cli.books import printed
from tests.cli.rig import BTC

from tickwright.app.config import Settings
from tickwright.app.connector import Connector
from tickwright.cli import watching as module
from tickwright.cli.watching import Watching
from tickwright.errors import UnknownInstrument
from tickwright.model.notices import BookState
from tickwright.sandbox.faults import EOF
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.server import LoopbackVenue


ETH = "binance:ETH/USDT"


def served() -> LoopbackVenue:
    return LoopbackVenue([GeneratedMarket("binance.spot", (BTC, ETH), depth=20)], speed=0)


def opened(venue: LoopbackVenue) -> Connector:
    return Connector.open("binance.spot", settings=Settings(endpoints=venue.endpoints))


async def synced(watching: Watching) -> None:
    for each in watching.watched:
        assert each.book is not None
        await each.book.wait_readable(10)


async def test_books_and_trades_are_watched_from_the_beginning() -> None:
    async with served() as venue, opened(venue) as tw:
        watching = await Watching.begin(tw, [BTC, ETH, BTC])
        assert [each.id for each in watching.watched] == [BTC, ETH]
        assert watching.watched[0].state in (BookState.SYNCING, BookState.RESYNCING)
        await synced(watching)
        while not watching.watched[0].count:
            await venue.advance(0.5)
        text = "\n".join(printed(watching.screen(5), width=120, height=40))
        assert f"─ {BTC} ─" in text
        assert "▲" in text or "▼" in text
        assert "● 1 of 1 connections" in text


async def test_an_instrument_that_is_not_listed_is_refused() -> None:
    async with served() as venue, opened(venue) as tw:
        with pytest.raises(UnknownInstrument, match="did you mean"):
            await Watching.begin(tw, ["binance:BTC/USD"])


async def test_a_cut_connection_is_seen_and_told() -> None:
    async with served() as venue, opened(venue) as tw:
        watching = await Watching.begin(tw, [BTC])
        await synced(watching)
        watching.lines()
        venue.close_sockets(EOF)
        await venue.wait_until(lambda: not venue.switchboard("binance.spot").connections)
        while watching.watched[0].state is not BookState.STALE:
            await asyncio.sleep(0.01)
        happened = watching.lines()
        assert any("! binance.spot#1 is down: " in line for line in happened)
        assert any(f"! {BTC} " in line and "→ stale" in line for line in happened)
        assert "stale" in happened[-1]
        screen = "\n".join(printed(watching.screen(5), width=120, height=40))
        assert "● 0 of 1 connections" in screen


async def test_a_digest_is_one_line_about_the_whole() -> None:
    async with served() as venue, opened(venue) as tw:
        watching = await Watching.begin(tw, [BTC, ETH])
        await synced(watching)
        assert "2 of 2 books live, 1 of 1 connections" in watching.digest()[-1]
        assert len(watching.digest()) == 1


async def test_the_drawing_goes_on_until_it_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=100, height=30)
    monkeypatch.setattr(module, "out", terminal)
    async with served() as venue, opened(venue) as tw:
        watching = await Watching.begin(tw, [BTC])
        await synced(watching)
        assert isinstance(terminal.file, io.StringIO)
        async with asyncio.TaskGroup() as group:
            drawing = group.create_task(watching.draw(levels=4))
            while terminal.file.getvalue().count("tickwright watch") < 2:
                await asyncio.sleep(0.01)
            drawing.cancel()
    drawn = terminal.file.getvalue()
    assert drawn.endswith("\x1b[?25h\x1b[?1049l")  # the cursor and the shell's screen are back
